"""Follow-ups in every state, so that their pages have something to show."""

import uuid
from datetime import timedelta

from portal import clock, db
from portal.follow_ups import queries, service
from portal.follow_ups.about import About, Written
from portal.follow_ups.many import queries as batches
from portal.follow_ups.many import service as many
from portal.follow_ups.many.fitting import Text
from portal.follow_ups.models import State, Why
from portal.patients import queries as patients
from tests.live import Live

WORDS = "You said that you sleep badly again. Has that changed since Thursday?"
BEGUN, ALL = "About your visit", "Dear {first_name},\n\nyou were here on {last_infusion_date}. How are you today?"


def follow(live: Live, infusion_id: uuid.UUID, others: list[uuid.UUID]) -> dict[str, uuid.UUID]:
    """Write to Ada now and for later, leave one to the team, and write to a list that is not begun and one that is."""
    ada, bea, at = live.cast.ada, live.cast.bea.actor, clock.now()
    patient = patients.get_ref(ada.own_id, viewer_id=bea.user_id, at=at)
    assert patient is not None
    found = {}
    for name, days in (("sent", None), ("follow_up_id", 3), ("left", 9)):
        day = at.date() + timedelta(days=days) if days else None
        written = Written("Your nights", WORDS, About(infusion_id=infusion_id), day, unless_check_in=bool(days))
        found[name] = service.write(patient, written, submission_id=uuid.uuid4(), by=bea, at=at).id
    left = queries.get(ada.own_id, found["left"])
    assert left is not None
    service.settle(left, State.TO_DECIDE, Why.AUTHOR_LEFT, at=at)
    for name in ("batch_id", "running"):
        ids = [ada.own_id, *others]
        batch = many.prepare(Text(BEGUN, ALL), ids, show="", submission_id=uuid.uuid4(), by=bea, at=at)
        found[name] = batch.id
    many.start(found["running"], [ada.own_id], by=bea, at=at)
    many.act(batches.list_waiting([], limit=1), at=at)
    db.session.flush()
    return found
