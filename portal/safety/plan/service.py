"""Writing a safety plan: every save is a new version, whole."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.db import session
from portal.patients import queries as patients
from portal.patients.models import Patient
from portal.safety.plan import queries, sections
from portal.safety.plan.models import SafetyPlan
from portal.safety.plan.sections import Sections

_APART = timedelta(microseconds=1)
"""Two versions never have the same moment, so that it is certain which one stands."""


class Stale(Exception):
    """Somebody saved another version after the page was opened; nothing was written."""


class NotOnTeam(Exception):
    """The clinician it is said to be written with does not look after the patient; nothing was written."""


@dataclass(frozen=True, slots=True)
class Written:
    """What is saved: the plan whole, when to look at it again, and the clinician it was written with."""

    sections: Sections
    review_on: date | None
    with_id: uuid.UUID | None


def write(
    patient_id: uuid.UUID,
    written: Written,
    *,
    seen: uuid.UUID | None,
    submission_id: uuid.UUID,
    by: Actor,
    at: datetime,
) -> bool:
    """Put a new version on record; the earlier ones stay. Return whether anything changed.

    Args:
        patient_id: whose.
        written: what it says.
        seen: the version that stood when the page was drawn, None where there was none.
        submission_id: minted when the form was drawn; the same one twice is one version.
        by: who writes; at: now, aware UTC.

    Raises:
        Stale: another version was saved since, with this very page perhaps.
        NotOnTeam: `with_id` is nobody who looks after the patient, nor who stands there already.
    """
    session.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update(key_share=True))
    standing = queries.latest(patient_id)
    before = session.scalar(select(SafetyPlan).where(SafetyPlan.submission_id == submission_id))
    if before is not None:
        if before.patient_id != patient_id or _said(written) != (
            sections.read(before.sections),
            before.review_on,
            before.written_with_id,
        ):
            raise Stale
        return False
    if (standing.id if standing else None) != seen:
        raise Stale
    if standing and (standing.sections, standing.review_on, standing.with_id) == _said(written):
        return False
    _look_for_clinician(patient_id, written.with_id, standing)
    row = SafetyPlan(
        patient_id=patient_id,
        submission_id=submission_id,
        sections=sections.write(written.sections),
        review_on=written.review_on,
        written_at=max(at, standing.written_at + _APART) if standing else at,
        written_by_id=by.user_id,
        written_with_id=written.with_id,
    )
    session.add(row)
    session.flush()
    audit.record("safety-plan:written", by=by, at=at, patient_id=patient_id, thing_id=row.id)
    return True


def _said(written: Written) -> tuple[Sections, date | None, uuid.UUID | None]:
    return written.sections, written.review_on, written.with_id


def _look_for_clinician(
    patient_id: uuid.UUID, clinician_id: uuid.UUID | None, standing: queries.StandingPlan | None
) -> None:
    if clinician_id is None or (standing and clinician_id == standing.with_id):
        return
    if clinician_id not in {one.user_id for one in patients.list_team(patient_id)}:
        raise NotOnTeam
