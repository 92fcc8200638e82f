"""Reading the audit."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.access.policy import Role
from portal.audit.models import AuditEvent
from portal.db import session

LOOKED = "record:looked-at"
REFUSED = "access:refused"


@dataclass(frozen=True, slots=True)
class Visit:
    """One person's looks at a patient's record on one day, or what they tried to see and were refused."""

    on: date
    actor_id: uuid.UUID
    role: Role
    was_refused: bool
    pages: tuple[str, ...]
    last_at: datetime


def list_visits(
    patient_id: uuid.UUID, *, own_user_id: uuid.UUID, since: datetime, until: datetime, time_zone: str
) -> list[Visit]:
    """Return who else looked at a patient's record, one line for a person and a day, the latest first.

    Args:
        patient_id: whose record.
        own_user_id: the patient's own account, whose looks are left out.
        since: after this moment, aware.
        until: up to this moment, aware.
        time_zone: whose days are counted, an IANA name.
    """
    rows = session.execute(
        select(AuditEvent.at, AuditEvent.event, AuditEvent.actor_id, AuditEvent.actor_role, AuditEvent.details)
        .where(
            AuditEvent.patient_id == patient_id,
            AuditEvent.at > since,
            AuditEvent.at <= until,
            AuditEvent.event.in_((LOOKED, REFUSED)),
            AuditEvent.actor_id != own_user_id,
        )
        .order_by(AuditEvent.at.desc(), AuditEvent.sequence.desc())
    ).all()
    zone = ZoneInfo(time_zone)
    together: dict[tuple[date, uuid.UUID, Role, bool], list[int]] = {}
    for place, row in enumerate(rows):
        key = (row.at.astimezone(zone).date(), row.actor_id, Role(row.actor_role), row.event == REFUSED)
        together.setdefault(key, []).append(place)
    return [
        _visit(key, [(rows[place].at, rows[place].details) for place in places]) for key, places in together.items()
    ]


def _visit(key: tuple[date, uuid.UUID, Role, bool], looks: Sequence[tuple[datetime, dict[str, str]]]) -> Visit:
    rooms = dict.fromkeys(details.get("page", "").partition(".")[0] for _, details in looks)
    return Visit(*key, pages=tuple(sorted(room for room in rooms if room)), last_at=looks[0][0])
