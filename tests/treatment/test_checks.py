"""Which infusions can be kept as entered, and what is said about the others."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from portal.treatment import checks, problems
from portal.treatment.checks import Around, Neighbour
from portal.treatment.entry import Entry
from portal.treatment.models import InfusionStatus
from tests.cast import NOW, ZONE
from tests.treatment.entries import given, planned

COURSE = uuid.uuid4()
AROUND = Around(at=NOW, time_zone=ZONE, enrolled_at=NOW - timedelta(days=30), course_id=COURSE)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def found(entry: Entry, **changed: Any) -> list[tuple[str, str]]:
    return [(one.field, one.msgid) for one in checks.find(entry, replace(AROUND, **changed))]


def neighbour(number: int = 1, **values: Any) -> Neighbour:
    usual: dict[str, Any] = {"happens_at": NOW - 2 * DAY, "minutes": 40, "was_given": True, "course_id": COURSE}
    return Neighbour(id=uuid.uuid4(), number=number, **usual | values)


@pytest.mark.parametrize(
    "entry",
    [
        given(),
        given(NOW - timedelta(minutes=40)),
        given(minutes=None),
        given(weight_kg=None),
        given(dose_mg=None, dose_mg_per_kg=0.5),
        given(dose_mg=None, dose_mg_per_kg=0.5, weight_kg=None),
        given(dose_mg=2112.0, minutes=4 * 24 * 60, started_at=NOW - 5 * DAY, dose_reason="four days for pain"),
        given(status=InfusionStatus.STOPPED_EARLY, outcome_note="she felt sick"),
        given(NOW - 30 * DAY - HOUR),
        planned(),
        planned(dose_mg=35.0, weight_kg=70.0, minutes=40),
        planned(NOW - DAY, status=InfusionStatus.CANCELLED),
        planned(NOW - DAY, status=InfusionStatus.MISSED),
    ],
)
def test_what_can_be_true_is_kept(entry: Entry) -> None:
    assert found(entry) == []


@pytest.mark.parametrize(
    ("entry", "field", "msgid"),
    [
        (given(NOW + HOUR), "started_on", problems.IN_FUTURE),
        (given(NOW - timedelta(minutes=39)), "minutes", problems.ENDS_IN_FUTURE),
        (given(NOW - 31 * DAY), "started_on", problems.BEFORE_ENROLMENT),
        (replace(given(), started_at=None, planned_at=NOW - DAY), "started_on", problems.NO_START),
        (given(dose_mg=None), "dose_mg", problems.NO_DOSE),
        (given(dose_mg=0.0), "dose_mg", problems.NOT_ABOVE_ZERO),
        (given(dose_mg=-35.0), "dose_mg", problems.NOT_ABOVE_ZERO),
        (given(dose_mg=float("nan")), "dose_mg", problems.NOT_ABOVE_ZERO),
        (given(dose_mg_per_kg=0.0), "dose_mg_per_kg", problems.NOT_ABOVE_ZERO),
        (given(weight_kg=0.0), "weight_kg", problems.NOT_ABOVE_ZERO),
        (given(weight_kg=7.0), "weight_kg", problems.WEIGHT_UNLIKELY),
        (given(weight_kg=700.0), "weight_kg", problems.WEIGHT_UNLIKELY),
        (given(dose_mg_per_kg=0.8), "dose_mg", problems.DISAGREE),
        (given(weight_kg=None, dose_mg_per_kg=5.0), "dose_mg", problems.IMPLIES),
        (given(dose_mg=350.0, dose_mg_per_kg=5.01), "confirm_dose", problems.UNUSUAL),
        (given(dose_mg=650.0, weight_kg=None), "confirm_dose", problems.UNUSUAL_MG),
        (given(dose_mg=None, dose_mg_per_kg=9.0, weight_kg=None), "confirm_dose", problems.UNUSUAL_MG_PER_KG),
        (given(status=InfusionStatus.STOPPED_EARLY), "outcome_note", problems.NO_REASON_TO_STOP),
        (planned(NOW - HOUR), "planned_on", problems.PLANNED_IN_PAST),
        (planned(NOW + 800 * DAY), "planned_on", problems.TOO_FAR_AHEAD),
        (planned(NOW - 40 * DAY, status=InfusionStatus.MISSED), "planned_on", problems.BEFORE_ENROLMENT),
        (planned(started_at=NOW - DAY), "started_on", problems.NOT_STARTED),
        (replace(planned(), planned_at=None), "planned_on", problems.NO_PLANNED_TIME),
    ],
)
def test_what_cannot_be_true_is_refused_at_its_field(entry: Entry, field: str, msgid: str) -> None:
    assert (field, msgid) in found(entry)


def test_two_units_that_disagree_are_both_named() -> None:
    (problem,) = checks.find(given(dose_mg_per_kg=0.8), AROUND)
    said = {"mg": 35.0, "mg_per_kg": 0.8, "weight": 70.0, "meant": 56.0}
    assert problem.values == said | {"rate": None, "minutes": 40}


@pytest.mark.parametrize(
    ("started", "minutes", "overlaps"),
    [
        (NOW - 2 * DAY, 40, True),
        (NOW - 2 * DAY + timedelta(minutes=39), 40, True),
        (NOW - 2 * DAY + timedelta(minutes=40), 40, False),
        (NOW - 2 * DAY - timedelta(minutes=40), 40, False),
        (NOW - 2 * DAY - timedelta(minutes=41), 42, True),
        (NOW - 3 * DAY, 2 * 24 * 60, True),
        (NOW - 2 * DAY + timedelta(minutes=10), None, True),
        (NOW - 2 * DAY - timedelta(minutes=10), None, False),
    ],
)
def test_two_given_infusions_cannot_overlap(started: Any, minutes: int | None, overlaps: bool) -> None:
    entry = given(started, minutes=minutes, number=2)
    for course_id in (COURSE, uuid.uuid4()):
        said = found(entry, neighbours=[neighbour(course_id=course_id)])
        assert (("started_on", problems.OVERLAPS) in said) is overlaps


def test_the_same_start_overlaps_even_where_no_minutes_are_known() -> None:
    entry = given(NOW - 2 * DAY, minutes=None, number=2)
    assert ("started_on", problems.OVERLAPS) in found(entry, neighbours=[neighbour(minutes=None)])


@pytest.mark.parametrize(
    ("hours", "clashes"), [(0.0, True), (0.5, True), (-0.5, True), (1.0, False), (-1.0, False), (24.0, False)]
)
def test_two_planned_infusions_cannot_overlap(hours: float, clashes: bool) -> None:
    entry = planned(NOW + DAY + hours * HOUR, minutes=40)
    other = neighbour(happens_at=NOW + DAY, was_given=False, is_planned=True, course_id=uuid.uuid4())
    assert (("planned_on", problems.PLANNED_TWICE) in found(entry, neighbours=[other])) is clashes
    assert found(entry, neighbours=[other._replace(is_planned=False)]) == []
    assert found(entry, neighbours=[other], before=entry) == []


def test_a_cancelled_infusion_is_in_nobodys_way() -> None:
    assert found(given(number=2), neighbours=[neighbour(was_given=False)]) == []


def test_a_number_is_given_once_in_a_course_and_the_next_free_one_is_named() -> None:
    others = [neighbour(1), neighbour(7, happens_at=NOW - 9 * DAY)]
    (problem,) = checks.find(given(NOW - DAY, number=7), replace(AROUND, neighbours=others))
    assert (problem.field, problem.msgid) == ("number", problems.NUMBER_TAKEN)
    assert problem.values["free"] == 8
    assert found(given(NOW - DAY, number=7), neighbours=[neighbour(7, course_id=uuid.uuid4())]) == []


@pytest.mark.parametrize(
    ("around", "msgid"),
    [({"course_runs": False}, problems.COURSE_ENDED), ({"is_in_care": False}, problems.NOT_IN_CARE)],
)
def test_nothing_is_planned_where_care_or_the_course_has_ended(around: dict[str, bool], msgid: str) -> None:
    assert ("status", msgid) in found(planned(), **around)
    assert found(given(), **around) == []


def test_a_plan_whose_time_has_passed_can_still_be_corrected_but_not_moved_into_the_past() -> None:
    before = planned(NOW - HOUR)
    assert found(replace(before, dose_mg=35.0), before=before) == []
    assert found(replace(before, planned_at=NOW - 2 * HOUR), before=before) == [
        ("planned_on", problems.PLANNED_IN_PAST)
    ]
