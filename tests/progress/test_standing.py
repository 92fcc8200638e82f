"""Where a patient stands: best score, trend, slope, response and remission, each only where the scores can say."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.instruments.change import Trend
from portal.progress import reading
from portal.progress.standing import State
from portal.progress.timeline import Timeline
from tests.progress import stories
from tests.progress.stories import PHQ9, TODAY, infusion, score, series_of_six, timeline

Answers = tuple[tuple[int, int], ...]


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


SERIES = series_of_six(ago(60))
"""Six infusions, 60 to 44 days ago."""


def after(*answers: tuple[int, int], today: date = TODAY) -> Timeline:
    """The series with scores so many days ago."""
    return timeline([score(ago(days), value) for days, value in answers], SERIES, today=today)


def test_the_best_score_is_the_newest_of_the_lowest_since_the_course_began() -> None:
    about = after((90, 3), (61, 19), (50, 7), (30, 5), (16, 5), (6, 9))
    assert reading.best(about) == about.scores[4]


def test_before_any_infusion_there_is_no_best_score() -> None:
    assert reading.best(timeline([score(ago(20), 9)])) is None
    assert reading.best(timeline([score(ago(20), 9)], [infusion(ago(3), 1, status="planned")])) is None


def test_scores_in_part_of_another_version_or_of_an_earlier_course_are_not_the_best() -> None:
    first, second = UUID(int=1), UUID(int=2)
    early = [replace(mark, course_id=first) for mark in series_of_six(ago(400))]
    late = [replace(mark, course_id=second) for mark in SERIES]
    scores = [score(ago(380), 1), score(ago(50), 2, version="0"), score(ago(40), 12), score(ago(30), 9)]
    scores.append(score(ago(20), 3, state="prorated"))
    assert reading.best(timeline(scores, [*early, *late])) == scores[3]


def test_where_more_is_better_the_best_is_the_highest() -> None:
    about = replace(after((61, 10), (40, 30), (20, 20)), instrument=replace(PHQ9, higher_is_better=True))
    assert reading.best(about) == about.scores[1]


TRENDS: list[tuple[Answers, Trend | None]] = [
    ((), None),
    (((61, 19),), None),
    (((40, 7),), None),
    (((61, 19), (40, 7)), Trend.BETTER),
    (((61, 19), (40, 14)), Trend.STEADY),
    (((61, 12), (40, 18)), Trend.WORSE),
    (((61, 19), (40, 7), (22, 12)), Trend.STEADY),
    (((61, 19), (40, 7), (22, 12), (6, 13)), Trend.WORSE),
]


@pytest.mark.parametrize(("answers", "expected"), TRENDS)
def test_the_trend_goes_by_the_score_before_and_the_best(answers: Answers, expected: Trend | None) -> None:
    assert reading.trend(after(*answers)) is expected


def test_there_is_no_trend_between_versions_or_without_a_published_change() -> None:
    about = after((61, 19), (40, 7))
    assert reading.trend(replace(about, scores=(about.scores[0], replace(about.scores[1], version="2")))) is None
    assert reading.trend(replace(about, instrument=replace(PHQ9, reliable_change=None))) is None
    assert reading.trend(replace(about, instrument=None)) is None


def test_the_slope_is_that_of_the_scores_since_the_last_infusion() -> None:
    found = reading.slope(after((61, 19), (40, 6), (26, 8), (12, 10)))
    assert found
    assert (found.scores, found.days) == (3, 28)
    assert found.per_week == pytest.approx(1)


@pytest.mark.parametrize("answers", [(), ((40, 6),), ((61, 19), (40, 6), (26, 8)), ((61, 19), (50, 12), (48, 9))])
def test_two_scores_have_no_slope(answers: Answers) -> None:
    assert reading.slope(after(*answers)) is None


def test_three_scores_of_one_day_have_no_slope_either() -> None:
    points = [score(ago(20), value, hour=hour) for hour, value in ((8, 4), (12, 6), (18, 9))]
    assert reading.slope(timeline(points, SERIES)) is None


@pytest.mark.parametrize(
    ("answers", "since", "per_week"),
    [
        (((61, 19), (40, 14), (26, 6), (19, 7), (12, 8)), 26, 1),
        (((61, 19), (40, 14), (26, 8), (19, 11)), None, None),
        (((61, 19), (40, 8), (33, 7), (26, 6)), 40, -1),
        (((61, 19), (40, 6), (33, 6), (26, 6)), 40, 0),
    ],
    ids=["a rise after the best", "too few after the best", "the best is the newest", "level"],
)
def test_a_fall_that_is_past_hides_no_rise(answers: Answers, since: int | None, per_week: float | None) -> None:
    found = reading.slope(after(*answers))
    assert (found.since if found else None) == (None if since is None else ago(since))
    assert (found.per_week if found else None) == (None if per_week is None else pytest.approx(per_week))


@given(st.lists(st.tuples(st.integers(0, 43), st.integers(0, 27)), max_size=12, unique_by=lambda one: one[0]))
def test_turned_upside_down_the_slope_turns_too(answers: list[tuple[int, int]]) -> None:
    ordered = sorted(answers, reverse=True)
    turned = after(*((days, 27 - value) for days, value in ordered))
    assert turned.instrument
    better_high = replace(turned, instrument=replace(turned.instrument, higher_is_better=True))
    found, other = reading.slope(after(*ordered)), reading.slope(better_high)
    assert (found is None) is (other is None)
    if found and other:
        assert found.per_week == pytest.approx(-other.per_week, abs=1e-9)


STATES: list[tuple[Answers, tuple[bool | None, bool | None, int | None, int | None]]] = [
    (((61, 20),), (None, None, None, None)),
    (((61, 20), (50, 11)), (False, False, None, None)),
    (((61, 20), (50, 10)), (True, False, 50, None)),
    (((61, 20), (50, 5)), (True, False, 50, None)),
    (((61, 20), (50, 9), (40, 4)), (True, True, 50, 40)),
    (((61, 20), (50, 9), (40, 4), (20, 12)), (False, False, 50, 40)),
    (((61, 20), (50, 4), (40, 12), (20, 8)), (True, False, 50, 50)),
    (((50, 4), (40, 8)), (None, False, None, 50)),
]


@pytest.mark.parametrize(("answers", "expected"), STATES)
def test_response_and_remission_now_and_the_day_each_was_first_reached(
    answers: Answers, expected: tuple[bool | None, bool | None, int | None, int | None]
) -> None:
    found = reading.response_state(after(*answers))
    days = [None if one is None else (TODAY - one).days for one in (found.response_on, found.remission_on)]
    assert (found.is_response, found.is_remission, *days) == expected


def test_neither_is_said_of_another_version_or_of_a_scale_that_publishes_none() -> None:
    about = after((61, 20), (40, 4))
    newer = replace(about, scores=(about.scores[0], replace(about.scores[1], version="2")))
    assert reading.response_state(newer).is_response is None
    plain = replace(PHQ9, response_fraction=None, remission_below=None)
    assert reading.response_state(replace(about, instrument=plain)) == State(as_of=about.scores[1])
    assert reading.response_state(replace(about, instrument=None)) == State()


def test_an_answer_in_part_changes_neither() -> None:
    about = after((61, 20), (40, 9))
    partly = replace(about, scores=(*about.scores, score(ago(20), 3, state="prorated")))
    assert reading.response_state(partly) == reading.response_state(about)


def test_the_days_reached_do_not_change_with_what_comes_later() -> None:
    about = stories.lasting_responder()
    whole = reading.response_state(about)
    for count in range(8, len(about.scores)):
        part = reading.response_state(replace(about, scores=about.scores[:count]))
        assert part.response_on in (None, whole.response_on)
        assert part.remission_on in (None, whole.remission_on)
