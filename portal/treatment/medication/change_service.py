"""Recording that a medicine is taken differently or was stopped, and correcting that."""

import uuid
from datetime import date, datetime

from portal.access.policy import Actor
from portal.db import session
from portal.treatment import amending
from portal.treatment.lock import lock
from portal.treatment.medication import listing, problems
from portal.treatment.medication.models import ChangeKind, Medicine, MedicineChange
from portal.treatment.medication.taking import Step
from portal.treatment.problems import Problem, Refused


def change_dose(
    patient_id: uuid.UUID,
    medicine_id: uuid.UUID,
    *,
    change_id: uuid.UUID,
    on: date,
    dose: str,
    reason: str = "",
    by: Actor,
    at: datetime,
) -> MedicineChange:
    """Record that a medicine is taken in another dose from a day on.

    Args:
        patient_id: whose.
        medicine_id: which medicine.
        change_id: minted when the form was drawn; the same one twice is one change.
        on: from which day on.
        dose: as it is taken from then on, in somebody's own words.
        reason: why, for the care team.

    Raises:
        Refused: it was stopped or withdrawn, or the days do not fit together.
    """
    asked = MedicineChange(id=change_id, kind=ChangeKind.CHANGED, on=on, dose=dose, reason=reason)
    return _record(patient_id, medicine_id, asked, by, at)


def stop_medicine(
    patient_id: uuid.UUID,
    medicine_id: uuid.UUID,
    *,
    change_id: uuid.UUID,
    on: date,
    reason: str = "",
    by: Actor,
    at: datetime,
) -> MedicineChange:
    """Record that a medicine is not taken any more from a day on; arguments and errors as `change_dose`."""
    asked = MedicineChange(id=change_id, kind=ChangeKind.STOPPED, on=on, dose="", reason=reason)
    return _record(patient_id, medicine_id, asked, by, at)


def correct_change(
    patient_id: uuid.UUID,
    change_id: uuid.UUID,
    *,
    on: date | None,
    dose: str,
    why: str,
    revision: int,
    reason: str,
    by: Actor,
    at: datetime,
) -> bool:
    """Correct one change of a medicine; return whether anything changed.

    Args:
        patient_id: whose.
        change_id: which change.
        on: the day of it; None only for a start.
        dose: the dose from then on; of a stop it is not read.
        why: why it was changed or stopped, as it is to stand.
        revision: the one that the correction starts from.
        reason: why it is corrected.

    Raises:
        Refused: there is no reason, or the days do not fit together.
        Stale: it was changed after that revision.
    """
    today = lock(patient_id).day(at)
    change = amending.find(MedicineChange, patient_id, change_id)
    row = amending.find(Medicine, patient_id, change.medicine_id)
    dose = "" if change.kind is ChangeKind.STOPPED else dose
    _check_entered(change.kind, on, dose)
    listing.check_day("on", patient_id, on, today)
    steps = listing.steps_of(row.id)
    listing.check_order(list({**steps, change_id: Step(change.kind.value, on, dose)}.values()))
    values = {"on": on, "dose": dose, "reason": why}
    names = amending.correct(change, values, revision=revision, reason=reason, by=by, at=at)
    if names:
        listing.derive(row)
        listing.settled("medicine-change:corrected", patient_id, change_id, by=by, at=at, fields=names)
    return bool(names)


def withdraw_change(
    patient_id: uuid.UUID, change_id: uuid.UUID, *, revision: int, reason: str, by: Actor, at: datetime
) -> bool:
    """Withdraw a change that never was; the medicine is then taken as it was before. Errors as `correct_change`."""
    lock(patient_id)
    change = amending.find(MedicineChange, patient_id, change_id)
    if change.kind is ChangeKind.STARTED:
        raise Refused(Problem("", problems.ONLY_WITH_MEDICINE, {}))
    row = amending.find(Medicine, patient_id, change.medicine_id)
    if change.kind is ChangeKind.STOPPED and change.withdrawn_at is None:
        listing.check_not_listed(patient_id, row.name, but=row.id, field="")
    is_gone = amending.withdraw(change, ("on", "dose", "reason"), revision=revision, reason=reason, by=by, at=at)
    if is_gone:
        listing.derive(row)
        listing.settled("medicine-change:withdrawn", patient_id, change_id, by=by, at=at)
    return is_gone


def _record(
    patient_id: uuid.UUID, medicine_id: uuid.UUID, asked: MedicineChange, by: Actor, at: datetime
) -> MedicineChange:
    """Keep a change that was asked for, if it can be true."""
    today = lock(patient_id).day(at)
    row = amending.find(Medicine, patient_id, medicine_id)
    known = session.get(MedicineChange, asked.id)
    values = {"medicine_id": medicine_id} | {name: getattr(asked, name) for name in ("kind", "on", "dose", "reason")}
    if known is not None and amending.is_sent_again(known, patient_id, values):
        return known
    _check_taken(row)
    listing.check_day("on", patient_id, asked.on, today)
    if asked.kind is ChangeKind.CHANGED and asked.dose == row.dose:
        raise Refused(Problem("dose", problems.NO_CHANGE_OF_DOSE, {}))
    listing.check_order([*listing.steps_of(medicine_id).values(), Step(asked.kind.value, asked.on, asked.dose)])
    asked.patient_id, asked.medicine_id = patient_id, medicine_id
    asked.recorded_at, asked.recorded_by_id = at, by.user_id
    session.add(asked)
    listing.derive(row)
    listing.settled(f"medicine:{asked.kind.value}", patient_id, medicine_id, by=by, at=at)
    return asked


def _check_taken(row: Medicine) -> None:
    if row.withdrawn_at is not None:
        raise Refused(Problem("", amending.WITHDRAWN, {}))
    if row.stopped_on is not None:
        raise Refused(Problem("", problems.STOPPED, {"day": row.stopped_on}))


def _check_entered(kind: ChangeKind, on: date | None, dose: str) -> None:
    if on is None and kind is not ChangeKind.STARTED:
        raise Refused(Problem("on", problems.NO_DAY, {}))
    if kind is ChangeKind.CHANGED and not dose:
        raise Refused(Problem("dose", problems.NO_NEW_DOSE, {}))
