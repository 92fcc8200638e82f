"""People who sign in, their sessions, and the links that let them in once."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.access.policy import Role
from portal.db import Base, choice, key


class AccountStatus(StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    DEACTIVATED = "deactivated"


class TokenPurpose(StrEnum):
    INVITATION = "invitation"
    PASSWORD_RESET = "password-reset"  # noqa: S105 - the name of a purpose, not a password
    CHECK_IN = "check-in"


class User(Base):
    """An account: who signs in and in which role."""

    __tablename__ = "users"

    id: Mapped[uuid.UUID] = key()
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(choice(Role))
    status: Mapped[AccountStatus] = mapped_column(choice(AccountStatus), default=AccountStatus.INVITED)
    is_medical_director: Mapped[bool] = mapped_column(default=False)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    time_zone: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(12), default="en")
    created_at: Mapped[datetime]
    password_changed_at: Mapped[datetime | None]
    address_changed_at: Mapped[datetime | None]
    deactivated_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "role", "status", "name"),)


class UserSession(Base):
    """One signed-in browser, known by the hash of what its cookie holds.

    `scope` is set where a link opened it: then it is good for that one check-in (`accounts.scope`) and nothing else.
    """

    __tablename__ = "user_sessions"

    id: Mapped[uuid.UUID] = key()
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    device: Mapped[str] = mapped_column(String(120))
    revoked_at: Mapped[datetime | None]
    scope: Mapped[str | None] = mapped_column(String(60))


class AccountToken(Base):
    """A link that works once; its secret part is derived when the mail is written and stored nowhere."""

    __tablename__ = "account_tokens"

    id: Mapped[uuid.UUID] = key()
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), index=True)
    purpose: Mapped[TokenPurpose] = mapped_column(choice(TokenPurpose))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    superseded_at: Mapped[datetime | None]
    scope: Mapped[str | None] = mapped_column(String(60))


class SignInAttempt(Base):
    """One password that was tried, so that guessing can be slowed down without locking the owner out."""

    __tablename__ = "sign_in_attempts"

    id: Mapped[uuid.UUID] = key()
    account_key: Mapped[str] = mapped_column(String(64))
    address_key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    succeeded: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (Index(None, "account_key", "at"), Index(None, "address_key", "at"), Index(None, "at"))


class KeptForm(Base):
    """What somebody was typing when their session ended, offered again to the same person."""

    __tablename__ = "kept_forms"

    id: Mapped[uuid.UUID] = key()
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), index=True)
    path: Mapped[str] = mapped_column(String(500))
    fields: Mapped[dict[str, Any]]
    kept_at: Mapped[datetime]
