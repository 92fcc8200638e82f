"""Starting a course."""

import uuid
from collections.abc import Callable

from sqlalchemy import func, select

from portal import db
from portal.patients.models import Condition, PatientCondition
from portal.treatment.models import Course, CourseStatus
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser, Page

Open = Callable[..., Browser]


def page_of(browser: Open, cast: Cast) -> Page:
    return browser(cast.bea).get(f"/patients/{cast.ada.own_id}/treatments/new")


def courses() -> int:
    return db.session.scalar(select(func.count()).select_from(Course)) or 0


def test_the_form_suggests_six_infusions_from_the_patients_today(browser: Open, cast: Cast) -> None:
    values = page_of(browser, cast).form("Start the course").values
    assert (values["plan"], values["series_planned"], values["started_on"]) == ("series", "6", "2026-11-22")


def test_the_only_indication_of_the_patient_is_chosen_already(browser: Open, cast: Cast) -> None:
    assert page_of(browser, cast).form("Start the course").values["indication"] == "treatment-resistant-depression"
    kept = {"patient_id": cast.ada.own_id, "condition": Condition.PTSD, "recorded_at": NOW}
    db.session.add(PatientCondition(**kept))
    db.session.commit()
    assert "indication" not in page_of(browser, cast).form("Start the course").values


def test_only_what_the_patient_is_treated_for_is_offered(browser: Open, cast: Cast) -> None:
    text = page_of(browser, cast).text
    assert "Treatment-resistant depression" in text
    assert "Chronic pain" not in text


def test_everything_is_offered_where_nothing_is_on_record(browser: Open, cast: Cast) -> None:
    db.session.query(PatientCondition).delete()
    db.session.commit()
    assert "Chronic pain" in page_of(browser, cast).text


def test_a_course_is_started(browser: Open, cast: Cast) -> None:
    form = page_of(browser, cast).form("Start the course")
    after = form.submit(indication="treatment-resistant-depression", series_planned="8", protocol="0.5 mg/kg")
    assert "Saved." in after.text
    assert "0 of 8 of the series given" in after.text
    course = db.session.scalars(select(Course)).one()
    assert (course.patient_id, course.created_by_id) == (cast.ada.own_id, cast.bea.user_id)


def test_a_course_may_have_boosters_only(browser: Open, cast: Cast) -> None:
    form = page_of(browser, cast).form("Start the course")
    after = form.submit(plan="boosters", series_planned="")
    assert "boosters only" in after.text
    course = db.session.scalars(select(Course)).one()
    assert course.series_planned == 0
    new = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/treatments/{course.id}/new")
    assert new.form("Save").values["kind"] == "booster"


def test_a_running_course_ends_only_where_the_box_is_ticked(browser: Open, cast: Cast) -> None:
    running = factories.course(cast.ada, cast.bea)
    page = page_of(browser, cast)
    assert "A course is running" in page.text
    values = {"indication": "treatment-resistant-depression", "protocol": "weekly"}
    again = page.form("Start the course").submit(values, expect=422)
    assert again.problems == ["A course is running. Tick the box to end it, or go back."]
    assert again.form("Start the course").values["protocol"] == "weekly"
    again.form("Start the course").submit(end_running="yes")
    db.session.refresh(running)
    assert running.status is CourseStatus.ENDED


BAD = [
    ("indication", "", "Choose what this course is for"),
    ("series_planned", "", "Enter how many infusions the series has"),
    ("series_planned", "0", "Enter 1 or more"),
    ("series_planned", "13", "Enter 12 or less"),
    ("series_planned", "six", "Enter a whole number, like 12"),
    ("started_on", "", "Enter the day the course starts"),
    ("started_on", "2026-02-30", "Enter a real date: year, month, day, like 2026-03-27"),
    ("started_on", "2024-02-01", "The patient was enrolled on October 18, 2025. A course starts on that day or later."),
    ("started_on", "2099-02-01", "Enter a day within the next year."),
]


def test_bad_input_is_said_plainly_and_kept(browser: Open, cast: Cast) -> None:
    db.session.query(PatientCondition).delete()
    db.session.commit()
    form = page_of(browser, cast).form("Start the course")
    for field, typed, said in BAD:
        values = {"indication": "treatment-resistant-depression", "protocol": "as agreed"} | {field: typed}
        page = form.submit({name: value for name, value in values.items() if value or name != "indication"}, expect=422)
        assert page.problems == [said]
        kept = page.form("Start the course").values
        assert kept["protocol"] == "as agreed"
        assert kept.get(field, "") == typed
    assert courses() == 0


def test_the_same_form_sent_twice_is_one_course(browser: Open, cast: Cast) -> None:
    form = page_of(browser, cast).form("Start the course")
    for _ in range(2):
        form.submit(indication="treatment-resistant-depression")
    assert courses() == 1


def test_a_form_without_its_id_is_asked_for_again(browser: Open, cast: Cast) -> None:
    form = page_of(browser, cast).form("Start the course")
    for forged in ("", "not-an-id", "0" * 400):
        page = form.submit(indication="treatment-resistant-depression", submission_id=forged, expect=422)
        assert page.problems == ["This page is out of date. Check what it says, then send it again."]
    page.form("Start the course").submit()
    assert courses() == 1


def test_the_id_of_another_patients_course_starts_nothing(browser: Open, cast: Cast) -> None:
    taken = uuid.uuid4()
    factories.course(cast.dot, cast.cal, id=taken)
    form = page_of(browser, cast).form("Start the course")
    form.submit(indication="treatment-resistant-depression", submission_id=str(taken), expect=422)
    assert courses() == 1
