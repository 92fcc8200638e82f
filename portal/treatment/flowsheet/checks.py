"""Whether an entry of the bedside can be kept. Values in, problems out. Pure.

What waited on a device tells what happened: it is refused only where it cannot be true, never because it broke a rule.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.clinic import when
from portal.treatment.flowsheet import allergen, drug, problems
from portal.treatment.flowsheet.entries import Draft, Entry, first_versions
from portal.treatment.flowsheet.kinds import EntryKind, Level
from portal.treatment.flowsheet.standing import Standing, missing_ticks
from portal.treatment.problems import Problem

AHEAD = timedelta(minutes=5)
BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Around:
    """What an entry is judged against.

    Args:
        at: now, aware.
        enrolled_at: since when the patient is in the clinic's care.
        time_zone: the patient's.
        not_given: the message id of what the infusion is, where that means that nothing was given; else "".
        has_order: that a signed order is in force.
        may_sign: that whoever records may sign as a provider.
        entries: everything kept so far, in any order.
        standing: where that stands.
        allergies: the substances that the patient is recorded as not tolerating.
    """

    at: datetime
    enrolled_at: datetime
    time_zone: str
    not_given: str
    has_order: bool
    may_sign: bool
    entries: Sequence[Entry]
    standing: Standing
    allergies: Sequence[str] = ()


def find(draft: Draft, occurred_at: datetime, around: Around) -> list[Problem]:
    """Return every reason why a new entry cannot be kept; none where it can."""
    found = [*_times(occurred_at, around), *_correction(draft, around)]
    if not draft.values.get("mistaken"):
        found += [
            *_refers(draft, occurred_at, around),
            *_span(draft, occurred_at, around),
            *_drug(draft, occurred_at, around),
        ]
        if draft.kind is EntryKind.AUTHORISATION and draft.values.get("how") == "signed" and not around.may_sign:
            found.append(Problem("how", problems.PROVIDER_SIGNS, {}))
        if not draft.was_queued and draft.corrects_id is None:
            found += _asked_now(draft, around)
    return found


def _times(at: datetime, around: Around) -> Iterator[Problem]:
    if around.not_given:
        yield Problem("", problems.NOT_GIVEN, {"status": around.not_given})
    if at > around.at + AHEAD:
        yield Problem("time", problems.IN_FUTURE, {"time": at})
    elif at < around.at - BACK:
        yield Problem("time", problems.TOO_OLD, {"time": at})
    elif at < around.enrolled_at:
        day = when.local(around.enrolled_at, around.time_zone).date()
        yield Problem("time", problems.BEFORE_ENROLMENT, {"time": at, "day": day})


def _correction(draft: Draft, around: Around) -> Iterator[Problem]:
    if draft.corrects_id is None:
        return
    before = next((one for one in around.entries if one.id == draft.corrects_id), None)
    if before is None:
        yield Problem("", problems.NOTHING_TO_CORRECT, {})
    elif before.kind is not draft.kind:
        yield Problem("", problems.OTHER_KIND, {})
    elif any(one.corrects_id == before.id for one in around.entries):
        yield Problem("", problems.CORRECTED_ALREADY, {})
    if not draft.reason:
        yield Problem("correction_reason", problems.NO_REASON, {})


def _refers(draft: Draft, at: datetime, around: Around) -> Iterator[Problem]:
    """A device sends in its own order, so what it names is here, unless it waits on another device."""
    name = {EntryKind.AUTHORISATION: "stop_id", EntryKind.SIDE_EFFECT_ENDED: "of"}.get(draft.kind)
    if name is None:
        return
    names = first_versions(around.entries)
    meant = next((one for one in around.entries if str(one.id) == str(draft.values.get(name))), None)
    if meant is None:
        if not draft.was_queued:
            is_stop = draft.kind is EntryKind.AUTHORISATION
            yield Problem("", problems.NO_SUCH_STOP if is_stop else problems.NO_SUCH_EFFECT, {})
        return
    now = [one for one in around.standing.counting if names[one.id] == names[meant.id]]
    if draft.kind is EntryKind.AUTHORISATION:
        stop = next((one for one in now if one.level is Level.HARD), None)
        if stop is None:
            yield Problem("", problems.NO_SUCH_STOP, {})
        elif at < stop.occurred_at - AHEAD:
            yield Problem("time", problems.AUTHORISED_BEFORE, {"time": stop.occurred_at})
    if draft.kind is EntryKind.SIDE_EFFECT_ENDED:
        if not now or now[0].kind is not EntryKind.SIDE_EFFECT:
            yield Problem("", problems.NO_SUCH_EFFECT, {})
        elif at < now[0].occurred_at:
            yield Problem("time", problems.EFFECT_ENDS_BEFORE, {"time": now[0].occurred_at})


def _span(draft: Draft, at: datetime, around: Around) -> Iterator[Problem]:
    """The start lies before the end, whichever of them comes first."""
    others = [one for one in around.standing.counting if one.id != draft.corrects_id]
    starts = [one.occurred_at for one in others if one.kind is EntryKind.STARTED]
    ends = [one.occurred_at for one in others if one.kind is EntryKind.ENDED]
    if draft.kind is EntryKind.ENDED and starts and at < min(starts):
        yield Problem("time", problems.END_BEFORE_START, {"time": min(starts)})
    if draft.kind is EntryKind.STARTED and ends and at > min(ends):
        yield Problem("time", problems.START_AFTER_END, {"time": min(ends)})


def _drug(draft: Draft, at: datetime, around: Around) -> list[Problem]:
    if draft.kind is not EntryKind.DRUG:
        return []
    return drug.check(draft.values, when.local(at, around.time_zone).date())


def _asked_now(draft: Draft, around: Around) -> Iterator[Problem]:
    """What is asked of somebody who stands in front of the page, and of nothing that waited."""
    now = around.standing
    allergic = allergen.named(draft, around.allergies)
    if allergic and not draft.values.get("allergy_reason"):
        yield Problem("allergy_reason", problems.ALLERGIC, {"substance": ", ".join(allergic)})
    if draft.kind is EntryKind.STARTED:
        if now.started_at is not None:
            yield Problem("", problems.STARTED_ALREADY, {"time": now.started_at})
        if now.open_stop is not None:
            yield Problem("", problems.STOP_IS_OPEN, {})
        if not around.has_order and not draft.values.get("unordered_reason"):
            yield Problem("unordered_reason", problems.NO_ORDER, {})
    if draft.kind is EntryKind.ENDED and now.ended_at is not None:
        yield Problem("", problems.ENDED_ALREADY, {"time": now.ended_at})
    if draft.kind is EntryKind.DISCHARGE and now.not_ready and not draft.values.get("reason"):
        missing = Entry(draft.id, draft.kind, draft.values, around.at)
        if not missing_ticks(missing):
            yield Problem("reason", problems.NEEDS_REASON_TO_LEAVE, {"what": now.not_ready})
