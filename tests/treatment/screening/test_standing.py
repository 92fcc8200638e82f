"""Whether a screening still stands."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.treatment.screening import standing as why
from portal.treatment.screening.standing import Asked, Decided, Since, State, has_changed, standing
from tests.cast import NOW

HOUR = timedelta(hours=1)
COURSE, OTHER, THIRD = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
ASKED = Asked(uuid.uuid4(), NOW, None, ("ptsd",), 70.0)
GO = Decided(True, NOW + HOUR, "Bea", ("pregnancy",))
STILL = Since(conditions=("ptsd",))
LATER, BEFORE = NOW + HOUR, NOW - HOUR


def test_never_asked_is_none() -> None:
    assert standing(None, None, STILL).state is State.NONE


def test_asked_and_not_decided_is_undecided() -> None:
    found = standing(ASKED, None, STILL)
    assert (found.state, found.screening_id, found.decided_at) == (State.UNDECIDED, ASKED.id, None)


def test_a_signed_go_ahead_stands_while_nothing_changes() -> None:
    found = standing(ASKED, GO, STILL)
    assert (found.state, found.reasons, found.overridden) == (State.STANDS, (), ("pregnancy",))
    assert (found.decided_by, found.decided_at) == ("Bea", NOW + HOUR)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"medication_at": LATER}, why.MEDICATION),
        ({"reported_at": LATER}, why.REPORTED),
        ({"bedside_at": LATER}, why.BEDSIDE),
        ({"conditions": ("ptsd", "bipolar")}, why.CONDITIONS),
        ({"conditions": ()}, why.CONDITIONS),
        ({"weight_kg": 77.1}, why.WEIGHT),
        ({"weight_kg": 62.9}, why.WEIGHT),
        ({"is_stricter": True}, why.STRICTER),
        ({"courses": (COURSE, OTHER)}, why.NEW_COURSE),
    ],
)
def test_each_change_calls_for_asking_again_and_says_so(changed: dict[str, Any], reason: str) -> None:
    found = standing(ASKED, GO, replace(STILL, **changed))
    assert (found.state, found.reasons) == (State.AGAIN, (reason,))


@pytest.mark.parametrize(
    "changed",
    [
        {"medication_at": BEFORE},
        {"medication_at": NOW},
        {"reported_at": BEFORE},
        {"weight_kg": 77.0},
        {"weight_kg": 63.0},
        {"courses": (COURSE,)},
    ],
)
def test_what_was_before_or_is_too_little_changes_nothing(changed: dict[str, Any]) -> None:
    assert standing(ASKED, GO, replace(STILL, **changed)).state is State.STANDS


@pytest.mark.parametrize(
    ("asked_in", "started", "again"),
    [
        (None, (), False),
        (None, (COURSE,), False),
        (None, (COURSE, OTHER), True),
        (COURSE, (), False),
        (COURSE, (COURSE,), False),
        (COURSE, (OTHER,), True),
        (COURSE, (OTHER, THIRD), True),
    ],
)
def test_a_screening_covers_one_course_the_one_it_was_asked_in_or_the_next(
    asked_in: uuid.UUID | None, started: tuple[uuid.UUID, ...], again: bool
) -> None:
    found = standing(replace(ASKED, course_id=asked_in), GO, replace(STILL, courses=started))
    assert (why.NEW_COURSE in found.reasons) is again


def test_not_now_stays_not_now_whatever_changes() -> None:
    decided = replace(GO, goes_ahead=False, overridden=())
    found = standing(ASKED, decided, replace(STILL, medication_at=LATER))
    assert (found.state, found.reasons) == (State.NOT_NOW, (why.MEDICATION,))


@given(st.floats(20, 400), st.floats(20, 400))
def test_a_tenth_of_the_weight_is_the_limit_both_ways(before: float, after: float) -> None:
    if has_changed(before, after):
        assert abs(after - before) >= 0.1 * before
    else:
        assert abs(after - before) <= 0.1 * before * (1 + 1e-6)


@pytest.mark.parametrize(("before", "after"), [(None, 70.0), (70.0, None), (None, None)])
def test_an_unknown_weight_has_not_changed(before: float | None, after: float | None) -> None:
    assert not has_changed(before, after)


@given(
    st.builds(
        Since,
        courses=st.lists(st.sampled_from([COURSE, OTHER, THIRD]), max_size=3),
        medication_at=st.none() | st.sampled_from([BEFORE, LATER]),
        reported_at=st.none() | st.sampled_from([BEFORE, LATER]),
        conditions=st.sampled_from([("ptsd",), ()]),
        weight_kg=st.none() | st.floats(20, 400),
        is_stricter=st.booleans(),
    ),
    st.none() | st.sampled_from([GO, replace(GO, goes_ahead=False, overridden=())]),
)
def test_it_stands_only_where_a_provider_went_ahead_and_nothing_speaks_against_it(
    since: Since, decided: Decided | None
) -> None:
    found = standing(ASKED, decided, since)
    goes = decided is not None and decided.goes_ahead
    assert (found.state is State.STANDS) == (goes and not found.reasons)
    assert (found.state is State.AGAIN) == (goes and bool(found.reasons))
