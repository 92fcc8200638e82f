"""R11: what was asked and not answered, and what follows from it when."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.checkins import silence_rule
from portal.checkins.plan import Anchor, Anchors, Last, PlanLine, Trigger
from portal.checkins.silence_rule import Ending, Known, Limits, Missed, Spell, Steps, Waits, missing, steps
from tests.checkins.rhythms import (
    AFTER_EACH,
    DAILY_FOR_7_THEN_WEEKLY,
    EVERY_DAY,
    WEEKLY,
    ZONE,
    anchors,
    day,
    line,
    moment,
)

LIMITS = Limits(missed=3, scale_days=7)
SOONER = LIMITS.after_a_sign(1)
WAITS = Waits(timedelta(hours=24), timedelta(hours=48))
DAILY = line(EVERY_DAY, "daily", starts=day(-30))
ONCE = (Trigger(Anchor.START),)
TWICE_A_WEEK = (Trigger(Anchor.START, every_days=7), Trigger(Anchor.START, every_days=7, from_day=3))


def known(heard: Any = None, since: Any = -30, last: Any = (), zone: str = ZONE, found: Anchors | None = None) -> Known:
    """Return what is known of a patient; days are counted from `DAY`, heard and answered at ten in the morning."""
    answered = {name: Last(day(number), moment(number, zone=zone)) for name, number in last}
    times = [one.received_at for one in answered.values()] + ([] if heard is None else [moment(heard, zone=zone)])
    return Known(zone, found or anchors(enrolled=-30), answered, moment(since, zone=zone), max(times, default=None))


def missed(lines: Any, about: Known, at: datetime, limits: Limits = LIMITS) -> list[tuple[str, int, int]]:
    """Return what meets the rule: instrument, day of the first asking, how many."""
    found = missing(lines if isinstance(lines, list) else [lines], about, limits, at)
    return [(one.instrument, (one.since - day(0)).days, one.askings) for one in found]


@pytest.mark.parametrize(
    ("heard", "at", "expected"),
    [
        (0, moment(1, 23), []),
        (0, moment(3, 23.9), []),
        (0, moment(4, 0), [("daily", 1, 3)]),
        (0, moment(4, 12), [("daily", 1, 3)]),
        (0, moment(5, 12), [("daily", 1, 4)]),
        (3, moment(4, 12), []),
        (4, moment(4, 12), []),
    ],
    ids=["the next day", "on the third day", "when it is over", "later on", "a day more", "heard since", "heard today"],
)
def test_three_daily_check_ins_missed_in_a_row(heard: int, at: datetime, expected: Any) -> None:
    assert missed(DAILY, known(heard), at) == expected


def test_one_missed_is_enough_after_a_sign_of_danger() -> None:
    assert missed(DAILY, known(0), moment(1, 23.9), SOONER) == []
    assert missed(DAILY, known(0), moment(2, 0), SOONER) == [("daily", 1, 1)]


def test_the_clinic_may_ask_for_fewer() -> None:
    assert missed(DAILY, known(0), moment(3, 0), Limits(2, 7)) == [("daily", 1, 2)]
    assert Limits(1, 1).after_a_sign(1) == Limits(1, 1)


def test_any_check_in_is_a_word_from_the_patient_and_a_daily_one_no_other_is_missed_for() -> None:
    about = known(last=[("phq-9", 2)])
    assert missed([DAILY, line(WEEKLY, starts=day(2))], about, moment(4, 12)) == []
    assert missed([DAILY, line(WEEKLY, starts=day(2))], about, moment(6, 0)) == [("daily", 3, 3)]


@pytest.mark.parametrize(
    ("since", "at", "expected"),
    [
        (0, moment(1, 12), []),
        (0, moment(3, 12), []),
        (0, moment(4, 0), [("daily", 1, 3)]),
    ],
    ids=["enrolled yesterday", "two whole days", "three whole days"],
)
def test_the_day_of_enrolment_is_not_missed(since: int, at: datetime, expected: Any) -> None:
    assert missed(line(EVERY_DAY, "daily", starts=day(0)), known(since=since), at) == expected


def test_one_missed_right_after_enrolment_counts_only_after_a_whole_day() -> None:
    asked = line(EVERY_DAY, "daily", starts=day(0))
    assert missed(asked, known(since=0), moment(1, 23), SOONER) == []
    assert missed(asked, known(since=0), moment(2, 0), SOONER) == [("daily", 1, 1)]


def test_a_daily_check_in_asked_twice_a_week_is_missed_three_times_in_a_row_too() -> None:
    asked = line(TWICE_A_WEEK, "daily", starts=day(0))
    assert missed(asked, known(0, since=0), moment(13, 23)) == []
    assert missed(asked, known(0, since=0), moment(14, 0)) == [("daily", 3, 3)]


@pytest.mark.parametrize(
    ("triggers", "last", "at", "expected"),
    [
        (ONCE, None, moment(13, 23.9), []),
        (ONCE, None, moment(14, 0), [("phq-9", 0, 1)]),
        (ONCE, 3, moment(14, 0), []),
        (WEEKLY, None, moment(14, 0), [("phq-9", 0, 2)]),
        (WEEKLY, 0, moment(14, 0), []),
        (WEEKLY, 0, moment(20, 23.9), []),
        (WEEKLY, 0, moment(21, 0), [("phq-9", 7, 2)]),
        (WEEKLY, 14, moment(21, 12), []),
    ],
    ids=["six days", "a week", "late", "asked again", "the next is open", "not yet", "the second too", "answered"],
)
def test_a_questionnaire_a_week_past_its_window(triggers: Any, last: int | None, at: datetime, expected: Any) -> None:
    about = known(13, last=[("phq-9", last)] if last is not None else ())
    assert missed(line(triggers), about, at) == expected


def test_a_daily_check_in_does_not_stand_in_for_a_questionnaire() -> None:
    about = known(13, last=[("daily", 13)])
    assert missed([DAILY, line(ONCE)], about, moment(14, 0)) == [("phq-9", 0, 1)]


def test_a_day_past_its_window_is_enough_after_a_sign_of_danger() -> None:
    assert missed(line(ONCE), known(5), moment(7, 23.9), SOONER) == []
    assert missed(line(ONCE), known(5), moment(8, 0), SOONER) == [("phq-9", 0, 1)]


def test_what_is_asked_once_after_an_infusion_cannot_be_made_up_for() -> None:
    about = known(0, found=anchors(given=[1], enrolled=-30))
    assert missed(line(AFTER_EACH, "side-effects"), about, moment(20)) == []
    assert missed(line(DAILY_FOR_7_THEN_WEEKLY, "activation"), about, moment(20)) == [("activation", 2, 7)]


def test_what_the_gap_after_an_answer_makes_needless_is_not_missed() -> None:
    asked = line(WEEKLY, gap=3)
    about = known(last=[("phq-9", 6)])
    assert missed(asked, about, moment(21)) == []
    assert missed(asked, about, moment(28)) == [("phq-9", 14, 2)]


def test_a_plan_without_a_daily_line_has_no_daily_check_in_to_miss() -> None:
    assert missed(line(WEEKLY), known(0, last=[("phq-9", 0)]), moment(5)) == []
    assert missed([], known(0), moment(20)) == []


def test_a_changed_plan_forgets_nothing_and_what_is_asked_no_more_is_not_missed() -> None:
    before = replace(DAILY, ends_on=day(3))
    after = line(EVERY_DAY, "daily", starts=day(3))
    assert missed([before, after], known(0), moment(4, 0)) == [("daily", 1, 3)]
    assert missed([before], known(0), moment(10)) == []
    assert missed([replace(line(ONCE), ends_on=day(9))], known(0), moment(20)) == []


def test_what_was_asked_before_outreach_or_a_pause_does_not_count() -> None:
    assert missed(DAILY, known(-10, since=2), moment(5, 12)) == []
    assert missed(DAILY, known(-10, since=2), moment(6, 0)) == [("daily", 3, 3)]
    assert missed(line(ONCE), known(0, since=2), moment(40)) == []


def test_whoever_was_never_heard_of_is_silent_from_enrolment_on() -> None:
    assert missed(DAILY, known(None, since=0), moment(4, 0)) == [("daily", 1, 3)]


@pytest.mark.parametrize(
    ("heard", "at"),
    [
        (datetime(2026, 10, 30, 14, tzinfo=UTC), datetime(2026, 11, 3, 5, tzinfo=UTC)),
        (datetime(2026, 3, 6, 15, tzinfo=UTC), datetime(2026, 3, 10, 4, tzinfo=UTC)),
    ],
    ids=["the clocks go back", "the clocks go forward"],
)
def test_days_are_the_patients_own_whatever_the_clocks_do(heard: datetime, at: datetime) -> None:
    """Three whole days of theirs are 73 hours in autumn and 71 in spring, and midnight moves with them."""
    asked = line(EVERY_DAY, "daily", starts=date(2026, 1, 1))
    about = Known(ZONE, Anchors(date(2026, 1, 1)), {}, datetime(2026, 1, 1, tzinfo=UTC), heard)
    assert missing([asked], about, LIMITS, at - timedelta(minutes=1)) == ()
    (found,) = missing([asked], about, LIMITS, at)
    assert found.met_at == at


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "Asia/Kathmandu", "Pacific/Honolulu"])
def test_the_same_days_count_wherever_somebody_lives(zone: str) -> None:
    assert missed(DAILY, known(0, zone=zone), moment(4, 0, zone) - timedelta(seconds=1)) == []
    assert missed(DAILY, known(0, zone=zone), moment(4, 0, zone)) == [("daily", 1, 3)]


def test_a_week_past_a_window_is_a_week_of_the_patients_days() -> None:
    asked = line(ONCE, starts=date(2026, 10, 20))
    about = Known(ZONE, Anchors(date(2026, 1, 1)), {}, datetime(2026, 1, 1, tzinfo=UTC), None)
    closed_on, week_later = date(2026, 10, 27), datetime(2026, 11, 3, 5, tzinfo=UTC)
    (found,) = missing([asked], about, LIMITS, week_later)
    assert (found.met_at, (week_later.date() - closed_on).days) == (week_later, 7)


@given(
    heard=st.integers(-20, 20),
    hours=st.integers(0, 24 * 25),
    limit=st.integers(1, 3),
    zone=st.sampled_from(["America/New_York", "Europe/London", "Australia/Lord_Howe", "America/St_Johns"]),
)
def test_the_daily_rule_is_met_where_so_many_whole_days_lie_between(
    heard: int, hours: int, limit: int, zone: str
) -> None:
    """Against counting on one's fingers: the days that began after the last word and are over."""
    about = known(heard, zone=zone)
    at = moment(heard, zone=zone) + timedelta(hours=hours)
    whole_days = max(0, (at.astimezone(about.zone).date() - day(heard)).days - 1)
    found = missed(DAILY, about, at, Limits(limit, 7))
    assert found == ([("daily", heard + 1, whole_days)] if whole_days >= limit else [])


@given(first=st.integers(0, 40), further=st.integers(0, 24 * 14))
def test_silence_only_grows_until_somebody_is_heard(first: int, further: int) -> None:
    lines: list[PlanLine] = [DAILY, line(WEEKLY)]
    earlier = missing(lines, known(0), LIMITS, moment(first))
    later = missing(lines, known(0), LIMITS, moment(first) + timedelta(hours=further))
    names = {one.instrument for one in later}
    assert {one.instrument for one in earlier} <= names
    heard_now = moment(first) + timedelta(hours=further)
    answered = {name: Last(heard_now.astimezone(known(0).zone).date(), heard_now) for name in ("daily", "phq-9")}
    assert missing(lines, replace(known(0), last=answered, heard_at=heard_now), LIMITS, heard_now) == ()


MET = (Missed("daily", day(1), 3, moment(4, 0)),)


def step(at: datetime, spell: Spell | None = None, met: Any = MET, pressing: bool = False, heard: Any = 0) -> Steps:
    return steps(met, spell, known(heard), WAITS, at, is_pressing=pressing)


def test_nothing_is_done_where_nothing_is_missing() -> None:
    assert not step(moment(3), met=())


def test_a_spell_begins_when_the_rule_is_met_and_says_nothing_for_a_day() -> None:
    assert step(moment(4, 10)) == Steps(opens=True)
    assert not step(moment(4, 20), Spell(moment(4, 0)))


def test_the_patient_is_reminded_after_one_and_two_days_and_the_team_hears_with_the_second() -> None:
    begun = Spell(moment(4, 11))
    assert not step(moment(5, 10.9), begun)
    assert step(moment(5, 11), begun) == Steps(reminder=1)
    once = replace(begun, reminded_at=moment(5, 11))
    assert not step(moment(6, 10.9), once)
    assert step(moment(6, 11), once) == Steps(reminder=2, alerts=True)
    twice = replace(once, reminded_again_at=moment(6, 11), has_alert=True)
    assert not any(step(moment(6, 11) + timedelta(hours=hours), twice) for hours in range(24 * 60))


def test_after_a_sign_of_danger_the_team_hears_at_once_and_the_patient_is_reminded_all_the_same() -> None:
    assert step(moment(4, 10), pressing=True) == Steps(opens=True, alerts=True)
    told = Spell(moment(4, 10), has_alert=True)
    assert step(moment(5, 10), told, pressing=True) == Steps(reminder=1)


@pytest.mark.parametrize(("hour", "reminded"), [(0, 0), (8.9, 0), (9, 1), (19.9, 1), (20, 0), (23.9, 0)])
def test_reminders_keep_civil_hours(hour: float, reminded: int) -> None:
    assert step(moment(6, hour), Spell(moment(4, 0), has_alert=True)).reminder == reminded


def test_there_is_one_reminder_a_day_however_late_the_first_was() -> None:
    late = Spell(moment(1, 0), reminded_at=moment(6, 19), has_alert=True)
    assert step(moment(6, 19.5), late).reminder == 0
    assert step(moment(7, 8), late).reminder == 0
    assert step(moment(7, 9), late).reminder == 2


def test_a_worker_that_was_down_for_days_does_not_remind_in_a_heap_and_tells_the_team_at_once() -> None:
    assert step(moment(9, 10)) == Steps(opens=True, reminder=1, alerts=True)


def test_at_night_the_team_is_not_kept_waiting_for_the_patients_morning() -> None:
    assert step(moment(6, 3), Spell(moment(4, 3), reminded_at=moment(5, 9))) == Steps(alerts=True)


def test_a_spell_ends_when_the_patient_is_heard_again() -> None:
    assert step(moment(5), Spell(moment(4, 0)), met=(), heard=5) == Steps(ends=Ending.HEARD)


def test_a_spell_whose_questions_are_asked_no_more_ends_without_a_word_from_anybody() -> None:
    assert step(moment(5), Spell(moment(4, 0)), met=()) == Steps(ends=Ending.MOOT)


def test_outreach_that_somebody_closed_ends_the_spell_and_silence_counts_anew() -> None:
    closed = Spell(moment(4, 0), has_alert=True, is_dealt_with=True)
    assert step(moment(7), closed) == Steps(ends=Ending.MOOT)
    assert step(moment(7), closed, met=(), heard=6) == Steps(ends=Ending.MOOT)


def test_what_is_kept_names_instruments_days_and_counts_and_nothing_else() -> None:
    assert silence_rule.details(MET, known(0)) == {
        "missed": [{"instrument": "daily", "since": "2026-11-03", "askings": 3}],
        "heard_on": "2026-11-02",
    }
    assert silence_rule.details(MET, known(None))["heard_on"] is None
