from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import db
from portal.access.policy import PatientStatus
from portal.checkins import due, queries, service
from portal.patients.models import Patient
from portal.treatment.models import InfusionKind, InfusionStatus
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import DAILY, Opener, ref, sheet
from tests.factories import check_in, course, infusion, plan_item, scored, thread

TODAY = date(2026, 11, 22)


def today(browser: Opener, person: Person) -> Any:
    return browser(person).get(f"/patients/{person.own_id}/today")


def tasks(page: Any) -> Any:
    return [label for label, href in page.links if href and "/check-ins/new/" in href]


def test_what_is_due_stands_there_shortest_first_with_the_time_it_takes(browser: Opener, cast: Cast) -> None:
    for instrument, every in (("phq-9", 14), ("gad-7", 14), ("daily", 1)):
        plan_item(cast.ada, instrument, every, starts_on=TODAY)
    assert tasks(today(browser, cast.ada)) == [
        "Start",
        "Daily check-inAbout 1 minute",
        "Two weeks: worryAbout 2 minutes",
        "Two weeks: moodAbout 3 minutes",
    ]


def test_what_is_late_says_since_when_and_is_still_calm(browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada, "phq-9", 14)
    scored(cast.ada, "phq-9", 12, TODAY - timedelta(days=20))
    page = today(browser, cast.ada)
    assert "since Nov 19" in page.text
    assert "late" not in page.text.lower()


def test_after_the_last_one_it_says_that_nothing_is_left_and_what_comes_next(browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada)
    row = check_in(cast.ada)
    page = today(browser, cast.ada)
    assert "Nothing more to do today" in page.text
    assert "Next is “Daily check-in”, tomorrow." in page.text
    assert (f"/patients/{cast.ada.own_id}/check-ins/{row.id}") in [href for _, href in page.links]


def test_yesterday_and_the_days_before_can_be_added_within_the_clinics_limit(browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada, starts_on=TODAY - timedelta(days=30))
    check_in(cast.ada, TODAY - timedelta(days=3), NOW - timedelta(days=3))
    page = today(browser, cast.ada)
    offered = [href.partition("?on=")[2] for _, href in page.links if href and "?on=" in href]
    assert offered == ["2026-11-21", "2026-11-20", "2026-11-18", "2026-11-17", "2026-11-16", "2026-11-15"]
    assert "Daily check-in for yesterday" in page.text


def test_what_was_begun_says_so(browser: Opener, cast: Cast) -> None:
    daily, phq = plan_item(cast.ada), plan_item(cast.ada, "phq-9", 14)
    for item, answers, on in ((daily, {"mood": 3}, TODAY), (phq, {"q1": 1}, TODAY - timedelta(1))):
        line = queries.to_line(item)
        service.save_draft(ref(cast.ada), line, sheet(answers), on=on, by=cast.ada.actor, at=NOW)
    db.session.commit()
    found = {label: href for label, href in today(browser, cast.ada).links if "begun" in label or "began" in label}
    begun = "You began this. Your answers are here."
    assert list(found) == [f"Daily check-in{begun}", f"Two weeks: mood{begun}"]
    for href, answered in zip(found.values(), ({"item_mood": "3"}, {"item_q1": "1"}), strict=True):
        form = browser(cast.ada).get(href).form("Send").values
        assert {name: form[name] for name in answered} == answered
        assert form["on"] == "2026-11-22"


def test_the_next_treatment_is_named_by_its_day_and_hour(browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada)
    infusion(
        course(cast.ada, cast.bea),
        cast.bea,
        NOW + timedelta(days=12),
        kind=InfusionKind.BOOSTER,
        status=InfusionStatus.PLANNED,
        started_at=None,
    )
    assert "Next treatmentFri, Dec 4, 10:00" in today(browser, cast.ada).text.replace("\u202f", " ")


def test_a_new_message_is_named_without_its_words_and_the_progress_is_one_tap_away(browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada)
    assert "From your care team" not in today(browser, cast.ada).text
    thread(cast.ada, cast.bea, "CANARY words")
    page = today(browser, cast.ada)
    assert "From your care team 1 new message" in page.text
    assert "CANARY" not in page.html
    assert ("See your progress", f"/patients/{cast.ada.own_id}/progress") in page.links


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (PatientStatus.PAUSED, "Your check-ins are paused. Your care team can start them again."),
        (
            PatientStatus.TRANSFERRED,
            "Your care has moved to another clinic, so there is nothing to send here any more.",
        ),
        (PatientStatus.DISCHARGED, "Your care at this clinic has ended, so there is nothing to send any more."),
        (PatientStatus.DIED, "This record is closed."),
    ],
)
def test_a_patient_who_is_not_in_care_has_nothing_due_and_reads_why(
    browser: Opener, cast: Cast, status: Any, said: Any
) -> None:
    plan_item(cast.ada)
    db.session.get_one(Patient, cast.ada.own_id).status = status
    db.session.commit()
    page = today(browser, cast.ada)
    assert tasks(page) == []
    assert said in page.text
    assert ("start them again" in page.text) is (status is PatientStatus.PAUSED)


def test_the_day_is_the_patients_own(app: Flask, cast: Cast, frozen: time_machine.Traveller) -> None:
    plan_item(cast.ada)
    ada = ref(cast.ada)
    for hours, day in ((0, "2026-11-22"), (13.9, "2026-11-22"), (14, "2026-11-23")):
        found = due.get_today(ada, at=NOW + timedelta(hours=hours), past_days=7)
        assert found.on == date.fromisoformat(day)


def test_a_corrected_check_in_counts_once(cast: Cast) -> None:
    plan_item(cast.ada)
    row = check_in(cast.ada)
    service.correct(ref(cast.ada), row, sheet({**DAILY, "mood": 1}), by=cast.ada.actor, at=NOW)
    db.session.commit()
    found = due.get_today(ref(cast.ada), at=NOW, past_days=7)
    assert len(found.done) == 1
    assert found.done[0].id != row.id


@pytest.mark.parametrize("name", ["bea", "cal", "dot", "eve", "nia"])
def test_nobody_else_sees_a_patients_day(browser: Opener, cast: Cast, name: Any) -> None:
    browser(getattr(cast, name)).get(f"/patients/{cast.ada.own_id}/today", expect=404)


def test_a_patient_who_travelled_west_is_asked_for_the_day_that_came_again(cast: Cast) -> None:
    plan_item(cast.ada)
    check_in(cast.ada, TODAY + timedelta(days=1))
    found = due.get_today(ref(cast.ada), at=NOW, past_days=7)
    assert [(one.standing.value, one.on) for one in found.due] == [("due", TODAY)]


@pytest.mark.parametrize(("days", "times"), [(18, 1), (3, 1)])
def test_the_day_of_the_next_treatment_is_said_once(browser: Opener, cast: Cast, days: int, times: int) -> None:
    at = NOW + timedelta(days=days)
    infusion(course(cast.ada, cast.bea), cast.bea, at, status=InfusionStatus.PLANNED, planned_at=at)
    text = today(browser, cast.ada).text.partition("Next treatment")[2]
    assert text.count("Dec 10") + text.count("December 10") + text.count("Nov 25") == times
    assert ("in 3 days" in text) == (days == 3)
