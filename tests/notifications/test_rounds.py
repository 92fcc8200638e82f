"""Rounds that one worker of several makes every so often."""

import threading
from collections.abc import Callable
from contextvars import copy_context
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from portal import db
from portal.notifications import rounds
from portal.notifications.models import WorkerRound
from tests.cast import NOW

NAME, EVERY = "a round", timedelta(minutes=10)


def test_a_round_is_due_at_once_and_then_every_so_often(app: Flask) -> None:
    assert rounds.take(NAME, "first", at=NOW)
    assert not rounds.take(NAME, "second", at=NOW)
    assert rounds.finish(NAME, "first", every=EVERY, at=NOW)
    assert not rounds.take(NAME, "second", at=NOW + EVERY - timedelta(seconds=1))
    assert rounds.take(NAME, "second", at=NOW + EVERY)


def test_rounds_of_different_names_do_not_wait_for_one_another(app: Flask) -> None:
    assert rounds.take(NAME, "first", at=NOW)
    assert rounds.take("another round", "second", at=NOW)


def test_nobody_can_take_a_round_again_that_they_are_at(app: Flask) -> None:
    assert rounds.take(NAME, "first", at=NOW)
    assert not rounds.take(NAME, "first", at=NOW + timedelta(seconds=1))


def test_a_worker_that_died_loses_its_round_to_another_and_cannot_go_on(app: Flask) -> None:
    assert rounds.take(NAME, "dead", at=NOW)
    assert rounds.renew(NAME, "dead", at=NOW + timedelta(seconds=1))
    ran_out = NOW + rounds.LEASE + timedelta(seconds=1)
    assert not rounds.take(NAME, "other", at=ran_out - timedelta(seconds=1))
    assert rounds.take(NAME, "other", at=ran_out)
    assert not rounds.renew(NAME, "dead", at=ran_out)
    assert not rounds.finish(NAME, "dead", every=EVERY, at=ran_out)
    db.session.commit()
    assert db.session.get_one(WorkerRound, NAME).leased_by == "other"


def test_a_worker_that_was_down_for_days_makes_one_round_and_not_those_it_missed(app: Flask) -> None:
    rounds.take(NAME, "first", at=NOW)
    rounds.finish(NAME, "first", every=EVERY, at=NOW)
    later = NOW + timedelta(days=4)
    assert rounds.take(NAME, "first", at=later)
    rounds.finish(NAME, "first", every=EVERY, at=later)
    assert not rounds.take(NAME, "first", at=later + timedelta(minutes=9))


@pytest.fixture
def at_once(app: Flask) -> Callable[..., list[bool]]:
    """Return a function that lets four workers do the same thing at the same moment."""

    def together(action: Callable[..., bool], **options: Any) -> list[bool]:
        start, found = threading.Barrier(4), list[bool]()

        def work(name: str) -> None:
            with app.app_context():
                start.wait()
                db.begin(write=True)
                found.append(action(NAME, name, **options))
                db.session.commit()
                db.session.remove()

        threads = [threading.Thread(target=copy_context().run, args=(work, f"worker {n}")) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found

    return together


def test_of_several_workers_at_once_one_gets_the_round(at_once: Callable[..., list[bool]]) -> None:
    for number in range(5):
        at = NOW + number * EVERY
        assert sorted(at_once(rounds.take, at=at)) == [False, False, False, True]
        assert sorted(at_once(rounds.renew, at=at)) == [False, False, False, True]
        assert sorted(at_once(rounds.finish, every=EVERY, at=at)) == [False, False, False, True]
