"""Links that let somebody in once: an invitation, a new password.

The row is stored; the words of the link are not. They are the row's id sealed with the portal's secret key, made
when the mail is written, so that whoever reads the database cannot make a link that works.
"""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select, update

from portal.accounts.models import AccountStatus, AccountToken, TokenPurpose, User
from portal.db import session

LIFETIME = {TokenPurpose.INVITATION: timedelta(days=14), TokenPurpose.PASSWORD_RESET: timedelta(minutes=30)}
_WAITING = (AccountToken.used_at.is_(None), AccountToken.superseded_at.is_(None))
_EXPECTED = {
    TokenPurpose.INVITATION: AccountStatus.INVITED,
    TokenPurpose.PASSWORD_RESET: AccountStatus.ACTIVE,
}


def issue(user_id: uuid.UUID, purpose: TokenPurpose, *, at: datetime) -> AccountToken:
    """Open a new link for an account; older ones stop working."""
    supersede(user_id, at=at)
    token = AccountToken(user_id=user_id, purpose=purpose, created_at=at, expires_at=at + LIFETIME[purpose])
    session.add(token)
    session.flush()
    return token


def seal(token_id: uuid.UUID, purpose: TokenPurpose, *, keys: Sequence[str]) -> str:
    """Return the words of a link.

    Args:
        token_id: the row.
        purpose: what the link is for; sealed in, so that one kind never passes for another.
        keys: the portal's secret keys, newest first; the newest seals.
    """
    return str(_serializer(purpose, keys).dumps(token_id.hex))


def find(words: str, purpose: TokenPurpose, *, keys: Sequence[str], at: datetime) -> tuple[AccountToken, User] | None:
    """Return the link and the account it opens; None where it is forged, used, replaced or too old.

    Looking at a link does not use it, because mail scanners look.
    """
    try:
        token_id = uuid.UUID(hex=str(_serializer(purpose, keys).loads(words)))
    except (BadSignature, ValueError):
        return None
    row = session.execute(
        select(AccountToken, User)
        .join(User, User.id == AccountToken.user_id)
        .where(
            AccountToken.id == token_id,
            AccountToken.purpose == purpose,
            AccountToken.expires_at > at,
            User.status == _EXPECTED[purpose],
            *_WAITING,
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def use(token: AccountToken, *, at: datetime) -> bool:
    """Use a link up; return whether it was still there, which is true for one of any number at the same moment."""
    used = session.execute(
        update(AccountToken)
        .where(AccountToken.id == token.id, AccountToken.expires_at > at, *_WAITING)
        .values(used_at=at)
        .returning(AccountToken.id)
    ).first()
    return used is not None


def supersede(user_id: uuid.UUID, *, at: datetime) -> None:
    """Stop every link of an account from working."""
    session.execute(update(AccountToken).where(AccountToken.user_id == user_id, *_WAITING).values(superseded_at=at))


def _serializer(purpose: TokenPurpose, keys: Sequence[str]) -> URLSafeSerializer:
    oldest_first = list(reversed(keys))
    return URLSafeSerializer(
        oldest_first, salt=f"account-link:{purpose.value}", signer_kwargs={"digest_method": hashlib.sha256}
    )
