"""For whom of the team a review waits longer than the clinic promised: unread check-ins, and reviews that are due."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, union

from portal.access.policy import PatientStatus
from portal.checkins.models import CheckIn
from portal.db import session
from portal.patients.models import CareTeamMember, Patient
from portal.review.lists import ENTRY


def waits_for(cutoff: datetime | None, today: date, *, only: uuid.UUID | None = None) -> frozenset[uuid.UUID]:
    """Return the people who look after somebody whose check-in should have been read, or whose review is due.

    Args:
        cutoff: what came in at this moment or before should have been read; None where the clinic has no hours.
        today: the clinic's day; a review of this day or before is due.
        only: ask about this person alone.
    """
    due: Any = select(ENTRY.c.user_id).where(ENTRY.c.review_on <= today)
    if only is not None:
        due = due.where(ENTRY.c.user_id == only)
    if cutoff is None:
        return frozenset(session.scalars(due.distinct()))
    member = CareTeamMember
    late: Any = (
        select(member.user_id)
        .join(Patient, Patient.id == member.patient_id)
        .join(CheckIn, CheckIn.patient_id == Patient.id)
        .where(member.until.is_(None), Patient.status == PatientStatus.ACTIVE)
        .where(CheckIn.reviewed_at.is_(None), CheckIn.superseded_at.is_(None), CheckIn.received_at <= cutoff)
    )
    if only is not None:
        late = late.where(member.user_id == only)
    return frozenset(session.scalars(union(due, late)))
