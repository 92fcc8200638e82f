"""What is said above the chart, case by case."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.checkins.unheard import Unheard
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
        ("PHQ-9 was 19 before the first infusion and 12 after one infusion. "
        "Compared with before the first infusion: reliably improved."),
    ),
    "a response that holds": (
        timeline([score(ago(61), 19), score(ago(40), 7), score(ago(22), 6), score(ago(6), 8)], SERIES),
        ("PHQ-9 fell from 19 to 6 after the series and has been below 10 for 34 days. "
        "PHQ-9 was 8 on 9 June 2026, 38 days after infusion 6. "
        "Compared with before the first infusion: reliably improved. "
        "Since 6 May 2026 it has moved by less than 0.5 points a week (3 scores)."),
    ),
    "a response of one day": (
        timeline([score(ago(n), value) for n, value in ((61, 19), (40, 12), (22, 10), (6, 8), (5, 8))], SERIES),
        ("PHQ-9 fell from 19 to 8 after the series and has been below 10 for 1 day. "
        "PHQ-9 was 8 on 10 June 2026, 39 days after infusion 6. "
        "Compared with before the first infusion: reliably improved. "
        "Since 6 May 2026 it has fallen by about 0.8 points a week (4 scores)."),
    ),
    "a response that wore off": (
        timeline([score(ago(61), 19), score(ago(40), 7), score(ago(22), 12), score(ago(6), 17)], SERIES),
        ("PHQ-9 fell from 19 to 7 after the series and was back to 10 or above after 22 days. "
        "PHQ-9 was 17 on 9 June 2026, 38 days after infusion 6. "
        "Compared with before the first infusion: no reliable change (that takes 6 points). "
        "It is 10 points worse than at its best (7 on 6 May 2026): a reliable change. "
        "Since 6 May 2026 it has risen by about 2.1 points a week (3 scores)."),
    ),
    "no response": (
        timeline([score(ago(61), 19), score(ago(6), 19)], SERIES),
        ("PHQ-9 was 19 before the series and 19 after it. PHQ-9 was 19 on 9 June 2026, 38 days after infusion 6. "
        "Compared with before the first infusion: no reliable change (that takes 6 points)."),
    ),
    "worse": (
        timeline([score(ago(61), 12), score(ago(6), 20)], SERIES),
        ("PHQ-9 rose from 12 to 20 after the series. PHQ-9 was 20 on 9 June 2026, 38 days after infusion 6. "
        "Compared with before the first infusion: reliably worse."),
    ),
    "silent since": (
        timeline([score(ago(61), 19), score(ago(42), 7), score(ago(30), 7)], SERIES),
        ("PHQ-9 fell from 19 to 7 after the series. PHQ-9 was 7 when last answered, 14 days after infusion 6. "
        "On 16 May 2026, compared with before the first infusion: reliably improved. "
        "The last score is from 16 May 2026, 30 days ago; how it has been since then is not known."),
    ),
    "gone silent after a score that is young": (
        replace(timeline([score(ago(61), 19), score(ago(42), 7), score(ago(6), 16)], SERIES), unheard=Unheard(5)),
        ("PHQ-9 fell from 19 to 7 after the series and was back to 10 or above some time between day 2 and day 38. "
        "PHQ-9 was 16 when last answered, 38 days after infusion 6. "
        "It is 9 points worse than at its best (7 on 4 May 2026): a reliable change. "
        "No check-in has come for 5 days; how it has been since then is not known."),
    ),
    "the scale stays out, the patient does not": (
        replace(timeline([score(ago(61), 19), score(ago(6), 16)], SERIES), unheard=Unheard(9, of_scale=True)),
        ("PHQ-9 fell from 19 to 16 after the series. "
        "PHQ-9 was 16 when last answered, 38 days after infusion 6. "
        "The last score is from 9 June 2026, 6 days ago; how it has been since then is not known."),
    ),
    "a silence inside the good run": (
        timeline([score(ago(61), 19), score(ago(42), 7), score(ago(16), 7), score(ago(6), 8)], SERIES),
        ("PHQ-9 fell from 19 to 7 after the series and has been below 10 for 10 days. "
        "PHQ-9 was 8 on 9 June 2026, 38 days after infusion 6. "
        "Compared with before the first infusion: reliably improved. "
        "Since 4 May 2026 it has moved by less than 0.5 points a week (3 scores)."),
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
        "Well-being rose from 20 to 70 after the series. Well-being was 70 on 9 June 2026, 38 days after infusion 6. "
        "Compared with before the first infusion: reliably improved."
    )


def test_a_scale_that_is_better_high_holds_above_its_line() -> None:
    wellbeing = replace(PHQ9, short_title="Well-being", higher_is_better=True, line=50, reliable_change=10)
    scores = [score(ago(61), 20), score(ago(40), 60), score(ago(22), 70), score(ago(6), 55)]
    assert said(timeline(scores, SERIES, instrument=wellbeing)) == (
        "Well-being rose from 20 to 70 after the series and has been above 50 for 34 days. "
        "Well-being was 55 on 9 June 2026, 38 days after infusion 6. "
        "Compared with before the first infusion: reliably improved. "
        "It is 15 points worse than at its best (70 on 24 May 2026): a reliable change. "
        "Since 6 May 2026 it has fallen by about 0.9 points a week (3 scores)."
    )


def test_a_second_course_is_told_from_its_own_baseline() -> None:
    early = [replace(mark, course_id=UUID(int=1)) for mark in series_of_six(ago(400))]
    late = [replace(mark, number=mark.number + 6, course_id=UUID(int=2)) for mark in SERIES]
    scores = [score(ago(401), 24), score(ago(370), 5), score(ago(61), 18), score(ago(40), 11), score(ago(6), 12)]
    about = replace(timeline(scores, [*early, *late]), baseline=scores[2])
    assert said(about).startswith("PHQ-9 fell from 18 to 11 after the series.")


def test_a_second_course_right_after_another_infusion_cannot_be_told_apart() -> None:
    other = replace(infusion(ago(66), 1), course_id=UUID(int=1))
    late = [replace(mark, course_id=UUID(int=2)) for mark in SERIES]
    scores = [score(ago(61), 18), score(ago(40), 7), score(ago(6), 12)]
    about = replace(timeline(scores, [other, *late]), baseline=scores[0])
    assert said(about).startswith("What the series did to PHQ-9 cannot be told apart from another infusion.")


def test_a_chosen_baseline_is_named_as_what_scores_are_compared_with() -> None:
    about = timeline([score(ago(90), 24), score(ago(61), 19), score(ago(40), 7), score(ago(6), 8)], SERIES)
    words = said(replace(about, baseline=about.scores[0]))
    assert words.startswith("PHQ-9 fell from 24 to 7 after the series")
    assert "Compared with the score chosen to start from, 24 on 17 March 2026: reliably improved." in words


SEVEN, EIGHT = infusion(ago(120), 7), infusion(ago(60), 8)
BEFORE = ((201, 19), (170, 7), (150, 12))
"""Scores around a series 200 to 184 days ago that held until day 34."""
BOOSTERS = {
    "back after both": (((110, 8), (92, 11), (50, 8), (32, 9), (19, 12)),
                        "the last booster held 41 days, the one before 28."),
    "went on": (((110, 8), (92, 11), (50, 8), (32, 9)),
                "the last booster held at least 28 days, the one before 28."),
    "goes on": (((110, 8), (92, 11), (50, 8), (32, 9), (14, 9)),
                    "the last booster has held 46 days so far, the one before 28."),
    "given again in time": (((110, 8), (92, 9), (75, 9), (50, 8), (32, 9), (19, 12)),
                            "the last booster held 41 days, the one before at least 45."),
    "after a silence": (((110, 8), (92, 11), (50, 8), (19, 12)),
                        "the last booster held between 10 and 41 days, the one before held 28 days."),
    "no longer": (((110, 8), (92, 11), (50, 13), (32, 14)),
                  "the last booster has not brought it below 10 in 28 days, the one before held 28 days."),
    "neither": (((110, 12), (92, 11), (50, 13), (32, 14)),
                "the last booster has not brought it below 10 in 28 days, nor had the one before."),
    "only the last": (((110, 12), (92, 11), (50, 8), (32, 9), (19, 12)),
                      "the last booster held 41 days, the one before had not brought it below 10."),
    "no score since": (((110, 8), (92, 11)), "there is no score since the last booster, the one before held 28 days."),
    "silent for too long": (((110, 8), (92, 11), (20, 8)),
                            "how long the last booster held is not known, the one before held 28 days."),
}  # fmt: skip


@pytest.mark.parametrize("name", BOOSTERS)
def test_the_headline_lays_the_last_booster_beside_the_one_before(name: str) -> None:
    answers, expected = BOOSTERS[name]
    scores = [score(ago(days), value) for days, value in (*BEFORE, *answers)]
    about = timeline(scores, [*series_of_six(ago(200)), SEVEN, EIGHT])
    headline = say(sentences(about)[0])
    assert headline == f"PHQ-9 fell from 19 to 7 after the series; {expected}"


def test_the_first_booster_is_laid_beside_the_series() -> None:
    scores = [score(ago(days), value) for days, value in ((201, 19), (170, 7), (150, 12), (50, 8), (32, 9), (19, 12))]
    headline = say(sentences(timeline(scores, [*series_of_six(ago(200)), EIGHT]))[0])
    assert headline == "PHQ-9 fell from 19 to 7 after the series; the last booster held 41 days, the series 34."


def test_the_example_that_everybody_knows() -> None:
    """Back above the line on day 41 after the last booster, below it again since."""
    answers = (*BEFORE, (135, 8), (107, 11), (95, 8), (54, 12), (40, 9), (20, 8), (6, 9))
    marks = [*series_of_six(ago(200)), infusion(ago(135), 7), infusion(ago(95), 8)]
    scores = [score(ago(days), value, hour=15) for days, value in answers]
    about = timeline(scores, marks)
    assert say(sentences(about)[0]) == (
        "PHQ-9 fell from 19 to 7 after the series and has been below 10 for 34 days; "
        "the last booster held between 0 and 41 days, the one before held between 0 and 28 days."
    )
    closer = [*scores, *(score(ago(days), 8, hour=15) for days in (125, 117, 85, 68))]
    about = timeline(sorted(closer, key=lambda point: point.at), marks)
    assert say(sentences(about)[0]) == (
        "PHQ-9 fell from 19 to 7 after the series and has been below 10 for 34 days; "
        "the last booster held 41 days, the one before 28."
    )


def test_without_a_line_the_best_scores_are_laid_beside_each_other() -> None:
    scores = [score(ago(days), value) for days, value in (*BEFORE, (110, 8), (92, 11), (50, 6), (19, 12))]
    marks = [*series_of_six(ago(200)), SEVEN, EIGHT]
    about = timeline(scores, marks, instrument=replace(PHQ9, line=None))
    assert say(sentences(about)[0]) == (
        "PHQ-9 fell from 19 to 7 after the series; the best score after the last booster was 6, after the one before 8."
    )
    assert "after the series 7." in say(sentences(replace(about, infusions=(*marks[:6], EIGHT)))[0])


def test_a_clear_order_is_said_above_the_chart_too() -> None:
    marks, scores = series_of_six(ago(400)), [score(ago(401), 19)]
    for number, (begins, days) in enumerate(((370, 10), (330, 20), (280, 30), (210, 40), (100, 50)), start=7):
        marks.append(infusion(ago(begins), number))
        scores += [score(ago(begins - day), 8) for day in range(5, days, 5)] + [score(ago(begins - days), 12)]
    words = said(timeline(scores, marks))
    assert "The time it holds is getting longer, by more than chance would explain." in words
    assert "getting" not in said(timeline(scores[:-12], marks[:-2]))


def test_wearing_off_is_said_only_by_scores_that_can_say_it() -> None:
    two = timeline([score(ago(61), 19), score(ago(40), 7), score(ago(22), 8)], SERIES, today=ago(20))
    yet = "Whether it is wearing off cannot be said yet: that takes 3 scores since the last infusion, or since the best"
    assert f"{yet} one after it." in said(two)
    assert "wearing off" not in said(replace(two, today=TODAY + timedelta(days=30)))
    partly = timeline([*two.scores, score(ago(21), 16, state="prorated")], SERIES, today=ago(20))
    assert "wearing off" not in said(partly)
    assert "worse than" not in said(partly)
    sudden = timeline([*two.scores, score(ago(20), 14)], SERIES, today=ago(20))
    assert "It is 7 points worse than at its best (7 on 6 May 2026): a reliable change." in said(sudden)
    first = timeline([score(ago(61), 12), score(ago(40), 14), score(ago(22), 20)], SERIES, today=ago(20))
    assert "It is 6 points worse than at its best (14 on 6 May 2026): a reliable change." in said(first)


def test_how_little_is_little_goes_by_the_scale() -> None:
    peg = replace(PHQ9, short_title="PEG", maximum=10, reliable_change=1.5, line=None, decimals=1)
    scores = [score(ago(days), value) for days, value in ((61, 8), (40, 5), (26, 5.6), (12, 6.2))]
    slow = "Since 6 May 2026 it has risen by about 0.3 points a week (3 scores)."
    assert slow in said(timeline(scores, SERIES, instrument=peg))
    assert "moved by less than 0.5 points a week" in said(timeline(scores, SERIES))


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 27)), max_size=14),
    st.lists(st.integers(0, 200), max_size=8, unique=True),
)
def test_the_headline_is_short_and_every_sentence_ends(answers: list[tuple[int, int]], infusions: list[int]) -> None:
    scores = [score(ago(days), value) for days, value in sorted(answers, key=lambda one: -one[0])]
    marks = [infusion(ago(days), n + 1) for n, days in enumerate(sorted(infusions, reverse=True))]
    for one in sentences(timeline(scores, marks)):
        words = say(one)
        assert words.endswith(".")
        assert words[0].isupper()
        assert words.count(";") <= 1
        assert len(words) < 190


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


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("silent", [Unheard(3), Unheard(30), Unheard(9, of_scale=True)])
def test_whoever_has_gone_silent_never_looks_stable(name: str, silent: Unheard) -> None:
    found = said(replace(CASES[name][0], unheard=silent))
    looks_stable = ("no reliable change", " now,", "has been below", "so far", "steady", "stable", "moved by less")
    assert not [one for one in looks_stable if one in found]
