"""Two at once: one wins, the other is told, and nothing is written twice or half."""

import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import db
from portal.patients.models import CalledIn
from portal.safety import queries, service
from portal.safety.models import AlertState, AlertTransition, Closing
from portal.safety.service import ChangedMeanwhile
from tests.cast import Cast, Person
from tests.safety.escalation.stage import MONDAY, answer, audited, everyone, hows, reload, step, told

ROUNDS = 3
SOON = timedelta(minutes=15)


@pytest.fixture
def at_once(app: Flask) -> Callable[..., list[str]]:
    """Return what does several things at the same moment, each in a transaction of its own, and says how each ended."""

    def do(*acts: Callable[[], object]) -> list[str]:
        begin, ended = threading.Barrier(len(acts)), [""] * len(acts)

        def work(number: int) -> None:
            with app.app_context():
                try:
                    begin.wait(timeout=10)
                    db.begin(write=True)
                    acts[number]()
                    db.session.commit()
                    ended[number] = "done"
                except Exception as error:
                    db.session.rollback()
                    ended[number] = type(error).__name__
                finally:
                    db.session.remove()

        db.session.rollback()
        threads = [threading.Thread(target=work, args=(number,)) for number in range(len(acts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return ended

    return do


def steps_to(alert_id: Any, state: AlertState) -> int:
    db.session.rollback()
    mine = select(AlertTransition.id).where(AlertTransition.alert_id == alert_id, AlertTransition.after == state)
    return len(db.session.scalars(mine.where(AlertTransition.before != state)).all())


def close(alert_id: uuid.UUID, patient: Person, by: Person, *, stamp: str, at: datetime) -> None:
    service.close(patient.own_id, alert_id, Closing.SAFE, by.actor.name, stamp=stamp, by=by.actor, at=at)


def test_an_alert_that_two_close_at_once_is_closed_once_and_the_other_is_told(
    cast: Cast, at_once: Callable[..., list[str]]
) -> None:
    for turn in range(ROUNDS):
        at = MONDAY + turn * timedelta(hours=1)
        alert = answer(cast.ada, at=at)
        patient_id, alert_id = alert.patient_id, alert.id
        service.acknowledge(patient_id, alert_id, stamp=queries.stamp_of(alert_id), by=cast.bea.actor, at=at)
        db.session.commit()
        stamp = queries.stamp_of(alert_id)

        seen: Any = {"stamp": stamp, "at": at + timedelta(minutes=1)}
        ended = at_once(*(partial(close, alert_id, cast.ada, one, **seen) for one in (cast.bea, cast.nia)))
        assert sorted(ended) == [ChangedMeanwhile.__name__, "done"]
        assert steps_to(alert_id, AlertState.CLOSED) == 1
        last = queries.list_steps(alert_id)[-1]
        assert last.reason == last.by == (cast.bea if ended[0] == "done" else cast.nia).actor.name
    assert audited().count("alert:closed") == ROUNDS


def test_taken_on_and_told_further_at_once_both_are_written_and_it_goes_no_further(
    cast: Cast, at_once: Callable[..., list[str]]
) -> None:
    for turn in range(ROUNDS):
        at = MONDAY + turn * timedelta(hours=1)
        alert = answer(cast.ada, at=at)
        patient_id, alert_id, now = alert.patient_id, alert.id, at + SOON
        stamp = queries.stamp_of(alert_id)

        seen: Any = {"stamp": stamp, "by": cast.bea.actor, "at": now}
        take_on = partial(service.acknowledge, patient_id, alert_id, **seen)
        assert at_once(take_on, partial(step, now)) == ["done", "done"], "whoever takes it on is never sent away"
        alert = reload(alert)
        assert (alert.state, alert.escalate_at) == (AlertState.ACKNOWLEDGED, None)
        further = hows(alert).count("escalated")
        assert further in (0, 1)
        assert told(now, alert=alert) == (everyone(cast.bea, cast.cal) if further else [])
        assert not step(now + timedelta(minutes=40)), "it goes no further"
        stamp = queries.stamp_of(alert_id)
        service.close(patient_id, alert_id, Closing.SAFE, "", stamp=stamp, by=cast.bea.actor, at=now)
        db.session.commit()


def test_two_who_pass_it_on_at_once_pass_it_once(cast: Cast, at_once: Callable[..., list[str]]) -> None:
    alert = answer(cast.ada, at=MONDAY)
    about, stamp = (alert.patient_id, alert.id), queries.stamp_of(alert.id)
    ended = at_once(
        lambda: service.assign(*about, cast.cal.user_id, stamp=stamp, by=cast.bea.actor, at=MONDAY),
        lambda: service.assign(*about, cast.nia.user_id, stamp=stamp, by=cast.nia.actor, at=MONDAY),
    )
    assert sorted(ended) == [ChangedMeanwhile.__name__, "done"]
    called = db.session.scalars(select(CalledIn.user_id)).all()
    assert called == ([cast.cal.user_id] if ended[0] == "done" else [])


def test_answers_of_one_moment_share_one_alert_and_each_has_its_concern(
    cast: Cast, at_once: Callable[..., list[str]]
) -> None:
    ended = at_once(*[lambda: answer(cast.ada, at=MONDAY)] * 4)
    assert ended == ["done"] * 4
    db.session.rollback()
    line = queries.list_alerts_of(cast.ada.own_id)
    assert (len(line), len(line[0].answers)) == (1, 4)
    assert told(MONDAY) == everyone(cast.bea, cast.nia)
