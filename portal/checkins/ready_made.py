"""Ready-made plans: what a patient is asked, and when, for their conditions and the phase of their care.

Pure. Which instruments belong to a condition and how often a phase asks them are defaults of Interval's, no published
standard (`SOURCE`); a provider changes any of them. Instruments whose wording a clinic has to paste are part of a plan
only where it has. Conditions are the ids of `patients.models.Condition`. "Monthly" is every 28 days, so that it falls
on the weekday of everything weekly.
"""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from portal.checkins import named_rhythms
from portal.checkins.rhythm import Anchor, LineDraft, Trigger
from portal.messages import N_

SOURCE = N_("Interval default")


class Phase(StrEnum):
    """Where a patient's care is: before the first infusion, in the first series, on boosters, or after the last."""

    BASELINE = "baseline"
    INDUCTION = "induction"
    MAINTENANCE = "maintenance"
    AFTER_STOPPING = "after-stopping"


AT_ENROLMENT = (Phase.BASELINE, Phase.INDUCTION)
"""What a new patient begins with: whatever hangs on infusions waits for the first one by itself."""

Rhythm = tuple[Trigger, ...]
Phases = Mapping[Phase, Rhythm]

BASELINE, INDUCTION, MAINTENANCE, AFTER = Phase


def _every(days: int, *, first: int = 0, until: int | None = None) -> Trigger:
    return Trigger(Anchor.START, from_day=first, every_days=days, until_day=until)


def _on_day(day: int) -> Trigger:
    return Trigger(Anchor.START, from_day=day)


def _after(*days: int, hours: int | None = None) -> Rhythm:
    soon = () if hours is None else (Trigger(Anchor.INFUSION, hours=hours),)
    return (*soon, *(Trigger(Anchor.INFUSION, from_day=day) for day in days))


ONCE: Rhythm = (_on_day(0),)
DAILY: Rhythm = (_every(1),)
WEEKLY: Rhythm = (_every(7),)
WEEKLY_AFTER_A_WEEK: Rhythm = (_every(7, first=7),)
"""For a form about the past week beside one about the past month: the two are never asked on one day."""
TWO_WEEKLY: Rhythm = (_every(14),)
MONTHLY: Rhythm = (_every(28),)
TWICE_A_WEEK: Rhythm = (_every(7), _every(7, first=3))
MORNING = Trigger(Anchor.PLANNED_INFUSION)
WITHIN_72_HOURS = Trigger(Anchor.PLANNED_INFUSION, hours=-72)
SEVEN_DAYS_THEN_WEEKLY: Rhythm = (
    Trigger(Anchor.INFUSION, from_day=1, every_days=1, until_day=7),
    Trigger(Anchor.INFUSION, from_day=14, every_days=7),
)

SCALE: Phases = MappingProxyType({BASELINE: ONCE, INDUCTION: WEEKLY, MAINTENANCE: TWO_WEEKLY, AFTER: MONTHLY})
LONG_SCALE: Phases = MappingProxyType(dict(SCALE) | {MAINTENANCE: MONTHLY})

EVERYBODY: tuple[tuple[str, Phases], ...] = (
    ("daily", {BASELINE: DAILY, INDUCTION: DAILY, MAINTENANCE: DAILY, AFTER: TWICE_A_WEEK}),
    (
        "phq-9",
        {
            BASELINE: (_on_day(0), _on_day(3)),
            INDUCTION: (*WEEKLY, MORNING),
            MAINTENANCE: (*TWO_WEEKLY, WITHIN_72_HOURS),
            AFTER: (_every(14, until=83),),
        },
    ),
    ("gad-7", SCALE),
    ("asq", {BASELINE: ONCE, INDUCTION: (MORNING,), MAINTENANCE: (MORNING,)}),
)
HANGING_ON_INFUSIONS: tuple[tuple[str, Phases], ...] = (
    ("side-effects", dict.fromkeys((INDUCTION, MAINTENANCE), _after(1, 3, hours=2))),
    ("altered-experience", dict.fromkeys((INDUCTION, MAINTENANCE), _after(hours=2))),
    ("urinary", {BASELINE: ONCE, MAINTENANCE: MONTHLY}),
    ("nida-1", {BASELINE: ONCE}),
    ("misuse", {MAINTENANCE: MONTHLY}),
)
BY_CONDITION: tuple[tuple[str, tuple[str, ...], Phases], ...] = (
    ("treatment-resistant-depression", ("qids-sr16",), SCALE),
    ("treatment-resistant-depression", ("who-5",), SCALE),
    (
        "bipolar",
        ("activation",),
        {BASELINE: ONCE, AFTER: MONTHLY} | dict.fromkeys((INDUCTION, MAINTENANCE), SEVEN_DAYS_THEN_WEEKLY),
    ),
    ("bipolar", ("asrm", "pmq-9"), SCALE),
    ("chronic-pain", ("peg",), SCALE),
    ("chronic-suicidal-ideation", ("c-ssrs", "asq"), SCALE),
    ("ocd", ("oci-r", "oci-12"), LONG_SCALE),
    ("postpartum-depression", ("epds",), SCALE),
    ("ptsd", ("pcl-5-month",), {BASELINE: ONCE, AFTER: MONTHLY}),
    ("ptsd", ("pcl-5-week",), {INDUCTION: WEEKLY_AFTER_A_WEEK, MAINTENANCE: MONTHLY}),
)
"""Condition, the instruments of which the first one the clinic can ask is taken, and their rhythms."""

EXTRA_ITEMS = MappingProxyType({"chronic-pain": "pain", "ocd": "ocd_time", "bipolar": "sleep_need"})
MIN_GAP_DAYS = MappingProxyType({"phq-9": 3})


def lines(conditions: Collection[str], *phases: Phase, askable: Collection[str]) -> tuple[LineDraft, ...]:
    """Return the ready-made plan for a patient.

    Args:
        conditions: ids of what the patient is treated for; with none, what everybody is asked.
        phases: one phase, or several whose plans are laid over each other.
        askable: ids of the instruments that this clinic can ask.

    Returns:
        One line for each instrument: first what everybody is asked, then what belongs to a condition, then what hangs
        on infusions. Where two rhythms from the calendar meet in one line, the denser one stays.
    """
    rhythms: dict[str, list[Trigger]] = {}
    for instrument, by_phase in _parts(conditions, askable):
        wanted = [trigger for phase in phases for trigger in by_phase.get(phase, ())]
        if wanted:
            rhythms.setdefault(instrument, []).extend(wanted)
    return tuple(_line(instrument, triggers, conditions) for instrument, triggers in rhythms.items())


def left_out(conditions: Collection[str], *phases: Phase, askable: Collection[str]) -> tuple[tuple[str, ...], ...]:
    """Return what belongs to these conditions in these phases and cannot be asked: each with its alternatives.

    Args:
        conditions: ids of what the patient is treated for.
        phases: one phase, or several whose plans are laid over each other.
        askable: ids of the instruments that this clinic can ask.
    """
    return tuple(
        alternatives
        for condition, alternatives, by_phase in BY_CONDITION
        if condition in conditions and not set(alternatives) & set(askable) and any(by_phase.get(one) for one in phases)
    )


def suggested_phase(*, has_course: bool, is_running: bool, series_planned: int, series_given: int) -> Phase:
    """Return the phase that a patient's courses speak for.

    Args:
        has_course: whether there was ever a course.
        is_running: whether one runs now.
        series_planned: how many infusions the first series of the running course is to have.
        series_given: how many of them were given.
    """
    if not has_course:
        return Phase.BASELINE
    if not is_running:
        return Phase.AFTER_STOPPING
    return Phase.INDUCTION if series_given < series_planned else Phase.MAINTENANCE


def instruments(conditions: Collection[str], askable: Collection[str]) -> frozenset[str]:
    """Return every instrument that any phase of a ready-made plan asks with these conditions."""
    return frozenset(instrument for instrument, _ in _parts(conditions, askable))


def _parts(conditions: Collection[str], askable: Collection[str]) -> Iterable[tuple[str, Phases]]:
    of_conditions = [
        (next((one for one in alternatives if one in askable), ""), phases)
        for condition, alternatives, phases in BY_CONDITION
        if condition in conditions
    ]
    for instrument, phases in (*EVERYBODY, *of_conditions, *HANGING_ON_INFUSIONS):
        if instrument in askable:
            yield instrument, phases


def _line(instrument: str, triggers: list[Trigger], conditions: Collection[str]) -> LineDraft:
    extra = sorted(EXTRA_ITEMS[one] for one in conditions if one in EXTRA_ITEMS) if instrument == "daily" else ()
    gap = MIN_GAP_DAYS.get(instrument, 0)
    return LineDraft(instrument, _densest(triggers), min_gap_days=gap, extra_items=tuple(extra))


def _densest(triggers: list[Trigger]) -> Rhythm:
    """Return the triggers in the editor's order, without what a denser rhythm from the same day asks anyway."""
    endless = {one.every_days for one in triggers if _is_calendar(one) and one.every_days and one.until_day is None}
    shortest = min(endless, default=None)
    kept = [one for one in triggers if shortest is None or not _is_calendar(one) or _adds(one, shortest)]
    named, rest = named_rhythms.read(kept)
    return (*named_rhythms.all_triggers(named), *rest)


def _adds(trigger: Trigger, shortest: int) -> bool:
    """Return whether a trigger from the calendar asks on days that every `shortest` days does not."""
    return trigger.from_day % shortest != 0 if trigger.every_days is None else trigger.every_days <= shortest


def _is_calendar(trigger: Trigger) -> bool:
    return trigger.anchor is Anchor.START
