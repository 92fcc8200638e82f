"""Where an infusion's day stands, from its entries alone: it does not matter in which order they came. Pure."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from portal.messages import N_
from portal.treatment.flowsheet.entries import Entry, baseline, effective, first_versions
from portal.treatment.flowsheet.kinds import EntryKind, Level, Phase
from portal.treatment.flowsheet.vitals import Reading
from portal.treatment.rules.values import Point, Rules

STOP_OPEN = N_("A hard stop is open: the supervising provider has not authorised going on.")
NO_READING_AFTER = N_("No vital signs were taken after the end.")
NOT_NEAR_BASELINE = N_("The last vital signs are not back near those before treatment.")
NOT_AWAKE = N_("The patient was not fully awake when last looked at.")
EFFECT_OPEN = N_("A side effect has no end yet.")
COMPLETED = "completed"
TICKS = (
    *("vitals_near", "oriented", "no_dissociation", "walks", "nausea_controlled"),
    *("no_intent", "adult_present", "instructions"),
)
"""What must be so before somebody is left: the end of monitoring (Interval default [D])."""


@dataclass(frozen=True, slots=True)
class WentOn:
    """Treatment went on, as `entry` shows, while nobody had authorised it after `stop`."""

    stop: Entry
    entry: Entry


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the day stands.

    Args:
        counting: the entries that count, in true order.
        started_at, ended_at: None where that has not happened.
        baseline: the last reading before treatment.
        open_stop: the latest hard stop that nobody has authorised going on from; None where none is open.
        authorised: the authorisation of the latest hard stop, None where it has none.
        open_effects: side effects without an end.
        went_on_without: for each stop that was gone on from too soon, the first entry that shows it.
        next_reading_due_at: when vital signs are due; None where nothing is due.
        not_ready: message ids of what stands against leaving now.
    """

    phase: Phase
    counting: tuple[Entry, ...] = ()
    started_at: datetime | None = None
    ended_at: datetime | None = None
    left_at: datetime | None = None
    baseline: Reading | None = None
    open_stop: Entry | None = None
    authorised: Entry | None = None
    open_effects: tuple[Entry, ...] = ()
    went_on_without: tuple[WentOn, ...] = ()
    next_reading_due_at: datetime | None = None
    not_ready: tuple[str, ...] = ()

    def last(self, kind: EntryKind) -> Entry | None:
        """Return the last entry of a kind that counts."""
        return next((one for one in reversed(self.counting) if one.kind is kind), None)


def standing(entries: Sequence[Entry], rules: Rules) -> Standing:
    """Return where the day stands.

    Args:
        entries: every entry that was kept, corrected ones too, in any order.
        rules: the clinic's, for what is due next.
    """
    counting, names = effective(entries), first_versions(entries)
    start = _first(counting, EntryKind.STARTED)
    end, left = _first(counting, EntryKind.ENDED), _last(counting, EntryKind.DISCHARGE)
    before = baseline(counting)
    stops = _stops(counting, names)
    still_open = [stop for stop, authorised in stops if authorised is None and not _is_heeded(stop, end)]
    found = Standing(
        phase=_phase(start, end, left),
        counting=counting,
        started_at=start.occurred_at if start else None,
        ended_at=end.occurred_at if end else None,
        left_at=left.occurred_at if left else None,
        baseline=before.reading if before else None,
        open_stop=still_open[-1] if still_open else None,
        authorised=stops[-1][1] if stops else None,
        open_effects=_open_effects(counting, names),
        went_on_without=tuple(_went_on(counting, stops, timedelta(minutes=rules.during_every))),
        next_reading_due_at=_due(counting, start, end, left, rules),
    )
    return replace(found, not_ready=tuple(_not_ready(found)))


def missing_ticks(discharge: Entry) -> tuple[str, ...]:
    """Return what was not ticked before somebody was left."""
    return tuple(name for name in TICKS if not discharge.values.get(name))


def _first(counting: Sequence[Entry], kind: EntryKind) -> Entry | None:
    return next((one for one in counting if one.kind is kind), None)


def _last(counting: Sequence[Entry], kind: EntryKind) -> Entry | None:
    return next((one for one in reversed(counting) if one.kind is kind), None)


def _phase(start: Entry | None, end: Entry | None, left: Entry | None) -> Phase:
    if left is not None:
        return Phase.LEFT
    if end is not None:
        return Phase.AFTER
    return Phase.DURING if start is not None else Phase.BEFORE


def _stops(counting: Sequence[Entry], names: dict[uuid.UUID, uuid.UUID]) -> list[tuple[Entry, Entry | None]]:
    """Return every hard stop with the first authorisation that is for it, or for a later one."""
    hard = [one for one in counting if one.level is Level.HARD]
    place = {names[one.id]: number for number, one in enumerate(hard)}
    said = [one for one in counting if one.kind is EntryKind.AUTHORISATION]
    covers = [(place.get(names.get(meant, meant), -1), one) for one in said if (meant := _meant(one, "stop_id"))]
    return [(stop, next((one for n, one in covers if n >= number), None)) for number, stop in enumerate(hard)]


def _meant(entry: Entry, name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(entry.values.get(name)))
    except ValueError:
        return None


def _is_heeded(stop: Entry, end: Entry | None) -> bool:
    """Return whether treatment was stopped early after a stop."""
    return end is not None and end.values.get("outcome") != COMPLETED and stop.occurred_at <= end.occurred_at


def _went_on(
    counting: Sequence[Entry], stops: Sequence[tuple[Entry, Entry | None]], every: timedelta
) -> Iterator[WentOn]:
    for stop, authorised in stops:
        until = authorised.occurred_at if authorised else None
        for one in counting[counting.index(stop) + 1 :]:
            if until is not None and one.occurred_at >= until:
                break
            if _stops_in_time(one, stop, every):
                break
            if _shows_going_on(one, stop, every):
                yield WentOn(stop, one)
                break


def _stops_in_time(one: Entry, stop: Entry, every: timedelta) -> bool:
    """Who stops early, but long after the stop, has gone on until then."""
    is_early = one.kind is EntryKind.ENDED and one.values.get("outcome") != COMPLETED
    return is_early and one.occurred_at - stop.occurred_at < every


def _shows_going_on(one: Entry, stop: Entry, every: timedelta) -> bool:
    """A reading repeated within the usual interval only checks the one before it."""
    if one.kind is EntryKind.VITALS:
        return one.point is Point.DURING and one.occurred_at - stop.occurred_at >= every
    return one.kind in {EntryKind.STARTED, EntryKind.ENDED}


def _open_effects(counting: Sequence[Entry], names: dict[uuid.UUID, uuid.UUID]) -> tuple[Entry, ...]:
    ended = {
        names.get(meant, meant)
        for one in counting
        if one.kind is EntryKind.SIDE_EFFECT_ENDED and (meant := _meant(one, "of"))
    }
    return tuple(one for one in counting if one.kind is EntryKind.SIDE_EFFECT and names[one.id] not in ended)


def _due(
    counting: Sequence[Entry], start: Entry | None, end: Entry | None, left: Entry | None, rules: Rules
) -> datetime | None:
    if left is not None or start is None:
        return None
    taken = [one for one in counting if one.kind is EntryKind.VITALS and one.point is not Point.BEFORE]
    if end is None:
        since = max([start.occurred_at, *(one.occurred_at for one in taken)])
        return since + timedelta(minutes=rules.during_every)
    last = max((one.occurred_at for one in taken if one.point is Point.AFTER), default=None)
    minutes = sorted(rules.after_at)
    for before, due in pairwise([0, *minutes]):
        counts_from = end.occurred_at + timedelta(minutes=(before + due) / 2)
        if last is None or last < counts_from:
            return end.occurred_at + timedelta(minutes=due)
    return None


def _not_ready(found: Standing) -> Iterator[str]:
    if found.open_stop is not None:
        yield STOP_OPEN
    after = [one for one in found.counting if one.kind is EntryKind.VITALS and one.point is Point.AFTER]
    if not after:
        yield NO_READING_AFTER
    elif after[-1].level is not Level.NONE:
        yield NOT_NEAR_BASELINE
    state = found.last(EntryKind.STATE)
    if state is not None and state.values.get("alertness") != "awake":
        yield NOT_AWAKE
    if found.open_effects:
        yield EFFECT_OPEN
