"""What the owner of an account does with it: signs in and out, and sets a password."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from portal.access.policy import Actor
from portal.accounts import emails, sessions, tokens
from portal.accounts.models import AccountStatus, AccountToken, TokenPurpose, User
from portal.audit import service as audit
from portal.db import HELD, session
from portal.notifications import service as notifications
from portal.notifications.service import Kind

RESETS_PER_HOUR = 3
ADDRESS_SETTLES = timedelta(days=3)


class Outdated(Exception):
    """What was checked before is no longer so: the link was used, the password changed, the account ended."""


def sign_in(
    user_id: uuid.UUID, *, verified: str, stored: str, device: str, address: str, ended: uuid.UUID | None, at: datetime
) -> str:
    """Open a session and return the token for the cookie.

    Args:
        user_id: whose password was right.
        verified: the stored hash it was right for.
        stored: the hash to keep from now on; another one where the cost of hashing was raised.
        device: how the owner will know this browser in the list of sessions.
        address: the network address.
        ended: the session this browser held until now.
        at: when, aware UTC.

    Raises:
        Outdated: the password or the account changed since it was checked.
    """
    user = session.get_one(User, user_id, with_for_update=HELD, populate_existing=True)
    if user.status is not AccountStatus.ACTIVE or user.password_hash != verified:
        raise Outdated
    user.password_hash = stored
    token = _open_session(user, device, ended, at)
    audit.record("session:started", by=_as_actor(user, address), at=at, thing_id=user.id)
    return token


def refuse(user_id: uuid.UUID | None, *, was_too_early: bool, address: str, at: datetime) -> None:
    """Write down that somebody was not let in."""
    event = "sign-in:slowed" if was_too_early else "sign-in:failed"
    audit.record(event, by=None, at=at, thing_id=user_id, outcome=audit.REFUSED, address=address)


def sign_out(by: Actor, *, at: datetime) -> None:
    """End the session somebody acts in."""
    if by.session_id is not None:
        sessions.revoke(by.session_id, at=at)
        audit.record("session:ended", by=by, at=at, thing_id=by.user_id)


def sign_out_elsewhere(by: Actor, *, at: datetime) -> None:
    """End every session of somebody but the one they act in."""
    sessions.revoke_all(by.user_id, at=at, but=by.session_id)
    audit.record("session:ended-elsewhere", by=by, at=at, thing_id=by.user_id)


def request_reset(email: str, *, address: str, at: datetime) -> None:
    """Send a link for a new password, if an active account has this address; at most three an hour.

    None is sent in the first days after the address was changed, so that changing it is no way into the account. Nobody
    learns whether one was sent: the audit gets one row either way.
    """
    active = select(User.id).where(User.email == emails.normal(email), User.status == AccountStatus.ACTIVE)
    settled = or_(User.address_changed_at.is_(None), User.address_changed_at <= at - ADDRESS_SETTLES)
    user_id = session.scalar(active.where(settled))
    if user_id is not None and _count_resets(user_id, at) < RESETS_PER_HOUR:
        token = tokens.issue(user_id, TokenPurpose.PASSWORD_RESET, at=at)
        notifications.enqueue(Kind.PASSWORD_RESET, user_id, at=at, values={"token_id": str(token.id)}, urgent=True)
    audit.record("password:reset-requested", by=None, at=at, thing_id=user_id, address=address)


def reset(words: str, *, keys: Sequence[str], password_hash: str, address: str, at: datetime) -> None:
    """Set a new password by a link; every session ends.

    Raises:
        Outdated: the link is forged, used, replaced or too old.
    """
    user = _use(words, TokenPurpose.PASSWORD_RESET, keys, at)
    _set_password(user, password_hash, at)
    sessions.revoke_all(user.id, at=at)
    notifications.enqueue(Kind.PASSWORD_CHANGED, user.id, at=at)
    audit.record("password:reset", by=_as_actor(user, address), at=at, thing_id=user.id)


def accept(
    words: str,
    *,
    keys: Sequence[str],
    password_hash: str,
    device: str,
    address: str,
    ended: uuid.UUID | None,
    at: datetime,
) -> str:
    """Accept an invitation by choosing a password; return the token of the account's first session.

    Raises:
        Outdated: the link is forged, used, replaced or too old.
    """
    user = _use(words, TokenPurpose.INVITATION, keys, at)
    user.status = AccountStatus.ACTIVE
    _set_password(user, password_hash, at)
    notifications.announce_after_all(user.id, dropped_as=notifications.NOT_SET_UP, at=at)
    token = _open_session(user, device, ended, at)
    audit.record("invitation:accepted", by=_as_actor(user, address), at=at, thing_id=user.id)
    return token


def change_password(by: Actor, *, verified: str, password_hash: str, at: datetime) -> str:
    """Set another password; every other session ends and this one gets a new token, which is returned.

    Raises:
        Outdated: the password changed since the current one was checked.
    """
    user = session.get_one(User, by.user_id, with_for_update=HELD, populate_existing=True)
    if by.session_id is None or user.password_hash != verified:
        raise Outdated
    _set_password(user, password_hash, at)
    sessions.revoke_all(user.id, at=at, but=by.session_id)
    token = sessions.rotate(by.session_id)
    notifications.enqueue(Kind.PASSWORD_CHANGED, user.id, at=at)
    audit.record("password:changed", by=by, at=at, thing_id=user.id)
    return token


def _use(words: str, purpose: TokenPurpose, keys: Sequence[str], at: datetime) -> User:
    found = tokens.find(words, purpose, keys=keys, at=at)
    if found is None or not tokens.use(found[0], at=at):
        raise Outdated
    return found[1]


def _set_password(user: User, password_hash: str, at: datetime) -> None:
    user.password_hash, user.password_changed_at = password_hash, at
    session.flush()
    tokens.supersede(user.id, at=at)


def _open_session(user: User, device: str, ended: uuid.UUID | None, at: datetime) -> str:
    if ended is not None:
        sessions.revoke(ended, at=at)
    return sessions.start(user, at=at, device=device)


def _count_resets(user_id: uuid.UUID, at: datetime) -> int:
    recent = select(func.count()).where(
        AccountToken.user_id == user_id,
        AccountToken.purpose == TokenPurpose.PASSWORD_RESET,
        AccountToken.created_at > at - timedelta(hours=1),
    )
    return session.scalar(recent) or 0


def _as_actor(user: User, address: str) -> Actor:
    return Actor(user_id=user.id, role=user.role, name=user.name, address=address)
