"""Taking what was recorded at a bedside: once, in true order, judged, told, and kept for good."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select, update

from portal.access.policy import Actor, Role
from portal.audit import service as audit
from portal.db import run, session
from portal.treatment.entry import GIVEN
from portal.treatment.flowsheet import alerts, allergen, checks, infusion_row, problems
from portal.treatment.flowsheet.checks import Around
from portal.treatment.flowsheet.entries import JUDGED, Draft, Entry, baseline, effective
from portal.treatment.flowsheet.kinds import EntryKind
from portal.treatment.flowsheet.levels import level_of
from portal.treatment.flowsheet.models import FlowsheetEntry
from portal.treatment.flowsheet.queries import CLOCK_OFF_SECONDS
from portal.treatment.flowsheet.standing import standing
from portal.treatment.flowsheet.vitals import Reading
from portal.treatment.lock import Who, lock
from portal.treatment.lock import infusion as locked_infusion
from portal.treatment.medication import queries as medication
from portal.treatment.models import Infusion, InfusionStatus
from portal.treatment.orders import queries as orders
from portal.treatment.problems import Problem
from portal.treatment.rules import queries as rules
from portal.treatment.rules.queries import InForce
from portal.treatment.rules.values import Limits, Point
from portal.treatment.versions import after_signatures

__all__ = ["Draft", "Outcome", "take"]

MOST_AT_ONCE = 100
_NOT_GIVEN = {InfusionStatus.CANCELLED: problems.CANCELLED, InfusionStatus.MISSED: problems.MISSED}
_TABLE: Any = FlowsheetEntry.__table__
_INSERT = insert(_TABLE)
_JUDGE = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("entry"))
    .values({"level": bindparam("now_level"), "values": bindparam("now_values")})
)


class Outcome(NamedTuple):
    """What became of one entry: kept where there are no problems, now or before."""

    id: uuid.UUID
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Kept:
    entry: Entry
    skew_seconds: int
    reason: str
    rules_version: int
    patient_id: uuid.UUID
    infusion_id: uuid.UUID


@dataclass(slots=True)
class _Desk:
    """Everything known behind the lock while entries of one infusion are taken."""

    who: Who
    infusion: Infusion
    in_force: InForce
    limits: Limits
    has_order: bool
    allergies: Sequence[str]
    kept: dict[uuid.UUID, _Kept]
    by: Actor
    at: datetime
    recorded_at: datetime

    @property
    def entries(self) -> list[Entry]:
        return [one.entry for one in self.kept.values() if one.infusion_id == self.infusion.id]

    @property
    def before(self) -> Reading | None:
        found = baseline(effective(self.entries))
        return found.reading if found else None


def take(
    patient_id: uuid.UUID, infusion_id: uuid.UUID, drafts: Sequence[Draft], *, by: Actor, at: datetime
) -> list[Outcome]:
    """Keep entries of one infusion's day; one that is refused loses none of the others.

    Args:
        drafts: at most `MOST_AT_ONCE`, in the order of the device.

    Returns:
        One outcome for each, in the same order: without problems it is kept, be it now or before.
    """
    desk = _open(patient_id, infusion_id, drafts, by, at)
    found = [_take_one(desk, draft) for draft in drafts]
    new = [draft for draft, (_, is_new) in zip(drafts, found, strict=True) if is_new]
    if new:
        _settle(desk, new)
    return [outcome for outcome, _ in found]


def _open(patient_id: uuid.UUID, infusion_id: uuid.UUID, drafts: Sequence[Draft], by: Actor, at: datetime) -> _Desk:
    gives = any(one.kind in allergen.NAMED for one in drafts)
    ids = [one.id for one in drafts]
    who = lock(patient_id)
    infusion = locked_infusion(patient_id, infusion_id)
    order = orders.get_in_force(patient_id, infusion_id)
    rows = session.scalars(
        select(FlowsheetEntry).where((FlowsheetEntry.infusion_id == infusion_id) | FlowsheetEntry.id.in_(ids))
    )
    return _Desk(
        who=who,
        infusion=infusion,
        in_force=rules.current(),
        limits=order.limits if order else Limits(),
        has_order=order is not None,
        allergies=[one.substance for one in medication.list_allergies(patient_id)] if gives else (),
        kept={row.id: _of_row(row) for row in rows},
        by=by,
        at=at,
        recorded_at=after_signatures(infusion_id, at) if infusion.status in GIVEN else at,
    )


def _of_row(row: FlowsheetEntry) -> _Kept:
    entry = Entry(row.id, row.kind, row.values, row.occurred_at, row.device, row.sequence, row.level, row.corrects_id)
    return _Kept(entry, row.skew_seconds, row.reason, row.rules_version, row.patient_id, row.infusion_id)


def _take_one(desk: _Desk, draft: Draft) -> tuple[Outcome, bool]:
    """Return what becomes of one entry, and whether it is news."""
    known = desk.kept.get(draft.id)
    if known is not None:
        return Outcome(draft.id, () if _is_same(known, draft, desk) else (_OTHER,)), False
    occurred_at = _true_time(desk, draft)
    around = Around(
        at=desk.at,
        enrolled_at=desk.who.enrolled_at,
        time_zone=desk.who.time_zone,
        not_given=_NOT_GIVEN.get(desk.infusion.status, ""),
        has_order=desk.has_order,
        may_sign=desk.by.role is Role.PROVIDER,
        entries=desk.entries,
        standing=standing(desk.entries, desk.in_force.rules),
        allergies=desk.allergies,
    )
    wrong = checks.find(draft, occurred_at, around)
    if not wrong:
        _add(desk, _signed(draft, desk.by), occurred_at)
    return Outcome(draft.id, tuple(wrong)), not wrong


_OTHER = Problem("", problems.OTHER_CONTENT, {})


def _is_same(known: _Kept, draft: Draft, desk: _Desk) -> bool:
    """Return whether an entry that came again says what the kept one says; a retry has the same clock, or none."""
    entry = known.entry
    kept = {name: value for name, value in entry.values.items() if name != JUDGED}
    said = dict(_signed(draft, desk.by).values)
    same = (known.infusion_id, entry.kind, kept, entry.corrects_id, known.reason)
    other = (desk.infusion.id, draft.kind, said, draft.corrects_id, draft.reason)
    return same == other and _is_same_time(known, draft)


def _is_same_time(known: _Kept, draft: Draft) -> bool:
    """A form that waits has no time of its own until it is kept; a typed one is a time of day."""
    if draft.occurred_at is None or (draft.corrects_id is not None and not draft.is_typed):
        return True
    then = known.entry.occurred_at
    if draft.is_typed:
        return (then - draft.occurred_at) % timedelta(days=1) == timedelta()
    put_right = timedelta(seconds=known.skew_seconds if abs(known.skew_seconds) > CLOCK_OFF_SECONDS else 0)
    return then + put_right == draft.occurred_at


def _signed(draft: Draft, by: Actor) -> Draft:
    """Return the entry with the name of whoever signs it."""
    if draft.kind is not EntryKind.AUTHORISATION or draft.values.get("how") != "signed":
        return draft
    return replace(draft, values={**draft.values, "provider": by.name})


def _true_time(desk: _Desk, draft: Draft) -> datetime:
    """Return when it happened: what was typed, else what the device's clock said, put right where it was far off."""
    before = desk.kept.get(draft.corrects_id) if draft.corrects_id else None
    if before is not None and not draft.is_typed:
        return before.entry.occurred_at
    if draft.occurred_at is None:
        return desk.at
    is_off = not draft.is_typed and abs(draft.skew_seconds) > CLOCK_OFF_SECONDS
    return draft.occurred_at - timedelta(seconds=draft.skew_seconds) if is_off else draft.occurred_at


def _add(desk: _Desk, draft: Draft, occurred_at: datetime) -> None:
    entry = Entry(
        id=draft.id,
        kind=draft.kind,
        values=dict(draft.values),
        occurred_at=occurred_at,
        device=draft.device,
        sequence=draft.sequence,
        corrects_id=draft.corrects_id,
    )
    entry = _judged(entry, desk, desk.before)
    kept = _Kept(
        entry, draft.skew_seconds, draft.reason, desk.in_force.version, desk.infusion.patient_id, desk.infusion.id
    )
    run(_INSERT, _row(kept, draft, desk))
    desk.kept[entry.id] = kept


def _row(kept: _Kept, draft: Draft, desk: _Desk) -> dict[str, object]:
    entry = kept.entry
    return {
        "id": entry.id,
        "patient_id": kept.patient_id,
        "infusion_id": kept.infusion_id,
        "kind": entry.kind,
        "values": entry.values,
        "level": entry.level,
        "rules_version": kept.rules_version,
        "occurred_at": entry.occurred_at,
        "device": entry.device,
        "sequence": entry.sequence,
        "skew_seconds": kept.skew_seconds,
        "was_queued": draft.was_queued,
        "corrects_id": entry.corrects_id,
        "reason": kept.reason,
        "recorded_at": desk.recorded_at,
        "recorded_by_id": desk.by.user_id,
    }


def _judged(entry: Entry, desk: _Desk, before: Reading | None) -> Entry:
    """Return the entry with what the limits in force say of it."""
    found = level_of(entry, desk.in_force.rules, desk.limits, before)
    values = {name: value for name, value in entry.values.items() if name != JUDGED}
    if found.reasons:
        values[JUDGED] = [list(one) for one in found.reasons]
    return replace(entry, level=found.level, values=values)


def _settle(desk: _Desk, new: Sequence[Draft]) -> None:
    """Do what follows from new entries: judge again, tell, and keep the infusion's own row true."""
    fresh = {one.id for one in new} | _judge_again(desk, new)
    now = standing(desk.entries, desk.in_force.rules)
    alerts.tell(desk.infusion.patient_id, desk.entries, fresh, now, zone=desk.who.time_zone, at=desk.at)
    infusion_row.keep_true(desk.infusion, now, new, by=desk.by, at=desk.at)
    audit.record(
        "flowsheet:recorded",
        by=desk.by,
        at=desk.at,
        patient_id=desk.infusion.patient_id,
        thing_id=desk.infusion.id,
        entries=[str(one.id) for one in new],
        corrected=[str(one.corrects_id) for one in new if one.corrects_id],
    )


def _is_before(draft: Draft) -> bool:
    return bool(draft.values.get("point") == Point.BEFORE)


def _judge_again(desk: _Desk, new: Sequence[Draft]) -> set[uuid.UUID]:
    """Compare the readings with another one before treatment than they were; return which are judged otherwise now."""
    if not any(one.kind is EntryKind.VITALS and (one.corrects_id or _is_before(one)) for one in new):
        return set()
    before, found = desk.before, set()
    for kept in desk.kept.values():
        of_here = kept.infusion_id == desk.infusion.id and kept.rules_version == desk.in_force.version
        judged = _judged(kept.entry, desk, before)
        if of_here and kept.entry.kind is EntryKind.VITALS and judged != kept.entry:
            kept.entry = judged
            run(_JUDGE, {"entry": judged.id, "now_level": judged.level, "now_values": judged.values})
            found.add(judged.id)
    return found
