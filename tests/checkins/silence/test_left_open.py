"""R4, abandoned: a safety question that was reached and left open, in a check-in that was never sent."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from portal import db
from portal.access.policy import PatientStatus
from portal.audit.models import AuditEvent
from portal.checkins import left_open, queries, service
from portal.checkins.models import CheckInDraft, PlanItem
from portal.checkins.worker import LeftOpenRound
from portal.patients.models import Patient
from portal.safety.models import Alert, AlertState, Concern
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import DAILY, PHQ_9, ref, sheet
from tests.checkins.silence.rounds import go_round
from tests.factories import plan_item

TODAY = date(2026, 11, 22)
AN_HOUR, A_MINUTE = timedelta(hours=1), timedelta(minutes=1)
UP_TO_9 = {f"q{n}": 1 for n in range(1, 9)}
"""Everything before the last question but one of PHQ-9, which is then on the screen."""


def begin(person: Person, line: PlanItem, answers: Any, at: datetime = NOW, **more: Any) -> Any:
    """Keep answers given so far, as the page does while it is filled in; return what was kept."""
    found, kept = queries.to_line(line), sheet(answers, **more)
    service.save_draft(ref(person), found, kept, by=person.actor, at=at, on=TODAY)
    db.session.commit()
    return kept


def concerns(person: Person) -> list[tuple[str, str, float | None]]:
    """Return what was found of a patient: rule, item and value."""
    db.session.rollback()
    mine = select(Concern).where(Concern.patient_id == person.own_id).order_by(Concern.found_at, Concern.item)
    return [(one.rule, one.item, one.value) for one in db.session.scalars(mine)]


@pytest.fixture
def go(frozen: time_machine.Traveller) -> Callable[[datetime], None]:
    """Return a function that makes a whole round at a moment."""

    def at(moment: datetime) -> None:
        frozen.move_to(moment)
        go_round(LeftOpenRound("one"))

    return at


Go = Callable[[datetime], None]


@pytest.mark.parametrize(
    ("instrument", "answers", "expected"),
    [
        ("phq-9", UP_TO_9, [("R4", "q9", None)]),
        ("phq-9", {"q1": 1, "q2": 1}, []),
        ("phq-9", {"q1": 1, "function": 1}, [("R4", "q9", None)]),
        ("phq-9", {**UP_TO_9, "q9": 0}, []),
        ("phq-9", {**UP_TO_9, "q9": None}, [("R4", "q9", None)]),
        ("phq-9", {**UP_TO_9, "q9": 1}, [("R2", "q9", 1.0)]),
        ("gad-7", {"q1": 1}, []),
    ],
    ids=["reached", "not reached", "passed over", "answered", "declined", "positive", "nothing of the kind"],
)
def test_only_what_was_reached_and_left_open_is_passed_on(
    cast: Cast, go: Go, instrument: str, answers: Any, expected: Any
) -> None:
    begin(cast.ada, plan_item(cast.ada, instrument, 7), answers)
    go(NOW + AN_HOUR)
    assert concerns(cast.ada) == expected


def test_an_hour_is_waited_and_then_it_is_passed_on_once(cast: Cast, go: Go) -> None:
    begin(cast.ada, plan_item(cast.ada, "phq-9", 7), UP_TO_9)
    go(NOW + AN_HOUR - A_MINUTE)
    assert concerns(cast.ada) == []
    for minutes in range(60, 180, 20):
        go(NOW + minutes * A_MINUTE)
    assert concerns(cast.ada) == [("R4", "q9", None)]
    (alert,) = db.session.scalars(select(Alert))
    assert (alert.rule, alert.state, alert.opened_at) == ("R4", AlertState.OPEN, NOW + AN_HOUR)
    assert db.session.scalars(select(CheckInDraft.left_open_at)).all() == [NOW + AN_HOUR]
    kept = select(AuditEvent.details).where(AuditEvent.event == "check-in:left-open")
    assert db.session.scalars(kept).all() == [{}]


def test_whoever_goes_on_has_not_left(cast: Cast, go: Go) -> None:
    line = plan_item(cast.ada, "phq-9", 7)
    kept = begin(cast.ada, line, UP_TO_9)
    begin(cast.ada, line, UP_TO_9, NOW + 30 * A_MINUTE, submission_id=kept.submission_id)
    go(NOW + AN_HOUR)
    assert concerns(cast.ada) == []
    go(NOW + 30 * A_MINUTE + AN_HOUR)
    assert concerns(cast.ada) == [("R4", "q9", None)]


def test_what_was_sent_meanwhile_is_not_left(cast: Cast, go: Go) -> None:
    line = plan_item(cast.ada, "phq-9", 7)
    kept = begin(cast.ada, line, UP_TO_9)
    answers = sheet(PHQ_9, submission_id=kept.submission_id)
    service.submit(ref(cast.ada), "phq-9", answers, by=cast.ada.actor, at=NOW + A_MINUTE, plan_item_id=line.id)
    db.session.commit()
    go(NOW + AN_HOUR)
    assert concerns(cast.ada) == []


def test_what_was_sent_between_looking_and_acting_is_not_left(cast: Cast) -> None:
    line = plan_item(cast.ada, "phq-9", 7)
    kept = begin(cast.ada, line, UP_TO_9)
    later = NOW + AN_HOUR
    found = left_open.look(None, at=later)
    assert len(found.left) == 1
    answers = sheet(PHQ_9, submission_id=kept.submission_id)
    service.submit(ref(cast.ada), "phq-9", answers, by=cast.ada.actor, at=later, plan_item_id=line.id)
    db.session.commit()
    left_open.act(found.left, at=later)
    db.session.commit()
    assert concerns(cast.ada) == []


def test_declining_later_what_was_left_open_is_not_found_twice(cast: Cast, go: Go) -> None:
    line = plan_item(cast.ada, "phq-9", 7)
    kept = begin(cast.ada, line, UP_TO_9)
    go(NOW + AN_HOUR)
    again = sheet({**PHQ_9, "q9": None}, submission_id=kept.submission_id)
    service.submit(ref(cast.ada), "phq-9", again, by=cast.ada.actor, at=NOW + 2 * AN_HOUR, plan_item_id=line.id)
    db.session.commit()
    assert concerns(cast.ada) == [("R4", "q9", None)]


def test_a_positive_answer_later_is_heard_beside_it(cast: Cast, go: Go) -> None:
    line = plan_item(cast.ada, "phq-9", 7)
    kept = begin(cast.ada, line, UP_TO_9)
    go(NOW + AN_HOUR)
    again = sheet({**PHQ_9, "q9": 1}, submission_id=kept.submission_id)
    service.submit(ref(cast.ada), "phq-9", again, by=cast.ada.actor, at=NOW + 2 * AN_HOUR, plan_item_id=line.id)
    db.session.commit()
    assert concerns(cast.ada)[:1] == [("R4", "q9", None)]
    assert "R2" in [rule for rule, _, _ in concerns(cast.ada)]


def test_a_draft_that_moves_to_another_day_is_not_passed_on_again(cast: Cast, go: Go) -> None:
    line = plan_item(cast.ada, "phq-9", 7)
    kept = begin(cast.ada, line, UP_TO_9)
    go(NOW + AN_HOUR)
    tomorrow, found = NOW + timedelta(days=1), queries.to_line(line)
    again = sheet(UP_TO_9, submission_id=kept.submission_id)
    service.save_draft(ref(cast.ada), found, again, by=cast.ada.actor, at=tomorrow, on=TODAY + timedelta(days=1))
    db.session.commit()
    go(tomorrow + AN_HOUR)
    assert concerns(cast.ada) == [("R4", "q9", None)]


def test_somebody_who_goes_on_and_stops_at_the_next_question_is_heard_again(cast: Cast, go: Go) -> None:
    line = plan_item(cast.ada, "asq", 7)
    kept = begin(cast.ada, line, {"q1": 0})
    go(NOW + AN_HOUR)
    begin(cast.ada, line, {"q1": 0, "q2": 0}, NOW + 2 * AN_HOUR, submission_id=kept.submission_id)
    go(NOW + 3 * AN_HOUR)
    assert concerns(cast.ada) == [("R4", "q2", None), ("R4", "q3", None)]


def test_what_was_left_too_long_ago_or_by_somebody_who_died_is_not_passed_on(cast: Cast, go: Go) -> None:
    begin(cast.ada, plan_item(cast.ada, "phq-9", 7), UP_TO_9)
    begin(cast.dot, plan_item(cast.dot, "phq-9", 7), UP_TO_9)
    db.session.get_one(Patient, cast.dot.own_id).status = PatientStatus.DIED
    db.session.commit()
    go(NOW + left_open.LOOK_BACK + A_MINUTE)
    assert (concerns(cast.ada), concerns(cast.dot)) == ([], [])


def test_a_worker_that_was_down_for_days_still_finds_it(cast: Cast, go: Go) -> None:
    begin(cast.ada, plan_item(cast.ada, "phq-9", 7), UP_TO_9)
    go(NOW + timedelta(days=6))
    assert concerns(cast.ada) == [("R4", "q9", None)]


def test_a_round_goes_on_where_the_last_one_ended_and_misses_none(
    cast: Cast, frozen: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, looked = LeftOpenRound("one"), list[Any]()
    looking = left_open.look

    def note(after: Any, *, at: datetime) -> Any:
        looked.append(after)
        return looking(after, at=at)

    monkeypatch.setattr(left_open, "look", note)
    begin(cast.ada, plan_item(cast.ada, "gad-7", 7), {"q1": 1})
    frozen.move_to(NOW + AN_HOUR)
    go_round(found)
    begin(cast.dot, plan_item(cast.dot, "phq-9", 7), UP_TO_9, NOW + 30 * A_MINUTE)
    frozen.move_to(NOW + 2 * AN_HOUR)
    go_round(found)
    assert [one and one.patient_id for one in looked] == [None, cast.ada.own_id]
    assert concerns(cast.dot) == [("R4", "q9", None)]


def test_what_could_not_be_passed_on_is_looked_at_again_in_the_next_round(
    cast: Cast, frozen: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, passing_on = LeftOpenRound("one"), left_open._pass_on
    for person in (cast.ada, cast.dot):
        begin(person, plan_item(person, "phq-9", 7), UP_TO_9)

    def fail(row: Any, *, at: datetime) -> None:
        if row.patient_id == cast.ada.own_id:
            raise KeyError("a broken definition")
        passing_on(row, at=at)

    monkeypatch.setattr(left_open, "_pass_on", fail)
    frozen.move_to(NOW + AN_HOUR)
    go_round(found)
    assert (concerns(cast.ada), concerns(cast.dot)) == ([], [("R4", "q9", None)])
    monkeypatch.setattr(left_open, "_pass_on", passing_on)
    for minutes in (1, 2):
        frozen.move_to(NOW + AN_HOUR + minutes * A_MINUTE)
        go_round(found)
    assert concerns(cast.ada) == [("R4", "q9", None)]


def test_many_drafts_are_looked_at_in_chunks(
    cast: Cast, frozen: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch, queries_of: Callable[..., int]
) -> None:
    monkeypatch.setattr(left_open, "CHUNK", 2)
    monkeypatch.setattr(left_open, "_NEXT", left_open._NEXT.limit(2))
    for number, name in enumerate(("phq-9", "gad-7", "peg", "daily", "urinary")):
        answers = {"phq-9": UP_TO_9, "daily": {"mood": 3, "anxiety": 3, "energy": 5, "sleep_h": 7}}.get(name, {})
        begin(cast.ada, plan_item(cast.ada, name, 7), answers, NOW + number * timedelta(seconds=1))
    frozen.move_to(NOW + 2 * AN_HOUR)
    assert queries_of(lambda: left_open.look(None, at=NOW + 2 * AN_HOUR)) == 1
    assert go_round(LeftOpenRound("one")) >= 3
    assert {item for _, item, _ in concerns(cast.ada)} == {"q9", "safe"}


def test_several_workers_at_once_pass_it_on_once(cast: Cast, at_once: Callable[[Callable[[str], Any]], None]) -> None:
    begin(cast.ada, plan_item(cast.ada, "phq-9", 7), UP_TO_9)
    later = NOW + AN_HOUR
    found = left_open.look(None, at=later).left

    def act(_name: str) -> None:
        db.begin(write=True)
        left_open.act(found, at=later)
        db.session.commit()

    at_once(act)
    assert concerns(cast.ada) == [("R4", "q9", None)]
    assert len(db.session.scalars(select(Alert)).all()) == 1


def test_the_sheet_of_a_day_is_left_whole(cast: Cast, go: Go) -> None:
    """Nothing of what was answered is lost or sent for anybody."""
    kept = begin(cast.ada, plan_item(cast.ada), {key: DAILY[key] for key in ("mood", "anxiety")})
    go(NOW + 2 * AN_HOUR)
    (draft,) = db.session.scalars(select(CheckInDraft))
    assert (draft.submission_id, draft.answers, draft.saved_at) == (kept.submission_id, {"mood": 6, "anxiety": 3}, NOW)
