"""Links that let somebody in once: an invitation, a new password, one check-in.

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

LIFETIME = {
    TokenPurpose.INVITATION: timedelta(days=14),
    TokenPurpose.PASSWORD_RESET: timedelta(minutes=30),
    TokenPurpose.CHECK_IN: timedelta(hours=24),
}
_WAITING = (AccountToken.used_at.is_(None), AccountToken.superseded_at.is_(None))
_EXPECTED = {
    TokenPurpose.INVITATION: AccountStatus.INVITED,
    TokenPurpose.PASSWORD_RESET: AccountStatus.ACTIVE,
    TokenPurpose.CHECK_IN: AccountStatus.ACTIVE,
}


def issue(user_id: uuid.UUID, purpose: TokenPurpose, *, at: datetime, scope: str | None = None) -> AccountToken:
    """Open a new link for an account; older ones stop working, but a reminder ends no link for a new password.

    Args:
        user_id: whose account.
        purpose: what the link is for.
        at: now, aware UTC.
        scope: what the session it opens is limited to.
    """
    supersede(user_id, at=at, only=TokenPurpose.CHECK_IN if purpose is TokenPurpose.CHECK_IN else None)
    token = AccountToken(user_id=user_id, purpose=purpose, created_at=at, expires_at=at + LIFETIME[purpose])
    token.scope = scope
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
    token_id = _opened(words, purpose, keys)
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


def look(words: str, purpose: TokenPurpose, *, keys: Sequence[str]) -> tuple[AccountToken, User] | None:
    """Return a link that was once given out, however it stands now, and its account; None where it is forged."""
    mine = AccountToken.id == _opened(words, purpose, keys), AccountToken.purpose == purpose
    row = session.execute(select(AccountToken, User).join(User, User.id == AccountToken.user_id).where(*mine)).first()
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


def supersede(user_id: uuid.UUID, *, at: datetime, only: TokenPurpose | None = None) -> None:
    """Stop every link of an account from working; with `only` those of one purpose."""
    ended = update(AccountToken).where(AccountToken.user_id == user_id, *_WAITING)
    session.execute((ended.where(AccountToken.purpose == only) if only else ended).values(superseded_at=at))


def _opened(words: str, purpose: TokenPurpose, keys: Sequence[str]) -> uuid.UUID | None:
    try:
        return uuid.UUID(hex=str(_serializer(purpose, keys).loads(words)))
    except (BadSignature, ValueError):
        return None


def _serializer(purpose: TokenPurpose, keys: Sequence[str]) -> URLSafeSerializer:
    oldest_first = list(reversed(keys))
    return URLSafeSerializer(
        oldest_first, salt=f"account-link:{purpose.value}", signer_kwargs={"digest_method": hashlib.sha256}
    )
