"""Reading accounts."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select

from portal.access.policy import Role
from portal.accounts import emails, sessions
from portal.accounts.models import AccountStatus, User, UserSession
from portal.db import session

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a password is checked against."""

    user_id: uuid.UUID
    password_hash: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list of accounts; `first` counts from 1."""

    users: list[User]
    first: int
    total: int
    number: int

    @property
    def last(self) -> int:
        """The place of the last account on this page."""
        return self.first + len(self.users) - 1

    @property
    def has_next(self) -> bool:
        """Whether more accounts follow."""
        return self.last < self.total


def get_credentials(email: str) -> Credentials | None:
    """Return what belongs to an address, where somebody can sign in with it."""
    row = session.execute(
        select(User.id, User.password_hash).where(
            User.email == emails.normal(email), User.status == AccountStatus.ACTIVE, User.password_hash.is_not(None)
        )
    ).one_or_none()
    return Credentials(row.id, row.password_hash) if row and row.password_hash else None


def get_user(user_id: uuid.UUID) -> User | None:
    """Return an account."""
    return session.get(User, user_id)


def find_user(email: str) -> User | None:
    """Return the account an address belongs to."""
    return session.scalar(select(User).where(User.email == emails.normal(email)))


def list_sessions(user_id: uuid.UUID, *, role: Role, at: datetime) -> list[UserSession]:
    """Return a user's live sessions, the one used last on top."""
    return list(
        session.scalars(
            select(UserSession)
            .where(
                UserSession.user_id == user_id,
                UserSession.revoked_at.is_(None),
                UserSession.ends_at > at,
                UserSession.last_seen_at >= at - sessions.idle_limit(role),
            )
            .order_by(UserSession.last_seen_at.desc())
        )
    )


def list_accounts(
    *, role: Role | None = None, status: AccountStatus | None = None, text: str = "", page: int = 1
) -> Page:
    """Return one page of accounts by name.

    Args:
        role: only this role; all, where it is left out.
        status: only this status; all, where it is left out.
        text: part of a name or address; anything, where it is empty.
        page: from 1; a page beyond the last is empty.
    """
    wanted = _wanted(role, status, text)
    total = session.scalar(select(func.count()).select_from(User).where(*wanted)) or 0
    skipped = (page - 1) * PAGE_SIZE
    rows = select(User).where(*wanted).order_by(User.name, User.id).offset(skipped).limit(PAGE_SIZE)
    return Page(list(session.scalars(rows)), skipped + 1, total, page)


def list_active_providers() -> list[User]:
    """Return every provider who can sign in, by name."""
    can_sign_in = User.role == Role.PROVIDER, User.status == AccountStatus.ACTIVE
    return list(session.scalars(select(User).where(*can_sign_in).order_by(User.name, User.id)))


def list_all() -> list[User]:
    """Return every account, by role and name."""
    return list(session.scalars(select(User).order_by(User.role, User.name, User.id)))


def _wanted(role: Role | None, status: AccountStatus | None, text: str) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if role is not None:
        wanted.append(User.role == role)
    if status is not None:
        wanted.append(User.status == status)
    if text:
        wanted.append(or_(User.name.icontains(text, autoescape=True), User.email.icontains(text, autoescape=True)))
    return wanted
