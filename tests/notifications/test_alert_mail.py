"""Mail about alerts: whether it is still wanted, whether it went out, and that nothing in the worker stops it."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from portal import clock, db
from portal.notifications import parts, queries, service, transports
from portal.notifications import worker as worker_module
from portal.notifications.models import Delivery, Kind, OutboxMessage
from portal.notifications.transports import TIMED_OUT, NotSentError
from portal.safety import queries as safety
from portal.safety import service as alerting
from portal.safety.escalation import people
from portal.safety.models import Alert, Closing
from tests.cast import NOW, Cast, Person
from tests.notifications.outbox import Inbox, drain, mail_server, worker
from tests.safety.escalation.stage import MONDAY, NOT_SURE, alerts, answer, hows, reload
from tests.telling import MAIL, told

MINUTE = timedelta(minutes=1)
Moved = Any


def sent_to(cast: Cast, folder: Path) -> list[str]:
    inbox = Inbox()
    with mail_server(inbox) as port:
        drain(worker(port, folder))
    return sorted(str(mail["To"]).partition("@")[0] for mail in inbox.mails)


def act(verb: Any, alert: Alert, *details: Any, by: Person, at: Any) -> None:
    db.session.rollback()
    verb(alert.patient_id, alert.id, *details, stamp=safety.stamp_of(alert.id), by=by.actor, at=at)
    db.session.commit()


def dropped() -> set[str | None]:
    db.session.rollback()
    return set(db.session.scalars(select(OutboxMessage.last_error).where(OutboxMessage.state == Delivery.DROPPED)))


def test_what_somebody_has_taken_on_is_told_to_nobody_else(cast: Cast, tmp_path: Path, frozen: Moved) -> None:
    frozen.move_to(MONDAY)
    alert = answer(cast.ada, at=MONDAY)
    act(alerting.acknowledge, alert, by=cast.bea, at=MONDAY)
    assert sent_to(cast, tmp_path) == []
    assert dropped() == {"taken-on-by-now"}
    assert queries.undelivered_alerts([alert.id], at=MONDAY + 5 * MINUTE) == set(), "that is no failure"


def test_what_is_open_or_open_again_is_told_whatever_happened_before(cast: Cast, tmp_path: Path, frozen: Moved) -> None:
    frozen.move_to(MONDAY)
    alert = answer(cast.ada, at=MONDAY)
    act(alerting.acknowledge, alert, by=cast.bea, at=MONDAY)
    act(alerting.close, alert, Closing.SAFE, "", by=cast.bea, at=MONDAY)
    act(alerting.reopen, alert, "Not safe after all.", by=cast.bea, at=MONDAY)
    # Those written before it was taken on as well as those written since.
    assert sent_to(cast, tmp_path) == ["bea", "bea", "nia", "nia"]


def test_whom_a_taken_alert_was_passed_to_is_told(cast: Cast, tmp_path: Path, frozen: Moved) -> None:
    frozen.move_to(MONDAY)
    alert = answer(cast.ada, at=MONDAY)
    act(alerting.acknowledge, alert, by=cast.bea, at=MONDAY)
    act(alerting.assign, alert, cast.cal.user_id, by=cast.bea, at=MONDAY)
    assert sent_to(cast, tmp_path) == ["cal"]


def test_whoever_was_called_in_is_told_though_not_on_the_team(cast: Cast, tmp_path: Path, frozen: Moved) -> None:
    answer(cast.ada, at=MONDAY)
    frozen.move_to(MONDAY + 15 * MINUTE)
    assert sent_to(cast, tmp_path) == ["bea", "bea", "cal", "nia"], "the worker itself takes the step that is due"
    assert alerts()[0].ring == 2


def test_the_mail_says_that_it_is_urgent_and_nothing_else(cast: Cast, tmp_path: Path, frozen: Moved) -> None:
    frozen.move_to(MONDAY)
    answer(cast.ada, at=MONDAY)
    inbox = Inbox()
    with mail_server(inbox) as port:
        drain(worker(port, tmp_path))
    for mail in inbox.mails:
        plain = mail.get_body(("plain",))
        assert plain is not None
        assert mail["Subject"] == "Urgent: please sign in now"
        assert not told(MAIL, f"{mail['Subject']} {plain.get_content()}")


def test_what_may_wait_for_the_next_working_day_is_not_called_urgent(cast: Cast, tmp_path: Path, frozen: Moved) -> None:
    frozen.move_to(MONDAY)
    answer(cast.ada, None, at=MONDAY)
    inbox = Inbox()
    with mail_server(inbox) as port:
        drain(worker(port, tmp_path))
    assert {mail["Subject"] for mail in inbox.mails} == {"You have something to look at"}
    assert not [mail for mail in inbox.mails if "urgent" in mail.as_string().lower()]


# What the rows say of delivery


def state(**values: Any) -> None:
    db.session.execute(update(OutboxMessage).values(**values))
    db.session.commit()


@pytest.mark.parametrize(
    ("values", "seconds", "is_undelivered"),
    [
        ({}, 60, False),
        ({}, 61, True),
        ({"state": Delivery.LEASED}, 61, True),
        ({"last_error": "smtp-451"}, 1, True),
        ({"state": Delivery.FAILED, "last_error": "smtp-550"}, 1, True),
        ({"state": Delivery.SENT}, 3600, False),
        ({"state": Delivery.DROPPED, "last_error": "taken-on-by-now"}, 3600, False),
    ],
)
def test_undelivered_is_what_failed_was_refused_or_waits_for_more_than_a_minute(
    cast: Cast, values: dict[str, Any], seconds: int, is_undelivered: bool
) -> None:
    alert = answer(cast.ada)
    if values:
        state(**values)
    found = queries.undelivered_alerts([alert.id], at=NOW + timedelta(seconds=seconds))
    assert found == ({alert.id} if is_undelivered else set())


def test_a_later_mail_that_reached_the_same_person_makes_up_for_one_that_did_not(cast: Cast) -> None:
    alert = answer(cast.ada)
    state(state=Delivery.FAILED, last_error="smtp-550")
    late = NOW + timedelta(hours=1)
    for person, reached in ((cast.bea, {alert.id}), (cast.nia, set())):
        service.enqueue(Kind.ALERT_WAITING, person.user_id, at=late, alert_id=alert.id)
        mine = OutboxMessage.recipient_id == person.user_id
        db.session.execute(update(OutboxMessage).where(mine, OutboxMessage.created_at == late).values(state="sent"))
        db.session.commit()
        assert queries.undelivered_alerts([alert.id], at=late) == reached


def test_what_is_asked_about_no_alert_costs_nothing(cast: Cast, queries_of: Callable[..., int]) -> None:
    alert = answer(cast.ada)
    assert queries_of(lambda: queries.undelivered_alerts([], at=NOW)) == 0
    assert queries_of(lambda: queries.undelivered_alerts([alert.id] * 50, at=NOW)) == 1


def test_not_delivered_and_delivered_after_all_are_written_once_each(cast: Cast) -> None:
    alert = answer(cast.ada, at=MONDAY)
    for minute in range(3):
        alerting.delivery_failed(alert.id, MONDAY + minute * MINUTE)
        db.session.commit()
    assert hows(alert) == ["", "not-delivered"]
    alerting.delivered(alert.id, MONDAY + 5 * MINUTE)
    db.session.commit()
    assert hows(alert) == ["", "not-delivered"], "the others still wait"
    state(state=Delivery.SENT)
    for minute in (6, 7):
        alerting.delivered(alert.id, MONDAY + minute * MINUTE)
        db.session.commit()
    assert hows(alert) == ["", "not-delivered", "delivered"]
    alerting.delivery_failed(alert.id, MONDAY + 8 * MINUTE)
    db.session.commit()
    assert hows(alert) == ["", "not-delivered", "delivered", "not-delivered"]
    assert reload(alert).state == "open"


# The worker's parts


class Failing:
    """A round that fails whenever its turn comes."""

    turns = 0

    def __init__(self, name: str) -> None:
        self.name = name

    def step(self) -> bool:
        Failing.turns += 1
        raise RuntimeError("Ada Okafor said that she is not safe")


class Working:
    """A round that has a little to do three times."""

    turns = 0

    def __init__(self, name: str) -> None:
        self.name = name

    def step(self) -> bool:
        Working.turns += 1
        return Working.turns < 3


def test_a_round_that_fails_stops_neither_mail_nor_steps_nor_other_rounds(
    cast: Cast, tmp_path: Path, frozen: Moved, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker_module, "ROUNDS", (Failing, Working))
    Failing.turns = Working.turns = 0
    alert = answer(cast.ada, at=MONDAY)
    frozen.move_to(MONDAY + 15 * MINUTE)
    with caplog.at_level(logging.WARNING, logger="portal.worker"):
        assert sent_to(cast, tmp_path) == ["bea", "bea", "cal", "nia"]
    assert (Failing.turns, reload(alert).ring) == (1, 2), "it rests after it failed"
    assert Working.turns >= 3
    said = [record.getMessage() for record in caplog.records]
    assert any('"part-failed"' in line and '"Failing"' in line and '"RuntimeError"' in line for line in said)
    assert not any("Ada" in line or "safe" in line for line in said)


def test_a_part_that_failed_is_tried_again_after_a_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    now, turns = [0.0], []
    monkeypatch.setattr(clock, "tick", lambda: now[0])
    monkeypatch.setattr(db.session, "remove", lambda: None)

    def fail() -> bool:
        turns.append(now[0])
        raise RuntimeError

    part = parts.Part("one", fail)
    for second in (0.0, 29.0, 30.0, 31.0):
        now[0] = second
        assert not part.run()
    assert turns == [0.0, 30.0]


def test_one_alert_whose_step_fails_keeps_no_other_waiting(
    cast: Cast, tmp_path: Path, frozen: Moved, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(cast.ada, at=MONDAY)
    answer(cast.dot, at=MONDAY + MINUTE)
    really = people.further

    def fails_for_ada(ring: int, patient_id: Any, *rest: Any) -> Any:
        if patient_id == cast.ada.own_id:
            raise RuntimeError
        return really(ring, patient_id, *rest)

    monkeypatch.setattr(people, "further", fails_for_ada)
    monkeypatch.setattr(parts, "REST_SECONDS", 0.0)
    frozen.move_to(MONDAY + timedelta(hours=1))
    inbox = Inbox()
    with mail_server(inbox) as port:
        found = worker(port, tmp_path)
        drain(found)
        drain(found)
    assert [one.ring for one in alerts()] == [0, 2]


def test_a_mail_server_that_never_comes_to_an_end_is_given_up_on() -> None:
    let_go = threading.Event()

    class Endless:
        def send(self, mail: Any) -> None:
            let_go.wait(10)

    with pytest.raises(NotSentError) as caught:
        transports.send_within(Endless(), EmailMessage(), seconds=0.05)
    let_go.set()
    assert (caught.value.code, caught.value.final) == (TIMED_OUT, False)


def test_mail_about_what_may_wait_is_not_urgent_and_overtakes_nothing(cast: Cast) -> None:
    answer(cast.ada, NOT_SURE)
    answer(cast.ada, None, instrument="phq-9", at=NOW + MINUTE)
    db.session.rollback()
    rows = db.session.execute(select(OutboxMessage.created_at, OutboxMessage.is_urgent)).all()
    assert {(row.created_at, row.is_urgent) for row in rows} == {(NOW, True), (NOW + MINUTE, False)}
