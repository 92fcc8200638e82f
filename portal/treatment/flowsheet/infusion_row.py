"""Keeping the infusion's own row true to what was recorded at the bedside."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from portal.access.policy import Actor
from portal.messages import N_
from portal.treatment import entry as infusions
from portal.treatment import service
from portal.treatment.entry import Entry as InfusionEntry
from portal.treatment.flowsheet.entries import Draft, Entry
from portal.treatment.flowsheet.kinds import EntryKind
from portal.treatment.flowsheet.standing import COMPLETED, Standing
from portal.treatment.models import Infusion, InfusionStatus
from portal.treatment.problems import Refused, Stale

BY_BEDSIDE = N_("As recorded at the bedside.")
NOT_STARTED = N_("Nobody recorded the start.")
NO_DOSE = N_("Nobody recorded how many milligrams were given.")
STILL_PLANNED = N_("The treatment’s own page still says that it is planned.")
NOT_ENDED = N_("The treatment’s own page says that it was given, but nobody recorded its end here.")
_SAYS_SO = frozenset({EntryKind.STARTED, EntryKind.ENDED, EntryKind.DRUG, EntryKind.PRE_CHECK})


def keep_true(row: Infusion, now: Standing, new: Sequence[Draft], *, by: Actor, at: datetime) -> None:
    """Write what is known of a finished infusion into its row; where that is refused, the entries stand all the same.

    Args:
        now: where the day stands with the new entries.
        new: the entries that came just now.
    """
    relevant = [one for one in new if one.kind in _SAYS_SO]
    told = as_recorded(infusions.of_row(row), now, by)
    if not relevant or told is None:
        return
    reason = next((one.reason for one in relevant if one.reason), BY_BEDSIDE)
    try:
        service.change_infusion(row.patient_id, row.id, told, revision=row.revision, reason=reason, by=by, at=at)
    except (Refused, Stale):
        return


def as_recorded(before: InfusionEntry, now: Standing, by: Actor) -> InfusionEntry | None:
    """Return the infusion as the bedside tells it; None while it has not ended."""
    end = now.last(EntryKind.ENDED)
    if end is None or now.started_at is None or now.ended_at is None:
        return None
    start = next(one for one in now.counting if one.kind is EntryKind.STARTED)
    is_whole = end.values.get("outcome") == COMPLETED
    told = replace(
        before,
        status=InfusionStatus.COMPLETED if is_whole else InfusionStatus.STOPPED_EARLY,
        started_at=now.started_at,
        minutes=max(1, round((now.ended_at - now.started_at).total_seconds() / 60)),
        outcome_note=str(end.values.get("reason") or before.outcome_note),
        given_by_id=before.given_by_id or by.user_id,
        at_bedside=str(start.values.get("at_bedside") or before.at_bedside),
    )
    return _with_dose(told, before, now)


def given_mg(now: Standing) -> float | None:
    """Return how many milligrams were given, as far as anybody recorded it."""
    end = now.last(EntryKind.ENDED)
    if end is not None and end.values.get("given_mg") is not None:
        return float(end.values["given_mg"])
    given = [one.values.get("given_mg") for one in now.counting if one.kind is EntryKind.DRUG]
    known = [float(one) for one in given if one is not None]
    return sum(known) if known else None


def to_finish(now: Standing, *, was_given: bool) -> tuple[str, ...]:
    """Return message ids of what the infusion's own page still needs from somebody."""
    if was_given:
        return (NOT_ENDED,) if now.started_at is not None and now.ended_at is None else ()
    if now.ended_at is None:
        return ()
    found = [STILL_PLANNED]
    if now.started_at is None:
        found.append(NOT_STARTED)
    if given_mg(now) is None:
        found.append(NO_DOSE)
    return tuple(found)


def weight_kg(counting: Sequence[Entry]) -> float | None:
    """Return the weight of the last check before the start that has one."""
    found = [one.values.get("weight_kg") for one in counting if one.kind is EntryKind.PRE_CHECK]
    return next((float(one) for one in reversed(found) if one is not None), None)


def _with_dose(told: InfusionEntry, before: InfusionEntry, now: Standing) -> InfusionEntry:
    """Only what was given counts: a planned dose is never taken for it."""
    weight = weight_kg(now.counting) or before.weight_kg
    return replace(told, dose_mg=given_mg(now) or None, dose_mg_per_kg=None, dose_mg_per_kg_h=None, weight_kg=weight)
