"""Element 11: what was asked and done. An asking counts once its window has closed; missing is never well."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.checkins.occurrences import Anchors
from portal.checkins.rhythm import Anchor, PlanLine, Trigger, every
from portal.checkins.standing import Last
from portal.review.booster.elements.adherence import Adherence, Count, Overdue, adherence, count, counts
from portal.review.booster.sheet import Tone
from tests.review.booster.told import lines, tone_of

ZONE = "America/New_York"
AT = datetime(2026, 11, 22, 15, tzinfo=UTC)
TODAY = date(2026, 11, 22)
SINCE = TODAY - timedelta(days=27)
ENROLLED = Anchors(date(2026, 1, 1))


def line(triggers: Sequence[Trigger], starts_on: date = date(2026, 1, 1), **values: int) -> PlanLine:
    return PlanLine(uuid.UUID(int=1), "phq-9", tuple(triggers), values.get("gap", 0), 3, starts_on)


def sent(*ago: int) -> list[Last]:
    days = [TODAY - timedelta(days=n) for n in ago]
    return [Last(day, datetime(day.year, day.month, day.day, 20, tzinfo=UTC)) for day in days]


def of(lines: Sequence[PlanLine], done: Sequence[Last], anchors: Anchors = ENROLLED) -> tuple[int, int]:
    return count(lines, anchors, done, SINCE, AT, ZONE)


def test_of_a_daily_check_in_every_day_but_today_has_closed() -> None:
    assert of([line(every(1))], []) == (27, 0)
    assert of([line(every(1))], sent(1, 2, 5)) == (27, 3)


def test_what_was_sent_today_counts_tomorrow() -> None:
    assert of([line(every(1))], sent(0)) == (27, 0)


def test_two_check_ins_of_one_day_are_one_done() -> None:
    assert of([line(every(1))], [*sent(3), *sent(3)]) == (27, 1)


def test_a_day_added_later_counts_for_its_own_day() -> None:
    late = Last(TODAY - timedelta(days=4), AT - timedelta(days=1))
    assert of([line(every(1))], [late]) == (27, 1)


def test_a_line_that_ended_counts_until_its_end() -> None:
    ended = replace(line(every(1)), ends_on=TODAY - timedelta(days=20))
    assert of([ended], sent(25)) == (7, 1)


def test_a_window_still_open_is_not_missed() -> None:
    weekly = line(every(7), starts_on=TODAY - timedelta(days=17))
    assert of([weekly], sent(16)) == (2, 1)


def test_an_asking_too_close_to_a_check_in_is_not_missed() -> None:
    infusion = (uuid.UUID(int=9), AT - timedelta(days=10))
    anchors = replace(ENROLLED, given=(infusion,), planned=(infusion,))
    asked = line((Trigger(Anchor.PLANNED_INFUSION, open_days=1),), gap=3)
    assert of([asked], sent(12), anchors) == (0, 0)
    assert of([asked], sent(13), anchors) == (1, 0)
    assert of([asked], [], anchors) == (1, 0)


@settings(deadline=None)
@given(st.lists(st.integers(0, 40), max_size=40), st.sampled_from([1, 2, 7, 14]), st.integers(0, 7))
def test_never_more_is_done_than_was_asked(ago: list[int], days: int, gap: int) -> None:
    asked, done = of([line(every(days), gap=gap)], sent(*ago))
    assert 0 <= done <= asked <= 28
    fewer = of([line(every(days), gap=gap)], sent(*ago[1:]))
    assert fewer[1] <= done


def test_what_was_never_asked_is_left_out_and_the_most_asked_comes_first() -> None:
    found = counts({"a": (2, 1), "b": (0, 0), "c": (9, 9)}, {"a": "A", "b": "B", "c": "C"})
    assert found == (Count("C", 9, 9), Count("A", 2, 1))


KNOWN = Adherence(TODAY, SINCE, (Count("Daily", 27, 20), Count("PHQ-9", 2, 2)), TODAY - timedelta(days=2))


def test_the_share_stands_with_its_numbers_by_scale() -> None:
    found = adherence(KNOWN)
    assert lines(found) == [
        "75 % of the check-ins asked since 26 October 2026 were done: 22 of 29",
        "Daily 20 of 27, PHQ-9 2 of 2",
        "The last check-in came on 20 November 2026, 2 days ago",
        "Nothing is overdue.",
    ]
    assert found.lines[0].tone is Tone.MISSING


def test_a_share_is_never_rounded_up_to_everything() -> None:
    almost = replace(KNOWN, counts=(Count("Daily", 1000, 999),))
    assert lines(adherence(almost))[0].startswith("99 %")
    whole = replace(KNOWN, counts=(Count("Daily", 27, 27),))
    assert tone_of(adherence(whole), "100 %") is Tone.PLAIN


def test_a_patient_heard_of_today() -> None:
    assert lines(adherence(replace(KNOWN, last_on=TODAY)))[2] == "The last check-in came today."


@pytest.mark.parametrize(("days", "tone"), [(6, Tone.PLAIN), (7, Tone.ATTENTION), (40, Tone.ATTENTION)])
def test_a_silent_patient_asks_to_be_seen_by_the_clinics_line(days: int, tone: Tone) -> None:
    quiet = replace(KNOWN, last_on=TODAY - timedelta(days=days))
    assert tone_of(adherence(quiet), f"{days} days ago") is tone


def test_what_fell_due_today_is_no_days_late() -> None:
    late = replace(KNOWN, overdue=(Overdue("ASQ", TODAY),))
    assert "Overdue now: ASQ since today" in lines(adherence(late))


def test_what_is_overdue_is_named_with_its_days() -> None:
    late = replace(KNOWN, overdue=(Overdue("PHQ-9", TODAY - timedelta(days=12)),))
    assert tone_of(adherence(late), "Overdue now: PHQ-9 since 10 November 2026 (12 days)") is Tone.ATTENTION


def test_of_a_patient_who_left_nothing_is_asked_and_that_is_not_well() -> None:
    left = replace(KNOWN, is_in_care=False)
    assert lines(adherence(left))[0] == "Not in care now: nothing is asked."
    assert "overdue" not in " ".join(lines(adherence(left)))
    assert adherence(left).lines[0].tone is Tone.MISSING


def test_a_patient_who_was_asked_nothing_and_said_nothing() -> None:
    found = adherence(Adherence(TODAY, SINCE))
    assert lines(found) == ["Nothing was asked since 26 October 2026.", "There is no check-in yet."]
    assert {one.tone for one in found.lines} == {Tone.MISSING}
