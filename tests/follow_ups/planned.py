"""Writing follow-ups in tests, and making the worker's rounds over them."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

from portal import db
from portal.checkins.worker import Round
from portal.follow_ups import service
from portal.follow_ups.about import Written
from portal.follow_ups.models import FollowUp
from portal.follow_ups.worker import BatchRound, FollowUpRound
from portal.messaging.models import Message, Thread
from portal.patients import queries as patients
from portal.patients.queries import PatientRef
from portal.review import service as review
from tests.cast import NOW, Cast, Person

WEDNESDAY = date(2026, 11, 25)
MORNING = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)


def ref(of: Person, viewer: Person) -> PatientRef:
    found = patients.get_ref(of.own_id, viewer_id=viewer.user_id, at=NOW)
    assert found is not None
    return found


def plan(cast: Cast, by: Person | None = None, at: datetime = NOW, **changed: Any) -> FollowUp:
    """Plan a follow-up of Ada's for Wednesday, by Bea where nobody else is named."""
    author = by or cast.bea
    values: dict[str, Any] = {"subject": "Since then", "body": "How are you?", "send_on": WEDNESDAY}
    submission_id = changed.pop("submission_id", None) or uuid.uuid4()
    written = Written(**values | changed)
    found = service.write(ref(cast.ada, author), written, submission_id=submission_id, by=author.actor, at=at)
    review.refresh(db.take_touched(), at=at)
    db.session.commit()
    return found


def go_round(found: Round[Any] | None = None) -> int:
    """Make a whole round as a worker does; return in how many steps."""
    worker, steps = found or FollowUpRound("one"), 1
    worker._asked_at = None
    while worker.step():
        steps += 1
    db.session.rollback()
    db.session.expire_all()
    return steps


def go_batches() -> int:
    """Make a whole round over the batches."""
    return go_round(BatchRound("one"))


def sent() -> list[tuple[str, str]]:
    """Return the subject and the words of every message, the first first."""
    db.session.rollback()
    rows = select(Thread.subject, Message.body).join(Message, Message.thread_id == Thread.id).order_by(Message.sent_at)
    return [(row[0], row[1]) for row in db.session.execute(rows)]


def again(follow_up: FollowUp) -> FollowUp:
    """Return a follow-up as it stands now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(FollowUp, follow_up.id)
