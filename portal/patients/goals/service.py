"""Writing down what a patient hopes for."""

import uuid
from datetime import datetime

from sqlalchemy import select

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.db import session
from portal.patients.goals import queries
from portal.patients.goals.models import PatientGoals
from portal.patients.models import Patient


class Stale(Exception):
    """Somebody wrote another version after the page was opened; nothing was written."""


def write(
    patient_id: uuid.UUID, words: str, *, seen: uuid.UUID | None, submission_id: uuid.UUID, by: Actor, at: datetime
) -> bool:
    """Put a new version of a patient's goals on record; the earlier ones stay. Return whether anything changed.

    Args:
        patient_id: whose.
        words: what they hope for; "" says that there is nothing at present.
        seen: the version that stood when the page was drawn, None where there was none.
        submission_id: minted when the form was drawn; the same one twice is one version.

    Raises:
        Stale: another version was written since.
    """
    session.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update(key_share=True))
    if session.scalar(select(PatientGoals.id).where(PatientGoals.submission_id == submission_id)):
        return False
    standing = queries.latest(patient_id)
    if words == (standing.words if standing else ""):
        return False
    if (standing.id if standing else None) != seen:
        raise Stale
    row = PatientGoals(patient_id=patient_id, submission_id=submission_id, words=words)
    row.said_at, row.said_by_id = at, by.user_id
    session.add(row)
    session.flush()
    audit.record("goals:written", by=by, at=at, patient_id=patient_id, thing_id=row.id)
    return True
