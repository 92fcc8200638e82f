"""Changing a course that has started; its earlier versions stay."""

from collections.abc import Callable
from datetime import date
from typing import Any

from portal import db
from portal.treatment import course_service
from portal.treatment.models import Course, CourseStatus
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser, Page

Open = Callable[..., Browser]


def page_of(browser: Open, cast: Cast, course: Course, who: str = "bea") -> Page:
    return browser(getattr(cast, who)).get(f"/patients/{cast.ada.own_id}/treatments/{course.id}/edit")


def a_course(cast: Cast, **values: Any) -> Course:
    return factories.course(cast.ada, cast.bea, protocol="twice a week", **values)


def test_a_course_is_changed_with_a_reason_and_the_version_before_is_shown(browser: Open, cast: Cast) -> None:
    course = a_course(cast)
    page = page_of(browser, cast, course, "nia")
    values = page.form("Save").values
    assert (values["plan"], values["series_planned"], values["protocol"]) == ("series", "6", "twice a week")
    refused = page.form("Save").submit(series_planned="8", protocol="weekly", expect=422)
    assert refused.problems == ["Say why you are changing what was recorded."]
    after = refused.form("Save").submit(reason="slower than hoped")
    assert "0 of 8 of the series given" in after.text
    shown = page_of(browser, cast, course).text
    for said in ("Nia Achebe", "slower than hoped", "Induction series: 6 infusions → 8 infusions", "“weekly”"):
        assert said in shown
    db.session.refresh(course)
    assert course.revision == 2


def test_a_series_becomes_boosters_only_and_back(browser: Open, cast: Cast) -> None:
    course = a_course(cast)
    page_of(browser, cast, course).form("Save").submit(plan="boosters", reason="series was given elsewhere")
    again = page_of(browser, cast, course)
    assert "Induction series: 6 infusions → boosters only" in again.text
    assert again.form("Save").submit(plan="series", reason="a slip", expect=422).problems == [
        "Enter how many infusions the series has"
    ]
    again.form("Save").submit(plan="series", series_planned="6", reason="a slip")
    db.session.refresh(course)
    assert course.series_planned == 6


def test_saving_without_a_change_is_no_version(browser: Open, cast: Cast) -> None:
    course = a_course(cast)
    page_of(browser, cast, course).form("Save").submit()
    db.session.refresh(course)
    assert course.revision == 1


def test_a_course_changed_by_somebody_else_is_not_overwritten_unseen(browser: Open, cast: Cast) -> None:
    course = a_course(cast)
    beas, nias = (page_of(browser, cast, course, who).form("Save") for who in ("bea", "nia"))
    nias.submit(protocol="weekly", reason="slower")
    page = beas.submit(series_planned="8", reason="more", expect=409)
    assert "Somebody changed this while you had it open" in page.text
    assert "Protocol: “weekly”" in page.text
    assert page.form("Save").values["series_planned"] == "8"
    page.form("Save").submit(protocol="weekly")
    db.session.refresh(course)
    assert (course.series_planned, course.protocol, course.revision) == (8, "weekly", 3)


def test_a_course_ended_by_mistake_runs_again_unless_another_does(browser: Open, cast: Cast) -> None:
    course = a_course(cast)
    course_service.end_course(cast.ada.own_id, course.id, by=cast.bea.actor, at=NOW)
    db.session.commit()
    form = page_of(browser, cast, course).form("Save")
    other = factories.course(cast.ada, cast.bea)
    refused = form.submit(goes_on="yes", reason="wrong patient", expect=422)
    assert refused.problems == ["Another course runs now. End that one first."]
    other.status = CourseStatus.ENDED
    db.session.commit()
    refused.form("Save").submit()
    db.session.refresh(course)
    assert (course.status, course.ended_on) == (CourseStatus.RUNNING, None)
    assert "Status: Ended → Running" in page_of(browser, cast, course).text


def test_the_day_stays_between_enrolment_and_the_end(browser: Open, cast: Cast) -> None:
    course = a_course(cast, status=CourseStatus.ENDED, ended_on=date(2026, 10, 1))
    form = page_of(browser, cast, course).form("Save")
    assert form.submit(started_on="2026-10-02", reason="x", expect=422).problems == [
        "The course ended on October 1, 2026. Enter that day or an earlier one."
    ]
    assert (
        form.submit(started_on="2024-01-01", reason="x", expect=422).problems[0].startswith("The patient was enrolled")
    )


def test_an_indication_that_the_patient_no_longer_has_stays_offered(browser: Open, cast: Cast) -> None:
    course = a_course(cast, indication="ptsd")
    assert page_of(browser, cast, course).form("Save").values["indication"] == "ptsd"
