"""What each infusion did: the clinical cases one by one, and what must hold whatever was answered."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.progress import telling
from portal.progress.response import Held, Hold, Response, Unknown, responses
from portal.progress.timeline import InfusionMark, InstrumentView, ScorePoint, Timeline
from tests.progress import stories
from tests.progress.stories import PHQ9, TODAY, infusion, say, score, series_of_six, timeline


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def points(**values: Any) -> list[ScorePoint]:
    """Scores by how many days ago: `points(d61=19)`."""
    return [score(ago(int(name[1:])), value) for name, value in values.items()]


def held(about: Timeline, number: int = -1) -> str:
    assert about.instrument
    return say(telling.held(about, about.instrument, responses(about)[number]))


def changed(response: Response, instrument: InstrumentView = PHQ9) -> str:
    why = telling.why(response)
    return say(telling.change(instrument, response)) + (f", {say(why)}" if why else "")


SERIES = series_of_six(ago(60))
"""Six infusions, 60 to 44 days ago."""
ONE = infusion(ago(60), 7)
TWO = infusion(ago(20), 8)


def test_the_series_counts_as_one_from_the_baseline_to_its_best_score() -> None:
    about = timeline(points(d70=22, d61=19, d50=12, d40=7, d22=6, d6=8), SERIES)
    (found,) = responses(about)
    assert found.is_series
    assert [mark.number for mark in found.infusions] == [1, 2, 3, 4, 5, 6]
    assert (found.before, found.best) == (about.baseline, about.scores[4])
    assert (found.change, found.best_after, found.next_after) == (-13, 22, None)
    assert found.percent == pytest.approx(-100 * 13 / 19)
    assert changed(found) == "−13 (68%), reliably improved"
    assert say(telling.which(found)) == "First series, infusions 1–6"


def test_a_booster_is_compared_with_the_last_complete_score_since_the_infusion_before_it() -> None:
    scores = points(d61=19, d40=14, d24=13, d22=15, d10=9, d3=11)
    scores[3] = replace(scores[3], state="prorated")
    booster = responses(timeline(scores, [ONE, TWO]))[1]
    assert (booster.before, booster.best) == (scores[2], scores[4])
    assert (booster.change, booster.best_after) == (-4, 10)
    assert changed(booster) == "−4 (31%), no reliable change"
    assert responses(timeline(scores, [ONE, TWO]))[0].next_after == 40


def test_an_infusion_with_nothing_since_the_one_before_has_no_before() -> None:
    booster = responses(timeline(points(d61=19, d10=9), [ONE, TWO]))[1]
    assert booster.before is None
    assert changed(booster) == "cannot be said, no score since the infusion before"
    (first,) = responses(timeline(points(d10=9), SERIES))
    assert changed(first) == "cannot be said, no score before it"


def test_an_infusion_with_nothing_after_it_has_no_best() -> None:
    (found,) = responses(timeline(points(d61=19), SERIES))
    assert (found.best, found.best_after, found.held) == (None, None, Held(Hold.NOT_KNOWN, why=Unknown.SCORE))
    assert changed(found) == "cannot be said, no score after it"


def test_a_score_at_the_very_time_of_an_infusion_belongs_before_it() -> None:
    at = replace(score(ago(20), 14), at=TWO.at)
    first, second = responses(timeline([*points(d61=19, d50=9), at, score(ago(8), 7)], [ONE, TWO]))
    assert second.before == at
    assert first.held == Held(Hold.BACK, 40, 10)
    assert second.best_after == 12


def test_of_two_scores_on_one_day_each_counts_in_its_order() -> None:
    day = [score(ago(30), 8, hour=12), score(ago(30), 12, hour=18)]
    about = timeline([*points(d61=19, d50=9), *day], [ONE])
    assert responses(about)[0].held == Held(Hold.BACK, 30, 30)
    turned = [score(ago(30), 12, hour=12), score(ago(30), 8, hour=18)]
    assert responses(timeline([*points(d61=19, d50=9), *turned], [ONE]))[0].held == Held(Hold.BACK, 30, 10)


APART = [
    ("the score before looks back over the infusion before", {"d57": 12, "d40": 9}, 55, True),
    ("the best score looks back over the infusion before", {"d61": 12, "d52": 8}, 55, True),
    ("fourteen days back still counts", {"d61": 19, "d46": 8}, 55, True),
    ("fifteen days back does not", {"d61": 19, "d45": 8}, 55, False),
    ("nothing within fourteen days", {"d61": 19, "d44": 12, "d30": 8}, 42, False),
]


@pytest.mark.parametrize(("name", "scores", "second", "expected"), APART)
def test_two_infusions_in_one_recall_window_cannot_be_told_apart(
    name: str, scores: dict[str, int], second: int, expected: bool
) -> None:
    about = timeline(points(**scores), [ONE, infusion(ago(second), 8)])
    found = responses(about)[1]
    assert found.cannot_be_told_apart is expected, name
    assert (found.change is None) is (expected or found.before is None)
    if expected:
        assert changed(found) == "cannot be told apart, the answers look back over another infusion"
        assert (found.change, found.percent, found.reliable) == (None, None, None)


@pytest.mark.parametrize(("days", "expected"), [(14, True), (15, False)])
def test_the_first_day_of_the_recall_window_belongs_to_it(days: int, expected: bool) -> None:
    before = replace(score(ago(60 - days), 12), at=stories.instant(ago(60 - days), 8))
    about = timeline([before, score(ago(20), 8)], [ONE, infusion(ago(60 - days), 8)])
    assert responses(about)[1].cannot_be_told_apart is expected


def test_each_version_has_its_own_recall_window() -> None:
    weekly = replace(PHQ9, recalled={"1": 7})
    about = timeline(points(d50=12, d40=8), [ONE, infusion(ago(49), 8)], instrument=weekly)
    assert responses(about)[1].cannot_be_told_apart is False
    assert responses(replace(about, instrument=PHQ9))[1].cannot_be_told_apart is True


def test_infusions_of_the_series_are_not_other_infusions() -> None:
    (found,) = responses(timeline(points(d61=19, d50=12), SERIES))
    assert found.cannot_be_told_apart is False


HELD = {
    "below when last seen": ({"d50": 8, "d37": 9}, "below 10 until day 23, no score since"),
    "at the line is not below it": ({"d50": 8, "d32": 10}, "back to 10 or above on day 28 (last below 10 on day 10)"),
    "never": ({"d50": 14, "d37": 12}, "not seen below 10 so far, last score on day 23"),
    "never, with a silence between": ({"d50": 14, "d7": 12}, "not seen below 10 so far, last score on day 53"),
    "first above, then below, then back": (
        {"d55": 12, "d45": 8, "d30": 11},
        "back to 10 or above on day 30 (last below 10 on day 15)",
    ),
    "back after a silence": ({"d48": 8, "d19": 12}, "back to 10 or above some time between day 12 and day 41"),
    "below, a silence, below": ({"d48": 8, "d19": 7}, "below 10 until day 12, then not known: no score until day 41"),
    "nothing for too long": ({"d10": 8}, "not known: no score for too long before day 50"),
    "nothing": ({}, "not known: no score after it"),
}


@pytest.mark.parametrize("name", HELD)
def test_how_long_it_held_is_never_guessed(name: str) -> None:
    scores, expected = HELD[name]
    assert held(timeline(points(d61=19, **scores), [ONE])) == expected


def test_what_goes_on_is_said_as_far_as_it_was_seen() -> None:
    about = timeline(points(d61=19, d50=8, d37=9), [ONE], today=ago(30))
    assert responses(about)[0].held == Held(Hold.STILL, 23, 23)
    assert held(about) == "still below 10, 23 days so far"
    assert held(timeline(points(d61=19, d59=8), [ONE], today=ago(50))) == "still below 10, 1 day so far"


def test_an_interval_that_ended_below_the_line_is_known_until_the_next_infusion_only() -> None:
    about = timeline(points(d61=19, d50=8, d38=9, d10=12), [ONE, infusion(ago(22), 8)])
    assert responses(about)[0].held == Held(Hold.UNTIL_NEXT, 22, 22)
    assert held(about, 0) == "below 10 until the next, day 38"
    silent = timeline(points(d61=19, d50=8, d40=9), [ONE, infusion(ago(10), 8)])
    assert held(silent, 0) == "below 10 until day 20, then no score before the next, day 50"
    never = timeline(points(d61=19, d50=12), [ONE, infusion(ago(22), 8)])
    assert held(never, 0) == "not seen below 10"


def test_a_newer_answer_in_part_does_not_count_but_is_not_kept_quiet() -> None:
    partly = score(ago(5), 15, state="prorated")
    about = timeline([*points(d61=19, d50=8, d37=9, d20=8), partly], [ONE])
    assert responses(about)[0].held == Held(Hold.STILL, 40, 40)
    assert held(about) == "below 10 until day 40, but not by answers given in part since"


def test_a_series_that_only_helped_while_it_lasted_says_so() -> None:
    about = timeline(points(d61=19, d50=8, d40=12), SERIES)
    assert held(about) == "not seen below 10 after the last of them"
    after = telling.best_after(responses(about)[0])
    assert after
    assert say(after) == "in the series"


def test_without_a_line_nothing_is_held_and_the_change_still_stands() -> None:
    about = timeline(points(d61=19, d50=8), [ONE], instrument=replace(PHQ9, line=None))
    assert held(about) == "no line set"
    assert responses(about)[0].change == -11


def test_a_line_is_not_laid_over_answers_from_before_its_bands() -> None:
    later = replace(PHQ9, bands_since=stories.instant(ago(30)))
    assert held(timeline(points(d61=19, d50=8), [ONE], instrument=later)) == "not known: no line for these questions"


def test_two_versions_are_not_compared_within_an_interval() -> None:
    scores = [*points(d61=19), score(ago(50), 8, version="2"), score(ago(40), 12, version="2")]
    (found,) = responses(timeline(scores, [ONE]))
    assert (found.best, found.change) == (scores[1], None)
    assert changed(found) == "cannot be said, other questions before than after"
    mixed = timeline([*points(d61=19, d50=8), score(ago(40), 12, version="2")], [ONE])
    assert held(mixed) == "not known: other questions from day 20 on"
    assert responses(mixed)[0].best == mixed.scores[1]


def test_where_more_is_better_the_best_is_the_highest_and_the_line_is_below() -> None:
    wellbeing = replace(PHQ9, higher_is_better=True, line=50, maximum=100, reliable_change=10)
    about = timeline(points(d61=20, d50=60, d40=70, d30=50), [ONE], instrument=wellbeing)
    (found,) = responses(about)
    assert (found.best, found.change) == (about.scores[2], 50)
    assert changed(found, wellbeing) == "+50 (250%), reliably improved"
    assert held(about) == "back to 50 or below on day 30 (last above 50 on day 20)"


def test_a_change_is_called_reliable_only_by_what_is_published() -> None:
    plain = replace(PHQ9, reliable_change=None)
    about = timeline(points(d61=19, d50=8), [ONE], instrument=plain)
    assert changed(responses(about)[0], plain) == "−11 (58%), nobody has published what is reliable"
    assert changed(responses(timeline(points(d61=9, d50=16), [ONE]))[0]) == "+7 (78%), reliably worse"
    assert changed(responses(timeline(points(d61=9, d50=9), [ONE]))[0]) == "no change"


def test_from_nought_there_is_no_percent() -> None:
    (found,) = responses(timeline(points(d61=0, d50=3), [ONE]))
    assert (found.change, found.percent) == (3, None)
    assert changed(found) == "+3, no reliable change"


def test_an_infusion_that_was_stopped_early_counts_and_one_that_was_missed_does_not() -> None:
    marks = [replace(ONE, status="stopped-early"), replace(TWO, status="missed")]
    (found,) = responses(timeline(points(d61=19, d50=8), marks))
    assert say(telling.stopped(found) or telling.which(found)) == "stopped early"
    series = [replace(SERIES[0], status="stopped-early"), *SERIES[1:]]
    (whole,) = responses(timeline(points(d61=19, d30=8), series))
    assert say(telling.stopped(whole) or telling.which(whole)) == "1 stopped early"


def test_a_chosen_baseline_is_what_the_series_is_compared_with() -> None:
    about = timeline(points(d90=24, d61=19, d40=7), SERIES)
    assert responses(replace(about, baseline=about.scores[0]))[0].change == -17
    later = replace(about, baseline=replace(about.scores[2], on=ago(50), at=stories.instant(ago(50)), value=15))
    assert responses(later)[0].change == -8


def test_a_new_course_is_compared_with_its_own_baseline_and_the_old_one_keeps_its() -> None:
    first, second = UUID(int=1), UUID(int=2)
    early = [replace(mark, course_id=first) for mark in series_of_six(ago(400))]
    late = [replace(mark, course_id=second) for mark in SERIES]
    scores = points(d401=24, d370=5, d61=18, d40=11)
    old, new = responses(replace(timeline(scores, [*early, *late]), baseline=scores[2]))
    assert (old.before, old.best, old.change) == (scores[0], scores[1], -19)
    assert (new.before, new.best, new.change) == (scores[2], scores[3], -7)
    assert old.next_after == 324


def test_ten_years_with_a_silence_of_two_say_nothing_of_the_silence() -> None:
    about = stories.ten_years()
    found = responses(about)
    assert len(found) == 55
    silent = [one for one in found if one.held.why in (Unknown.SCORE, Unknown.SILENCE)]
    assert 9 <= len(silent) <= 12
    assert all(one.best is None or one.held.days for one in silent)


@pytest.mark.parametrize("about", [timeline(), timeline(instrument=None), timeline(points(d3=14))])
def test_without_an_infusion_there_is_no_response(about: Timeline) -> None:
    assert responses(about) == ()


def test_outcomes_in_an_order_have_no_response() -> None:
    assert responses(timeline(points(d61=1, d50=0), [ONE], instrument=replace(PHQ9, has_levels=True))) == ()


def test_only_declined_answers_are_no_scores() -> None:
    (found,) = responses(timeline([score(ago(61), None), score(ago(50), None)], [ONE]))
    assert (found.before, found.best, found.held.why) == (None, None, Unknown.SCORE)


ANSWERS = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 27), st.booleans()), max_size=25)
INFUSIONS = st.lists(st.tuples(st.integers(0, 300), st.booleans()), max_size=8, unique_by=lambda one: one[0])


def history(answers: list[tuple[int, int, bool]], given: list[tuple[int, bool]]) -> Timeline:
    scores = [
        score(ago(days), value, state="complete" if is_complete else "prorated", hour=8 + n % 10)
        for n, (days, value, is_complete) in enumerate(sorted(answers, key=lambda one: -one[0]))
    ]
    marks = [
        infusion(ago(days), n + 1, kind="booster" if is_booster else "induction")
        for n, (days, is_booster) in enumerate(sorted(given, key=lambda one: -one[0]))
    ]
    return timeline(sorted(scores, key=lambda p: p.at), marks)


def windows(about: Timeline, found: Response) -> list[InfusionMark]:
    """The other infusions that a score of this response looks back over, worked out the long way."""
    others = [mark for mark in about.infusions if mark not in found.infusions]
    return [
        mark
        for point in (found.before, found.best)
        for mark in others
        if point and mark.at < point.at and 0 <= (point.on - mark.on).days <= 14
    ]


@given(ANSWERS, INFUSIONS)
def test_there_is_never_a_change_where_windows_overlap(
    answers: list[tuple[int, int, bool]], given: list[tuple[int, bool]]
) -> None:
    about = history(answers, given)
    for found in responses(about):
        assert found.cannot_be_told_apart is bool(windows(about, found))
        assert not (found.cannot_be_told_apart and (found.change is not None or found.reliable or found.percent))
        if found.change is not None:
            assert found.before
            assert found.best
            assert found.change == (found.best.value or 0) - (found.before.value or 0)


@given(ANSWERS, INFUSIONS)
def test_it_never_held_for_longer_than_there_are_scores(
    answers: list[tuple[int, int, bool]], given: list[tuple[int, bool]]
) -> None:
    about = history(answers, given)
    complete = [point.on for point in about.scores if point.state == "complete"]
    for found in responses(about):
        last, held = found.infusions[-1], found.held
        if held.days is not None:
            assert held.days <= (max(complete) - last.on).days
            assert found.next_after is None or held.days <= found.next_after
        if held.last_good is not None:
            assert held.days is not None
            assert held.last_good <= held.days


@given(ANSWERS, INFUSIONS, st.integers(0, 27))
def test_a_score_after_an_interval_changes_nothing_in_it(
    answers: list[tuple[int, int, bool]], given: list[tuple[int, bool]], value: int
) -> None:
    about = history(answers, given)
    more = replace(about, scores=(*about.scores, score(TODAY, value, hour=23)))
    assert responses(more)[:-1] == responses(about)[:-1]


@given(ANSWERS, INFUSIONS, st.randoms())
def test_the_order_in_which_scores_come_does_not_matter(
    answers: list[tuple[int, int, bool]], given: list[tuple[int, bool]], dice: Any
) -> None:
    about = history(answers, given)
    scores, marks = list(about.scores), list(about.infusions)
    dice.shuffle(scores)
    dice.shuffle(marks)
    shuffled = responses(replace(about, scores=tuple(scores), infusions=tuple(marks)))
    assert [(one.infusions, one.held, one.change) for one in shuffled] == [
        (one.infusions, one.held, one.change) for one in responses(about)
    ]
