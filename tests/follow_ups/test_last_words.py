"""What counts as a last contact beside an alert: words somebody wrote just then, nothing that went out by itself."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import time_machine

from portal import db
from portal.follow_ups import service
from portal.follow_ups.about import Written
from portal.follow_ups.many import service as many
from portal.follow_ups.many.fitting import Text
from portal.follow_ups.queries import list_last_words
from portal.safety.models import Alert, AlertState, Severity
from tests import factories
from tests.cast import NOW, Cast
from tests.follow_ups import planned
from tests.follow_ups.planned import MORNING, go_batches, go_round, plan, sent
from tests.page import Browser

Open = Callable[..., Browser]


def test_a_letter_to_a_list_and_a_follow_up_planned_before_are_no_contact_but_one_sent_now_is(
    cast: Cast, browser: Open, frozen: time_machine.Traveller
) -> None:
    ada, whose = cast.ada.own_id, {"by": cast.bea.actor, "at": NOW}
    alert = Alert(patient_id=ada, rule="R2", severity=Severity.SAME_DAY, state=AlertState.OPEN)
    alert.on, alert.opened_at, alert.state_at = NOW.date(), NOW, NOW
    db.session.add(alert)
    batch = many.prepare(Text("News", "Dear {first_name}"), [ada], show="", submission_id=uuid.uuid4(), **whose)
    many.start(batch.id, [ada], **whose)
    db.session.commit()
    plan(cast)
    frozen.move_to(MORNING + timedelta(minutes=1))
    go_batches()
    go_round()
    assert len(sent()) == 2
    frozen.move_to(NOW)
    bea = browser(cast.bea)
    pages = ("/alerts", f"/patients/{ada}/alerts/{alert.id}")
    assert [("Wrote a message, " in bea.get(page).text) for page in pages] == [False, False]
    assert "none on record" in bea.get("/alerts").text
    plan(cast, send_on=None)
    assert [("Wrote a message, " in bea.get(page).text) for page in pages] == [True, True]


def test_a_planned_one_that_somebody_sends_at_once_after_all_is_a_contact(cast: Cast) -> None:
    follow_up = plan(cast)
    later, now = NOW + timedelta(hours=2), Written("Since then", "How are you now?")
    service.change(
        planned.ref(cast.ada, cast.bea), follow_up.id, now, revision=follow_up.revision, by=cast.bea.actor, at=later
    )
    db.session.commit()
    assert list_last_words([cast.ada.own_id]) == {cast.ada.own_id: (later, cast.bea.actor.name)}
    factories.thread(cast.ada, cast.nia, at=later + timedelta(hours=1))
    assert list_last_words([cast.ada.own_id])[cast.ada.own_id][1] == cast.nia.actor.name
