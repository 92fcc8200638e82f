"""What is read off a timeline: gaps, medians, thresholds, crossings and intervals."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.progress import medians, reading
from portal.progress.timeline import DailyPoint, ScorePoint
from tests.progress.stories import PHQ9, TODAY, infusion, instant, score, series_of_six, timeline


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def point(days_ago: int, value: float, hour: int = 20) -> DailyPoint:
    return DailyPoint(ago(days_ago), instant(ago(days_ago), hour), value, "check-in")


def test_scores_are_joined_only_within_the_expected_gap() -> None:
    points = [score(ago(days), 9) for days in (60, 46, 20, 6)]
    assert [[p.on for p in run] for run in reading.segments(points, 14)] == [[ago(60), ago(46)], [ago(20), ago(6)]]


def test_an_answer_without_a_score_opens_the_line() -> None:
    points = [score(ago(20), 9), score(ago(14), None), score(ago(7), 8)]
    assert [len(run) for run in reading.segments(points, 14)] == [1, 1]


def test_two_versions_of_an_instrument_are_never_joined() -> None:
    points = [score(ago(20), 9), score(ago(14), 9, version="2"), score(ago(7), 8, version="2")]
    assert [len(run) for run in reading.segments(points, 14)] == [1, 2]


@given(st.lists(st.tuples(st.integers(0, 400), st.none() | st.integers(0, 27)), max_size=30), st.integers(1, 40))
def test_every_scored_point_is_in_exactly_one_stretch(answers: list[tuple[int, int | None]], gap: int) -> None:
    points = [score(ago(days), value) for days, value in sorted(answers, key=lambda one: -one[0])]
    runs = reading.segments(points, gap)
    assert [p for run in runs for p in run] == reading.scored(points)
    for run in runs:
        assert all((b.on - a.on).days <= gap for a, b in pairwise(run))


def test_silence_up_to_today_counts_as_silence() -> None:
    about = replace(timeline([score(ago(60), 9), score(ago(50), 9)]), start=ago(90))
    assert reading.silences(about) == ((ago(50), TODAY),)


def test_silence_is_cut_to_what_is_shown() -> None:
    about = replace(timeline([score(ago(90), 9), score(ago(2), 9)]), start=ago(30), end=ago(10))
    assert reading.silences(about) == ((ago(30), ago(10)),)


def test_the_median_is_of_the_seven_days_that_end_on_the_day() -> None:
    values = [1, 9, 2, 8, 3, 7, 4, 6, 5]
    points = [point(8 - n, value) for n, value in enumerate(values)]
    (run,) = medians.daily_medians(points)
    assert {m.on: m.value for m in run} == {
        ago(8 - n): median(values[max(0, n - 6) : n + 1]) for n in range(2, len(values))
    }


def test_two_answered_days_in_seven_have_no_median() -> None:
    assert medians.daily_medians([point(20, 3), point(16, 4), point(9, 5), point(2, 6)]) == ()


def test_every_answer_of_a_day_counts_in_the_median_and_the_days_still_have_to_be_three() -> None:
    many = [point(0, value, hour) for hour, value in ((8, 9), (12, 9), (16, 9), (20, 0))]
    (run,) = medians.daily_medians([point(2, 4), point(1, 6), *many])
    assert [(m.on, m.value) for m in run] == [(TODAY, median([4, 6, 9, 9, 9, 0]))]
    assert medians.daily_medians([point(1, 6), *many]) == ()


def test_a_median_line_is_open_where_nobody_answered() -> None:
    points = [point(days, 5) for days in (40, 39, 38, 12, 11, 10)]
    assert [[m.on for m in run] for run in medians.daily_medians(points)] == [[ago(38)], [ago(10)]]


@given(st.dictionaries(st.integers(0, 200), st.integers(0, 10), max_size=80), st.sampled_from([1, 7]))
def test_a_median_lies_among_the_answers_of_its_seven_days(answers: dict[int, int], every: int) -> None:
    points = [point(days, value) for days, value in sorted(answers.items(), reverse=True)]
    for run in medians.daily_medians(points, every=every):
        for one in run:
            window = [p.value for p in points if 0 <= (one.on - p.on).days < 7]
            assert len(window) >= 3
            assert min(window) <= one.value <= max(window)


@pytest.mark.parametrize(("baseline", "expected"), [(20, 10), (21, 10.5), (None, None)])
def test_response_is_half_of_the_baseline(baseline: int | None, expected: float | None) -> None:
    start = None if baseline is None else score(ago(9), baseline)
    assert reading.response_at(PHQ9, start) == expected


def test_no_response_line_is_invented_for_a_scale_that_publishes_none() -> None:
    assert reading.response_at(replace(PHQ9, response_fraction=None), score(ago(9), 20)) is None
    assert reading.response_at(replace(PHQ9, higher_is_better=True), score(ago(9), 20)) is None


CHANGES = [
    (20, 15, None),
    (20, 14, "improved"),
    (20, 0, "improved"),
    (12, 17, None),
    (12, 18, "worse"),
    (20, 20, None),
]


@pytest.mark.parametrize(("before", "after", "expected"), CHANGES)
def test_a_change_is_reliable_from_six_points_on(before: int, after: int, expected: str | None) -> None:
    assert reading.change_from(PHQ9, score(ago(9), before), score(ago(2), after)) == expected


def test_high_is_good_where_the_scale_says_so() -> None:
    wellbeing = replace(PHQ9, higher_is_better=True)
    assert reading.change_from(wellbeing, score(ago(9), 8), score(ago(2), 20)) == "improved"


@pytest.mark.parametrize(
    "after",
    [
        score(ago(2), 8, state="prorated"),
        score(ago(2), None),
        score(ago(2), 8, version="2"),
        score(ago(12), 8),
    ],
)
def test_what_cannot_be_compared_is_not_called_a_change(after: ScorePoint) -> None:
    assert reading.change_from(PHQ9, score(ago(9), 20), after) is None


def test_only_the_score_that_crosses_is_marked_and_again_after_a_relapse() -> None:
    values = (20, 15, 13, 12, 18, 11, 27)
    scores = [score(ago(70 - 10 * n), value) for n, value in enumerate(values)]
    about = replace(timeline(scores), baseline=scores[0])
    assert [(c.point.value, c.change) for c in reading.crossings(about)] == [
        (13, "improved"),
        (11, "improved"),
        (27, "worse"),
    ]


def test_a_prorated_score_neither_crosses_nor_ends_a_change() -> None:
    scores = [score(ago(40), 20), score(ago(30), 10), score(ago(20), 20, state="prorated"), score(ago(10), 9)]
    about = replace(timeline(scores), baseline=scores[0])
    assert [c.point.value for c in reading.crossings(about)] == [10]


def test_the_baseline_is_the_last_complete_score_before_the_first_infusion() -> None:
    scores = [score(ago(30), 22), score(ago(20), 19), score(ago(15), 12, state="prorated"), score(ago(1), 5)]
    assert reading.baseline_of(scores, instant(ago(10))) == scores[1]
    assert reading.baseline_of(scores[3:], instant(ago(10))) is None


def test_a_score_at_the_very_time_of_an_infusion_belongs_before_it() -> None:
    second = infusion(ago(20), 2)
    at = replace(score(ago(20), 14), at=second.at)
    about = timeline([score(ago(30), 9), at, score(ago(10), 8)], [infusion(ago(40), 1), second])
    assert [[p.value for p in one.scores] for one in reading.intervals(about)] == [[9, 14], [8]]
    assert reading.baseline_of(about.scores, second.at) == at


def test_the_first_series_is_one_interval_and_the_last_one_is_current() -> None:
    marks = [*series_of_six(ago(100)), infusion(ago(50), 7), infusion(ago(20), 8, status="missed")]
    about = timeline([score(ago(days), 9) for days in (99, 95, 70, 60, 40, 10)], marks)
    found = reading.intervals(about)
    assert [(one.infusion.number, len(one.scores), one.is_current) for one in found] == [(6, 2, False), (7, 2, True)]
    assert found[1].days[0] == pytest.approx(10 - 2 / 24)


def test_an_infusion_that_was_stopped_early_ends_an_interval_and_begins_one() -> None:
    marks = [infusion(ago(60), 7), infusion(ago(30), 8, status="stopped-early")]
    about = timeline([score(ago(45), 9), score(ago(10), 9)], marks)
    assert [one.infusion.number for one in reading.intervals(about)] == [7, 8]


def test_no_infusion_has_no_intervals() -> None:
    assert reading.intervals(timeline([score(ago(3), 9)])) == ()
