"""What a clinician should know of how answers came: given too quickly, all alike, or by a clock that is wrong. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import fmean

import orjson

from portal.checkins.asking import quick_none
from portal.instruments.definition import Definition
from portal.safety.rules import DEFAULT_SET, RuleSet

PAUSE_SECONDS = 300.0
LONGEST_SITTING = timedelta(days=31)
CLOCK_SLACK = timedelta(minutes=2)
LONGEST_TEXT = 8_000
NEVER_MARKED = frozenset({"daily"})


class Mark(StrEnum):
    """Why the answers deserve a second look; never shown to the person who gave them."""

    TOO_QUICK = "too-quick"
    STRAIGHT_LINED = "straight-lined"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Moments:
    """When answers came, as far as the sender's word can be true.

    Args:
        started_at: when the page was begun.
        submitted_at: when the sender's clock says it was sent; None where that cannot be.
        answered_ms: milliseconds from the start to the last answer of each item; empty where that cannot be.
        is_clock_off: whether the sender's clock named a moment that cannot be.
    """

    started_at: datetime
    submitted_at: datetime | None
    answered_ms: Mapping[str, int]
    is_clock_off: bool = False


def read_times(text: str | None, items: Collection[str]) -> dict[str, int]:
    """Return the times a page sent along: item code to whole milliseconds since it was begun.

    Args:
        text: a JSON object; anything else, and any longer than a page of ours would send, counts as nothing.
        items: the codes that may be named; times of others, and times that cannot be, are left out.
    """
    if not text or len(text) > LONGEST_TEXT:
        return {}
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(found, dict):
        return {}
    longest = LONGEST_SITTING // timedelta(milliseconds=1)
    return {code: ms for code, ms in found.items() if code in items and type(ms) is int and 0 <= ms <= longest}


def believe(
    started_at: datetime | None, submitted_at: datetime | None, answered_ms: Mapping[str, int], received_at: datetime
) -> Moments:
    """Return what of a sender's times can be true.

    Args:
        started_at: when the page was begun, by the server's clock as the page sent it back; None where unknown.
        submitted_at: when it was sent, by the sender's clock; None where unknown.
        answered_ms: milliseconds since the start, by item.
        received_at: when it arrived, by the server's clock.
    """
    may_be = started_at is not None and received_at - LONGEST_SITTING <= started_at <= received_at
    started = started_at if may_be and started_at is not None else received_at
    elapsed = (received_at - started + CLOCK_SLACK) // timedelta(milliseconds=1)
    times = answered_ms if all(ms <= elapsed for ms in answered_ms.values()) else {}
    off = submitted_at is not None and not started - CLOCK_SLACK <= submitted_at <= received_at + CLOCK_SLACK
    return Moments(started, None if off else submitted_at, times, off)


def seconds_per_item(answered_ms: Mapping[str, int]) -> dict[str, float]:
    """Return for each item the seconds since the one answered before it, since the start for the first."""
    found, before = {}, 0
    for code, ms in sorted(answered_ms.items(), key=lambda one: one[1]):
        found[code], before = (ms - before) / 1000, ms
    return found


def marks(
    definition: Definition,
    answers: Mapping[str, float | None],
    moments: Moments,
    received_at: datetime,
    rule_set: RuleSet = DEFAULT_SET,
) -> list[str]:
    """Return the codes of what a clinician should know about the answers.

    So many items or more answered in under a second each on average (pauses of five minutes left out), or all with one
    and the same answer above the lowest; never for the daily check-in. (Interval default R12.)

    Args:
        definition: the instrument.
        answers: from item code to number; None is declined.
        moments: when they came.
        received_at: when they arrived.
        rule_set: the rules in force; R12 says how few seconds a question, and of how many questions, are too few.
    """
    items, least = round(rule_set.value("R12.items")), rule_set.value("R12.seconds")
    found = [Mark.CLOCK.value] if moments.is_clock_off else []
    given = {code: value for code, value in answers.items() if value is not None}
    if definition.id in NEVER_MARKED or len(given) < items:
        return found
    if quick_none(definition) is None and _is_too_quick(given, moments, received_at, items, least):
        found.append(Mark.TOO_QUICK.value)
    if any(_is_straight(scale.items, given, items) for scale in definition.scales):
        found.append(Mark.STRAIGHT_LINED.value)
    return found


def _is_too_quick(
    given: Mapping[str, float], moments: Moments, received_at: datetime, items: int, least: float
) -> bool:
    seconds = [one for one in seconds_per_item(moments.answered_ms).values() if one < PAUSE_SECONDS]
    if len(seconds) >= items:
        return fmean(seconds) < least
    elapsed = ((moments.submitted_at or received_at) - moments.started_at).total_seconds()
    return 0 < elapsed < least * len(given)


def _is_straight(codes: Collection[str], given: Mapping[str, float], items: int) -> bool:
    values = [given[code] for code in codes if code in given]
    return len(values) >= items and len(set(values)) == 1 and values[0] != 0
