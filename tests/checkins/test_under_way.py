"""What changes while somebody is at it: plans, patients, clocks and corrections; nothing is lost, nothing doubled."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from portal import db
from portal.access.policy import PatientStatus
from portal.accounts.models import User
from portal.checkins import due, planning, queries, service
from portal.checkins.models import CheckIn, CheckInDraft
from portal.checkins.plan import LineDraft, every
from portal.checkins.rhythm import Anchor, Trigger
from portal.patients.models import Patient
from portal.safety.models import Concern
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import DAILY, GAD_7, PHQ_9, Opener, count, only, ref, sheet, typed
from tests.factories import course, infusion, plan_item

TODAY = date(2026, 11, 22)
DAILY_LINE, PHQ, GAD = LineDraft("daily", every(1)), LineDraft("phq-9", every(14)), LineDraft("gad-7", every(14))
TWO_HOURS_AFTER = (Trigger(Anchor.INFUSION, hours=2),)


def standing(person: Person, at: datetime = NOW) -> dict[str, str]:
    db.session.rollback()
    return {one.line.instrument: one.standing.value for one in due.due_of(ref(person), at)}


def send(person: Person, instrument: str, answers: Any, at: datetime, **more: Any) -> CheckIn:
    sent = service.submit(ref(person), instrument, sheet(answers), by=person.actor, at=at, **more)
    db.session.commit()
    return db.session.get_one(CheckIn, sent.check_in_id)


# Plans


def test_a_plan_that_was_changed_and_paused_on_one_day_comes_back_as_it_was_last(cast: Cast) -> None:
    who, by = cast.ada.own_id, cast.bea.actor
    planning.apply(who, [DAILY_LINE, PHQ], by=by, at=NOW - timedelta(days=9))
    planning.apply(who, [DAILY_LINE, LineDraft("phq-9", every(7)), GAD], by=by, at=NOW)
    planning.end_plans(who, by=by, at=NOW + timedelta(hours=1))
    planning.resume(who, by=by, at=NOW + timedelta(days=2))
    db.session.commit()
    lines = [line for line in map(queries.to_line, queries.list_plan(who)) if line.ends_on is None]
    assert sorted((line.instrument, line.triggers) for line in lines) == [
        ("daily", every(1)),
        ("gad-7", every(14)),
        ("phq-9", every(7)),
    ]


def test_the_plans_page_marks_what_the_caseload_counts(browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada)
    plan_item(cast.ada, "phq-9", triggers=every(14), starts_on=TODAY - timedelta(days=2))
    plan_item(cast.ada, "gad-7", triggers=every(14), starts_on=TODAY - timedelta(days=9))
    plan_item(cast.ada, "urinary", triggers=every(28), starts_on=TODAY)
    assert standing(cast.ada) == {"daily": "due", "urinary": "due", "phq-9": "overdue", "gad-7": "missed"}
    assert due.count_late([ref(cast.ada)], NOW) == {cast.ada.own_id: 2}
    said = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/plan").text
    assert said.count("overdue since") == 2
    assert said.count("Due now") == 2
    for marked in ("overdue since Fri, Nov 20", "overdue since Fri, Nov 13"):
        assert marked in said


@pytest.mark.parametrize("status", [one for one in PatientStatus if one is not PatientStatus.ACTIVE])
def test_a_stopped_plan_is_not_changed_so_that_it_can_be_taken_up_whole(
    browser: Opener, cast: Cast, status: PatientStatus
) -> None:
    planning.apply(cast.ada.own_id, [DAILY_LINE, PHQ], by=cast.bea.actor, at=NOW - timedelta(days=9))
    planning.end_plans(cast.ada.own_id, by=cast.bea.actor, at=NOW)
    db.session.get_one(Patient, cast.ada.own_id).status = status
    db.session.commit()
    address = f"/patients/{cast.ada.own_id}/plan"
    page = browser(cast.bea).get(address)
    assert "Nothing is due while care is paused or has ended." in page.text
    assert not [href for _, href in page.links if href.startswith(f"{address}/")]
    for more in ("add", "ready-made"):
        assert page.browser.open(f"{address}/{more}").status_code == 404
        assert page.browser.open(f"{address}/{more}", "POST", data={}).status_code == 404


def test_the_ready_made_plan_keeps_the_week_between_two_forms(browser: Opener, cast: Cast) -> None:
    address = f"/patients/{cast.ada.own_id}/plan/ready-made"
    page: Any = browser(cast.bea).get(address).form("Show its lines")
    page = page.submit(phase="start", conditions=["ptsd"], button="Show its lines")
    page.form("Save this plan").submit()
    lines = {line.instrument: line for line in map(queries.to_line, queries.list_plan(cast.ada.own_id))}
    assert lines["pcl-5-week"].triggers == (Trigger(Anchor.START, from_day=7, every_days=7),)
    assert lines["pcl-5-month"].triggers == (Trigger(Anchor.START),)


# Corrections


def test_a_correction_answers_no_more_than_what_it_corrects(cast: Cast) -> None:
    plan_item(cast.ada, "gad-7", triggers=TWO_HOURS_AFTER)
    morning = send(cast.ada, "gad-7", GAD_7, NOW - timedelta(hours=5))
    infusion(course(cast.ada, cast.bea), cast.bea, NOW - timedelta(hours=3))
    assert standing(cast.ada) == {"gad-7": "due"}
    service.correct(ref(cast.ada), morning, sheet({**GAD_7, "q1": 2}), by=cast.ada.actor, at=NOW)
    db.session.commit()
    assert standing(cast.ada) == {"gad-7": "due"}


def test_what_was_corrected_stays_done(cast: Cast) -> None:
    plan_item(cast.ada, "gad-7", triggers=every(7), starts_on=TODAY)
    sent = send(cast.ada, "gad-7", GAD_7, NOW)
    service.correct(ref(cast.ada), sent, sheet({**GAD_7, "q1": 2}), by=cast.ada.actor, at=NOW + timedelta(minutes=5))
    db.session.commit()
    assert standing(cast.ada) == {"gad-7": "done"}


# Answers given so far


def test_answers_given_so_far_go_on_when_the_rhythm_is_changed_meanwhile(browser: Opener, cast: Cast) -> None:
    item = plan_item(cast.ada, "phq-9", 14, starts_on=TODAY)
    line = queries.to_line(item)
    service.save_draft(ref(cast.ada), line, sheet({"q1": 2, "q2": 3}), on=TODAY, by=cast.ada.actor, at=NOW)
    db.session.commit()
    planning.apply(cast.ada.own_id, [LineDraft("phq-9", every(7))], by=cast.bea.actor, at=NOW)
    db.session.commit()
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/today")
    assert "You began this. Your answers are here." in page.text
    form = page.follow("Two weeks: mood").form("Send")
    assert (form.values["item_q1"], form.values["item_q2"]) == ("2", "3")
    form.submit(typed(PHQ_9))
    assert (count(CheckIn), count(CheckInDraft)) == (1, 0)


def test_a_page_of_a_line_that_was_stopped_meanwhile_is_taken_and_heard(browser: Opener, cast: Cast) -> None:
    item = plan_item(cast.ada, "phq-9", 14, starts_on=TODAY)
    form = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}").form("Send")
    planning.end_item(cast.ada.own_id, item.id, by=cast.bea.actor, at=NOW)
    db.session.commit()
    page = form.submit(typed({**PHQ_9, "q9": 3}))
    assert page.h1 == "Thank you for telling us"
    assert only(Concern).rule == "R3"


@pytest.mark.parametrize("broken", [{"on": "someday"}, {"submission_id": "x"}, {"on": "", "submission_id": ""}])
def test_danger_is_heard_in_answers_that_cannot_be_kept(browser: Opener, cast: Cast, broken: dict[str, str]) -> None:
    item = plan_item(cast.ada, "phq-9", 14, starts_on=TODAY)
    form = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}").form("Send")
    sent = {**form.values.to_dict(), "item_q9": "3", **broken}
    answer = form.page.browser.open(f"{form.action.partition('?')[0]}/draft", "POST", data=sent)
    assert (answer.status_code, answer.json) == (422, {"saved": False, "help": "crisis"})
    assert only(Concern).rule == "R3"
    assert count(CheckInDraft) == 0


# Clocks


def test_a_line_that_begins_tomorrow_where_the_patient_is_now_can_be_changed_and_ended(cast: Cast) -> None:
    user = db.session.get_one(User, cast.ada.user_id)
    user.time_zone = "Pacific/Kiritimati"
    db.session.commit()
    at = NOW.replace(hour=11)
    planning.apply(cast.ada.own_id, [DAILY_LINE, PHQ], by=cast.bea.actor, at=at)
    user.time_zone = "Pacific/Pago_Pago"
    db.session.commit()
    assert set(standing(cast.ada, at).values()) <= {"soon", "upcoming"}
    planning.apply(cast.ada.own_id, [LineDraft("phq-9", every(7))], by=cast.bea.actor, at=at)
    db.session.commit()
    planning.end_plans(cast.ada.own_id, by=cast.bea.actor, at=at)
    db.session.commit()
    assert standing(cast.ada, at + timedelta(days=5)) == {}


# What cannot be


@pytest.mark.parametrize("junk", ["abc", "9" * 5000, "1.5", "-1", "٣", "NaN", "1e3", "0x1", "\x00"])
@pytest.mark.parametrize(("instrument", "answers"), [("phq-9", PHQ_9), ("daily", DAILY)])
def test_junk_in_a_radio_is_refused_at_its_question(
    browser: Opener, cast: Cast, junk: str, instrument: str, answers: Any
) -> None:
    item = plan_item(cast.ada, instrument, 14, starts_on=TODAY)
    form = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}").form("Send")
    first = next(iter(answers))
    sent = {**form.values.to_dict(), **typed(answers), f"item_{first}": junk}
    page = form.page.browser.post(form.action, sent, expect=422)
    kept = page.form("Send").values
    assert {name: kept[name] for name in typed(answers) if name != f"item_{first}"}.items() <= sent.items()
    assert count(CheckIn) == 0


@pytest.mark.parametrize("status", [PatientStatus.PAUSED, PatientStatus.DISCHARGED, PatientStatus.TRANSFERRED])
def test_danger_is_heard_whatever_the_status_of_care(browser: Opener, cast: Cast, status: PatientStatus) -> None:
    item = plan_item(cast.ada, "phq-9", 14, starts_on=TODAY)
    form = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}").form("Send")
    db.session.get_one(Patient, cast.ada.own_id).status = status
    db.session.commit()
    form.submit(typed({**PHQ_9, "q9": 3}))
    assert only(Concern).rule == "R3"
