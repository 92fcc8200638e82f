"""What a sceptical psychiatrist would catch: histories in which a sentence could say more than the scores do."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from portal.progress import telling
from portal.progress.reading import change_from, response_line, response_state
from portal.progress.response import responses
from portal.progress.sentence import sentences
from portal.progress.timeline import ScorePoint, Timeline
from tests.progress.stories import PHQ9, TODAY, infusion, say, score, series_of_six, timeline


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def points(**values: int) -> list[ScorePoint]:
    return [score(ago(int(name[1:])), value) for name, value in values.items()]


def said(about: Timeline) -> str:
    return " ".join(say(message) for message in sentences(about))


def held(about: Timeline) -> str:
    assert about.instrument
    return say(telling.held(about, about.instrument, responses(about)[-1]))


SERIES = series_of_six(ago(100))
"""Six infusions, 100 to 84 days ago."""
BOOSTER = infusion(ago(30), 7)


def test_a_series_seen_back_after_a_silence_is_given_a_stretch_of_days_above_as_in_the_table() -> None:
    about = timeline(points(d101=19, d72=7, d43=15), SERIES)
    assert said(about).startswith(
        "PHQ-9 fell from 19 to 7 after the series and was back to 10 or above some time between day 12 and day 41."
    )
    assert held(about) == "back to 10 or above some time between day 12 and day 41"


def test_a_booster_that_answers_in_part_gainsay_is_not_said_to_have_held_so_far() -> None:
    partly = score(ago(2), 17, state="prorated")
    about = timeline([*points(d101=19, d72=7, d33=12, d20=7, d9=8), partly], [*SERIES, BOOSTER])
    assert "so far" not in said(about)
    assert "the last booster held at least 21 days" in said(about)
    assert held(about) == "below 10 until day 21, but not by answers given in part since"


def test_a_booster_whose_last_complete_score_is_old_is_not_said_to_have_held_so_far() -> None:
    partly = score(ago(2), 7, state="prorated")
    booster = infusion(ago(60), 7)
    about = timeline([*points(d101=19, d72=7, d63=12, d50=7), partly], [*SERIES, booster])
    assert "the last booster held at least 10 days" in said(about)
    assert held(about) == "below 10 until day 10, no score since"


def test_a_score_of_the_very_day_does_not_say_that_a_booster_failed() -> None:
    booster = infusion(TODAY, 7)
    evening = score(TODAY, 18, hour=18)
    about = timeline([*points(d101=19, d72=7, d3=17), evening], [*SERIES, booster])
    assert "there is no score after the day of the last booster" in said(about)
    assert "has not brought" not in said(about)
    assert held(about) == "not seen below 10 so far, last score on day 0"


def test_what_was_never_seen_is_said_up_to_the_last_score() -> None:
    about = timeline(points(d101=19, d72=7, d33=14, d20=14, d2=15), [*SERIES, BOOSTER])
    assert "the last booster has not brought it below 10 in 28 days" in said(about)
    assert held(about) == "not seen below 10 so far, last score on day 28"


def test_from_nought_there_is_no_response() -> None:
    about = timeline(points(d101=0, d72=0), SERIES)
    state = response_state(about)
    assert (state.is_response, state.response_on, response_line(about)) == (None, None, None)


@pytest.mark.parametrize(("before", "after"), [(2.3, 0.8), (3.3, 1.8), (5.1, 3.6), (6.7, 5.2)])
def test_a_change_of_just_the_reliable_amount_is_reliable_whatever_its_decimals(before: float, after: float) -> None:
    pain = replace(PHQ9, reliable_change=1.5, decimals=1, maximum=10)
    assert change_from(pain, score(ago(9), before), score(ago(2), after)) == "improved"
    assert change_from(pain, score(ago(9), after), score(ago(2), before)) == "worse"


def test_a_baseline_chosen_from_after_the_series_is_not_what_was_before_it() -> None:
    about = timeline(points(d101=19, d72=16, d40=7), SERIES)
    later = replace(about, baseline=about.scores[1])
    (found,) = responses(later)
    assert (found.before, found.best, found.change) == (about.scores[0], about.scores[2], -12)
    assert "16 before the series" not in said(later)
    assert "compared with the score chosen to start from, 16 on 4 April 2026: reliably improved" in said(later)


def test_a_baseline_chosen_from_within_the_series_is_dated() -> None:
    about = timeline(points(d101=19, d95=15, d70=7), SERIES)
    assert said(replace(about, baseline=about.scores[1])).startswith(
        "PHQ-9 fell from 15 on 12 March 2026 to 7 after the series"
    )


def test_the_newest_score_as_baseline_leaves_nothing_to_compare() -> None:
    about = timeline(points(d101=19, d72=12), [infusion(ago(100), 1)])
    assert said(replace(about, baseline=about.scores[1])).startswith(
        "PHQ-9 was 12 on 4 April 2026. There is no score since then."
    )


def test_between_two_scores_without_an_infusion_none_is_counted() -> None:
    about = timeline(points(d101=19, d72=12, d5=9), [infusion(ago(100), 1)])
    assert said(replace(about, baseline=about.scores[1])).startswith("PHQ-9 was 12 on 4 April 2026 and 9 on")


def test_the_first_infusion_of_a_second_course_is_not_called_the_first() -> None:
    early = [replace(mark, course_id=UUID(int=1)) for mark in series_of_six(ago(400))]
    late = [
        replace(infusion(ago(20), 7, kind="induction"), course_id=UUID(int=2)),
        replace(infusion(ago(-2), 8, kind="induction", status="planned"), course_id=UUID(int=2)),
    ]
    scores = points(d401=24, d370=5, d21=18, d4=11)
    about = replace(timeline(scores, [*early, *late]), baseline=scores[2])
    assert said(about).startswith("PHQ-9 was 18 before the first infusion of this course and 11 after one infusion.")
    assert "Compared with before the first infusion of this course: reliably improved." in said(about)


def test_three_scores_within_a_week_are_not_said_to_be_too_few() -> None:
    booster = infusion(ago(6), 7)
    about = timeline(points(d101=19, d72=7, d9=12, d5=9, d3=8, d1=7), [*SERIES, booster])
    assert "that takes 3 scores" not in said(about)
    assert "Whether it is wearing off cannot be said yet: the scores lie less than a week apart." in said(about)
