"""What a patient reads of their treatment: how to prepare, what is asked now, how the last one went."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from portal import db
from portal.access.policy import PatientStatus
from portal.patients.models import Patient
from portal.treatment.models import Infusion, InfusionStatus, Site
from portal.treatment.rules import service as rules
from portal.treatment.rules.values import DEFAULTS
from tests import factories
from tests.cast import NOW, Cast, Person
from tests.page import Browser, Page
from tests.treatment.preparation.conftest import At

Open = Callable[..., Browser]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def lay_down(cast: Cast, **texts: str) -> None:
    laid_down = replace(DEFAULTS, **texts)
    rules.lay_down(laid_down, version=0, reason="ours", defaults={}, by=cast.bea.actor, at=NOW)
    db.session.commit()


def planned(cast: Cast, after: timedelta = DAY, **values: Any) -> Infusion:
    on = factories.course(cast.ada, cast.bea)
    return factories.infusion(on, cast.bea, NOW + after, 9, status=InfusionStatus.PLANNED, started_at=None, **values)


def treatment(browser: Browser, person: Person) -> Page:
    return browser.get(f"/patients/{person.own_id}/treatments")


def today(browser: Browser, person: Person) -> Page:
    return browser.get(f"/patients/{person.own_id}/today")


def test_the_clinics_own_words_say_how_to_prepare(browser: Open, cast: Cast) -> None:
    planned(cast)
    lay_down(cast, evening_text="Eat a light supper.", day_text="Wear loose sleeves.", after_text="Do not drive.")
    text = treatment(browser(cast.ada), cast.ada).text
    assert "The day before Eat a light supper. On the day Wear loose sleeves. Afterwards Do not drive." in text
    assert "tells you how to prepare" not in text


def test_without_the_clinics_words_the_care_team_is_named_and_no_hour_is(browser: Open, cast: Cast) -> None:
    planned(cast, 3 * DAY)
    page = treatment(browser(cast.ada), cast.ada)
    assert "Your care team tells you how to prepare." in page.text
    for invented in ("hours", "24", "fast", "drive"):
        assert invented not in page.text.split("How to prepare")[1], invented


@pytest.mark.parametrize(
    ("days_ago", "status", "shown"),
    [
        (0, InfusionStatus.COMPLETED, True),
        (1, InfusionStatus.STOPPED_EARLY, True),
        (2, InfusionStatus.COMPLETED, False),
        (0, InfusionStatus.MISSED, False),
    ],
)
def test_the_words_for_afterwards_stand_out_on_the_first_day(
    browser: Open, cast: Cast, days_ago: int, status: InfusionStatus, shown: bool
) -> None:
    on = factories.course(cast.ada, cast.bea)
    factories.infusion(on, cast.bea, NOW - days_ago * DAY - HOUR, status=status)
    lay_down(cast, after_text="Rest until tomorrow.")
    assert ("After your last oneRest until tomorrow." in treatment(browser(cast.ada), cast.ada).text) is shown


def test_the_last_one_says_the_day_how_it_went_where_and_how_long_and_no_dose(browser: Open, cast: Cast) -> None:
    on = factories.course(cast.ada, cast.bea)
    factories.infusion(on, cast.bea, NOW - 9 * DAY, 1)
    stopped = InfusionStatus.STOPPED_EARLY
    factories.infusion(on, cast.bea, NOW - 3 * DAY, 2, status=stopped, minutes=25, site=Site.CLINIC)
    page = treatment(browser(cast.ada), cast.ada)
    assert "November 19, 2026 Stopped early, at the clinic, 25 minutes" in page.text
    assert page.text.count("November 19, 2026") == 1
    assert "November 13, 2026 Done, at home" in page.text
    assert "mg" not in page.text.split("Treatment", 1)[1]


def test_before_noon_of_the_day_before_the_page_says_from_when_it_asks(browser: Open, cast: Cast) -> None:
    planned(cast)
    text = treatment(browser(cast.ada), cast.ada).text
    assert "From Sun, Nov 22, 12:00" in text
    assert "Get ready for tomorrow" not in text
    assert "Get ready" not in today(browser(cast.ada), cast.ada).text


def test_from_noon_on_both_pages_lead_to_the_questions(cast: Cast, browser_at: At) -> None:
    planned(cast)
    ada = browser_at(cast.ada, NOW + 2 * HOUR)
    assert treatment(ada, cast.ada).follow("Get ready for tomorrow").h1 == "Getting ready"
    page = today(ada, cast.ada)
    assert "Nothing more to do today" not in page.text
    assert page.follow("Get ready for tomorrow").h1 == "Getting ready"
    ada = browser_at(cast.ada, NOW + DAY - HOUR)
    assert today(ada, cast.ada).follow("Get ready for today").h1 == "Getting ready"


def test_what_was_said_is_a_task_no_more_and_can_be_seen(cast: Cast, browser_at: At) -> None:
    planned(cast)
    ada = browser_at(cast.ada, NOW + 2 * HOUR)
    form = today(ada, cast.ada).follow("Get ready for tomorrow").form("Send")
    form.submit(adult="yes", has_health_change="no", has_medicine_change="no")
    page = today(ada, cast.ada)
    assert "Get ready for" not in page.text
    assert page.follow("See or change what you said").h1 == "Getting ready"
    assert treatment(ada, cast.ada).follow("See or change what you said").h1 == "Getting ready"


@pytest.mark.parametrize("status", [PatientStatus.TRANSFERRED, PatientStatus.DISCHARGED])
def test_somebody_who_is_not_in_care_is_asked_nothing(cast: Cast, browser_at: At, status: PatientStatus) -> None:
    planned(cast)
    db.session.get_one(Patient, cast.ada.own_id).status = status
    db.session.commit()
    ada = browser_at(cast.ada, NOW + 2 * HOUR)
    assert "Get ready" not in today(ada, cast.ada).text
    assert "Get ready for tomorrow" not in treatment(ada, cast.ada).text


def test_the_care_team_does_not_read_the_patients_page(browser: Open, cast: Cast) -> None:
    planned(cast)
    assert "How to prepare" not in browser(cast.bea).get(f"/patients/{cast.ada.own_id}/treatments").text


def test_the_pages_ask_the_database_little(
    cast: Cast, browser_at: At, queries_of: Callable[[Callable[[], Any]], int]
) -> None:
    ada = browser_at(cast.ada, NOW + 2 * HOUR)
    today(ada, cast.ada)
    quiet = queries_of(lambda: today(ada, cast.ada))
    planned(cast)
    assert queries_of(lambda: today(ada, cast.ada)) - quiet == 2
