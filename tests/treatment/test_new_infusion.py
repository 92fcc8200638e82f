"""Planning and recording an infusion."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from portal import db
from portal.accounts import sessions
from portal.accounts.models import User
from portal.treatment.models import Infusion, InfusionKind, InfusionStatus, Route, Site
from tests import factories
from tests.cast import NOW, PASSWORD, Cast
from tests.page import Browser, Page

Open = Callable[..., Browser]
DAY = timedelta(days=1)
GIVEN = {
    "status": "completed",
    "started_on": "2026-11-20",
    "started_time": "10:00",
    "minutes": "40",
    "weight_kg": "70",
    "dose_mg": "35",
}
PLANNED = {"status": "planned", "planned_on": "2026-12-01", "planned_time": "10:00"}


def page_of(browser: Open, cast: Cast, as_: str = "done", **course: Any) -> Page:
    found = factories.course(cast.ada, cast.bea, **course)
    return browser(cast.bea).get(f"/patients/{cast.ada.own_id}/treatments/{found.id}/new?as={as_}")


def infusions() -> list[Infusion]:
    return list(db.session.scalars(select(Infusion).order_by(Infusion.happens_at)))


def test_an_infusion_that_was_given_is_recorded_and_stands_in_the_list(browser: Open, cast: Cast) -> None:
    page = page_of(browser, cast).form("Save").submit(GIVEN | {"outcome_note": "calm throughout", "site": "clinic"})
    assert "Saved." in page.text
    assert page.rows()[1][3].startswith("35 mg (0.5 mg/kg)")
    (found,) = infusions()
    assert found.started_at == datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    assert (found.number, found.kind, found.status) == (1, InfusionKind.INDUCTION, InfusionStatus.COMPLETED)
    assert (found.route, found.site, found.outcome_note) == (Route.INTRAVENOUS, Site.CLINIC, "calm throughout")
    assert found.recorded_by_id == cast.bea.user_id


def test_who_gave_it_who_supervised_and_who_was_there_are_recorded(browser: Open, cast: Cast) -> None:
    people = {
        "given_by_id": str(cast.nia.user_id),
        "supervised_by_id": str(cast.bea.user_id),
        "at_bedside": "Ike, her brother",
    }
    after = page_of(browser, cast).form("Save").submit(GIVEN | people)
    assert after.rows()[1][4] == "At homeGiven by Nia AchebeSupervised by Bea LindqvistWith Ike, her brother"
    (found,) = infusions()
    assert (found.given_by_id, found.supervised_by_id) == (cast.nia.user_id, cast.bea.user_id)


def test_only_the_care_team_gives_and_only_a_provider_supervises(browser: Open, cast: Cast) -> None:
    page = page_of(browser, cast)
    for field, person in (("given_by_id", cast.cal), ("supervised_by_id", cast.nia), ("given_by_id", cast.eve)):
        sent = dict(page.form("Save").values) | GIVEN | {field: str(person.user_id)}
        again = page.browser.post(page.url.split("?")[0], sent, expect=422)
        assert again.problems == ["Choose one of the answers shown"]
    assert infusions() == []


def test_a_pain_protocol_by_rate_is_worked_out(browser: Open, cast: Cast) -> None:
    rate = {"dose_mg": "", "dose_mg_per_kg_h": "0.35", "minutes": "240"}
    after = page_of(browser, cast).form("Save").submit(GIVEN | rate)
    assert after.rows()[1][3] == "98 mg (1.4 mg/kg), 0.35 mg/kg/hIntravenous · 240 minutes"
    (found,) = infusions()
    assert (found.dose_mg, found.dose_mg_per_kg, found.dose_mg_per_kg_h) == (98.0, 1.4, 0.35)


def test_an_infusion_is_planned_and_the_patient_sees_when(browser: Open, cast: Cast) -> None:
    page_of(browser, cast, "plan").form("Save").submit(PLANNED)
    assert "Tue, Dec 1, 10:00" in browser(cast.ada).get(f"/patients/{cast.ada.own_id}/treatments").text


def test_a_nurse_records_too(browser: Open, cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    page = browser(cast.nia).get(f"/patients/{cast.ada.own_id}/treatments/{course.id}/new?as=done")
    page.form("Save").submit(GIVEN)
    assert infusions()[0].recorded_by_id == cast.nia.user_id


@pytest.mark.parametrize(("as_", "status"), [("plan", "planned"), ("done", "completed"), ("x", "planned")])
def test_the_page_suggests_what_is_likely_but_never_a_start(browser: Open, cast: Cast, as_: str, status: str) -> None:
    values = page_of(browser, cast, as_).form("Save").values
    assert (values["status"], values["number"]) == (status, "1")
    assert (values["started_on"], values["started_time"]) == ("", "")
    assert values["kind"] == "induction"


def test_one_that_is_planned_is_offered_before_another_number_is_taken(browser: Open, cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    plan = {"status": InfusionStatus.PLANNED, "started_at": None}
    factories.infusion(course, cast.bea, NOW - timedelta(hours=2), number=3, **plan)
    page = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/treatments/{course.id}/new?as=done")
    assert "Number 3 is planned for Sun, Nov 22." in page.text
    that = page.follow("Record that one")
    assert (that.h1, that.form("Save").values["started_time"]) == ("Infusion 3", "08:00")
    assert "is planned for" not in page_of_plan(browser, cast, course.id)


def page_of_plan(browser: Open, cast: Cast, course_id: uuid.UUID) -> str:
    return browser(cast.bea).get(f"/patients/{cast.ada.own_id}/treatments/{course_id}/new?as=plan").text


def test_after_the_series_a_booster_is_suggested(browser: Open, cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea, series_planned=2)
    for number, days in ((1, 9), (2, 5)):
        factories.infusion(course, cast.bea, NOW - days * DAY, number=number)
    page = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/treatments/{course.id}/new")
    values = page.form("Save").values
    assert (values["kind"], values["number"]) == ("booster", "3")


def test_route_minutes_and_place_come_from_the_last_one_but_never_a_dose_or_a_weight(browser: Open, cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    factories.infusion(course, cast.bea, NOW - 9 * DAY, route=Route.INTRAMUSCULAR, minutes=55, site=Site.CLINIC)
    page = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/treatments/{course.id}/new")
    values = page.form("Save").values
    assert (values["route"], values["minutes"], values["site"]) == ("intramuscular", "55", "clinic")
    assert (values["dose_mg"], values["dose_mg_per_kg"], values["weight_kg"]) == ("", "", "")
    assert "Last time, November 13, 2026: 35 mg (0.5 mg/kg), at 70 kg" in page.text


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ({"dose_mg": "", "dose_mg_per_kg": "0.5"}, (35.0, 0.5)),
        ({"dose_mg": "35", "dose_mg_per_kg": "0.5"}, (35.0, 0.5)),
        ({"dose_mg": "35,5"}, (35.5, 0.507)),
        ({"weight_kg": ""}, (35.0, None)),
        ({"dose_mg": "", "dose_mg_per_kg": "0.5", "weight_kg": ""}, (None, 0.5)),
    ],
)
def test_either_unit_is_enough(browser: Open, cast: Cast, typed: dict[str, str], stored: tuple[float, float]) -> None:
    page_of(browser, cast).form("Save").submit(GIVEN | typed)
    (found,) = infusions()
    assert (found.dose_mg, found.dose_mg_per_kg) == stored


HISTORY = (
    "The patient was enrolled on October 18, 2025. Treatment before that day is history and cannot be recorded here."
)
GAP = "The clocks in America/New_York go forward on %s: 02:30 does not exist. Enter another time."
NO_DOSE = "Enter the dose that was given: in mg, in mg/kg, or in mg/kg/h with the minutes."
NUMBER = "Enter a number, like 12 or 0.5"
BAD: list[tuple[dict[str, str], str]] = [
    ({"started_on": ""}, "Enter the day as well"),
    ({"started_time": ""}, "Enter the time as well"),
    ({"started_on": "", "started_time": ""}, "Enter the day and the time it started."),
    (
        {"started_on": "2026-11-23"},
        "It would start at November 23, 2026, 10:00 AM, which is still to come. Choose “Planned”, or correct the time.",
    ),
    (
        {"started_on": "2026-11-22", "started_time": "09:30"},
        (
            "With 40 minutes it would end at November 22, 2026, 10:10 AM, which is still to come. "
            "Record it once it is over."
        ),
    ),
    ({"started_on": "2026-02-30"}, "Enter a real date: year, month, day, like 2026-03-27"),
    ({"started_time": "25:00"}, "Enter a time, hours and minutes, like 14:30"),
    ({"started_on": "2025-10-17"}, HISTORY),
    ({"started_on": "2026-03-08", "started_time": "02:30"}, GAP % "March 8, 2026"),
    (
        {"dose_mg": "", "weight_kg": ""},
        "Enter the dose that was given: in mg, in mg/kg, or in mg/kg/h with the minutes.",
    ),
    ({"dose_mg": "0"}, "Enter a number above zero."),
    ({"dose_mg": "-35"}, "Enter a number above zero."),
    ({"dose_mg": "35 mg"}, NUMBER),
    ({"dose_mg": "nan"}, NUMBER),
    ({"dose_mg": "1e9"}, NUMBER),
    ({"dose_mg": "999999999"}, "Enter 100000 or less"),
    ({"weight_kg": "9"}, "Enter the weight in kilograms, from 20 to 400."),
    (
        {"dose_mg_per_kg": "0.8"},
        (
            "35 mg and 0.8 mg/kg do not fit together: at 70 kg, 0.8 mg/kg are 56 mg. "
            "Correct one, or clear one and we work it out."
        ),
    ),
    (
        {"weight_kg": "", "dose_mg_per_kg": "5"},
        "35 mg and 5 mg/kg together would mean a weight of 7 kg. Correct one of them.",
    ),
    (
        {"dose_mg": "650"},
        (
            "This is a dose of 650 mg (9.286 mg/kg), more than ten times the usual one. Check it. "
            "If it is right, tick the box and say why."
        ),
    ),
    (
        {"dose_mg_per_kg_h": "0.35", "minutes": "120"},
        (
            "35 mg and 0.35 mg/kg/h do not fit together: at 70 kg, over 120 minutes, 0.35 mg/kg/h are 49 mg. "
            "Correct one, or clear one and we work it out."
        ),
    ),
    (
        {"dose_mg": "", "dose_mg_per_kg": "1.4", "weight_kg": "", "dose_mg_per_kg_h": "0.35", "minutes": "120"},
        (
            "1.4 mg/kg and 0.35 mg/kg/h do not fit together: over 120 minutes, 0.35 mg/kg/h are 0.7 mg/kg. "
            "Correct one, or clear one and we work it out."
        ),
    ),
    (
        {"dose_mg_per_kg_h": "0.001", "minutes": ""},
        ("At 0.001 mg/kg/h this dose would take 30,000 minutes. Correct the dose or the rate, or enter the minutes."),
    ),
    (
        {"dose_mg": "", "dose_mg_per_kg_h": "7.5", "minutes": "30"},
        (
            "This is a rate of 7.5 mg/kg/h, more than ten times the usual one. Check it. "
            "If it is right, tick the box and say why."
        ),
    ),
    ({"dose_mg": "", "dose_mg_per_kg_h": "0.5", "minutes": ""}, NO_DOSE),
    ({"minutes": "0"}, "Enter 1 or more"),
    ({"minutes": "forty"}, "Enter a whole number, like 12"),
    ({"number": "0"}, "Enter 1 or more"),
    ({"number": ""}, "Enter its number"),
    ({"status": "stopped-early"}, "Say why it was stopped."),
    (PLANNED | {"planned_on": ""}, "Enter the day as well"),
    (PLANNED | {"planned_on": "", "planned_time": ""}, "Enter the day and the time it is planned for."),
    (
        PLANNED | {"planned_on": "2026-11-21"},
        (
            "November 21, 2026, 10:00 AM has passed. Plan a day ahead; if it took place, choose “Completed” or "
            "“Stopped early”."
        ),
    ),
    (
        PLANNED | {"planned_on": "2062-12-01"},
        "December 1, 2062, 10:00 AM is more than two years ahead. Check the year.",
    ),
    (PLANNED | {"planned_on": "2027-03-14", "planned_time": "02:30"}, GAP % "March 14, 2027"),
]


def test_bad_input_is_said_plainly_and_everything_is_kept(browser: Open, cast: Cast) -> None:
    form = page_of(browser, cast).form("Save")
    for typed, said in BAD:
        sent = GIVEN | {"outcome_note": "", "number": "1"} | typed
        page = form.submit(sent, expect=422)
        assert page.problems == [said], typed
        kept = page.form("Save").values
        assert {name: kept[name] for name in sent} == sent
    assert infusions() == []


def test_number_and_time_that_are_taken_are_both_said(browser: Open, cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    factories.infusion(course, cast.bea, NOW - 2 * DAY, number=4)
    page = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/treatments/{course.id}/new?as=done")
    again = page.form("Save").submit(GIVEN | {"number": "4", "started_time": "10:39"}, expect=422)
    assert again.problems == [
        "Number 4 of this course is taken (November 20, 2026). The next free one is 5.",
        "Infusion 4 ran at this time, from November 20, 2026, 10:00 AM for 40 minutes. Two cannot overlap.",
    ]


def test_an_unusual_dose_is_kept_once_it_is_confirmed_with_a_reason(browser: Open, cast: Cast) -> None:
    page = page_of(browser, cast)
    assert "confirm_dose" not in page.form("Save").names
    again = page.form("Save").submit(GIVEN | {"dose_mg": "650"}, expect=422)
    unsure = again.form("Save").submit(confirm_dose="yes", expect=422)
    assert unsure.problems == ["Say why this dose is right"]
    unticked = again.form("Save").submit(dose_reason="four hours for pain", expect=422)
    assert len(unticked.problems) == 1
    done = again.form("Save").submit(confirm_dose="yes", dose_reason="four hours for pain")
    assert "Confirmed: four hours for pain" in done.text
    assert infusions()[0].dose_reason == "four hours for pain"


@pytest.mark.parametrize(
    ("zone", "typed", "moment"),
    [
        ("Asia/Kathmandu", ("2026-11-20", "02:30"), datetime(2026, 11, 19, 20, 45)),
        ("Australia/Lord_Howe", ("2026-04-05", "01:45"), datetime(2026, 4, 4, 14, 45)),
        ("America/New_York", ("2026-11-01", "01:30"), datetime(2026, 11, 1, 5, 30)),
    ],
)
def test_days_and_times_are_the_patients_and_the_first_of_a_repeated_hour_counts(
    browser: Open, cast: Cast, zone: str, typed: tuple[str, str], moment: datetime
) -> None:
    db.session.get_one(User, cast.ada.user_id).time_zone = zone
    db.session.commit()
    page = page_of(browser, cast)
    assert zone.replace("_", " ") in page.text
    page.form("Save").submit(GIVEN | {"started_on": typed[0], "started_time": typed[1]})
    assert infusions()[0].started_at == moment.replace(tzinfo=UTC)


def test_an_hour_skipped_on_lord_howe_is_refused(browser: Open, cast: Cast) -> None:
    db.session.get_one(User, cast.ada.user_id).time_zone = "Australia/Lord_Howe"
    db.session.commit()
    typed = {"started_on": "2026-10-04", "started_time": "02:15"}
    page = page_of(browser, cast).form("Save").submit(GIVEN | typed, expect=422)
    assert page.problems == [
        "The clocks in Australia/Lord_Howe go forward on October 4, 2026: 02:15 does not exist. Enter another time."
    ]


def test_a_second_tap_is_one_infusion(browser: Open, cast: Cast) -> None:
    form = page_of(browser, cast).form("Save")
    for _ in range(3):
        assert "Saved." in form.submit(GIVEN).text
    assert len(infusions()) == 1


def test_back_and_save_with_other_values_is_not_taken_for_saved(browser: Open, cast: Cast) -> None:
    form = page_of(browser, cast).form("Save")
    form.submit(GIVEN)
    page = form.submit(GIVEN | {"dose_mg": "42"}, expect=422)
    assert page.problems == ["This page was saved before, with other values. Open what was saved and change it there."]
    assert infusions()[0].dose_mg == 35.0


def test_what_was_typed_when_the_session_ended_is_offered_again(
    browser: Open, cast: Cast, frozen: time_machine.Traveller
) -> None:
    page = page_of(browser, cast)
    frozen.shift(sessions.IDLE_LIMIT_STAFF + timedelta(minutes=1))
    sign_in = page.form("Save").submit(GIVEN | {"outcome_note": "calm throughout"})
    again = sign_in.form("Sign in").submit(email=cast.bea.email, password=PASSWORD)
    assert "We kept what you typed" in again.text
    values = again.form("Save").values
    assert (values["outcome_note"], values["dose_mg"]) == ("calm throughout", "35")
    again.form("Save").submit()
    assert len(infusions()) == 1
    assert db.session.scalar(select(func.count()).select_from(Infusion)) == 1


def test_nothing_is_planned_in_a_course_that_has_ended(browser: Open, cast: Cast) -> None:
    page = page_of(browser, cast, "plan", status="ended").form("Save").submit(PLANNED, expect=422)
    assert page.problems == ["This course has ended, so nothing more can be planned in it. Start a new course first."]


def test_a_value_that_is_not_on_the_list_is_refused(browser: Open, cast: Cast) -> None:
    page = page_of(browser, cast)
    for field in ("status", "kind", "route", "site"):
        sent = dict(page.form("Save").values) | GIVEN | {field: "smoke"}
        again = page.browser.post(page.url.split("?")[0], sent, expect=422)
        assert "Choose one of the answers shown" in again.problems
    assert infusions() == []


def test_fields_that_are_not_on_the_form_change_nothing(browser: Open, cast: Cast) -> None:
    page = page_of(browser, cast)
    sent = dict(page.form("Save").values) | GIVEN
    extra = {"patient_id": str(cast.dot.own_id), "recorded_by_id": str(cast.cal.user_id), "revision": "9"}
    page.browser.post(page.url.split("?")[0], sent | extra | {"id": str(uuid.uuid4())})
    (found,) = infusions()
    assert (found.patient_id, found.recorded_by_id, found.revision) == (cast.ada.own_id, cast.bea.user_id, 1)
