"""What a patient is asked before an infusion, when it is asked, and what of an answer cannot be right. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.clinic import when
from portal.messages import N_
from portal.treatment.problems import Problem

OPENS = time(12)
"""From when on the day before a patient is asked."""
LONGEST = 2000

STILL_TO_COME = N_("This time is still to come. Enter the last time until now.")
TOO_LONG_AGO = N_("Enter yesterday or today. If it was longer ago, choose yesterday, at midnight.")
NO_FOOD = N_("Say when you last ate")
NO_DRINK = N_("Say when you last drank")
NO_HEALTH_WORDS = N_("Say in a few words what has changed in your health")
NO_MEDICINE_WORDS = N_("Say in a few words what has changed in your medicines")
HEALTH_NOT_SAID = N_("Say whether your health has changed")
MEDICINES_NOT_SAID = N_("Say whether your medicines have changed")


class Step(StrEnum):
    EVENING = "evening"
    SAME_DAY = "same-day"


class Adult(StrEnum):
    """Whether an adult is, or will be, with the patient."""

    YES = "yes"
    NO = "no"
    NOT_SURE = "not-sure"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a patient says at one step.

    Args:
        has_health_change, has_medicine_change: None where it was not asked.
        ate_at, drank_at: the last food and the last drink, aware; asked on the day itself.
    """

    step: Step
    adult: Adult
    adult_name: str = ""
    has_health_change: bool | None = None
    health_change: str = ""
    has_medicine_change: bool | None = None
    medicine_change: str = ""
    ate_at: datetime | None = None
    drank_at: datetime | None = None

    @property
    def needs_a_look(self) -> bool:
        """Whether somebody should hear of it before coming: no adult for certain, or a change."""
        return self.adult is not Adult.YES or bool(self.has_health_change or self.has_medicine_change)


NAMES = tuple(field.name for field in fields(Statement))


def opens_at(planned_at: datetime, zone: str) -> datetime:
    """Return from when on a patient is asked: noon of the day before, as an aware moment.

    Args:
        planned_at: when the infusion is to begin, aware.
        zone: the patient's time zone, an IANA name.
    """
    eve = when.local(planned_at, zone).date() - timedelta(days=1)
    return datetime.combine(eve, OPENS, ZoneInfo(zone)).astimezone(UTC)


def asked_now(planned_at: datetime, zone: str, at: datetime) -> Step | None:
    """Return which step is asked at a moment; None before noon of the day before, and after the day itself."""
    if at < opens_at(planned_at, zone):
        return None
    today, day = when.local(at, zone).date(), when.local(planned_at, zone).date()
    if today > day:
        return None
    return Step.SAME_DAY if today == day else Step.EVENING


def is_open(step: Step, planned_at: datetime, zone: str, at: datetime) -> bool:
    """Return whether a step can be answered; that of the evening can until the day itself is over."""
    now = asked_now(planned_at, zone, at)
    return now is not None and (now is step or step is Step.EVENING)


def find(said: Statement, zone: str, at: datetime) -> Iterator[Problem]:
    """Yield what of a statement cannot be kept.

    Args:
        zone: the patient's time zone, an IANA name.
        at: now, aware.
    """
    yield from _changes(said)
    if said.step is Step.SAME_DAY:
        yield from _last_time("ate_time", said.ate_at, NO_FOOD, zone, at)
        yield from _last_time("drank_time", said.drank_at, NO_DRINK, zone, at)


def _changes(said: Statement) -> Iterator[Problem]:
    for has, words, not_said, missing in (
        ("has_health_change", "health_change", HEALTH_NOT_SAID, NO_HEALTH_WORDS),
        ("has_medicine_change", "medicine_change", MEDICINES_NOT_SAID, NO_MEDICINE_WORDS),
    ):
        if getattr(said, has) is None and said.step is Step.EVENING:
            yield Problem(has, not_said, {})
        elif getattr(said, has) and not getattr(said, words).strip():
            yield Problem(words, missing, {})


def _last_time(field: str, last: datetime | None, missing: str, zone: str, at: datetime) -> Iterator[Problem]:
    if last is None:
        yield Problem(field, missing, {})
    elif last > at:
        yield Problem(field, STILL_TO_COME, {})
    elif when.local(last, zone).date() < when.local(at, zone).date() - timedelta(days=1):
        yield Problem(field, TOO_LONG_AGO, {})
