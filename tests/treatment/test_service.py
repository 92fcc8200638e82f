"""What starting courses and recording infusions writes."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import db
from portal.audit.models import AuditEvent
from portal.treatment import course_service, problems, queries, service
from portal.treatment.entry import Entry
from portal.treatment.models import Course, CourseStatus, Infusion, InfusionRevision, InfusionStatus
from portal.treatment.problems import Refused, Stale
from tests import factories
from tests.cast import NOW, Cast
from tests.treatment.entries import given, planned

DAY = timedelta(days=1)


def record(cast: Cast, course: Course, entry: Entry, **changed: Any) -> Infusion:
    usual: dict[str, Any] = {"submission_id": uuid.uuid4(), "by": cast.bea.actor, "at": NOW}
    infusion = service.record_infusion(course.patient_id, course.id, entry, **usual | changed)
    db.session.commit()
    return infusion


def change(cast: Cast, infusion: Infusion, entry: Entry, **changed: Any) -> Infusion:
    usual: dict[str, Any] = {"revision": infusion.revision, "reason": "a slip", "by": cast.bea.actor, "at": NOW}
    found = service.change_infusion(infusion.patient_id, infusion.id, entry, **usual | changed)
    db.session.commit()
    return found


def start(cast: Cast, **changed: Any) -> Course:
    usual: dict[str, Any] = {
        "course_id": uuid.uuid4(),
        "indication": "ptsd",
        "series_planned": 6,
        "protocol": "",
        "started_on": date(2026, 11, 22),
        "by": cast.bea.actor,
        "at": NOW,
    }
    course = service.start_course(cast.ada.own_id, **usual | changed)
    db.session.commit()
    return course


def events() -> list[str]:
    return list(db.session.scalars(select(AuditEvent.event).order_by(AuditEvent.sequence)))


def refused(refusal: pytest.ExceptionInfo[Refused]) -> list[tuple[str, str]]:
    return [(problem.field, problem.msgid) for problem in refusal.value.problems]


def test_an_infusion_is_kept_with_its_dose_completed_and_the_audit_knows(cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    found = record(cast, course, given())
    db.session.refresh(found)
    assert (found.dose_mg, found.dose_mg_per_kg, found.weight_kg) == (35.0, 0.5, 70.0)
    assert found.happens_at == found.started_at == NOW - 2 * DAY
    assert events() == ["infusion:recorded"]
    assert db.take_touched() == {cast.ada.own_id}


def test_a_plan_happens_when_it_is_planned(cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    found = service.plan_infusion(
        cast.ada.own_id, course.id, planned(), submission_id=uuid.uuid4(), by=cast.nia.actor, at=NOW
    )
    assert (found.status, found.happens_at) == (InfusionStatus.PLANNED, NOW + 3 * DAY)
    assert events() == ["infusion:planned"]


def test_the_audit_holds_no_clinical_value(cast: Cast) -> None:
    infusion = record(cast, factories.course(cast.ada, cast.bea), given())
    change(cast, infusion, given(dose_mg=42.0, outcome_note="a secret"))
    details = str(list(db.session.scalars(select(AuditEvent.details))))
    assert "dose_mg" in details
    assert "42" not in details
    assert "secret" not in details


def test_the_same_submission_twice_is_one_infusion(cast: Cast) -> None:
    course, sent = factories.course(cast.ada, cast.bea), uuid.uuid4()
    first = record(cast, course, given(), submission_id=sent)
    assert record(cast, course, given(), submission_id=sent).id == first.id
    assert db.session.scalar(select(func.count()).select_from(Infusion)) == 1
    assert events() == ["infusion:recorded"]


def test_the_same_submission_eight_times_at_once_is_one_infusion(app: Flask, cast: Cast) -> None:
    course_id, sent = factories.course(cast.ada, cast.bea).id, uuid.uuid4()
    db.session.rollback()

    def send(_: int) -> uuid.UUID:
        with app.app_context():
            db.begin(write=True)
            try:
                found = service.record_infusion(
                    cast.ada.own_id, course_id, given(), submission_id=sent, by=cast.bea.actor, at=NOW
                )
                db.session.commit()
                return found.id
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(send, range(8)))) == 1
    assert db.session.scalar(select(func.count()).select_from(Infusion)) == 1


def test_the_same_submission_with_other_values_is_not_taken_for_saved(cast: Cast) -> None:
    course, sent = factories.course(cast.ada, cast.bea), uuid.uuid4()
    record(cast, course, given(), submission_id=sent)
    with pytest.raises(Refused) as refusal:
        record(cast, course, given(dose_mg=42.0), submission_id=sent)
    assert refused(refusal) == [("", problems.SENT_ALREADY)]


def test_a_submission_that_was_made_elsewhere_is_refused(cast: Cast) -> None:
    theirs, ours, sent = factories.course(cast.dot, cast.cal), factories.course(cast.ada, cast.bea), uuid.uuid4()
    record(cast, theirs, given(), submission_id=sent)
    with pytest.raises(Refused) as refusal:
        record(cast, ours, given(), submission_id=sent)
    assert refused(refusal) == [("", problems.SENT_ALREADY)]


def test_what_is_refused_leaves_nothing_behind(cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    with pytest.raises(Refused):
        record(cast, course, given(NOW + DAY))
    assert db.session.scalar(select(func.count()).select_from(Infusion)) == 0
    assert events() == []


def test_overlap_and_number_are_looked_up_over_all_courses(cast: Cast) -> None:
    earlier = factories.course(cast.ada, cast.bea, status=CourseStatus.ENDED)
    course = factories.course(cast.ada, cast.bea)
    factories.infusion(earlier, cast.bea, NOW - 2 * DAY, number=1)
    factories.infusion(course, cast.bea, NOW - 9 * DAY, number=4)
    with pytest.raises(Refused) as refusal:
        record(cast, course, given(number=4))
    assert refused(refusal) == [("number", problems.NUMBER_TAKEN), ("started_on", problems.OVERLAPS)]


def test_a_second_plan_for_one_time_is_looked_up_and_refused(cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    record(cast, course, planned(number=1))
    with pytest.raises(Refused) as refusal:
        record(cast, course, planned(number=2))
    assert refused(refusal) == [("planned_on", problems.PLANNED_TWICE)]
    assert record(cast, course, planned(NOW + 4 * DAY, number=2)).number == 2


def test_another_patients_infusion_is_in_nobodys_way(cast: Cast) -> None:
    factories.infusion(factories.course(cast.dot, cast.cal), cast.cal, NOW - 2 * DAY)
    assert record(cast, factories.course(cast.ada, cast.bea), given()).number == 1


def test_a_change_keeps_the_version_before_with_who_when_and_why(cast: Cast) -> None:
    infusion = record(cast, factories.course(cast.ada, cast.bea), given())
    change(cast, infusion, given(dose_mg=42.0), reason="misread the pump", by=cast.nia.actor, at=NOW + DAY)
    (version,) = queries.list_versions(cast.ada.own_id, infusion.id)
    assert (version.revision, version.reason, version.changed_by) == (1, "misread the pump", "Nia Achebe")
    assert version.changed_at == NOW + DAY
    assert version.entry == given().completed()
    now = queries.get_infusion(cast.ada.own_id, infusion.id)
    assert now is not None
    assert (now.dose_mg, now.dose_mg_per_kg, now.revision, now.recorded_by) == (42.0, 0.6, 2, "Bea Lindqvist")


def test_a_change_of_nothing_is_no_version(cast: Cast) -> None:
    infusion = record(cast, factories.course(cast.ada, cast.bea), given())
    change(cast, infusion, given(), reason="", revision=0)
    assert db.session.scalar(select(func.count()).select_from(InfusionRevision)) == 0


def test_what_was_recorded_is_not_changed_without_a_reason_but_a_plan_is(cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    plan = record(cast, course, planned(NOW + DAY))
    done = change(cast, plan, given(NOW + DAY, number=2), reason="", at=NOW + 2 * DAY)
    assert done.happens_at == NOW + DAY
    with pytest.raises(Refused) as refusal:
        change(cast, done, given(NOW + DAY, number=2, dose_mg=40.0), reason="", at=NOW + 2 * DAY)
    assert refused(refusal) == [("reason", problems.NO_REASON_TO_CHANGE)]


def test_a_change_from_an_older_revision_is_stale(cast: Cast) -> None:
    infusion = record(cast, factories.course(cast.ada, cast.bea), given())
    change(cast, infusion, given(dose_mg=42.0))
    with pytest.raises(Stale):
        change(cast, infusion, given(dose_mg=28.0), revision=1)


def test_somebody_elses_infusion_cannot_be_changed_through_ones_own_patient(cast: Cast) -> None:
    theirs = record(cast, factories.course(cast.dot, cast.cal), given())
    with pytest.raises(LookupError):
        _change_as_adas(cast, theirs)


def _change_as_adas(cast: Cast, infusion: Infusion) -> None:
    try:
        service.change_infusion(
            cast.ada.own_id, infusion.id, given(dose_mg=1.0), revision=1, reason="x", by=cast.bea.actor, at=NOW
        )
    except Exception as error:
        raise LookupError from error


def test_a_confirmed_dose_keeps_its_reason_until_it_is_usual_again(cast: Cast) -> None:
    entry = given(dose_mg=600.0, weight_kg=None, minutes=300, dose_reason="pain, over five hours")
    infusion = record(cast, factories.course(cast.ada, cast.bea), entry)
    assert infusion.dose_reason == "pain, over five hours"
    change(cast, infusion, replace(entry, outcome_note="well", dose_reason=""))
    assert infusion.dose_reason == "pain, over five hours"
    with pytest.raises(Refused) as refusal:
        change(cast, infusion, replace(entry, dose_mg=6000.0, dose_reason=""))
    assert refused(refusal) == [("confirm_dose", problems.UNUSUAL_MG)]
    change(cast, infusion, replace(entry, dose_mg=60.0))
    assert infusion.dose_reason == ""


def test_one_course_runs_at_a_time(cast: Cast) -> None:
    first = start(cast, started_on=date(2026, 9, 1))
    plan = record(cast, first, planned())
    with pytest.raises(Refused) as refusal:
        start(cast)
    assert refused(refusal) == [("end_running", problems.COURSE_RUNNING)]
    second = start(cast, may_end_running=True)
    assert (first.status, first.ended_on) == (CourseStatus.ENDED, date(2026, 11, 22))
    assert plan.status is InfusionStatus.CANCELLED
    assert [one.id for one in queries.list_courses(cast.ada.own_id)] == [second.id, first.id]
    assert queries.list_versions(cast.ada.own_id, plan.id)[0].reason == course_service.ENDED_WITH_COURSE


def test_a_course_that_is_sent_twice_is_one_course(cast: Cast) -> None:
    sent = uuid.uuid4()
    assert start(cast, course_id=sent) is start(cast, course_id=sent)
    assert events() == ["course:started"]


@pytest.mark.parametrize(
    ("day", "msgid"),
    [(date(2024, 1, 1), problems.COURSE_BEFORE_ENROLMENT), (date(2062, 11, 22), problems.COURSE_TOO_FAR_AHEAD)],
)
def test_a_course_starts_in_care_and_soon(cast: Cast, day: date, msgid: str) -> None:
    with pytest.raises(Refused) as refusal:
        start(cast, started_on=day)
    assert refused(refusal) == [("started_on", msgid)]


def test_ending_a_course_cancels_what_is_planned_and_keeps_what_was_given(cast: Cast) -> None:
    course = start(cast, started_on=date(2026, 9, 1))
    done, plan = record(cast, course, given()), record(cast, course, planned())
    assert service.end_course(cast.ada.own_id, course.id, by=cast.bea.actor, at=NOW)
    assert (done.status, plan.status) == (InfusionStatus.COMPLETED, InfusionStatus.CANCELLED)
    assert not service.end_course(cast.ada.own_id, course.id, by=cast.bea.actor, at=NOW)
    with pytest.raises(Refused) as refusal:
        record(cast, course, planned(number=3))
    assert refused(refusal) == [("status", problems.COURSE_ENDED)]


def test_the_next_and_the_last_infusion(cast: Cast) -> None:
    course, own = factories.course(cast.ada, cast.bea), cast.ada.own_id
    assert queries.next_infusion(own, NOW) is None
    assert queries.last_given(own, NOW) is None
    record(cast, course, given(NOW - 9 * DAY, number=1))
    record(cast, course, given(NOW - 2 * DAY, number=2, status=InfusionStatus.STOPPED_EARLY, outcome_note="sick"))
    record(cast, course, planned(NOW - DAY, number=3, status=InfusionStatus.MISSED))
    record(cast, course, planned(NOW + 9 * DAY, number=5))
    record(cast, course, planned(NOW + 2 * DAY, number=4))
    ahead, behind = queries.next_infusion(own, NOW), queries.last_given(own, NOW)
    assert ahead is not None
    assert behind is not None
    assert (ahead.number, behind.number) == (4, 2)
    assert [one.number for one in queries.list_infusions(own)] == [1, 2, 3, 4, 5]
    still = queries.next_infusion(own, NOW + 2 * DAY + queries.STILL_NEXT)
    assert still is not None
    assert still.number == 4
    assert queries.next_number(own, course.id) == 6
    assert queries.count_of_series(own, course.id) == 4
