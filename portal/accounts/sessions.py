"""Signed-in browsers, kept on the server so that signing out really ends them."""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Update, bindparam, select, update

from portal.access.policy import Role
from portal.accounts.models import AccountStatus, User, UserSession
from portal.db import run, session

ABSOLUTE_LIMIT = timedelta(hours=12)
IDLE_LIMIT_STAFF = timedelta(minutes=15)
IDLE_LIMIT_PATIENT = timedelta(minutes=20)
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that was found, with the account behind it."""

    session_id: uuid.UUID
    user_id: uuid.UUID
    role: Role
    name: str
    is_medical_director: bool
    time_zone: str
    language: str
    last_seen_at: datetime
    is_live: bool
    created_at: datetime
    scope: str | None = None


_FIND: Any = select(
    UserSession.id,
    UserSession.user_id,
    UserSession.last_seen_at,
    UserSession.ends_at,
    UserSession.revoked_at,
    UserSession.created_at,
    UserSession.scope,
    User.role,
    User.name,
    User.is_medical_director,
    User.time_zone,
    User.language,
    User.status,
)
_FIND = _FIND.join(User, User.id == UserSession.user_id).where(UserSession.token_hash == bindparam("token_hash"))


def idle_limit(role: Role) -> timedelta:
    """Return how long a session of this role lives without a request."""
    return IDLE_LIMIT_PATIENT if role is Role.PATIENT else IDLE_LIMIT_STAFF


def hash_token(token: str) -> str:
    """Return what is stored of a cookie's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def start(user: User, *, at: datetime, device: str, scope: str | None = None, lasts: timedelta = ABSOLUTE_LIMIT) -> str:
    """Open a session for a user and return the token for the cookie; only its hash is kept.

    Args:
        user: whose.
        at: now, aware UTC.
        device: how the owner will know this browser.
        scope: what it is limited to, where a link opened it.
        lasts: for how long at the most.
    """
    token = secrets.token_urlsafe(32)
    session.add(
        UserSession(
            token_hash=hash_token(token),
            user_id=user.id,
            created_at=at,
            last_seen_at=at,
            ends_at=at + lasts,
            device=device[:120],
            scope=scope,
        )
    )
    session.flush()
    return token


def find(token: str, *, at: datetime) -> SignedIn | None:
    """Return whose session a cookie's token is, live or ended; None where there never was one."""
    row = run(_FIND, {"token_hash": hash_token(token)}).one_or_none()
    if row is None:
        return None
    in_time = at < row.ends_at and at - row.last_seen_at <= idle_limit(row.role)
    return SignedIn(
        session_id=row.id,
        user_id=row.user_id,
        role=row.role,
        name=row.name,
        is_medical_director=row.is_medical_director,
        time_zone=row.time_zone,
        language=row.language,
        last_seen_at=row.last_seen_at,
        is_live=in_time and row.revoked_at is None and row.status is AccountStatus.ACTIVE,
        created_at=row.created_at,
        scope=row.scope,
    )


def seen(session_id: uuid.UUID, *, at: datetime) -> None:
    """Note that a live session was used."""
    session.execute(_live(session_id).values(last_seen_at=at))


def revoke(session_id: uuid.UUID, *, at: datetime) -> None:
    """End one session at once."""
    session.execute(_live(session_id).values(revoked_at=at))


def rotate(session_id: uuid.UUID) -> str:
    """Give a session another token, so that whoever knew the old one is out; return it for the cookie."""
    token = secrets.token_urlsafe(32)
    session.execute(_live(session_id).values(token_hash=hash_token(token)))
    return token


def revoke_all(user_id: uuid.UUID, *, at: datetime, but: uuid.UUID | None = None) -> None:
    """End every session of a user, except the one in `but`."""
    statement = update(UserSession).where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
    if but is not None:
        statement = statement.where(UserSession.id != but)
    session.execute(statement.values(revoked_at=at))


def _live(session_id: uuid.UUID) -> Update:
    return update(UserSession).where(UserSession.id == session_id, UserSession.revoked_at.is_(None))
