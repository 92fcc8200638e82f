"""What the team waits for: the same number for patient, provider and worker, counted by one worker at a time."""

import threading
from contextvars import copy_context
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, select

from portal import db
from portal.accounts import sessions
from portal.accounts.models import User
from portal.checkins import due
from portal.clinic import queries as clinic
from portal.notifications import rounds
from portal.notifications.models import WorkerRound
from portal.review import overdue, queries
from portal.review.models import CaseloadRow
from portal.review.worker import EVERY, NAME, OverdueRound
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import ref
from tests.factories import patient_row, plan_item, scored
from tests.page import Browser

TODAY = date(2026, 11, 22)
WEEK = timedelta(days=7)


def counted(person: Person) -> int:
    """Return what the caseload says of a patient."""
    db.session.rollback()
    return db.session.scalars(select(CaseloadRow.overdue).where(CaseloadRow.patient_id == person.own_id)).one()


def go_round(name: str = "one") -> int:
    """Make a whole round as a worker does; return in how many steps."""
    worker, steps = OverdueRound(name), 1
    while worker.step():
        steps += 1
    return steps


def test_time_alone_makes_it_overdue_and_the_worker_says_so(cast: Cast, frozen: time_machine.Traveller) -> None:
    plan_item(cast.ada, "phq-9", 14, starts_on=TODAY)
    assert counted(cast.ada) == 0
    for days, expected in ((0, 0), (1, 1), (6, 1), (8, 1), (13, 1), (14, 0), (15, 1)):
        frozen.move_to(NOW + timedelta(days=days))
        go_round()
        assert counted(cast.ada) == expected, days


def test_a_check_in_takes_it_off_at_once(cast: Cast) -> None:
    plan_item(cast.ada, "phq-9", 14, starts_on=TODAY - timedelta(days=2))
    plan_item(cast.ada, "gad-7", 14, starts_on=TODAY - timedelta(days=2))
    assert counted(cast.ada) == 2
    scored(cast.ada, "gad-7", 3, TODAY)
    assert counted(cast.ada) == 1


def caseload_of(app: Flask, person: Person, at: datetime) -> str:
    """Return the words of somebody's caseload, signed in at a moment."""
    client = app.test_client()
    token = sessions.start(db.session.get_one(User, person.user_id), at=at, device="a test")
    db.session.commit()
    client.set_cookie("interval", token)
    return Browser(client).get("/caseload").text


def test_patient_provider_and_worker_are_told_the_same(app: Flask, cast: Cast, frozen: time_machine.Traveller) -> None:
    for name, starts in (("daily", 5), ("phq-9", 0), ("gad-7", -3), ("activation", 2)):
        plan_item(cast.ada, name, 1 if name == "daily" else 7, starts_on=TODAY + timedelta(days=starts))
    scored(cast.ada, "gad-7", 3, TODAY - timedelta(days=1))
    seen = set()
    for days in range(12):
        at = NOW + timedelta(days=days)
        frozen.move_to(at)
        go_round()
        found = due.get_today(ref(cast.ada), at=at, past_days=clinic.current().past_days)
        late = sum(one.is_late for one in found.due)
        listed = queries.list_caseload(cast.bea.user_id).lines[0].overdue
        assert late == listed == counted(cast.ada)
        assert (f"{late} overdue" in caseload_of(app, cast.bea, at)) is (late > 0)
        seen.add(late)
    assert seen == {0, 1, 2, 3}


def test_only_rows_whose_number_changed_are_written(cast: Cast) -> None:
    plan_item(cast.ada, "phq-9", 14, starts_on=TODAY - timedelta(days=2))
    found = overdue.count(None, at=NOW)
    assert found == overdue.Chunk((), None)
    later = overdue.count(None, at=NOW + timedelta(days=30))
    assert later.changes == ()
    row = db.session.get_one(CaseloadRow, cast.ada.own_id)
    row.overdue = 5
    db.session.commit()
    found = overdue.count(None, at=NOW)
    assert found.changes == (overdue.Change(cast.ada.own_id, 5, 1),)
    row.overdue = 0  # a check-in came in between reading and writing
    db.session.commit()
    overdue.write(found.changes)
    db.session.commit()
    assert counted(cast.ada) == 0


def test_a_clinic_is_counted_in_chunks_and_everybody_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, frozen: time_machine.Traveller
) -> None:
    like = db.session.get_one(CaseloadRow, cast.ada.own_id)
    for number in range(23):
        patient_row(f"Zoe{number}", cast.bea, 5, like=like)
    db.session.commit()
    monkeypatch.setattr(overdue, "CHUNK", 5)
    monkeypatch.setattr(overdue, "_IN_CARE", overdue._IN_CARE.limit(5))
    read: list[Any] = []
    reading = due.count_late

    def note(rows: Any, at: datetime) -> Any:
        read.extend(rows)
        return reading(rows, at)

    monkeypatch.setattr(due, "count_late", note)
    assert go_round() == 6
    assert len(read) == len({row.id for row in read}) == 25


def test_a_round_is_made_once_in_a_while_and_not_by_two(cast: Cast, frozen: time_machine.Traveller) -> None:
    first, second = OverdueRound("first"), OverdueRound("second")
    assert rounds.take(NAME, "first", at=NOW)
    assert not rounds.take(NAME, "second", at=NOW)
    assert rounds.finish(NAME, "first", every=EVERY, at=NOW)
    assert not rounds.take(NAME, "second", at=NOW + EVERY - timedelta(seconds=1))
    assert rounds.take(NAME, "second", at=NOW + EVERY)
    db.session.commit()
    assert (first.step(), second.step()) == (False, False)


def test_a_worker_that_died_loses_its_round_to_another_and_cannot_go_on(cast: Cast) -> None:
    assert rounds.take(NAME, "dead", at=NOW)
    later = NOW + rounds.LEASE
    assert rounds.renew(NAME, "dead", at=NOW + timedelta(seconds=1))
    assert not rounds.take(NAME, "other", at=later)
    assert rounds.take(NAME, "other", at=later + timedelta(seconds=1))
    assert not rounds.renew(NAME, "dead", at=later)
    assert not rounds.finish(NAME, "dead", every=EVERY, at=later)
    db.session.commit()
    assert db.session.get_one(WorkerRound, NAME).leased_by == "other"


def test_two_workers_at_once_make_one_round(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    plan_item(cast.ada, "phq-9", 14, starts_on=TODAY - timedelta(days=2))
    row = db.session.get_one(CaseloadRow, cast.ada.own_id)
    row.overdue = 0
    db.session.commit()
    written: list[Any] = []
    start = threading.Barrier(2)

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE caseload_rows"):
            written.append(statement)

    def work(name: str) -> None:
        with app.app_context():
            start.wait()
            go_round(name)
            db.session.remove()

    event.listen(db.db.engine, "before_cursor_execute", note)
    threads = [threading.Thread(target=copy_context().run, args=(work, name)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    event.remove(db.db.engine, "before_cursor_execute", note)
    assert len(written) == 1
    assert counted(cast.ada) == 1
    due_at = db.session.get_one(WorkerRound, NAME).due_at
    assert due_at == NOW + EVERY
