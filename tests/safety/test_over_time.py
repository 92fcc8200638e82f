"""R5, R6, R7 and R10: what only scores, days in a row and several answers together can say."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.instruments import loader
from portal.safety import over_time, thresholds
from portal.safety.over_time import Night, Scored
from portal.safety.rules import DEFAULT_SET, RuleSet

TODAY = date(2026, 11, 22)
LONG_AGO = TODAY - timedelta(days=60)
PHQ_9, GAD_7, PEG = (loader.catalogue().get(one).primary for one in ("phq-9", "gad-7", "peg"))
EPDS, WHO_5, OCI_R = (loader.catalogue().get(one).primary for one in ("epds", "who-5", "oci-r"))
SCALES = {"phq-9": PHQ_9, "gad-7": GAD_7, "peg": PEG, "epds": EPDS, "who-5": WHO_5, "oci-r": OCI_R}


def scored(value: float | None, *, is_complete: bool = True, on: date = LONG_AGO) -> Scored | None:
    return None if value is None else Scored(on, value, is_complete)


def worse(instrument: str, latest: Any, previous: Any, best: Any) -> Any:
    newest = latest if isinstance(latest, Scored) else Scored(TODAY, latest)
    signs = over_time.worsening(instrument, SCALES[instrument], newest, scored(previous), scored(best), recall_days=14)
    return [one.details["since"] for one in signs]


@pytest.mark.parametrize(
    ("instrument", "latest", "previous", "best", "since"),
    [
        # PHQ-9: 6 points are reliable
        ("phq-9", 16, 10, None, ["last"]),
        ("phq-9", 15, 10, None, []),
        ("phq-9", 10, 16, None, []),  # better
        ("phq-9", 16, None, None, []),  # nothing to compare with
        ("phq-9", 16, None, 10, ["best"]),
        ("phq-9", 16, 12, 10, ["best"]),  # little by little: each step is noise, all of them are not
        ("phq-9", 16, 12, 11, []),
        ("phq-9", 16, 10, 4, ["last"]),
        # GAD-7: 6
        ("gad-7", 12, 6, None, ["last"]),
        ("gad-7", 11, 6, 6, []),
        # four points of an EPDS
        ("epds", 14, 10, None, ["last"]),
        ("epds", 13, 10, None, []),
        # WHO-5 goes the other way: less is worse, by ten percentage points
        ("who-5", 50, 60, None, ["last"]),
        ("who-5", 60, 50, None, []),
        ("who-5", 52, 56, 64, ["best"]),
        # PEG is a mean: 1.5 is reliable, exactly
        ("peg", 6.2, 4.7, None, ["last"]),
        ("peg", 6.1, 4.7, None, []),
        # no published value for OCI-R, so nothing is said
        ("oci-r", 60, 10, 0, []),
    ],
)
def test_r5_hears_a_reliable_worsening_since_the_last_or_the_best_score(
    instrument: Any, latest: Any, previous: Any, best: Any, since: Any
) -> None:
    assert worse(instrument, latest, previous, best) == since


def test_r5_compares_complete_scores_only() -> None:
    assert worse("phq-9", Scored(TODAY, 27, is_complete=False), 3, 3) == []
    assert worse("phq-9", Scored(TODAY, None), 3, 3) == []
    prorated = Scored(LONG_AGO, 3, is_complete=False)
    assert over_time.worsening("phq-9", PHQ_9, Scored(TODAY, 27), prorated, prorated, recall_days=14) == ()


@pytest.mark.parametrize(("days", "overlaps"), [(3, True), (13, True), (14, False), (60, False)])
def test_trap_4_two_phq_9_that_cover_the_same_days_are_said_to(days: int, overlaps: bool) -> None:
    before = Scored(TODAY - timedelta(days=days), 5)
    (sign,) = over_time.worsening("phq-9", PHQ_9, Scored(TODAY, 15), before, None, recall_days=14)
    assert sign.details["overlaps"] is overlaps


def test_r5_keeps_the_numbers_it_rests_on_and_whose_they_are() -> None:
    (sign,) = over_time.worsening("phq-9", PHQ_9, Scored(TODAY, 16), Scored(LONG_AGO, 10), None, recall_days=14)
    assert (sign.rule, sign.instrument, sign.item, sign.value) == ("R5", "phq-9", "total", 16)
    assert sign.details["before"] == 10
    assert sign.details["before_on"] == LONG_AGO.isoformat()
    assert sign.details["points"] == 6
    assert "NHS Talking Therapies" in sign.details["source"]


@given(st.integers(0, 27), st.integers(0, 27), st.integers(0, 27))
def test_r5_a_higher_phq_9_is_never_heard_less(latest: int, previous: int, best: int) -> None:
    if worse("phq-9", latest, previous, best):
        assert worse("phq-9", min(latest + 1, 27), previous, best)
    assert bool(worse("phq-9", latest, previous, best)) == (latest - min(previous, best) >= 6)


def severe(instrument: str, latest: Any, before: Any, **values: float) -> bool:
    named = {f"R6.{name}": value for name, value in values.items()}
    newest = latest if isinstance(latest, Scored) else Scored(TODAY, latest)
    return bool(over_time.severe(instrument, SCALES[instrument], newest, scored(before), RuleSet(1, named)))


@pytest.mark.parametrize(
    ("instrument", "latest", "before", "heard"),
    [
        ("phq-9", 20, None, True),
        ("phq-9", 19, None, False),
        ("phq-9", 27, None, True),
        ("phq-9", 20, 19, True),
        ("phq-9", 20, 20, False),  # not new
        ("phq-9", 27, 21, False),  # severe before; R5 hears it where it is reliably worse
        ("phq-9", 22, 4, True),
        ("gad-7", 15, None, True),
        ("gad-7", 14, None, False),
        ("gad-7", 15, 14, True),
        ("gad-7", 21, 15, False),
        ("epds", 30, None, False),  # no other scale
        ("phq-9", Scored(TODAY, 21, is_complete=False), None, True),  # a prorated one is heard too
        ("phq-9", Scored(TODAY, None), None, False),
    ],
)
def test_r6_hears_a_severe_score_that_is_new(instrument: Any, latest: Any, before: Any, heard: bool) -> None:
    assert severe(instrument, latest, before) is heard


def test_r6_hears_more_where_the_clinic_says_so() -> None:
    assert severe("phq-9", 15, None, phq9=15)
    assert not severe("phq-9", 15, None)
    assert severe("gad-7", 10, 9, gad7=10)
    assert not severe("phq-9", 16, 15, phq9=15)


@pytest.mark.parametrize(("total", "heard"), [(None, False), (0, False), (5, False), (6, True), (20, True)])
def test_r7_hears_an_asrm_of_six_or_more(total: Any, heard: bool) -> None:
    assert bool(over_time.high_asrm(total, DEFAULT_SET)) is heard


@pytest.mark.parametrize(
    ("answers", "heard"),
    [
        ([2, 2, 2, 0, 0, 0], True),
        ([2, 2, 1, 1, 1, 1], False),
        ([1, 1, 1, 1, 1, 1], False),
        ([0, 2, 0, 2, 0, 2], True),
        ([2, 2, None, None, None, None], False),
        ([2, 2, 2, None, None, None], True),
    ],
)
def test_r7_hears_three_answers_of_clearly(answers: Any, heard: bool) -> None:
    named = dict(zip("abcdef", answers, strict=True))
    assert bool(over_time.clearly_active(named, DEFAULT_SET)) is heard


def nights(*known: Any, last: date = TODAY) -> list[Night]:
    """Return the nights up to `last`: None is a day without an answer, else hours, less need, energy."""
    days = [last - timedelta(days=len(known) - 1 - place) for place in range(len(known))]
    return [Night(day, *one) for day, one in zip(days, known, strict=True) if one is not None]


SHORT, SHORT_LIVELY, LIVELY = (4, None, 5), (4, None, 8), (7, None, 9)
EASY, NOT_EASY, UNASKED = (7, True, 5), (7, False, 5), (7, None, 5)


@pytest.mark.parametrize(
    ("known", "heard"),
    [
        ((EASY, EASY), ["sleep-need"]),
        ((EASY,), []),
        ((NOT_EASY, EASY), []),
        ((EASY, None, EASY), []),  # a day without an answer breaks the row: nobody knows
        ((EASY, UNASKED, EASY), []),
        ((EASY, EASY, NOT_EASY), []),  # over since
        ((SHORT_LIVELY, SHORT_LIVELY), ["sleep-and-energy"]),
        ((SHORT, SHORT_LIVELY), ["sleep-and-energy"]),
        ((SHORT_LIVELY, SHORT), ["sleep-and-energy"]),
        ((SHORT, SHORT), []),  # little sleep without energy is a bad night
        ((LIVELY, LIVELY), []),
        ((SHORT_LIVELY, LIVELY), []),
        ((SHORT_LIVELY, None, SHORT_LIVELY), []),
        (((4.5, None, 9), (4, None, 9)), []),
        (((0, None, 8), (3, None, 10)), ["sleep-and-energy"]),
        (((3, True, 9), (4, True, 9)), ["sleep-need", "sleep-and-energy"]),
        ((), []),
    ],
)
def test_r7_hears_two_nights_in_a_row(known: Any, heard: Any) -> None:
    signs = over_time.sleepless(nights(*known), "daily", TODAY, DEFAULT_SET)
    assert [one.details["why"] for one in signs] == heard


def test_r7_says_which_nights_they_were() -> None:
    easy, lively = over_time.sleepless(nights((3, True, 9), (4, True, 9)), "daily", TODAY, DEFAULT_SET)
    assert easy.details["days"] == lively.details["days"] == ["2026-11-21", "2026-11-22"]


def test_r7_hears_a_night_that_is_told_late_and_closes_the_gap() -> None:
    known = nights(EASY, EASY)
    yesterday = TODAY - timedelta(days=1)
    assert over_time.sleepless(known, "daily", yesterday, DEFAULT_SET)
    assert not over_time.sleepless(known, "daily", TODAY - timedelta(days=5), DEFAULT_SET)


def test_r7_hears_one_night_where_the_clinic_says_so() -> None:
    assert over_time.sleepless(nights(EASY), "daily", TODAY, RuleSet(1, {"R7.nights": 1}))
    six = RuleSet(1, {"R7.sleep_hours": 6, "R7.energy": 6})
    assert over_time.sleepless(nights((6, None, 2), (5.5, None, 6)), "daily", TODAY, six)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ([], (None, None, None)),
        ([("daily", {"sleep_h": 5, "energy": 7})], (5, None, 7)),
        ([("daily", {"sleep_h": 5, "sleep_need": 0, "energy": None})], (5, False, None)),
        ([("daily", {"sleep_h": 5}), ("daily", {"sleep_h": 3, "energy": 9, "sleep_need": 1})], (3, True, 9)),
        ([("activation", {"less_sleep": 2})], (None, True, None)),
        ([("activation", {"less_sleep": 1})], (None, False, None)),
        ([("activation", {"less_sleep": None})], (None, None, None)),
        ([("daily", {"sleep_need": 0}), ("activation", {"less_sleep": 2})], (None, True, None)),
    ],
)
def test_a_night_is_what_all_answers_of_its_day_say(given_: Any, expected: Any) -> None:
    night = over_time.night(TODAY, given_)
    assert (night.hours, night.needed_less, night.energy) == expected


NIGHT = st.none() | st.tuples(st.none() | st.integers(0, 10), st.none() | st.booleans(), st.none() | st.integers(0, 10))


@given(st.lists(NIGHT, min_size=2, max_size=4))
def test_r7_is_never_heard_where_neither_night_was_short_or_easy(known: Any) -> None:
    found = nights(*known)
    today = next((one for one in found if one.on == TODAY), Night(TODAY))
    if not over_time.is_short_or_easy(today, DEFAULT_SET):
        assert over_time.sleepless(found, "daily", TODAY, DEFAULT_SET) == ()


@pytest.mark.parametrize(
    ("instrument", "scale", "value", "heard"),
    [
        ("misuse", "use", 1, True),
        ("misuse", "use", 0, False),
        ("misuse", "use", None, False),
        ("misuse", "craving", 10, False),  # a craving is for the talk, not for an alert
        ("nida-1", "result", 1, True),
        ("nida-1", "result", 0, False),
        ("nida-1", "times", 30, False),
        ("phq-9", "total", 27, False),
    ],
)
def test_r10_hears_a_positive_check(instrument: Any, scale: Any, value: Any, heard: bool) -> None:
    assert bool(over_time.misuse(instrument, scale, value, DEFAULT_SET)) is heard


@given(st.data())
def test_a_stricter_threshold_never_hears_less(data: Any) -> None:
    """Every bound of R6 and R7 leads from the default to more that is heard."""
    names = [one for one in thresholds.ALL if one.rule in {"R6", "R7"} and not one.is_fixed and one.unit != "days"]
    values = {one.name: data.draw(st.sampled_from([one.least, one.default, one.most])) for one in names}
    other = RuleSet(1, {name: value for name, value in values.items() if name != "R6.days"})
    latest = Scored(TODAY, data.draw(st.integers(0, 27)))
    if over_time.severe("phq-9", PHQ_9, latest, None, DEFAULT_SET):
        assert over_time.severe("phq-9", PHQ_9, latest, None, other)
    total = data.draw(st.integers(0, 20))
    assert len(over_time.high_asrm(total, DEFAULT_SET)) <= len(over_time.high_asrm(total, other))
    known = nights(*data.draw(st.lists(NIGHT, min_size=2, max_size=3)))
    heard = {one.item for one in over_time.sleepless(known, "daily", TODAY, DEFAULT_SET)}
    assert heard <= {one.item for one in over_time.sleepless(known, "daily", TODAY, other)}
