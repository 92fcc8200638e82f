"""Recording what a patient is allergic to or does not tolerate."""

import uuid
from datetime import datetime

from sqlalchemy import select

from portal.access.policy import Actor
from portal.db import session
from portal.treatment import amending
from portal.treatment.lock import lock
from portal.treatment.medication import listing, problems
from portal.treatment.medication.models import Allergy
from portal.treatment.problems import Problem, Refused


def add_allergy(
    patient_id: uuid.UUID, *, allergy_id: uuid.UUID, substance: str, reaction: str = "", by: Actor, at: datetime
) -> Allergy:
    """Put an allergy on a patient's list.

    Args:
        patient_id: whose.
        allergy_id: minted when the form was drawn; the same one twice is one allergy.
        substance: to what.
        reaction: what happens.

    Raises:
        Refused: it is on the list already.
    """
    lock(patient_id)
    values = {"substance": substance, "reaction": reaction}
    known = session.get(Allergy, allergy_id)
    if known is not None and amending.is_sent_again(known, patient_id, values):
        return known
    _check_not_listed(patient_id, substance)
    row = Allergy(id=allergy_id, patient_id=patient_id, recorded_at=at, recorded_by_id=by.user_id, **values)
    session.add(row)
    listing.settled("allergy:added", patient_id, allergy_id, by=by, at=at)
    return row


def correct_allergy(
    patient_id: uuid.UUID,
    allergy_id: uuid.UUID,
    *,
    substance: str,
    reaction: str,
    revision: int,
    reason: str,
    by: Actor,
    at: datetime,
) -> bool:
    """Correct an allergy; return whether anything changed.

    Raises:
        Refused: there is no reason, or another one of that name is on the list.
        Stale: it was changed after that revision.
    """
    lock(patient_id)
    row = amending.find(Allergy, patient_id, allergy_id)
    _check_not_listed(patient_id, substance, but=allergy_id)
    values = {"substance": substance, "reaction": reaction}
    names = amending.correct(row, values, revision=revision, reason=reason, by=by, at=at)
    if names:
        listing.settled("allergy:corrected", patient_id, allergy_id, by=by, at=at, fields=names)
    return bool(names)


def withdraw_allergy(
    patient_id: uuid.UUID, allergy_id: uuid.UUID, *, revision: int, reason: str, by: Actor, at: datetime
) -> bool:
    """Withdraw an allergy that is none; return whether it stood until now. Errors as `correct_allergy`."""
    lock(patient_id)
    row = amending.find(Allergy, patient_id, allergy_id)
    is_gone = amending.withdraw(row, ("substance", "reaction"), revision=revision, reason=reason, by=by, at=at)
    if is_gone:
        listing.settled("allergy:withdrawn", patient_id, allergy_id, by=by, at=at)
    return is_gone


def _check_not_listed(patient_id: uuid.UUID, substance: str, *, but: uuid.UUID | None = None) -> None:
    listed = select(Allergy.id, Allergy.substance).where(
        Allergy.patient_id == patient_id, Allergy.withdrawn_at.is_(None)
    )
    if any(row.id != but and row.substance.casefold() == substance.casefold() for row in session.execute(listed)):
        raise Refused(Problem("substance", problems.ALLERGY_LISTED, {"name": substance}))
