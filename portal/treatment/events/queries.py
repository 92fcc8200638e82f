"""Reading what happened in a patient's life."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select

from portal.access.policy import Role
from portal.accounts.models import User
from portal.db import session
from portal.treatment.events.models import LifeEvent

MOST = 500


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event; `until` is None for a single day, or where it has no known end."""

    id: uuid.UUID
    on: date
    until: date | None
    text: str
    revision: int
    withdrawn_at: datetime | None
    recorded_at: datetime
    recorded_by_id: uuid.UUID
    recorded_by: str
    recorded_as: Role

    @property
    def is_from_patient(self) -> bool:
        """Whether the patient added it, and not the care team."""
        return self.recorded_as is Role.PATIENT


_EVENTS: Select[*tuple[Any, ...]] = select(
    LifeEvent.id,
    LifeEvent.on,
    LifeEvent.until,
    LifeEvent.text,
    LifeEvent.revision,
    LifeEvent.withdrawn_at,
    LifeEvent.recorded_at,
    LifeEvent.recorded_by_id,
    User.name,
    User.role,
).join(User, User.id == LifeEvent.recorded_by_id)


def list_events(patient_id: uuid.UUID, *, withdrawn: bool = False) -> list[EventRow]:
    """Return a patient's life events, the latest first; with `withdrawn` also what was added by mistake."""
    mine = _EVENTS.where(LifeEvent.patient_id == patient_id)
    if not withdrawn:
        mine = mine.where(LifeEvent.withdrawn_at.is_(None))
    rows = session.execute(mine.order_by(LifeEvent.on.desc(), LifeEvent.recorded_at.desc()).limit(MOST))
    return [EventRow(*row) for row in rows]


def get_event(patient_id: uuid.UUID, event_id: uuid.UUID) -> EventRow | None:
    """Return one event of a patient, a withdrawn one too; None where it is not theirs."""
    row = session.execute(_EVENTS.where(LifeEvent.patient_id == patient_id, LifeEvent.id == event_id)).one_or_none()
    return EventRow(*row) if row else None
