"""The page about a patient's treatment."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from portal import db
from portal.accounts.models import User
from portal.treatment.models import InfusionKind, InfusionStatus, Site
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser, Page

Open = Callable[..., Browser]
DAY = timedelta(days=1)


def treatments(browser: Open, cast: Cast, who: str = "bea") -> Page:
    return browser(getattr(cast, who)).get(f"/patients/{cast.ada.own_id}/treatments")


def test_a_chart_without_a_course_says_how_to_begin(browser: Open, cast: Cast) -> None:
    page = treatments(browser, cast)
    assert "No course yet" in page.text
    assert "Plan an infusion" not in page.text
    assert page.follow("Start a course").h1 == "Start a course"


def test_staff_see_every_infusion_with_dose_route_place_and_recorder(browser: Open, cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea, protocol="0.5 mg/kg over 40 minutes")
    factories.infusion(course, cast.nia, NOW - 9 * DAY, number=1, outcome_note="calm throughout")
    factories.infusion(course, cast.bea, NOW - 2 * DAY, number=2, status=InfusionStatus.STOPPED_EARLY, site=Site.CLINIC)
    factories.infusion(course, cast.bea, NOW + 2 * DAY, number=3, status=InfusionStatus.PLANNED, started_at=None)
    page = treatments(browser, cast)
    assert [row[0] for row in page.rows()] == ["No.", "3", "2", "1"]
    first = page.rows()[3]
    assert first[1].startswith("November 13, 2026, 10:00")
    assert first[2].startswith("Completed")
    assert first[2].endswith("calm throughout")
    assert first[3] == "35 mg (0.5 mg/kg)Intravenous · 40 minutes"
    assert "Induction series" in first[1]
    assert first[4] == "At homeNobody is named who gave it"
    assert first[5] == "No signed order"
    assert "Recorded by Nia Achebe" in first[6]
    assert "7 days after the one before" in page.rows()[2][1]
    assert "2 of 6 of the series given" in page.text
    assert "0.5 mg/kg over 40 minutes" in page.text


def test_boosters_are_counted_apart_from_the_series(browser: Open, cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    factories.infusion(course, cast.bea, NOW - 9 * DAY, number=1)
    factories.infusion(course, cast.bea, NOW - 2 * DAY, number=7, kind=InfusionKind.BOOSTER)
    text = treatments(browser, cast).text
    assert "1 of 6 of the series given" in text
    assert "1 booster" in text


@pytest.mark.parametrize(
    ("zone", "said"), [("America/New_York", "November 20, 2026, 10:00"), ("Asia/Kathmandu", "November 20, 2026, 8:45")]
)
def test_days_and_times_are_the_patients_and_not_the_readers(browser: Open, cast: Cast, zone: str, said: str) -> None:
    factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - 2 * DAY)
    db.session.get_one(User, cast.ada.user_id).time_zone = zone
    db.session.commit()
    page = treatments(browser, cast)
    assert page.rows()[1][1].startswith(said)
    assert zone.replace("_", " ") in page.text


def test_the_patient_reads_when_the_next_one_is_and_how_the_last_ones_went(browser: Open, cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea, protocol="0.5 mg/kg over 40 minutes")
    factories.infusion(course, cast.bea, NOW - 9 * DAY, number=1, outcome_note="anxious, BP 150/95")
    factories.infusion(course, cast.bea, NOW - 3 * DAY, number=2, status=InfusionStatus.MISSED)
    factories.infusion(course, cast.bea, NOW + 2 * DAY, number=3, status=InfusionStatus.PLANNED, started_at=None)
    page = treatments(browser, cast, "ada")
    assert "Tue, Nov 24, 10:00" in page.text
    assert "In 2 days" in page.text
    assert "November 13, 2026 Done, at home" in page.text
    assert "November 19, 2026 Did not take place" in page.text
    for hidden in ("mg", "protocol", "BP 150", "anxious", "Induction", "Intravenous", "Bea", "Record", "Plan"):
        assert hidden not in page.text, hidden
    assert "0.5" not in page.html


def test_a_patient_without_a_date_is_told_so(browser: Open, cast: Cast) -> None:
    assert "No date is set yet" in treatments(browser, cast, "ada").text


def test_a_plan_that_nobody_recorded_stands_out(browser: Open, cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    factories.infusion(course, cast.bea, NOW - DAY, status=InfusionStatus.PLANNED, started_at=None)
    assert "not recorded yet" in treatments(browser, cast).rows()[1][2]


def test_ending_a_course_takes_one_form_and_says_what_it_does(browser: Open, cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    factories.infusion(course, cast.bea, NOW + DAY, status=InfusionStatus.PLANNED, started_at=None)
    page = treatments(browser, cast)
    assert "1 infusion is still planned in it and will be cancelled" in page.text
    after = page.form("End this course").submit()
    assert "Saved." in after.text
    assert "Ended" in after.text
    assert "Cancelled" in after.rows()[1][2]
