"""The names of rhythms, the triggers behind them, and back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal.checkins import named_rhythms, ready_made
from portal.checkins.named_rhythms import TIMES_A_WEEK, Rhythm
from portal.checkins.ready_made import Phase
from portal.checkins.rhythm import Anchor, Trigger
from tests.checkins.test_ready_made import CONDITIONS, EVERYTHING

START, GIVEN, PLANNED = Anchor.START, Anchor.INFUSION, Anchor.PLANNED_INFUSION
DAYS = some.integers(1, 60)
DAY_LISTS = some.lists(some.integers(2, 60), min_size=1, max_size=4, unique=True).map(lambda days: tuple(sorted(days)))
NUMBERS: dict[Rhythm, Any] = {
    Rhythm.EVERY: some.tuples(DAYS),
    Rhythm.EVERY_THEN: some.tuples(DAYS, DAYS, some.integers(0, 60)),
    Rhythm.TIMES_A_WEEK: some.tuples(some.sampled_from(sorted(TIMES_A_WEEK))),
    Rhythm.ON_DAYS: DAY_LISTS,
    Rhythm.MORNING_OF: some.just(()),
    Rhythm.HOURS_BEFORE: some.tuples(some.integers(1, 168)),
    Rhythm.HOURS_AFTER: some.tuples(some.integers(0, 48)),
    Rhythm.MORNING_AFTER: some.just(()),
    Rhythm.DAYS_AFTER: DAY_LISTS,
    Rhythm.DAILY_AFTER: some.tuples(DAYS, some.integers(0, 60)),
}
TRIGGERS = some.builds(
    Trigger,
    some.sampled_from(Anchor),
    from_day=some.integers(0, 30),
    every_days=some.none() | DAYS,
    until_day=some.none() | DAYS,
    hours=some.none() | some.integers(-96, 48),
    open_days=some.none() | some.integers(1, 28),
)


@pytest.mark.parametrize(
    ("rhythm", "numbers", "expected"),
    [
        (Rhythm.EVERY, (14,), [Trigger(START, every_days=14)]),
        (
            Rhythm.EVERY_THEN,
            (7, 28, 14),
            [Trigger(START, every_days=7, until_day=27), Trigger(START, from_day=28, every_days=14)],
        ),
        (
            Rhythm.EVERY_THEN,
            (7, 30, 14),
            [Trigger(START, every_days=7, until_day=29), Trigger(START, from_day=30, every_days=14)],
        ),
        (Rhythm.EVERY_THEN, (14, 84, 0), [Trigger(START, every_days=14, until_day=83)]),
        (Rhythm.TIMES_A_WEEK, (2,), [Trigger(START, every_days=7), Trigger(START, from_day=3, every_days=7)]),
        (Rhythm.ON_DAYS, (0, 3), [Trigger(START), Trigger(START, from_day=3)]),
        (Rhythm.MORNING_OF, (), [Trigger(PLANNED)]),
        (Rhythm.HOURS_BEFORE, (72,), [Trigger(PLANNED, hours=-72)]),
        (Rhythm.HOURS_AFTER, (2,), [Trigger(GIVEN, hours=2)]),
        (Rhythm.MORNING_AFTER, (), [Trigger(GIVEN, from_day=1)]),
        (Rhythm.DAYS_AFTER, (3,), [Trigger(GIVEN, from_day=3)]),
        (
            Rhythm.DAILY_AFTER,
            (7, 7),
            [
                Trigger(GIVEN, from_day=1, every_days=1, until_day=7),
                Trigger(GIVEN, from_day=14, every_days=7),
            ],
        ),
    ],
)
def test_a_name_stands_for_its_triggers_and_they_for_it(rhythm: Any, numbers: Any, expected: Any) -> None:
    assert named_rhythms.triggers(rhythm, numbers) == tuple(expected)
    assert named_rhythms.read(expected) == ({rhythm: numbers}, ())


@pytest.mark.parametrize(("rhythm", "numbers"), [(Rhythm.EVERY, ()), (Rhythm.MORNING_OF, (3,)), (Rhythm.EVERY, (1, 2))])
def test_a_name_with_the_wrong_numbers_is_refused(rhythm: Any, numbers: Any) -> None:
    with pytest.raises(ValueError, match=rhythm.value):
        named_rhythms.triggers(rhythm, numbers)


@given(some.sampled_from(Rhythm), some.data())
def test_every_name_reads_back_as_triggers_that_are_the_same(rhythm: Rhythm, data: Any) -> None:
    wanted = named_rhythms.triggers(rhythm, data.draw(NUMBERS[rhythm]))
    named, rest = named_rhythms.read(wanted)
    assert (set(named_rhythms.all_triggers(named)), rest) == (set(wanted), ())


@given(some.lists(TRIGGERS, max_size=6))
def test_reading_any_triggers_loses_none_and_adds_none(found: list[Trigger]) -> None:
    named, rest = named_rhythms.read(found)
    assert set(named_rhythms.all_triggers(named)) | set(rest) == set(found)
    assert not set(named_rhythms.all_triggers(named)) & set(rest)


@pytest.mark.parametrize("phases", [*([phase] for phase in Phase), ready_made.AT_ENROLMENT])
def test_every_rhythm_of_a_ready_made_plan_has_a_name_but_one(phases: Any) -> None:
    """What begins a week late stands among the further rules of its line, in words, to keep or to leave."""
    for line in ready_made.lines(CONDITIONS, *phases, askable=EVERYTHING):
        named, rest = named_rhythms.read(line.triggers)
        unnamed = ready_made.WEEKLY_AFTER_A_WEEK if line.instrument == "pcl-5-week" and not named else ()
        assert named or rest, line
        assert rest == unnamed, line
