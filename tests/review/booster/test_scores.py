"""Elements 2 to 5: the newest score, what changed, where it is heading, how long each infusion held."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from portal.progress.timeline import InfusionMark, ScorePoint, ScoreState, Timeline
from portal.progress.words import message
from portal.review.booster.elements import change, intervals, scores
from portal.review.booster.sheet import Element, Tone
from tests.progress import stories
from tests.progress.stories import PHQ9, TODAY
from tests.review.booster.told import lines, text, tone_of

FIRST = TODAY - timedelta(days=120)
SERIES = stories.series_of_six(FIRST)
VIEW = replace(PHQ9, sources=("McInnes 2022", "NHS Talking Therapies"))


def told(
    *values: tuple[int, float | None],
    infusions: Sequence[InfusionMark] = tuple(SERIES),
    states: dict[int, ScoreState] | None = None,
    versions: dict[int, str] | None = None,
    **more: object,
) -> Timeline:
    """A timeline of scores, each by how many days ago it was."""
    points = [_point(ago, value, (states or {}).get(ago), (versions or {}).get(ago)) for ago, value in values]
    return replace(stories.timeline(points, infusions, instrument=VIEW), **more)


def _point(ago: int, value: float | None, state: ScoreState | None, version: str | None) -> ScorePoint:
    return stories.score(TODAY - timedelta(days=ago), value, state=state or "complete", version=version or "1")


def newest(timeline: Timeline) -> Element:
    return scores.newest(timeline, primary="phq-9", primary_name="PHQ-9")


IMPROVED, UNCHANGED = "reliably improved (6 points or more)", "no reliable change (that takes 6 points)"
NOBODY = replace(stories.timeline(), instrument=None)
HELD = told((125, 19), (90, 7), (60, 5), (30, 6), (16, 8), (2, 9))


def test_without_any_score_every_element_says_so() -> None:
    found = [newest(NOBODY), change.change(NOBODY), change.heading(NOBODY), intervals.intervals(NOBODY)]
    assert [one.lines[0].tone for one in found] == [Tone.MISSING] * 4
    assert lines(newest(NOBODY)) == ["There is no score of PHQ-9, which comes first here."]


def test_outcomes_of_a_screen_are_no_score() -> None:
    outcomes = replace(HELD, instrument=replace(VIEW, id="asq", short_title="ASQ", has_levels=True))
    assert lines(newest(outcomes)) == ["There is no score of PHQ-9, which comes first here."]
    assert change.change(outcomes).lines[0].tone is Tone.MISSING


def test_another_scale_than_the_first_one_says_so() -> None:
    other = replace(HELD, instrument=replace(VIEW, id="gad-7", short_title="GAD-7"))
    assert lines(newest(other))[0] == "There is no score of PHQ-9, which comes first here."
    assert lines(newest(other))[1].startswith("GAD-7 9, Mild")


def test_the_newest_score_stands_with_band_day_recall_and_version() -> None:
    assert lines(newest(HELD)) == ["PHQ-9 9, Mild · 13 June 2026 · covers 30 May – 13 June 2026 · version 1"]


def test_a_prorated_score_asks_to_be_seen_and_is_compared_with_nothing() -> None:
    timeline = told((125, 19), (30, 6), (2, 9), states={2: "prorated"})
    assert newest(timeline).lines[0].tone is Tone.ATTENTION
    assert "prorated" in lines(newest(timeline))[0]
    found = change.change(timeline)
    assert tone_of(found, "is left out: compared is 6") is Tone.ATTENTION
    assert "6 on 16 May 2026, lower by 13 (68 %)" in text(found)


def test_an_old_score_does_not_speak_for_today() -> None:
    timeline = told((125, 19), (60, 6))
    assert tone_of(newest(timeline), "how it has been since then is not known") is Tone.MISSING
    assert tone_of(change.heading(timeline), "where it stands now is not known") is Tone.MISSING


def test_only_declined_answers_are_an_answer_without_a_score() -> None:
    timeline = told((9, None), (2, None))
    assert tone_of(newest(timeline), "with too few answers for a score") is Tone.MISSING
    assert lines(change.change(timeline)) == ["There is no complete score to compare."]


def test_a_changed_version_is_told_and_its_baseline_not_compared() -> None:
    timeline = told((125, 19), (2, 9), versions={2: "2"})
    assert tone_of(newest(timeline), "Its questions or scoring changed on 13 June 2026") is Tone.ATTENTION
    found = change.change(timeline)
    assert tone_of(found, "is of version 1 of the questions: not compared") is Tone.MISSING
    assert "%" not in text(found)
    assert "cannot be said" in text(found) or "not reached" in text(found)


def test_the_change_since_the_baseline_and_the_best_score() -> None:
    assert lines(change.change(HELD))[:4] == [
        f"Against the baseline, 19 on 10 February 2026 · 9 now, lower by 10 (53 %) · {IMPROVED}",
        "The baseline is the last complete score before the first infusion of the course.",
        f"Against the best of the course, 5 on 16 April 2026 · 9 now, higher by 4 (80 %) · {UNCHANGED}",
        "Response (50 % below the baseline): yes, first reached on 17 March 2026 · Remission (below 5): not reached",
    ]
    assert lines(change.change(HELD))[4] == "Thresholds: McInnes 2022; NHS Talking Therapies; scale in version 1."


def test_worse_than_the_baseline_or_far_above_the_best_asks_to_be_seen() -> None:
    worse = told((125, 12), (60, 4), (2, 19))
    assert tone_of(change.change(worse), "Against the baseline") is Tone.ATTENTION
    assert tone_of(change.change(worse), "Against the best") is Tone.ATTENTION
    assert "Remission (below 5): not now, first reached on 16 April 2026" in text(change.change(worse))
    assert tone_of(change.heading(worse), "Trend: worse") is Tone.ATTENTION


def test_a_baseline_that_somebody_chose_says_who_and_why() -> None:
    note = message("Chosen by %(name)s on %(on)s: %(reason)s", name="Bea", on=date(2026, 3, 1), reason="r" * 400)
    found = lines(change.change(replace(HELD, baseline_note=note)))
    assert found[1].startswith("Baseline: Chosen by Bea on 1 March 2026: rrr")
    assert len(found[1]) < 200


def test_before_any_infusion_there_is_no_baseline() -> None:
    timeline = told((9, 12), (2, 11), infusions=())
    assert tone_of(change.change(timeline), "No infusion has been given, so there is no baseline yet.") is Tone.MISSING
    assert "No infusion has been given, so there is no interval yet." in lines(intervals.intervals(timeline))
    assert tone_of(change.heading(timeline), "Fewer than three complete scores") is Tone.MISSING


def test_scores_since_the_infusion_without_one_before_it() -> None:
    timeline = told((90, 7), (2, 9))
    said = "There is no complete score from before the first infusion to compare with."
    assert tone_of(change.change(timeline), said) is Tone.MISSING


def test_one_score_alone() -> None:
    timeline = told((125, 19))
    found = change.change(timeline)
    assert tone_of(found, "Since the baseline, 19 on 10 February 2026, there is no complete score.") is Tone.MISSING
    assert tone_of(change.heading(timeline), "No best score yet") is Tone.MISSING


def test_a_baseline_of_nothing_gives_points_and_no_percent() -> None:
    assert "4 now, higher by 4" in text(change.change(told((125, 0), (2, 4))))


def test_the_newest_being_the_best_is_said_once() -> None:
    timeline = told((125, 19), (30, 9), (2, 4))
    assert "The newest complete score is the best of the course: 4 on 13 June 2026." in lines(change.change(timeline))


def test_slope_trend_and_best_score_stand_with_what_they_rest_on() -> None:
    found = lines(change.heading(HELD))
    assert found[0].startswith("Rising by 0.")
    assert found[0].endswith("points a week · 4 complete scores since 16 April 2026")
    assert found[1].startswith("Trend: steady · worse is 6 points or more the wrong way")
    assert found[2] == "The best score of the course, 5, was 60 days ago, on 16 April 2026."


def test_a_scale_without_a_published_change_has_no_trend() -> None:
    quiet = replace(HELD, instrument=replace(VIEW, reliable_change=None, response_fraction=None, remission_below=None))
    assert tone_of(change.heading(quiet), "No trend: no reliable change is published") is Tone.MISSING
    assert tone_of(change.change(quiet), "no rule is published for this scale") is Tone.MISSING


def test_the_intervals_stand_newest_first_with_what_they_rest_on() -> None:
    booster = stories.infusion(TODAY - timedelta(days=40), 7)
    timeline = told((125, 19), (90, 7), (60, 12), (41, 13), (30, 6), (16, 7), (2, 9), infusions=(*SERIES, booster))
    found = lines(intervals.intervals(timeline))
    assert found[0].startswith(
        "Until back at 10 or above (Interval’s default line): infusion 7: not back in 38 days so far · series: "
    )
    assert found[1].startswith("What this rests on: 2 intervals · 1 seen to end · 1 not seen to end · 0 not known")
    assert tone_of(intervals.intervals(timeline), "What this rests on") is Tone.MISSING


def test_an_interval_that_the_next_infusion_ended_was_not_seen_to_end() -> None:
    booster = stories.infusion(TODAY - timedelta(days=80), 7)
    timeline = told((125, 19), (90, 7), (70, 6), (60, 5), infusions=(*SERIES, booster))
    found = text(intervals.intervals(timeline))
    assert "series: not back in 14 days, then the next" in found
    assert "2 intervals · 0 seen to end · 2 not seen to end" in found


def test_what_was_last_seen_long_ago_is_dated_and_never_called_now() -> None:
    old = told((125, 19), (70, 6), (60, 7))
    found = text(change.change(old)) + text(change.heading(old))
    assert "7 on 16 April 2026, lower by 12 (63 %)" in found
    assert "Response (50 % below the baseline): yes on 16 April 2026, first reached on 6 April 2026" in found
    assert "Trend on 16 April 2026: steady" in found
    assert " now" not in found.replace("where it stands now is not known", "")


def test_a_percentage_is_rounded_as_in_the_table_of_treatments() -> None:
    assert "14 now, lower by 2 (13 %)" in text(change.change(told((125, 16), (2, 14))))


def test_an_interval_is_told_with_the_doubts_of_the_table() -> None:
    wide = told((125, 19), (92, 7), (60, 12), (2, 12))
    assert "series: between 12 and 44 days" in text(intervals.intervals(wide))
    old = told((125, 19), (92, 7), (80, 6))
    assert "series: not back in 24 days, then not known" in text(intervals.intervals(old))
    booster = stories.infusion(TODAY - timedelta(days=20), 7)
    silent = told((125, 19), (92, 7), (84, 6), (3, 5), infusions=(*SERIES, booster))
    assert "series: not back in 20 days, then not known" in text(intervals.intervals(silent))
    partly = told((125, 19), (92, 7), (80, 6), (12, 7), (2, 15), states={2: "prorated"})
    assert "so far" not in text(intervals.intervals(partly))


def test_what_never_reached_its_good_side_was_not_seen_to_end() -> None:
    found = text(intervals.intervals(told((125, 19), (92, 14), (2, 15))))
    assert "series: never seen below 10" in found
    assert "1 interval · 0 seen to end · 0 not seen to end · 0 not known · 1 never seen below 10" in found


@pytest.mark.parametrize(
    ("version", "whose"), [(0, "Interval’s default line"), (3, "the clinic’s line, rules version 3")]
)
def test_the_line_says_whose_it_is(version: int, whose: str) -> None:
    own = replace(HELD, instrument=replace(VIEW, line_version=version))
    assert whose in lines(intervals.intervals(own))[0]


def test_without_a_line_nothing_is_counted() -> None:
    without = replace(HELD, instrument=replace(VIEW, line=None))
    assert lines(intervals.intervals(without)) == [
        "No line is set for PHQ-9, so how long it held cannot be said.",
    ]
