"""What somebody has to answer before anything else: open alerts, and words of danger, in the order of the caseload."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from portal.db import session
from portal.messaging.models import Thread
from portal.review.lists import ENTRY
from portal.review.models import NOBODY_WAITS, CaseloadRow
from portal.review.need import BY_SEVERITY, Need
from portal.safety import queries as safety
from portal.safety.models import AlertState

MOST = 5
_PLACE = (ENTRY.c.waits_from, ENTRY.c.sort_name)


@dataclass(frozen=True, slots=True)
class First:
    """One alert, or one thread with words of danger; `place` is the patient's among those with the same need."""

    need: Need
    place: tuple[datetime, str]
    patient_id: uuid.UUID
    patient_name: str
    since: datetime
    alert_id: uuid.UUID | None = None
    thread_id: uuid.UUID | None = None
    is_taken_on: bool = False


def list_first(user_id: uuid.UUID) -> Sequence[First]:
    """Return what a person has to answer first, no more than `MOST` of either kind."""
    return sorted(_alerts(user_id) + _dangers(user_id), key=lambda one: (one.need, one.place, one.patient_id))


def _alerts(user_id: uuid.UUID) -> list[First]:
    alerts = safety.list_open(user_id, limit=MOST)
    if not alerts:
        return []
    theirs = (ENTRY.c.user_id == user_id, ENTRY.c.patient_id.in_({one.patient_id for one in alerts}))
    rows = session.execute(select(ENTRY.c.patient_id, *_PLACE).where(*theirs))
    # Whoever was called to an alert does not have its patient on their caseload.
    places = {row.patient_id: (row.waits_from, row.sort_name) for row in rows}
    return [
        First(
            BY_SEVERITY[one.severity],
            places.get(one.patient_id, (NOBODY_WAITS, "")),
            *(one.patient_id, one.patient_name, one.opened_at),
            alert_id=one.id,
            is_taken_on=one.state is not AlertState.OPEN,
        )
        for one in alerts
    ]


def _dangers(user_id: uuid.UUID) -> list[First]:
    """Pick the patients from their index first, and of each the one thread that has stood so for longest."""
    order = (ENTRY.c.rank, *_PLACE, ENTRY.c.patient_id)
    theirs = select(*order).where(ENTRY.c.user_id == user_id, ENTRY.c.is_in_danger)
    picked = theirs.order_by(*order).limit(MOST).subquery()
    at, other = picked.c, aliased(Thread)
    stands = (other.patient_id == at.patient_id, other.owed_since.is_not(None), other.danger_at.is_not(None))
    longest = select(other.id).where(*stands).order_by(other.danger_at, other.id).limit(1).correlate(picked)
    columns = (at.waits_from, at.sort_name, Thread.patient_id, CaseloadRow.name, Thread.danger_at, Thread.id)
    of_each = (Thread.patient_id == at.patient_id, Thread.id == longest.scalar_subquery())
    rows = session.execute(select(*columns).where(*of_each, CaseloadRow.patient_id == at.patient_id))
    return [First(Need.DANGER, (row[0], row[1]), row[2], row[3], row[4], thread_id=row[5]) for row in rows]
