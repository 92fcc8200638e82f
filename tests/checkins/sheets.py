"""Filled-in sheets and small looks into the database, for the tests of check-ins."""

import uuid
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from portal import db
from portal.audit.models import AuditEvent
from portal.checkins.models import CheckIn, CheckInDraft, ScoreRow
from portal.checkins.service import Sheet
from portal.notifications.models import OutboxMessage
from portal.patients import queries as patients
from portal.safety.models import Alert, Concern
from tests.cast import NOW, Person
from tests.page import Browser

Opener = Callable[..., Browser]

DAILY = {"mood": 6, "anxiety": 3, "energy": 5, "sleep_h": 7, "safe": 0}
PHQ_9 = {f"q{n}": 1 for n in range(1, 9)} | {"q9": 0, "function": 1}
GAD_7 = {f"q{n}": 1 for n in range(1, 8)}
ROWS = (CheckIn, ScoreRow, CheckInDraft, Concern, Alert, OutboxMessage, AuditEvent)


def sheet(answers: Any = DAILY, **more: Any) -> Sheet:
    """Return a filled-in sheet with a submission id of its own."""
    return Sheet(more.pop("submission_id", uuid.uuid4()), answers, **more)


def ref(person: Person) -> patients.PatientRef:
    """Return a patient as a request about them knows them."""
    found = patients.get_ref(person.own_id, viewer_id=person.user_id, at=NOW)
    assert found is not None
    return found


def typed(answers: dict[str, Any]) -> dict[str, str]:
    """Return answers as the fields of the page; None is "prefer not to answer"."""
    return {f"item_{code}": "declined" if value is None else str(value) for code, value in answers.items()}


def count(model: Any, **where: Any) -> int:
    """Return how many rows there are."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model).filter_by(**where)) or 0


def everything() -> dict[str, int]:
    """Return how many rows every table has that a check-in may write to."""
    return {model.__tablename__: count(model) for model in ROWS}


def only(model: Any, **where: Any) -> Any:
    """Return the one row there is."""
    db.session.rollback()
    return db.session.scalars(select(model).filter_by(**where)).one()
