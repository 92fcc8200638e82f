"""Screenings for the tests, as somebody would enter and keep them."""

import uuid
from datetime import date, datetime
from typing import Any

from portal import db
from portal.treatment.screening import lists, service
from portal.treatment.screening.entry import Entry
from portal.treatment.screening.items import ASKED, Answer
from portal.treatment.screening.models import Decision, Screening, ScreeningDecision
from tests.cast import NOW, Cast

CLEAR = {item.code: Answer.NO for item in ASKED}


def entry(answers: dict[str, Answer] | None = None, **values: Any) -> Entry:
    """Return a screening in which everything is clear and on record, but for what is given."""
    usual: dict[str, Any] = {
        "weight_kg": 70.0,
        "in_person_on": date(2026, 7, 1),
        "in_person_by": "Bea Lindqvist",
        "consent_on": date(2026, 7, 1),
        "adult_name": "Ike Okafor",
        "adult_phone": "+1 212 555 0178",
        "emergency_plan": "Call 911; the door is open.",
        "lists_checked": True,
    }
    return Entry(answers=CLEAR | (answers or {}), **usual | values)


def record(cast: Cast, asked: Entry | None = None, at: datetime = NOW, **changed: Any) -> Screening:
    """Keep a screening of Ada and commit."""
    usual: dict[str, Any] = {"screening_id": uuid.uuid4(), "for_running": True, "by": cast.nia.actor}
    usual["seen"] = lists.find(cast.ada.own_id).mark
    row = service.record(cast.ada.own_id, asked or entry(), at=at, **usual | changed)
    db.session.commit()
    return row


def correct(cast: Cast, row: Screening, asked: Entry, at: datetime = NOW, **changed: Any) -> Screening:
    """Correct a screening of Ada and commit."""
    usual: dict[str, Any] = {"screening_id": uuid.uuid4(), "corrects_id": row.id, "reason": "misheard"}
    found = service.correct(cast.ada.own_id, asked=asked, at=at, by=cast.nia.actor, **usual | changed)
    db.session.commit()
    return found


def decide(
    cast: Cast, row: Screening, decision: Decision = Decision.GO_AHEAD, at: datetime = NOW, **changed: Any
) -> ScreeningDecision:
    """Let Bea decide about a screening of Ada and commit."""
    usual: dict[str, Any] = {"decision_id": uuid.uuid4(), "reason": "Seen in person.", "overrides": {}}
    found = service.decide(cast.ada.own_id, row.id, decision=decision, at=at, by=cast.bea.actor, **usual | changed)
    db.session.commit()
    return found
