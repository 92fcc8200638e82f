"""After a positive answer the short screen is asked in the same sitting: once, today, and in nobody's plan."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from portal import db
from portal.audit.models import AuditEvent
from portal.checkins import due, plan_queries, planning, queries, service
from portal.checkins.models import CheckIn, CheckInDraft, Mode, PlanItem
from portal.checkins.rhythm import LineDraft, every
from portal.instruments import catalogue
from portal.safety.models import Concern
from tests.cast import NOW, Cast
from tests.checkins.sheets import DAILY, PHQ_9, Opener, count, only, ref, sheet, typed
from tests.checkins.test_submit import send
from tests.factories import check_in, plan_item

ASQ_NO = {f"q{n}": 0 for n in range(1, 5)}


def asked(cast: Cast) -> list[PlanItem]:
    db.session.rollback()
    return [one for one in db.session.query(PlanItem).filter_by(instrument="asq") if queries.is_at_once(one)]


@pytest.mark.parametrize(
    ("instrument", "answers"),
    [("phq-9", {**PHQ_9, "q9": 1}), ("phq-9", {**PHQ_9, "q9": 3}), ("daily", {**DAILY, "safe": 1})],
)
def test_it_is_due_today_by_a_line_that_nobody_wrote_and_that_ends_tonight(
    cast: Cast, instrument: str, answers: Any
) -> None:
    send(cast.ada, instrument, answers)
    (line,) = asked(cast)
    assert (line.created_by_id, line.ends_on) == (None, line.starts_on + timedelta(days=1))
    found = due.get_today(ref(cast.ada), at=NOW, past_days=7)
    assert [one.line.id for one in found.now] == [line.id]
    tomorrow = due.get_today(ref(cast.ada), at=NOW + timedelta(days=1), past_days=7)
    assert not tomorrow.due
    assert due.count_late([ref(cast.ada)], NOW + timedelta(days=1)) == {cast.ada.own_id: 0}


@pytest.mark.parametrize(
    ("instrument", "answers"),
    [
        ("phq-9", PHQ_9),
        ("phq-9", {**PHQ_9, "q9": None}),
        ("daily", DAILY),
        ("daily", {**DAILY, "safe": 2}),
        ("asq", {**ASQ_NO, "q1": 1, "q5": 0}),
    ],
)
def test_nothing_else_asks_it(cast: Cast, instrument: str, answers: Any) -> None:
    send(cast.ada, instrument, answers)
    assert not asked(cast)


def test_it_is_not_asked_twice_nor_where_it_was_answered_today(cast: Cast) -> None:
    send(cast.ada, "phq-9", {**PHQ_9, "q9": 1})
    send(cast.ada, "daily", {**DAILY, "safe": 1})
    assert len(asked(cast)) == 1
    check_in(cast.dot, instrument="asq", answers=ASQ_NO)
    send(cast.dot, "phq-9", {**PHQ_9, "q9": 1})
    assert len(asked(cast)) == 1


def test_what_staff_typed_in_asks_nothing_of_the_patient(cast: Cast) -> None:
    answers = sheet({**PHQ_9, "q9": 1})
    service.submit(ref(cast.ada), "phq-9", answers, by=cast.nia.actor, at=NOW, mode=Mode.PHONE)
    db.session.commit()
    assert only(Concern).rule == "R2"
    assert not asked(cast)


def test_where_the_clinic_has_retired_it_nothing_is_asked(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    without = [one for one in catalogue.current().askable() if one.id != "asq"]
    monkeypatch.setattr(type(catalogue.current()), "askable", lambda self: without)
    send(cast.ada, "phq-9", {**PHQ_9, "q9": 1})
    assert not asked(cast)


def test_the_screen_of_the_plan_is_asked_where_it_is_the_other_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    other = [*catalogue.current().askable(), catalogue.current().get("c-ssrs")]
    monkeypatch.setattr(type(catalogue.current()), "askable", lambda self: other)
    plan_item(cast.ada, "c-ssrs", 28, created_by_id=cast.bea.user_id)
    send(cast.ada, "phq-9", {**PHQ_9, "q9": 1})
    db.session.rollback()
    lines = [one.instrument for one in db.session.query(PlanItem) if queries.is_at_once(one)]
    assert lines == ["c-ssrs"]


def test_the_plan_page_neither_shows_it_nor_calls_the_plan_changed(cast: Cast, browser: Opener) -> None:
    plan_item(cast.ada, "asq", 28, created_by_id=cast.bea.user_id)
    before = plan_queries.get_plan(ref(cast.ada), NOW)
    send(cast.ada, "phq-9", {**PHQ_9, "q9": 1})
    after = plan_queries.get_plan(ref(cast.ada), NOW)
    assert (after.stamp, after.lines, after.ended) == (before.stamp, before.lines, before.ended)
    wanted = [line.draft for line in after.lines]
    planning.apply(cast.ada.own_id, wanted, by=cast.bea.actor, at=NOW)
    planning.apply(cast.ada.own_id, [*wanted, LineDraft("phq-9", every(14))], by=cast.bea.actor, at=NOW)
    db.session.commit()
    assert len(asked(cast)) == 1
    events = [one.event for one in db.session.query(AuditEvent) if one.event.startswith("plan:")]
    assert events == ["plan:asked-at-once", "plan:changed"]


def test_a_gap_that_the_plan_keeps_does_not_put_it_off(cast: Cast) -> None:
    plan_item(cast.ada, "asq", 7, min_gap_days=7, created_by_id=cast.bea.user_id)
    day = (NOW - timedelta(days=1)).date()
    check_in(cast.ada, on=day, at=NOW - timedelta(days=1), instrument="asq", answers=ASQ_NO)
    send(cast.ada, "phq-9", {**PHQ_9, "q9": 1})
    assert [one.line.is_at_once for one in due.get_today(ref(cast.ada), at=NOW, past_days=7).now] == [True]


def test_a_plan_that_is_stopped_and_taken_up_again_does_not_ask_it_anew(cast: Cast) -> None:
    plan_item(cast.ada, "gad-7", 7, created_by_id=cast.bea.user_id)
    send(cast.ada, "phq-9", {**PHQ_9, "q9": 1})
    planning.end_plans(cast.ada.own_id, by=cast.bea.actor, at=NOW)
    planning.resume(cast.ada.own_id, by=cast.bea.actor, at=NOW + timedelta(days=2))
    db.session.commit()
    current = [one.instrument for one in db.session.query(PlanItem) if one.ends_on is None]
    assert current == ["gad-7"]


def to_receipt(browser: Opener, cast: Cast) -> Any:
    item = plan_item(cast.ada, "phq-9", 14)
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}")
    return page.form("Send").submit(typed({**PHQ_9, "q9": 1}))


def test_the_page_after_sending_is_the_card_with_the_way_on(browser: Opener, cast: Cast) -> None:
    page = to_receipt(browser, cast)
    assert page.text.index("Call 988") < page.text.index("Two minutes more: a few short questions")
    page = page.follow("Go on")
    assert "In the past few weeks, have you wished you were dead?" in page.text
    page = page.form("Send").submit(typed(ASQ_NO))
    assert "Two minutes more" not in page.text
    assert {one.instrument for one in db.session.query(CheckIn)} == {"phq-9", "asq"}


def test_a_tab_closed_before_it_leaves_it_due_and_what_was_answered_is_kept_and_heard(
    browser: Opener, cast: Cast
) -> None:
    page = to_receipt(browser, cast).follow("Go on")
    form, ada = page.form("Send"), page.browser
    kept = ada.open(f"{form.action}/draft", "POST", data={**form.values.to_dict(), "item_q1": "1"})
    assert kept.json == {"saved": True, "help": "crisis"}
    assert count(CheckInDraft) == 1
    assert {one.rule for one in db.session.query(Concern)} == {"R2"}
    today = ada.get(f"/patients/{cast.ada.own_id}/today")
    assert "You began this. Your answers are here." in today.text


def test_refusing_all_of_it_is_no_positive_screen(browser: Opener, cast: Cast) -> None:
    page = to_receipt(browser, cast).follow("Go on")
    page.form("Send").submit(typed(dict.fromkeys(ASQ_NO)))
    assert {one.rule for one in db.session.query(Concern).filter_by(instrument="asq")} == {"R4"}


def test_it_is_written_with_the_answer_or_not_at_all(cast: Cast) -> None:
    filled = sheet({**PHQ_9, "q9": 1})
    send(cast.ada, "phq-9", filled=filled)
    send(cast.ada, "phq-9", filled=filled, at=NOW + timedelta(minutes=1))
    assert len(asked(cast)) == 1
    assert only(PlanItem).instrument == "asq"


def test_late_in_the_evening_the_patient_s_own_day_counts(
    cast: Cast, frozen: time_machine.Traveller, queries_of: Callable[..., int]
) -> None:
    late = NOW + timedelta(hours=13, minutes=50)
    send(cast.ada, "phq-9", {**PHQ_9, "q9": 1}, at=late)
    assert due.get_today(ref(cast.ada), at=late + timedelta(minutes=5), past_days=7).now
    assert not due.get_today(ref(cast.ada), at=late + timedelta(minutes=15), past_days=7).now
    assert queries_of(lambda: due.get_today(ref(cast.ada), at=late, past_days=7)) <= 4
