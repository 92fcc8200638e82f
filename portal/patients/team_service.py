"""Who is on a care team, and who leads it."""

import uuid
from datetime import datetime

from sqlalchemy import select

from portal.access.policy import Actor, Role
from portal.accounts import service as accounts
from portal.accounts.models import AccountStatus, User
from portal.audit import service as audit
from portal.db import HELD, session, touched
from portal.patients import queries
from portal.patients.models import CareTeamMember, Patient


class NotOnStaff(Exception):
    """Only providers and nurses whose account is not switched off join a care team; nothing was written."""


class LastProvider(Exception):
    """A patient in care keeps at least one provider who can sign in; nothing was written."""


class LeftAlone(Exception):
    """So many patients in care would have no provider who can sign in; nothing was written."""

    def __init__(self, patients: int) -> None:
        super().__init__(patients)
        self.patients = patients


class NoProvider(Exception):
    """Only a provider of the care team who can sign in leads it; nothing was written."""


def add_member(patient_id: uuid.UUID, user_id: uuid.UUID, *, by: Actor, at: datetime) -> bool:
    """Put a provider or nurse on a care team; return whether they were not on it yet.

    Raises:
        NotOnStaff: the account is no provider or nurse, or was switched off.
    """
    session.get_one(Patient, patient_id, with_for_update=HELD)
    user = session.get(User, user_id)
    if user is None or user.role not in {Role.PROVIDER, Role.NURSE} or user.status is AccountStatus.DEACTIVATED:
        raise NotOnStaff
    if _membership(patient_id, user_id) is not None:
        return False
    session.add(CareTeamMember(patient_id=patient_id, user_id=user_id, since=at))
    session.flush()
    choose_lead(patient_id)
    touched(patient_id)
    audit.record("care-team:joined", by=by, at=at, patient_id=patient_id, thing_id=user_id)
    return True


def remove_member(patient_id: uuid.UUID, user_id: uuid.UUID, *, by: Actor, at: datetime) -> bool:
    """End somebody's place on a care team, and with it their access, at once; return whether they were on it.

    Where they led it, the provider follows who has been on it longest.

    Raises:
        LastProvider: nobody who can prescribe and sign in would be left.
    """
    session.get_one(Patient, patient_id, with_for_update=HELD)
    membership = _membership(patient_id, user_id)
    if membership is None:
        return False
    if session.get_one(User, user_id).role is Role.PROVIDER and not _has_provider_besides(patient_id, user_id):
        raise LastProvider
    membership.until = at
    session.flush()
    follows = choose_lead(patient_id)
    touched(patient_id)
    more = {"lead": str(follows)} if follows else {}
    audit.record("care-team:left", by=by, at=at, patient_id=patient_id, thing_id=user_id, **more)
    return True


def switch_off(user_id: uuid.UUID, *, by: Actor | None, at: datetime) -> None:
    """Switch an account off (`accounts.service.deactivate`) where that leaves no patient in care without a provider.

    Whoever else would leave the same patients waits, and then counts what is left.

    Raises:
        LeftAlone: it would.
    """
    theirs = select(CareTeamMember.patient_id).where(CareTeamMember.user_id == user_id, CareTeamMember.until.is_(None))
    held = select(Patient.id).where(Patient.id.in_(theirs)).order_by(Patient.id)
    session.execute(held.with_for_update(**HELD))
    alone = queries.count_left_alone(user_id)
    if alone:
        raise LeftAlone(alone)
    accounts.deactivate(user_id, by=by, at=at)


def name_lead(patient_id: uuid.UUID, user_id: uuid.UUID, *, by: Actor, at: datetime) -> bool:
    """Let another provider of a care team lead it; return whether they did not before.

    Raises:
        NoProvider: they are no provider of this team who can sign in.
    """
    session.get_one(Patient, patient_id, with_for_update=HELD)
    membership = _membership(patient_id, user_id)
    user = session.get(User, user_id)
    if membership is None or user is None or (user.role, user.status) != (Role.PROVIDER, AccountStatus.ACTIVE):
        raise NoProvider
    if membership.is_lead:
        return False
    choose_lead(patient_id, user_id)
    touched(patient_id)
    audit.record("care-team:lead-named", by=by, at=at, patient_id=patient_id, thing_id=user_id)
    return True


def choose_lead(patient_id: uuid.UUID, named: uuid.UUID | None = None) -> uuid.UUID | None:
    """Let the provider named lead a care team, or where nobody leads it the one there longest; return a new lead.

    Whoever cannot sign in follows only where nobody else is left.
    """
    current = CareTeamMember.patient_id == patient_id, CareTeamMember.until.is_(None)
    providers = session.execute(
        select(CareTeamMember, User.status)
        .join(User, User.id == CareTeamMember.user_id)
        .where(*current, User.role == Role.PROVIDER)
        .order_by(CareTeamMember.since, CareTeamMember.id)
    ).all()
    lead = next((member for member, _ in providers if member.is_lead), None)
    if not providers or (lead is not None and named in (None, lead.user_id)):
        return None
    follows, _ = min(providers, key=lambda row: (row[0].user_id != named, row.status is not AccountStatus.ACTIVE))
    if lead is not None:
        lead.is_lead = False
        session.flush()
    follows.is_lead = True
    session.flush()
    return follows.user_id


def _membership(patient_id: uuid.UUID, user_id: uuid.UUID) -> CareTeamMember | None:
    return session.scalar(
        select(CareTeamMember).where(
            CareTeamMember.patient_id == patient_id,
            CareTeamMember.user_id == user_id,
            CareTeamMember.until.is_(None),
        )
    )


def _has_provider_besides(patient_id: uuid.UUID, user_id: uuid.UUID) -> bool:
    found = session.scalar(
        select(User.id)
        .join(CareTeamMember, CareTeamMember.user_id == User.id)
        .where(
            CareTeamMember.patient_id == patient_id,
            CareTeamMember.until.is_(None),
            User.id != user_id,
            User.role == Role.PROVIDER,
            User.status == AccountStatus.ACTIVE,
        )
        .limit(1)
    )
    return found is not None
