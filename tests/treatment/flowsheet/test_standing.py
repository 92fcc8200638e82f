"""Where the day stands, from entries alone; the order in which they came plays no part."""

import random
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.treatment.flowsheet import standing as standings
from portal.treatment.flowsheet.entries import Entry, effective
from portal.treatment.flowsheet.kinds import EntryKind, Level, Phase
from portal.treatment.flowsheet.standing import Standing, standing
from portal.treatment.flowsheet.vitals import Reading
from portal.treatment.rules.values import DEFAULTS
from tests.treatment.flowsheet.stories import CALM, K, at, new_id


def entry(kind: EntryKind, minutes: float, /, level: Level = Level.NONE, **values: Any) -> Entry:
    more = {name: values.pop(name) for name in ("corrects_id", "device", "sequence") if name in values}
    return Entry(id=new_id(), kind=kind, values=values, occurred_at=at(minutes), level=level, **more)


def vitals(minutes: float, point: str = "during", level: Level = Level.NONE, **values: Any) -> Entry:
    return entry(K.VITALS, minutes, level, **{"point": point} | CALM | values)


def stop(minutes: float, point: str = "during") -> Entry:
    return vitals(minutes, point, Level.HARD, systolic=190)


def authorisation(minutes: float, of: Entry) -> Entry:
    return entry(K.AUTHORISATION, minutes, stop_id=str(of.id), provider="Bea Lindqvist")


def of(*entries: Entry) -> Standing:
    return standing(entries, DEFAULTS)


STARTED, ENDED = entry(K.STARTED, 0), entry(K.ENDED, 40, outcome="completed")
EARLY = entry(K.ENDED, 20, outcome="stopped-early", reason="A stop")
LEFT = entry(K.DISCHARGE, 100)


@pytest.mark.parametrize(
    ("entries", "phase"),
    [
        ((), Phase.BEFORE),
        ((vitals(-5, "before"),), Phase.BEFORE),
        ((STARTED,), Phase.DURING),
        ((STARTED, ENDED), Phase.AFTER),
        ((STARTED, ENDED, LEFT), Phase.LEFT),
        ((ENDED,), Phase.AFTER),
    ],
)
def test_the_phase_follows_from_what_was_recorded(entries: tuple[Entry, ...], phase: Phase) -> None:
    assert of(*entries).phase is phase


def test_the_baseline_is_the_last_reading_before() -> None:
    now = of(vitals(-20, "before", systolic=140), vitals(-5, "before", systolic=128), STARTED, vitals(15))
    assert now.baseline == Reading(128, 78, 72, 98, 14)


def test_a_stop_stays_open_until_somebody_authorises_going_on() -> None:
    high = stop(15)
    assert of(STARTED, high).open_stop == high
    assert of(STARTED, high, vitals(20)).open_stop == high
    now = of(STARTED, high, authorisation(17, high), vitals(30))
    assert now.open_stop is None
    assert now.authorised is not None
    assert not now.went_on_without


def test_an_authorisation_covers_the_stops_before_it_and_none_after() -> None:
    first, second, third = stop(10), stop(12), stop(30)
    assert of(STARTED, first, second, authorisation(13, second)).open_stop is None
    assert of(STARTED, first, second, authorisation(13, first)).open_stop == second
    assert of(STARTED, first, second, authorisation(13, second), third).open_stop == third


def test_stopping_early_heeds_a_stop() -> None:
    now = of(STARTED, stop(15), EARLY)
    assert (now.open_stop, now.went_on_without) == (None, ())


def test_a_stop_after_the_end_is_open_although_it_was_stopped_early() -> None:
    after = stop(35, "after")
    assert of(STARTED, EARLY, after).open_stop == after


@pytest.mark.parametrize(
    ("later", "shows"),
    [
        ((vitals(20),), False),
        ((vitals(29),), False),
        ((vitals(30),), True),
        ((ENDED,), True),
        ((EARLY,), False),
        ((EARLY, ENDED), False),
        ((vitals(30, "after"),), False),
        ((entry(K.NOTE, 30, text="Calm"),), False),
        ((entry(K.MEDICINE_GIVEN, 30, name="Ondansetron"),), False),
    ],
)
def test_going_on_shows_in_what_was_recorded_after_a_stop(later: tuple[Entry, ...], shows: bool) -> None:
    high = stop(15)
    found = of(STARTED, high, *later).went_on_without
    assert [(one.stop, one.entry) for one in found] == ([(high, later[0])] if shows else [])


def test_starting_after_a_stop_before_it_is_going_on() -> None:
    high = stop(-5, "before")
    assert [one.entry for one in of(high, STARTED).went_on_without] == [STARTED]
    assert not of(high, authorisation(-2, high), STARTED).went_on_without
    assert [one.entry for one in of(high, STARTED, authorisation(3, high)).went_on_without] == [STARTED]


@pytest.mark.parametrize(
    ("entries", "due"),
    [
        ((), None),
        ((STARTED,), 15),
        ((STARTED, vitals(14)), 29),
        ((STARTED, ENDED), 55),
        ((STARTED, ENDED, vitals(54, "after")), 70),
        ((STARTED, ENDED, vitals(45, "after")), 55),
        ((STARTED, ENDED, vitals(55, "after"), vitals(70, "after")), 100),
        ((STARTED, ENDED, vitals(99, "after")), None),
        ((STARTED, ENDED, LEFT), None),
        ((ENDED,), None),
    ],
)
def test_when_the_next_reading_is_due(entries: tuple[Entry, ...], due: int | None) -> None:
    assert of(*entries).next_reading_due_at == (None if due is None else at(due))


def test_a_side_effect_is_open_until_its_end_also_after_a_correction() -> None:
    nausea = entry(K.SIDE_EFFECT, 10, effect="nausea", strength="mild")
    stronger = replace(nausea, id=new_id(), values={"effect": "nausea", "strength": "severe"}, corrects_id=nausea.id)
    over = entry(K.SIDE_EFFECT_ENDED, 30, of=str(nausea.id))
    assert of(STARTED, nausea).open_effects == (nausea,)
    assert of(STARTED, nausea, stronger).open_effects == (stronger,)
    assert of(STARTED, nausea, stronger, over).open_effects == ()


def test_an_authorisation_holds_for_a_stop_that_was_corrected() -> None:
    high = stop(15)
    corrected = replace(high, id=new_id(), corrects_id=high.id)
    assert of(STARTED, high, authorisation(16, high), corrected).open_stop is None


def test_a_stop_that_was_a_slip_of_the_finger_closes() -> None:
    high = stop(15)
    right = replace(high, id=new_id(), corrects_id=high.id, level=Level.NONE)
    mistaken = replace(
        high, id=new_id(), corrects_id=high.id, values={**high.values, "mistaken": True}, level=Level.NONE
    )
    assert of(STARTED, high, right).open_stop is None
    now = of(STARTED, high, mistaken)
    assert (now.open_stop, now.counting) == (None, (STARTED,))


@pytest.mark.parametrize(
    ("entries", "reasons"),
    [
        ((STARTED, ENDED), [standings.NO_READING_AFTER]),
        ((STARTED, ENDED, vitals(60, "after")), []),
        ((STARTED, ENDED, vitals(60, "after", Level.SOFT)), [standings.NOT_NEAR_BASELINE]),
        ((STARTED, ENDED, vitals(60, "after", Level.SOFT), vitals(70, "after")), []),
        ((STARTED, ENDED, stop(60, "after"), vitals(70, "after")), [standings.STOP_OPEN]),
        ((STARTED, ENDED, vitals(60, "after"), entry(K.STATE, 61, alertness="drowsy")), [standings.NOT_AWAKE]),
        ((STARTED, ENDED, vitals(60, "after"), entry(K.STATE, 61, alertness="awake")), []),
        ((STARTED, entry(K.SIDE_EFFECT, 10), ENDED, vitals(60, "after")), [standings.EFFECT_OPEN]),
    ],
)
def test_what_stands_against_leaving(entries: tuple[Entry, ...], reasons: list[str]) -> None:
    assert list(of(*entries).not_ready) == reasons


@st.composite
def days(draw: st.DrawFn) -> list[Entry]:
    """Entries of two devices, some of them corrected, some at the same minute."""
    kinds = st.sampled_from(
        [K.VITALS, K.STARTED, K.ENDED, K.STATE, K.SIDE_EFFECT, K.NOTE, K.DISCHARGE, K.AUTHORISATION]
    )
    found: list[Entry] = []
    for number in range(draw(st.integers(1, 14))):
        kind, minutes = draw(kinds), draw(st.integers(0, 90))
        level = draw(st.sampled_from([Level.NONE, Level.HARD])) if kind is K.VITALS else Level.NONE
        values: dict[str, Any] = {"point": draw(st.sampled_from(["before", "during", "after"])), **CALM}
        stops = [one for one in found if one.level is Level.HARD]
        if kind is K.AUTHORISATION and stops:
            values = {"stop_id": str(draw(st.sampled_from(stops)).id)}
        device = draw(st.sampled_from(["a", "b"]))
        found.append(Entry(new_id(), kind, values, at(minutes), device, number, level))
        free = [one for one in found if one.id not in {other.corrects_id for other in found}]
        if draw(st.booleans()):
            before = draw(st.sampled_from(free))
            values = {**before.values, "mistaken": draw(st.booleans())}
            found.append(replace(before, id=new_id(), values=values, corrects_id=before.id, sequence=100 + number))
    return found


@given(day=days(), seed=st.integers())
def test_standing_does_not_depend_on_the_order_of_arrival(day: list[Entry], seed: int) -> None:
    shuffled = day[:]
    random.Random(seed).shuffle(shuffled)
    assert standing(shuffled, DEFAULTS) == standing(day, DEFAULTS)


@given(day=days())
def test_one_version_of_each_entry_counts_at_most(day: list[Entry]) -> None:
    counting = effective(day)
    assert len({one.id for one in counting}) == len(counting)
    assert not {one.id for one in counting} & {one.corrects_id for one in day}
    assert [one.occurred_at for one in counting] == sorted(one.occurred_at for one in counting)


def test_entries_of_one_moment_keep_their_device_s_own_order() -> None:
    later = Entry(uuid.UUID(int=1), K.NOTE, {"text": "second"}, at(1), "a", 2)
    sooner = Entry(uuid.UUID(int=2), K.NOTE, {"text": "first"}, at(1), "a", 1)
    assert of(later, sooner).counting == (sooner, later)
    assert of(later, replace(sooner, occurred_at=at(1) + timedelta(seconds=1))).counting[0] == later
