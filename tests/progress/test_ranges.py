"""Which part of the time axis is shown."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.progress.ranges import RANGES, Range, available, select, suggested
from tests.progress import stories
from tests.progress.stories import TODAY, infusion, mood, score, timeline


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_this_interval_begins_a_fortnight_before_the_last_infusion() -> None:
    about = timeline([score(ago(90), 9)], [infusion(ago(80), 7), infusion(ago(30), 8)])
    assert (select(about, "interval").start, select(about, "interval").end) == (ago(44), TODAY)


def test_the_axis_reaches_to_infusions_planned_for_soon_but_not_for_some_day() -> None:
    soon = timeline([score(ago(80), 9)], [infusion(ago(-20), 8, status="planned")])
    some_day = timeline([score(ago(80), 9)], [infusion(ago(-200), 8, status="planned")])
    assert select(soon, "all").end == ago(-20)
    assert select(some_day, "all").end == TODAY


@pytest.mark.parametrize(("chosen", "days"), [("3-months", 91), ("1-year", 365), ("all", 1000)])
def test_a_range_begins_where_it_says(chosen: Range, days: int) -> None:
    about = timeline([score(ago(n), 9) for n in (1000, 500, 100, 1)])
    assert select(about, chosen).start == ago(days)


def test_a_range_does_not_begin_before_there_was_anything() -> None:
    assert select(timeline([score(ago(120), 9), score(ago(1), 9)]), "1-year").start == ago(120)


def test_one_day_is_shown_with_a_fortnight_around_it() -> None:
    shown = select(timeline([score(TODAY, 9)]), "all")
    assert (shown.end - shown.start).days == 14


def test_the_first_medians_of_a_range_know_the_days_before_it() -> None:
    values = {ago(n): float(n % 10) for n in range(200)}
    shown = select(timeline(daily=[mood(values)]), "3-months")
    assert shown.daily[0].points[0].on == shown.start
    assert shown.daily[0].medians[0][0].on == shown.start


def test_an_old_diary_opens_on_its_own_days() -> None:
    entries = [(datetime(2012, 8, 13, 9, tzinfo=UTC) + timedelta(hours=7 * n), n % 7 + 1.0) for n in range(800)]
    about = timeline(daily=[stories.diary(entries, label="Cheerful", low=1, high=7, higher=True)])
    assert available(about) == ("all", "imported")
    assert suggested(about) == "imported"
    shown = select(about, suggested(about))
    assert (shown.start, shown.end) == (date(2012, 8, 13), about.daily[0].points[-1].on)
    assert len(shown.daily[0].points) == 800


def test_a_range_is_offered_only_where_it_shows_something_else() -> None:
    assert available(timeline()) == ()
    assert available(timeline([score(ago(3), 9)])) == ("all",)
    assert available(stories.lasting_responder()) == ("interval", "3-months", "1-year", "all")
    assert available(timeline([score(ago(500), 9)])) == ("all",)


def test_an_unscored_year_is_still_a_year() -> None:
    assert suggested(stories.ten_years()) == "1-year"
    assert suggested(timeline([score(ago(30), None)])) == "all"


@given(
    st.lists(st.integers(0, 4000), max_size=6),
    st.lists(st.integers(-40, 4000), max_size=6),
    st.lists(st.integers(0, 4000), max_size=20),
    st.sampled_from(RANGES),
)
def test_every_range_of_every_timeline_can_be_shown(
    scores: list[int], infusions: list[int], days: list[int], chosen: Range
) -> None:
    marks = [
        infusion(ago(n), count, status="planned" if n < 0 else "completed")
        for count, n in enumerate(sorted(infusions, reverse=True), start=1)
    ]
    answered = [score(ago(n), 9) for n in sorted(scores, reverse=True)]
    about = timeline(answered, marks, [mood({ago(n): 5.0 for n in days})])
    shown = select(about, chosen)
    if about.is_empty:
        assert shown == about
        return
    assert (shown.end - shown.start).days >= 14
    assert all(shown.start <= p.on <= shown.end for p in shown.shown_scores)
    assert all(shown.start <= p.on <= shown.end for p in shown.daily[0].points)
    assert all(shown.start <= m.on <= shown.end for run in shown.daily[0].medians for m in run)
    assert shown.scores == about.scores
    assert shown.baseline == about.baseline


def test_choosing_again_from_the_whole_gives_the_same() -> None:
    about = stories.wears_off()
    assert select(replace(about, start=ago(3)), "all") == select(about, "all")
