"""When a patient is asked before an infusion, and what of an answer cannot be right."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.clinic import when
from portal.treatment.preparation import steps
from portal.treatment.preparation.steps import Adult, Statement, Step

NEW_YORK, KATHMANDU, LORD_HOWE, BEIRUT = "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Beirut"
ZONES = (NEW_YORK, KATHMANDU, LORD_HOWE, BEIRUT, "Pacific/Apia", "UTC")


def at(zone: str, *numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[misc]


@pytest.mark.parametrize("zone", [NEW_YORK, KATHMANDU])
@pytest.mark.parametrize(
    ("now", "asked"),
    [
        ((2026, 11, 23, 11, 59), None),
        ((2026, 11, 23, 12, 0), Step.EVENING),
        ((2026, 11, 23, 23, 59), Step.EVENING),
        ((2026, 11, 24, 0, 0), Step.SAME_DAY),
        ((2026, 11, 24, 10, 0), Step.SAME_DAY),
        ((2026, 11, 24, 23, 59), Step.SAME_DAY),
        ((2026, 11, 25, 0, 0), None),
    ],
)
def test_the_evening_is_asked_from_noon_and_the_day_from_midnight_where_the_patient_is(
    zone: str, now: tuple[int, ...], asked: Step | None
) -> None:
    assert steps.asked_now(at(zone, 2026, 11, 24, 10, 0), zone, at(zone, *now)) is asked


@pytest.mark.parametrize(
    ("zone", "planned", "opens"),
    [
        (NEW_YORK, (2027, 3, 15, 9, 0), datetime(2027, 3, 14, 16, 0, tzinfo=UTC)),
        (NEW_YORK, (2027, 3, 14, 9, 0), datetime(2027, 3, 13, 17, 0, tzinfo=UTC)),
        (NEW_YORK, (2026, 11, 1, 9, 0), datetime(2026, 10, 31, 16, 0, tzinfo=UTC)),
        (NEW_YORK, (2026, 11, 2, 9, 0), datetime(2026, 11, 1, 17, 0, tzinfo=UTC)),
        (LORD_HOWE, (2026, 10, 5, 9, 0), datetime(2026, 10, 4, 1, 0, tzinfo=UTC)),
        (BEIRUT, (2026, 3, 29, 9, 0), datetime(2026, 3, 28, 10, 0, tzinfo=UTC)),
    ],
)
def test_noon_is_noon_on_the_days_the_clocks_change(zone: str, planned: tuple[int, ...], opens: datetime) -> None:
    assert steps.opens_at(at(zone, *planned), zone) == opens
    assert steps.asked_now(at(zone, *planned), zone, opens) is Step.EVENING
    assert steps.asked_now(at(zone, *planned), zone, opens - timedelta(seconds=1)) is None


def test_on_the_day_the_evening_can_still_be_answered_and_before_it_the_day_cannot() -> None:
    planned = at(NEW_YORK, 2026, 11, 24, 10, 0)
    eve, day, after = (at(NEW_YORK, 2026, 11, on, 13, 0) for on in (23, 24, 25))
    assert [steps.is_open(one, planned, NEW_YORK, eve) for one in Step] == [True, False]
    assert [steps.is_open(one, planned, NEW_YORK, day) for one in Step] == [True, True]
    assert [steps.is_open(one, planned, NEW_YORK, after) for one in Step] == [False, False]


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, MOMENTS, st.sampled_from(ZONES))
def test_every_moment_belongs_to_at_most_one_step(planned: datetime, now: datetime, zone: str) -> None:
    asked = steps.asked_now(planned, zone, now)
    away = (when.local(planned, zone).date() - when.local(now, zone).date()).days
    assert (asked is Step.SAME_DAY) == (away == 0)
    if asked is Step.EVENING:
        assert away == 1
        assert timedelta(0) < planned - now < timedelta(hours=38)
    if away > 1 or away < 0:
        assert asked is None


NOW = at(NEW_YORK, 2026, 11, 24, 8, 0)
EVENING = Statement(Step.EVENING, Adult.YES, has_health_change=False, has_medicine_change=False)
FED = at(NEW_YORK, 2026, 11, 23, 20, 0)
SAME_DAY = Statement(Step.SAME_DAY, Adult.YES, ate_at=FED, drank_at=FED)


@pytest.mark.parametrize("said", [EVENING, SAME_DAY, replace(SAME_DAY, adult=Adult.NO, drank_at=NOW)])
def test_an_ordinary_answer_is_kept(said: Statement) -> None:
    assert list(steps.find(said, NEW_YORK, NOW)) == []


@pytest.mark.parametrize(
    ("said", "field", "msgid"),
    [
        (replace(EVENING, has_health_change=None), "has_health_change", steps.HEALTH_NOT_SAID),
        (replace(EVENING, has_medicine_change=None), "has_medicine_change", steps.MEDICINES_NOT_SAID),
        (replace(EVENING, has_health_change=True), "health_change", steps.NO_HEALTH_WORDS),
        (replace(EVENING, has_medicine_change=True, medicine_change=" \n"), "medicine_change", steps.NO_MEDICINE_WORDS),
        (replace(SAME_DAY, has_health_change=True), "health_change", steps.NO_HEALTH_WORDS),
        (replace(SAME_DAY, ate_at=None), "ate_time", steps.NO_FOOD),
        (replace(SAME_DAY, drank_at=None), "drank_time", steps.NO_DRINK),
        (replace(SAME_DAY, ate_at=NOW + timedelta(minutes=1)), "ate_time", steps.STILL_TO_COME),
        (replace(SAME_DAY, drank_at=at(NEW_YORK, 2026, 11, 22, 23, 59)), "drank_time", steps.TOO_LONG_AGO),
    ],
)
def test_what_is_missing_or_cannot_be_is_named_at_its_field(said: Statement, field: str, msgid: str) -> None:
    assert [(one.field, one.msgid) for one in steps.find(said, NEW_YORK, NOW)] == [(field, msgid)]


@pytest.mark.parametrize("zone", [NEW_YORK, KATHMANDU, LORD_HOWE])
def test_yesterday_begins_at_midnight_where_the_patient_is(zone: str) -> None:
    now = at(zone, 2026, 11, 24, 8, 0)
    first = at(zone, 2026, 11, 23, 0, 0)
    assert not list(steps.find(replace(SAME_DAY, ate_at=first, drank_at=first), zone, now))
    assert list(steps.find(replace(SAME_DAY, ate_at=first - timedelta(seconds=1), drank_at=first), zone, now))


@pytest.mark.parametrize(
    ("said", "needs"),
    [
        (EVENING, False),
        (SAME_DAY, False),
        (replace(EVENING, adult=Adult.NO), True),
        (replace(EVENING, adult=Adult.NOT_SURE), True),
        (replace(EVENING, has_health_change=True), True),
        (replace(EVENING, has_medicine_change=True), True),
    ],
)
def test_a_doubt_or_a_change_needs_a_look(said: Statement, needs: bool) -> None:
    assert said.needs_a_look is needs
