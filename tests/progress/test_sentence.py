"""What is said above the chart, case by case."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.progress.sentence import sentences
from portal.progress.timeline import Timeline
from tests.progress import stories
from tests.progress.stories import PHQ9, TODAY, infusion, mood, say, score, series_of_six, timeline


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def said(about: Timeline) -> str:
    return " ".join(say(message) for message in sentences(about))


SERIES = series_of_six(ago(60))
"""Six infusions, 60 to 44 days ago."""

CASES = {
    "nothing at all": (timeline(), "There is no PHQ-9 score yet."),
    "nothing and no instrument": (timeline(instrument=None), "There is nothing to show yet."),
    "one score": (
        timeline([score(ago(3), 14)]),
        "PHQ-9 was 14 on 12 June 2026. One score cannot show a change yet.",
    ),
    "one score long ago": (
        timeline([score(ago(40), 14)]),
        ("PHQ-9 was 14 on 6 May 2026. One score cannot show a change yet. "
        "The last score is from 6 May 2026, 40 days ago; how it has been since then is not known."),
    ),
    "one prorated score": (
        timeline([score(ago(3), 14, state="prorated")]),
        "PHQ-9 was 14 on 12 June 2026, worked out from part of the answers. One score cannot show a change yet.",
    ),
    "declined once": (
        timeline([score(ago(3), None)]),
        "PHQ-9 was answered once, with too few answers for a score.",
    ),
    "only declined": (
        timeline([score(ago(30), None), score(ago(3), None)]),
        "PHQ-9 was answered 2 times, each time with too few answers for a score.",
    ),
    "two scores and no infusion": (
        timeline([score(ago(17), 18), score(ago(3), 16)]),
        "PHQ-9 was 18 on 29 May 2026 and 16 on 12 June 2026, before any infusion.",
    ),
    "an infusion with nothing before it": (
        timeline([score(ago(17), 12), score(ago(3), 9)], [infusion(ago(20), 1)]),
        ("PHQ-9 was 9 on 12 June 2026, 17 days after infusion 1. "
        "There is no score from before the first infusion to compare it with."),
    ),
    "nothing since the first infusion": (
        timeline([score(ago(12), 20), score(ago(3), 19)], [infusion(ago(1), 1, kind="induction")]),
        "PHQ-9 was 19 before the first infusion. There is no score since then.",
    ),
    "in the middle of the series": (
        timeline(
            [score(ago(10), 19), score(ago(1), 15)],
            [
                infusion(ago(9), 1, kind="induction"),
                infusion(ago(6), 2, kind="induction"),
                infusion(ago(-2), 3, kind="induction", status="planned"),
            ],
        ),
        ("PHQ-9 was 19 before the first infusion and 15 after 2 infusions. "
        "Compared with before the first infusion: no reliable change (that takes 6 points). "
        "The next infusion is planned for 17 June 2026."),
    ),
    "after one infusion": (
        timeline([score(ago(10), 19), score(ago(1), 12)], [infusion(ago(9), 1)]),
        ("PHQ-9 was 19 before the first infusion and 12 after it. "
        "Compared with before the first infusion: reliably improved."),
    ),
    "a response that holds": (
        timeline([score(ago(61), 19), score(ago(40), 7), score(ago(22), 6), score(ago(6), 8)], SERIES),
        ("PHQ-9 fell from 19 to 7 after the series and has been below 10 for 34 days. "
        "PHQ-9 was 8 on 9 June 2026, 38 days after infusion 6. "
        "Compared with before the first infusion: reliably improved."),
    ),
    "a response of one day": (
        timeline([score(ago(n), value) for n, value in ((61, 19), (40, 12), (22, 10), (6, 8), (5, 8))], SERIES),
        ("PHQ-9 fell from 19 to 12 after the series and has been below 10 for 1 day. "
        "PHQ-9 was 8 on 10 June 2026, 39 days after infusion 6. "
        "Compared with before the first infusion: reliably improved."),
    ),
    "a response that wore off": (
        timeline([score(ago(61), 19), score(ago(40), 7), score(ago(22), 12), score(ago(6), 17)], SERIES),
        ("PHQ-9 fell from 19 to 7 after the series. PHQ-9 was 17 on 9 June 2026, 38 days after infusion 6. "
        "Compared with before the first infusion: no reliable change (that takes 6 points)."),
    ),
    "no response": (
        timeline([score(ago(61), 19), score(ago(6), 19)], SERIES),
        ("PHQ-9 was 19 before the series and 19 after it. "
        "Compared with before the first infusion: no reliable change (that takes 6 points)."),
    ),
    "worse": (
        timeline([score(ago(61), 12), score(ago(6), 20)], SERIES),
        "PHQ-9 rose from 12 to 20 after the series. Compared with before the first infusion: reliably worse.",
    ),
    "silent since": (
        timeline([score(ago(61), 19), score(ago(42), 7), score(ago(30), 7)], SERIES),
        ("PHQ-9 fell from 19 to 7 after the series. PHQ-9 was 7 when last answered, 14 days after infusion 6. "
        "Compared with before the first infusion: reliably improved. "
        "The last score is from 16 May 2026, 30 days ago; how it has been since then is not known."),
    ),
    "a silence inside the good run": (
        timeline([score(ago(61), 19), score(ago(42), 7), score(ago(16), 7), score(ago(6), 8)], SERIES),
        ("PHQ-9 fell from 19 to 7 after the series and has been below 10 for 10 days. "
        "PHQ-9 was 8 on 9 June 2026, 38 days after infusion 6. "
        "Compared with before the first infusion: reliably improved."),
    ),
    "only partly answered since": (
        timeline([score(ago(61), 19), score(ago(6), 8, state="prorated")], SERIES),
        ("PHQ-9 was 19 before the first infusion, and only answered in part since. "
        "PHQ-9 was 8 on 9 June 2026, 38 days after infusion 6. "
        "The newest score was worked out from part of the answers."),
    ),
    "another version since": (
        timeline([score(ago(61), 19), score(ago(6), 8, version="2")], SERIES),
        ("PHQ-9 was 8 on 9 June 2026, 38 days after infusion 6. "
        "The questions or their scoring changed on 9 June 2026 (version 2): "
        "what was answered before is not compared with what came later."),
    ),
    "only daily answers": (
        timeline(daily=[mood({ago(2): 5.0, ago(1): 6.0})]),
        "There is no PHQ-9 score yet. The daily questions were answered on 2 days since 13 June 2026.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_it_says_what_the_answers_carry(name: str) -> None:
    about, expected = CASES[name]
    assert said(about) == expected


def test_a_score_at_the_very_time_of_the_first_infusion_is_the_one_before_it() -> None:
    first = infusion(ago(30), 1, kind="induction")
    at = replace(score(ago(30), 19), at=first.at)
    assert said(timeline([at, score(ago(4), 9)], [first])).startswith("PHQ-9 fell from 19 to 9 after the series")


def test_a_scale_that_is_better_high_is_not_said_to_be_below_its_line() -> None:
    wellbeing = replace(PHQ9, short_title="Well-being", higher_is_better=True, line=50, reliable_change=10)
    about = timeline([score(ago(61), 20), score(ago(40), 60), score(ago(6), 70)], SERIES, instrument=wellbeing)
    assert said(about) == (
        "Well-being rose from 20 to 60 after the series. Well-being was 70 on 9 June 2026, 38 days after infusion 6. "
        "Compared with before the first infusion: reliably improved."
    )


def test_a_second_course_is_told_from_its_own_baseline() -> None:
    early = series_of_six(ago(400))
    late = [replace(mark, number=mark.number + 6) for mark in SERIES]
    scores = [score(ago(401), 24), score(ago(370), 5), score(ago(61), 18), score(ago(40), 11), score(ago(6), 12)]
    about = replace(timeline(scores, [*early, *late]), baseline=scores[2])
    assert said(about).startswith("PHQ-9 fell from 18 to 11 after the series.")


@pytest.mark.parametrize("story", [stories.lasting_responder, stories.wears_off, stories.newcomer, stories.ten_years])
def test_every_story_has_something_to_say(story: Callable[[], Timeline]) -> None:
    assert len(said(story())) > 40


@given(
    st.lists(st.tuples(st.integers(0, 300), st.none() | st.integers(0, 27)), max_size=12),
    st.lists(st.integers(0, 300), max_size=6),
)
def test_silence_is_never_called_steady(answers: list[tuple[int, int | None]], infusions: list[int]) -> None:
    scores = [score(ago(days), value) for days, value in sorted(answers, key=lambda one: -one[0])]
    marks = [infusion(ago(days), n + 1) for n, days in enumerate(sorted(infusions, reverse=True))]
    words = said(timeline(scores, marks))
    assert "stable" not in words
    assert "steady" not in words
    scored = [point for point in scores if point.value is not None]
    if scored and (TODAY - scored[-1].on).days > 21:
        assert " now" not in words
        assert "not known" in words


def test_only_a_score_of_today_is_now() -> None:
    today = said(timeline([score(ago(61), 19), score(ago(40), 7), score(ago(0), 8)], SERIES))
    assert "PHQ-9 is 8 now, 44 days after infusion 6." in today
    earlier = said(timeline([score(ago(61), 19), score(ago(40), 7), score(ago(1), 8)], SERIES))
    assert "PHQ-9 was 8 on 14 June 2026, 43 days after infusion 6." in earlier
