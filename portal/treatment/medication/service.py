"""Recording the medicines a patient takes: put on the list, corrected, withdrawn."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select

from portal.access.policy import Actor
from portal.db import session
from portal.treatment import amending
from portal.treatment.lock import lock
from portal.treatment.medication import listing
from portal.treatment.medication.groups import Group
from portal.treatment.medication.models import ChangeKind, Medicine, MedicineChange

AS_LISTED = ("name", "groups", "note", "dose", "started_on", "stopped_on")


def start_medicine(
    patient_id: uuid.UUID,
    *,
    medicine_id: uuid.UUID,
    name: str,
    dose: str = "",
    groups: Iterable[Group] = (),
    started_on: date | None = None,
    note: str = "",
    by: Actor,
    at: datetime,
) -> Medicine:
    """Put a medicine on a patient's list; one that was stopped and is taken again is a new line.

    Args:
        patient_id: whose.
        medicine_id: minted when the form was drawn; the same one twice is one medicine.
        name: as it is called, in somebody's own words.
        dose: as it is taken, in somebody's own words.
        groups: those it belongs to.
        started_on: since when; None where nobody knows.
        note: for the care team only.

    Raises:
        Refused: the day cannot be, or it is on the list already.
    """
    today = lock(patient_id).day(at)
    values = {"name": name, "groups": _stored(groups), "note": note}
    known = session.get(Medicine, medicine_id)
    if known is not None and amending.is_sent_again(known, patient_id, values):
        amending.is_sent_again(_start_of(medicine_id), patient_id, {"on": started_on, "dose": dose})
        return known
    listing.check_day("started_on", patient_id, started_on, today)
    listing.check_not_listed(patient_id, name)
    row = Medicine(id=medicine_id, patient_id=patient_id, dose=dose, started_on=started_on, **values)
    row.recorded_at, row.recorded_by_id = at, by.user_id
    session.add(row)
    session.flush()
    start = MedicineChange(patient_id=patient_id, medicine_id=medicine_id, kind=ChangeKind.STARTED)
    start.on, start.dose, start.recorded_at, start.recorded_by_id = started_on, dose, at, by.user_id
    session.add(start)
    listing.settled("medicine:started", patient_id, medicine_id, by=by, at=at)
    return row


def correct_medicine(
    patient_id: uuid.UUID,
    medicine_id: uuid.UUID,
    *,
    name: str,
    groups: Iterable[Group],
    note: str,
    revision: int,
    reason: str,
    by: Actor,
    at: datetime,
) -> bool:
    """Correct what a medicine is called, its groups or its note; return whether anything changed.

    Raises:
        Refused: there is no reason, or another one of that name is on the list.
        Stale: it was changed after that revision.
    """
    lock(patient_id)
    row = amending.find(Medicine, patient_id, medicine_id)
    if row.stopped_on is None:
        listing.check_not_listed(patient_id, name, but=medicine_id)
    values = {"name": name, "groups": _stored(groups), "note": note}
    names = amending.correct(row, values, revision=revision, reason=reason, by=by, at=at)
    if names:
        listing.settled("medicine:corrected", patient_id, medicine_id, by=by, at=at, fields=names)
    return bool(names)


def withdraw_medicine(
    patient_id: uuid.UUID, medicine_id: uuid.UUID, *, revision: int, reason: str, by: Actor, at: datetime
) -> bool:
    """Withdraw a medicine that was recorded by mistake, with all its changes. Errors as `correct_medicine`."""
    lock(patient_id)
    row = amending.find(Medicine, patient_id, medicine_id)
    is_gone = amending.withdraw(row, AS_LISTED, revision=revision, reason=reason, by=by, at=at)
    if is_gone:
        listing.settled("medicine:withdrawn", patient_id, medicine_id, by=by, at=at)
    return is_gone


def _stored(groups: Iterable[Group]) -> list[str]:
    chosen = set(groups)
    return [group.value for group in Group if group in chosen]


def _start_of(medicine_id: uuid.UUID) -> MedicineChange:
    return session.scalars(select(MedicineChange).filter_by(medicine_id=medicine_id, kind=ChangeKind.STARTED)).one()
