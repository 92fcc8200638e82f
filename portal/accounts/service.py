"""Making, changing and switching off accounts."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal.access.policy import Actor, Role
from portal.accounts import emails, sessions, tokens
from portal.accounts.models import AccountStatus, TokenPurpose, User
from portal.audit import service as audit
from portal.db import HELD, session, touched
from portal.notifications import service as notifications
from portal.notifications.service import Kind


class AddressTaken(Exception):
    """Another account has this e-mail address."""


class NotPossible(Exception):
    """What was asked does not fit the account as it is now; nothing was written."""


class OwnAccount(NotPossible):
    """Nobody switches off the account they are signed in with."""


class LastAdministrator(NotPossible):
    """Somebody has to be left who can make accounts."""


def create(
    *,
    email: str,
    name: str,
    role: Role,
    time_zone: str,
    language: str = "en",
    password_hash: str | None = None,
    by: Actor | None,
    at: datetime,
) -> User:
    """Make an account: active where it has a password, else waiting for an invitation to be accepted.

    Raises:
        AddressTaken: another account, of any status, has this address.
    """
    user = User(
        email=emails.normal(email),
        name=name,
        role=role,
        status=AccountStatus.ACTIVE if password_hash else AccountStatus.INVITED,
        password_hash=password_hash,
        password_changed_at=at if password_hash else None,
        time_zone=time_zone,
        language=language,
        created_at=at,
    )
    _insert(user)
    audit.record("account:created", by=by, at=at, thing_id=user.id, role=role.value)
    return user


def invite(*, email: str, name: str, role: Role, time_zone: str, language: str = "en", by: Actor, at: datetime) -> User:
    """Make an account and send its owner an invitation to choose a password.

    Raises:
        AddressTaken: another account, of any status, has this address.
    """
    user = create(email=email, name=name, role=role, time_zone=time_zone, language=language, by=by, at=at)
    _send_invitation(user.id, at)
    return user


def invite_again(user_id: uuid.UUID, *, by: Actor, at: datetime) -> None:
    """Send a new invitation; the one sent before stops working.

    Raises:
        NotPossible: the account is not waiting for one.
    """
    user = session.get_one(User, user_id)
    if user.status is not AccountStatus.INVITED:
        raise NotPossible
    _send_invitation(user_id, at)
    audit.record("account:invited", by=by, at=at, thing_id=user_id)


def rename(user_id: uuid.UUID, name: str) -> None:
    """Call an account's owner by another name; the caller's own audit row says so."""
    session.get_one(User, user_id).name = name
    session.flush()


def change(user_id: uuid.UUID, *, name: str, email: str, by: Actor, at: datetime) -> list[str]:
    """Change an account's name and address, and return the names of what changed.

    A new address ends every link sent to the old one and every session, and both addresses are told. No link for a new
    password goes to it for three days (`signing_in.request_reset`): time for the owner to object to a change that
    somebody else made.

    Raises:
        AddressTaken: another account has this address.
    """
    user = session.get_one(User, user_id, with_for_update=HELD)
    former, address = user.email, emails.normal(email)
    changed = [field for field, same in (("name", user.name == name), ("email", former == address)) if not same]
    if not changed:
        return []
    if "email" in changed:
        _move(user, address, at)
    user.name = name
    if "email" in changed:
        sessions.revoke_all(user_id, at=at)
        notifications.enqueue(Kind.ADDRESS_CHANGED, user_id, at=at, values={"to": former})
        if user.status is AccountStatus.INVITED:
            _send_invitation(user_id, at)
    session.flush()
    audit.record("account:changed", by=by, at=at, thing_id=user_id, fields=changed)
    return changed


def change_own(user_id: uuid.UUID, *, values: dict[str, Any], by: Actor, at: datetime) -> list[str]:
    """Change what a person may change about their own account, and return the names of what changed.

    Args:
        user_id: the account.
        values: any of `name`, `time_zone` and `language`.
        by: its owner.
        at: when, aware UTC.
    """
    user = session.get_one(User, user_id)
    changed = sorted(field for field, value in values.items() if getattr(user, field) != value)
    if not changed:
        return []
    for field in changed:
        setattr(user, field, values[field])
    if by.patient_id is not None:
        touched(by.patient_id)
    session.flush()
    audit.record("account:changed", by=by, at=at, thing_id=user_id, fields=changed)
    return changed


def deactivate(user_id: uuid.UUID, *, by: Actor | None, at: datetime) -> None:
    """Switch an account off: its sessions, its links and its duty end at once.

    Raises:
        OwnAccount: it is the account of the person who asks.
        LastAdministrator: nobody would be left to make accounts.
        NotPossible: it is off already.
    """
    administrators = _active_administrators()
    user = session.get_one(User, user_id, with_for_update=HELD)
    if user.status is AccountStatus.DEACTIVATED:
        raise NotPossible
    if by is not None and by.user_id == user_id:
        raise OwnAccount
    if administrators == {user_id}:
        raise LastAdministrator
    user.status, user.deactivated_at, user.is_medical_director = AccountStatus.DEACTIVATED, at, False
    session.flush()
    sessions.revoke_all(user_id, at=at)
    tokens.supersede(user_id, at=at)
    audit.record("account:deactivated", by=by, at=at, thing_id=user_id)


def reactivate(user_id: uuid.UUID, *, by: Actor, at: datetime) -> AccountStatus:
    """Switch an account on again; without a password it waits for an invitation, which is sent.

    Raises:
        NotPossible: it is not off.
    """
    user = session.get_one(User, user_id, with_for_update=HELD)
    if user.status is not AccountStatus.DEACTIVATED:
        raise NotPossible
    user.status = AccountStatus.ACTIVE if user.password_hash else AccountStatus.INVITED
    user.deactivated_at = None
    session.flush()
    if user.status is AccountStatus.INVITED:
        _send_invitation(user_id, at)
    else:
        notifications.announce_after_all(user_id, dropped_as=notifications.SWITCHED_OFF, at=at)
    audit.record("account:reactivated", by=by, at=at, thing_id=user_id)
    return user.status


def set_duty(user_id: uuid.UUID, *, is_medical_director: bool, by: Actor, at: datetime) -> None:
    """Give a provider the duty of medical director, or take it away.

    Raises:
        NotPossible: the account is not a provider's, or is off.
    """
    user = session.get_one(User, user_id, with_for_update=HELD)
    if user.role is not Role.PROVIDER or user.status is AccountStatus.DEACTIVATED:
        raise NotPossible
    if user.is_medical_director == is_medical_director:
        return
    user.is_medical_director = is_medical_director
    session.flush()
    event = "duty:granted" if is_medical_director else "duty:withdrawn"
    audit.record(event, by=by, at=at, thing_id=user_id, duty="medical-director")


def _send_invitation(user_id: uuid.UUID, at: datetime) -> None:
    token = tokens.issue(user_id, TokenPurpose.INVITATION, at=at)
    notifications.enqueue(Kind.INVITATION, user_id, at=at, values={"token_id": str(token.id)})


def _active_administrators() -> set[uuid.UUID]:
    """Return who can make accounts, and let nobody else change that until the end of the transaction."""
    rows = select(User.id).where(User.role == Role.ADMINISTRATOR, User.status == AccountStatus.ACTIVE)
    return set(session.scalars(rows.order_by(User.id).with_for_update(**HELD)))


def _insert(user: User) -> None:
    if session.scalar(select(User.id).where(User.email == user.email)):
        raise AddressTaken
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError:
        raise AddressTaken from None


def _move(user: User, address: str, at: datetime) -> None:
    if session.scalar(select(func.count()).where(User.email == address, User.id != user.id)):
        raise AddressTaken
    try:
        with session.begin_nested():
            user.email, user.address_changed_at = address, at
    except IntegrityError:
        raise AddressTaken from None
    tokens.supersede(user.id, at=at)
