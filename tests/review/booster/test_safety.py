"""Element 6: what was answered about safety. Silence is never reassuring, and never takes a positive answer back."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.instruments.definition import SafetyState
from portal.progress.words import message
from portal.review.booster.elements.safety import ClosedAlert, OpenAlert, Plan, Safety, Series, Told, safety, tone_of
from portal.review.booster.sheet import Tone
from portal.safety.rules import Severity
from tests.review.booster import told
from tests.review.booster.told import lines, text

TODAY = date(2026, 11, 22)
NO, YES, UNKNOWN = SafetyState.NEGATIVE, SafetyState.POSITIVE, SafetyState.UNKNOWN
ITEM_9 = message("PHQ-9 item 9")


def answers(*states: SafetyState) -> tuple[Told, ...]:
    """Answers a week apart, the newest first."""
    words = {NO: message("0"), YES: message("2"), UNKNOWN: None}
    return tuple(Told(TODAY - timedelta(days=7 * n), state, words[state]) for n, state in enumerate(states))


@pytest.mark.parametrize(
    ("states", "tone"),
    [
        ([NO, NO], Tone.PLAIN),
        ([YES, NO], Tone.DANGER),
        ([NO, YES], Tone.ATTENTION),
        ([UNKNOWN, NO], Tone.MISSING),
        ([UNKNOWN, YES], Tone.DANGER),
        ([UNKNOWN, NO, YES], Tone.MISSING),
        ([NO, UNKNOWN], Tone.PLAIN),
        ([UNKNOWN], Tone.MISSING),
        ([UNKNOWN, UNKNOWN], Tone.MISSING),
    ],
)
def test_the_tone_of_answers(states: list[SafetyState], tone: Tone) -> None:
    assert tone_of(answers(*states)) is tone


@settings(deadline=None)
@given(st.lists(st.sampled_from([NO, YES, UNKNOWN]), min_size=1, max_size=8))
def test_a_newest_answer_that_is_not_no_is_never_plain(states: list[SafetyState]) -> None:
    found = tone_of(answers(*states))
    assert (found is Tone.PLAIN) == (states[0] is NO and YES not in states)
    known = [one for one in states if one is not UNKNOWN]
    assert (found is Tone.DANGER) == (known[:1] == [YES])


def test_the_last_answers_stand_with_their_days_and_a_declined_one_as_not_answered() -> None:
    found = safety(Safety(TODAY, (Series(ITEM_9, answers(YES, UNKNOWN, NO)),)))
    said = "PHQ-9 item 9: 2 on 22 November 2026 · not answered on 15 November 2026 · 0 on 8 November 2026"
    assert said in lines(found)


def test_only_the_last_eight_answers_are_shown() -> None:
    found = text(safety(Safety(TODAY, (Series(ITEM_9, answers(*[NO, YES] * 6)),))))
    assert found.count(" on ") == 8


def test_the_same_answer_many_times_in_a_row_is_told_once_with_its_days() -> None:
    found = lines(safety(Safety(TODAY, (Series(ITEM_9, answers(YES, NO, NO, NO, UNKNOWN, UNKNOWN)),))))
    days = "not answered on 25 October 2026 · not answered on 18 October 2026"
    assert f"PHQ-9 item 9: 2 on 22 November 2026 · 0, 3 times, 1 – 15 November 2026 · {days}" in found


def test_nothing_answered_is_said_to_be_missing() -> None:
    found = safety(Safety(TODAY))
    asked = "No safety question of a scale, and no screen, has been answered."
    assert lines(found) == ["No open alert.", "There is no safety plan.", asked]
    assert told.tones(found) == [Tone.PLAIN, Tone.MISSING, Tone.MISSING]


@pytest.mark.parametrize(
    ("review_on", "said", "tone"),
    [
        (None, "Safety plan of 1 October 2026", Tone.PLAIN),
        (TODAY, "Safety plan of 1 October 2026 · to be reviewed on 22 November 2026", Tone.PLAIN),
        (
            TODAY - timedelta(days=1),
            "Safety plan of 1 October 2026 · its review was due on 21 November 2026",
            Tone.ATTENTION,
        ),
    ],
)
def test_the_safety_plan_is_dated_and_an_overdue_review_is_not_to_be_missed(
    review_on: date | None, said: str, tone: Tone
) -> None:
    found = safety(Safety(TODAY, plan=Plan(date(2026, 10, 1), review_on)))
    assert lines(found)[1] == said
    assert told.tones(found)[1] is tone


def test_open_alerts_come_first_with_severity_age_and_whether_anybody_took_them_on() -> None:
    urgent = OpenAlert("Frequent thoughts", Severity.URGENT, TODAY - timedelta(days=3))
    review = OpenAlert("Not answered", Severity.REVIEW, TODAY, is_taken_on=True)
    found = safety(Safety(TODAY, opened=(urgent, review)))
    assert lines(found)[:2] == [
        "Open alert: Frequent thoughts · urgent · 3 days old · nobody has taken it on",
        "Open alert: Not answered · to review · opened today · taken on",
    ]
    assert told.tones(found)[:2] == [Tone.DANGER, Tone.ATTENTION]
    assert "No open alert" not in text(found)


def test_many_alerts_are_counted() -> None:
    many = tuple(OpenAlert("Alert", Severity.SAME_DAY, TODAY) for _ in range(6))
    assert "And 3 more open alerts." in lines(safety(Safety(TODAY, opened=many)))


def test_who_closed_the_last_alerts_and_how_is_told() -> None:
    closed = (
        ClosedAlert("Frequent thoughts", date(2026, 11, 1), "Bea Lindqvist", "safe"),
        ClosedAlert("Not answered", date(2026, 10, 1)),
        ClosedAlert("Older", date(2026, 9, 1), "Nia"),
    )
    found = lines(safety(Safety(TODAY, closed=closed)))
    assert found[-2:] == [
        "Closed on 1 November 2026: Frequent thoughts · Bea Lindqvist · Spoken with, and safe for now",
        "Closed on 1 October 2026: Not answered",
    ]


def test_every_day_without_a_yes_to_keeping_safe_is_named() -> None:
    daily = [Told(TODAY - timedelta(days=n), NO, message("“Yes”")) for n in range(4)]
    assert tone_of(daily) is Tone.PLAIN
    assert "yes in 4 of 4 daily check-ins" in text(safety(Safety(TODAY, daily=tuple(daily))))
    daily[2] = Told(daily[2].on, YES, message("“Not sure”"))
    daily[3] = Told(daily[3].on, UNKNOWN)
    found = safety(Safety(TODAY, daily=tuple(daily)))
    line = "yes in 2 of 4 daily check-ins · “Not sure” on 20 November 2026, not answered on 19 November 2026"
    assert told.tone_of(found, line) is Tone.ATTENTION
