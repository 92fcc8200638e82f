"""A questionnaire that is asked for once: due on Today, no line of the plan, never late, and answered once."""

from datetime import date, timedelta
from typing import Any

import pytest

from portal import db
from portal.checkins import due, plan_queries, planning, queries, service, silence
from portal.checkins.models import PlanItem
from portal.checkins.requests import queries as requests
from portal.checkins.requests import service as asking
from portal.checkins.requests import span
from portal.checkins.requests.models import QuestionnaireRequest
from portal.checkins.rhythm import LineDraft, every
from portal.safety.silence.models import Silence
from tests.cast import NOW, Cast
from tests.checkins.sheets import GAD_7, PHQ_9, count, only, ref, sheet
from tests.checkins.test_submit import send
from tests.factories import plan_item

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
ONE_DATABASE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def ask(cast: Cast, instrument: str = "gad-7", days: int = 4, at: Any = NOW) -> Any:
    request_id = asking.ask(cast.ada.own_id, instrument, TODAY + days * DAY, by=cast.bea.actor, at=at)
    db.session.commit()
    return request_id


def standing(cast: Cast, days: int = 0) -> dict[str, str]:
    found = due.due_of(ref(cast.ada), NOW + days * DAY)
    return {one.line.instrument: one.standing.value for one in found}


def asked(request_id: Any) -> requests.Asked:
    db.session.rollback()
    return requests.list_requests([request_id])[request_id]


def test_it_is_due_until_the_day_before_and_then_gone(cast: Cast) -> None:
    request_id = ask(cast)
    assert [standing(cast, days) for days in range(5)] == [{"gad-7": "due"}] * 4 + [{}]
    assert [due.count_late([ref(cast.ada)], NOW + days * DAY)[cast.ada.own_id] for days in range(6)] == [0] * 6
    assert [asked(request_id).is_open(TODAY + days * DAY) for days in (0, 3, 4)] == [True, True, False]


def test_it_is_no_line_of_the_plan_and_a_new_plan_leaves_it(cast: Cast) -> None:
    ask(cast)
    assert not queries.list_plan(cast.ada.own_id)
    assert not plan_queries.get_plan(ref(cast.ada), NOW).lines
    planning.apply(cast.ada.own_id, [LineDraft("phq-9", every(7))], by=cast.bea.actor, at=NOW)
    planning.ask(cast.ada.own_id, "gad-7", triggers=every(7), by=cast.bea.actor, at=NOW)
    db.session.commit()
    assert [item.instrument for item in queries.list_plan(cast.ada.own_id)] == ["gad-7", "phq-9"]
    assert only(PlanItem, is_requested=True).ends_on == TODAY + 4 * DAY


def test_an_answer_comes_back_with_its_day_and_score_and_ends_the_asking(cast: Cast) -> None:
    request_id = ask(cast)
    sent = send(cast.ada, "gad-7", GAD_7, at=NOW + DAY, on=TODAY + DAY)
    found = asked(request_id)
    assert (found.check_in_id, found.answered_on, found.score) == (sent.check_in_id, TODAY + DAY, 7)
    assert standing(cast, 1) == {"gad-7": "done"}
    assert standing(cast, 2) == {}
    send(cast.ada, "gad-7", GAD_7, at=NOW + 2 * DAY, on=TODAY + 2 * DAY)
    assert asked(request_id).check_in_id == sent.check_in_id


@ONE_DATABASE
def test_another_questionnaire_or_an_earlier_day_is_no_answer(cast: Cast) -> None:
    request_id = ask(cast)
    send(cast.ada, "phq-9", PHQ_9)
    send(cast.ada, "gad-7", GAD_7, on=TODAY - DAY)
    assert asked(request_id).check_in_id is None
    assert standing(cast) == {"gad-7": "due"}


def test_a_correction_takes_its_place(cast: Cast) -> None:
    request_id = ask(cast)
    sent = send(cast.ada, "gad-7", GAD_7)
    entry = queries.get_entry(cast.ada.own_id, sent.check_in_id)
    assert entry is not None
    other = sheet({**GAD_7, "q1": 3})
    service.correct(ref(cast.ada), entry.check_in, other, by=cast.ada.actor, at=NOW + timedelta(hours=1))
    db.session.commit()
    found = asked(request_id)
    assert (found.check_in_id != sent.check_in_id, found.score) == (True, 9)


@ONE_DATABASE
def test_it_goes_before_the_plan_and_the_plan_goes_on_after_it(cast: Cast) -> None:
    line = plan_item(cast.ada, "gad-7", 14, starts_on=TODAY - 3 * DAY, min_gap_days=7)
    send(cast.ada, "gad-7", GAD_7, at=NOW - 2 * DAY, on=TODAY - 2 * DAY)
    assert "due" not in standing(cast).values()
    ask(cast)
    assert standing(cast) == {"gad-7": "due"}
    send(cast.ada, "gad-7", GAD_7)
    later = due.due_of(ref(cast.ada), NOW + 11 * DAY)
    assert [(one.line.id, one.standing.value) for one in later] == [(line.id, "due")]


@ONE_DATABASE
def test_where_it_was_sent_today_it_is_asked_from_tomorrow_on(cast: Cast) -> None:
    send(cast.ada, "gad-7", GAD_7)
    request_id = ask(cast)
    assert asked(request_id).check_in_id is None
    assert standing(cast) == {"gad-7": "soon"}
    assert standing(cast, 1) == {"gad-7": "due"}


def test_taken_back_it_is_asked_no_more_and_only_once(cast: Cast) -> None:
    request_id = ask(cast)
    assert asking.withdraw(cast.ada.own_id, request_id, by=cast.bea.actor, at=NOW)
    assert not asking.withdraw(cast.ada.own_id, request_id, by=cast.bea.actor, at=NOW)
    assert not asking.withdraw(cast.dot.own_id, request_id, by=cast.cal.actor, at=NOW)
    db.session.commit()
    assert standing(cast) == {}
    send(cast.ada, "gad-7", GAD_7)
    assert asked(request_id).check_in_id is None


@ONE_DATABASE
def test_what_was_answered_cannot_be_taken_back(cast: Cast) -> None:
    request_id = ask(cast)
    send(cast.ada, "gad-7", GAD_7)
    assert not asking.withdraw(cast.ada.own_id, request_id, by=cast.bea.actor, at=NOW)


@ONE_DATABASE
def test_when_everything_is_stopped_it_stops_and_does_not_come_back(cast: Cast) -> None:
    plan_item(cast.ada, "phq-9", 7)
    request_id = ask(cast)
    planning.end_plans(cast.ada.own_id, by=cast.bea.actor, at=NOW)
    planning.resume(cast.ada.own_id, by=cast.bea.actor, at=NOW)
    db.session.commit()
    assert not asked(request_id).is_open(TODAY)
    assert "gad-7" not in standing(cast, 1)
    assert count(QuestionnaireRequest) == 1


@ONE_DATABASE
@pytest.mark.parametrize("in_plan", [False, True])
def test_silence_counts_the_plan_and_never_what_was_asked_for_once(cast: Cast, in_plan: bool) -> None:
    """With the same askings in the plan a spell begins; asked for once, nothing does."""
    if in_plan:
        plan_item(cast.ada, "gad-7", 30, starts_on=TODAY)
    else:
        ask(cast, days=8)
    silence.act([cast.ada.own_id], at=NOW + 20 * DAY)
    db.session.commit()
    assert count(Silence) == (1 if in_plan else 0)


@ONE_DATABASE
def test_nor_is_it_counted_beside_a_line_of_the_plan_that_was_answered(cast: Cast) -> None:
    plan_item(cast.ada, "gad-7", 28, starts_on=TODAY - DAY)
    send(cast.ada, "gad-7", GAD_7, at=NOW - DAY, on=TODAY - DAY)
    ask(cast)
    silence.act([cast.ada.own_id], at=NOW + 20 * DAY)
    db.session.commit()
    assert count(Silence) == 0


@pytest.mark.parametrize(
    ("days", "done", "said"),
    [
        (1, False, None),
        (28, False, None),
        (2, True, None),
        (29, True, None),
        (0, False, "is too soon"),
        (-9, False, "is too soon"),
        (1, True, "filled in today already"),
        (29, False, "is too far ahead"),
        (300_000, False, "is too far ahead"),
    ],
)
def test_which_days_can_be_chosen(days: int, done: bool, said: str | None) -> None:
    found = span.problem(TODAY + days * DAY, TODAY, answered_today=done)
    assert (found is None) if said is None else (found is not None and said in found.message)


@ONE_DATABASE
def test_what_can_be_asked_for_is_what_a_patient_can_fill_in(cast: Cast) -> None:
    offered = {one.id for one in requests.requestable()}
    assert {"phq-9", "gad-7"} <= offered
    assert "daily" not in offered
