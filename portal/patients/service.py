"""Taking people into care, keeping their details true, and what they agree to."""

import uuid
from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select

from portal.access.policy import Actor, PatientStatus, Role
from portal.accounts import service as accounts
from portal.accounts.models import AccountStatus, User
from portal.audit import service as audit
from portal.db import HELD, session, touched
from portal.patients import queries, team_service
from portal.patients.details import Contact, Person, cleaned
from portal.patients.models import (
    CareTeamMember,
    Condition,
    Consent,
    ConsentKind,
    Patient,
    PatientCondition,
    StatusChange,
)
from portal.patients.status import following

CONSENT_VERSION = "2026-11"
_SUBMISSIONS = uuid.UUID("5f0c1a52-7d0f-4a39-9f0a-3a3a5ce2b1d4")


class NotPossible(Exception):
    """The change does not fit what is on record now; nothing was written."""


class AlreadySetUp(NotPossible):
    """The account does not wait for an invitation: its owner has chosen a password."""


def submitted_id(submission_id: uuid.UUID, *, by: Actor) -> uuid.UUID:
    """Return the id of the patient one submission of one person's form becomes; nobody else's form can name it."""
    return uuid.uuid5(_SUBMISSIONS, f"{by.user_id}:{submission_id}")


def enrol(
    patient_id: uuid.UUID,
    person: Person,
    contact: Contact,
    *,
    email: str,
    team: Collection[uuid.UUID] = (),
    by: Actor,
    at: datetime,
) -> None:
    """Take a person into care: the account, the record, the care team, and the invitation by mail.

    Args:
        patient_id: a new id, from `submitted_id` where a form was sent.
        person: who they are.
        contact: how they are reached.
        email: what they sign in with, and where the invitation goes.
        team: providers and nurses; a provider who enrols is always one of them, and leads them.
        by: who enrols.
        at: when, aware UTC.

    Raises:
        accounts.AddressTaken: an account with this address exists.
    """
    person, contact = cleaned(person), cleaned(contact)
    user = accounts.invite(
        email=email,
        name=person.name,
        role=Role.PATIENT,
        time_zone=contact.time_zone,
        language=contact.language,
        by=by,
        at=at,
    )
    values = _columns(person) | _columns(contact) | {"primary_instrument": person.main_scale}
    session.add(Patient(id=patient_id, user_id=user.id, enrolled_at=at, invited_at=at, **values))
    session.flush()
    members = {by.user_id, *team} if by.role is Role.PROVIDER else set(team)
    session.add_all(CareTeamMember(patient_id=patient_id, user_id=member, since=at) for member in sorted(members))
    session.flush()
    team_service.choose_lead(patient_id, by.user_id)
    _set_conditions(patient_id, person.conditions, at)
    session.flush()
    touched(patient_id)
    audit.record("patient:enrolled", by=by, at=at, patient_id=patient_id, team=len(members))


def edit(patient_id: uuid.UUID, person: Person, *, by: Actor, at: datetime) -> list[str]:
    """Change who a patient is on record; return the names of what changed."""
    person = cleaned(person)
    patient = session.get_one(Patient, patient_id)
    values = _columns(person) | {"primary_instrument": person.main_scale}
    changed = _apply(patient, values) + _set_conditions(patient_id, person.conditions, at)
    accounts.rename(patient.user_id, person.name)
    return _record("patient:edited", patient_id, changed, by, at)


def change_contact(patient_id: uuid.UUID, contact: Contact, *, by: Actor, at: datetime) -> list[str]:
    """Change how a patient is reached, and their time zone and language; return the names of what changed."""
    contact = cleaned(contact)
    patient = session.get_one(Patient, patient_id)
    user = session.get_one(User, patient.user_id)
    changed = _apply(patient, _columns(contact))
    changed += _apply(user, {"time_zone": contact.time_zone, "language": contact.language})
    return _record("patient:contact-changed", patient_id, changed, by, at)


def change_address(patient_id: uuid.UUID, email: str, *, by: Actor, at: datetime) -> None:
    """Change the address a patient signs in with; the former one gets a note that says nothing about care.

    Raises:
        accounts.AddressTaken: another account has this address.
    """
    user = session.get_one(User, session.get_one(Patient, patient_id).user_id)
    changed = accounts.change(user.id, name=user.name, email=email, by=by, at=at)
    _record("patient:address-changed", patient_id, changed, by, at)


def consent(patient_id: uuid.UUID, *, by: Actor, at: datetime) -> None:
    """Put on record that a patient agreed to care through the portal and knows that nobody watches it all the time."""
    patient = session.get_one(Patient, patient_id, with_for_update=HELD)
    if patient.consented_at is not None and patient.acknowledged_at is not None:
        return
    given = set(session.scalars(select(Consent.kind).where(Consent.patient_id == patient_id)))
    for kind in (kind for kind in ConsentKind if kind not in given):
        session.add(
            Consent(patient_id=patient_id, kind=kind, version=CONSENT_VERSION, given_at=at, given_by_id=by.user_id)
        )
    patient.consented_at = patient.consented_at or at
    patient.acknowledged_at = patient.acknowledged_at or at
    session.flush()
    touched(patient_id)
    audit.record("patient:consented", by=by, at=at, patient_id=patient_id, version=CONSENT_VERSION)


def invite(patient_id: uuid.UUID, *, by: Actor, at: datetime) -> None:
    """Send the invitation again; the link sent before stops working.

    Raises:
        AlreadySetUp: the owner has chosen a password.
        NotPossible: the account is switched off.
    """
    patient = session.get_one(Patient, patient_id)
    status = session.get_one(User, patient.user_id).status
    if status is not AccountStatus.INVITED:
        raise AlreadySetUp if status is AccountStatus.ACTIVE else NotPossible
    accounts.invite_again(patient.user_id, by=by, at=at)
    patient.invited_at = at
    session.flush()
    touched(patient_id)
    audit.record("patient:invited", by=by, at=at, patient_id=patient_id)


def change_status(
    patient_id: uuid.UUID, after: PatientStatus, *, reason: str, effective_on: date, by: Actor, at: datetime
) -> None:
    """Pause, resume, transfer or discharge a patient, or record a death or that one was recorded by mistake.

    Raises:
        NotPossible: this status cannot follow the one on record.
    """
    patient = session.get_one(Patient, patient_id, with_for_update=HELD)
    before_death = queries.status_before_death(patient_id) if patient.status is PatientStatus.DIED else None
    if after not in following(patient.status, before_death):
        raise NotPossible("status")
    session.add(
        StatusChange(
            patient_id=patient_id,
            before=patient.status,
            after=after,
            reason=reason,
            effective_on=effective_on,
            changed_at=at,
            changed_by_id=by.user_id,
        )
    )
    before, patient.status = patient.status, after
    session.flush()
    touched(patient_id)
    audit.record("patient:status-changed", by=by, at=at, patient_id=patient_id, before=before.value, after=after.value)


def _columns(values: Person | Contact) -> dict[str, Any]:
    columns = Patient.__table__.columns.keys()
    return {name: value for name, value in asdict(values).items() if name in columns}


def _apply(row: Any, values: dict[str, Any]) -> list[str]:
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def _set_conditions(patient_id: uuid.UUID, wanted: Collection[Condition], at: datetime) -> list[str]:
    known = set(session.scalars(select(PatientCondition.condition).where(PatientCondition.patient_id == patient_id)))
    gone = PatientCondition.patient_id == patient_id, PatientCondition.condition.in_(known.difference(wanted))
    session.execute(delete(PatientCondition).where(*gone))
    session.add_all(
        PatientCondition(patient_id=patient_id, condition=condition, recorded_at=at)
        for condition in Condition
        if condition in set(wanted) - known
    )
    return ["conditions"] if known != set(wanted) else []


def _record(event: str, patient_id: uuid.UUID, changed: list[str], by: Actor, at: datetime) -> list[str]:
    if changed:
        session.flush()
        touched(patient_id)
        audit.record(event, by=by, at=at, patient_id=patient_id, fields=sorted(changed))
    return changed
