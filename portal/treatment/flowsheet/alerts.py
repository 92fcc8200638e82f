"""Telling the care team what happened at a bedside: an emergency, a hard stop, going on without authorisation."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from portal.clinic import when
from portal.safety import rules as safety_rules
from portal.safety import service as safety
from portal.treatment.flowsheet.entries import Entry, first_versions
from portal.treatment.flowsheet.kinds import EntryKind, Level
from portal.treatment.flowsheet.levels import is_emergency
from portal.treatment.flowsheet.standing import COMPLETED, Standing, WentOn


def tell(
    patient_id: uuid.UUID,
    entries: Sequence[Entry],
    fresh: Collection[uuid.UUID],
    now: Standing,
    *,
    zone: str,
    at: datetime,
) -> None:
    """Report what counts and has not been reported; the same entry is reported once, and again when it says otherwise.

    Args:
        patient_id: whose; the caller holds the patient.
        entries: all of this infusion; a correction that says the same is reported as what it corrects.
        fresh: the entries that are new, or newly judged.
        now: where the day stands with them.
        zone: the patient's.
    """
    names, by_id = first_versions(entries), {one.id: one for one in entries}
    for entry in now.counting:
        if entry.id in fresh and entry.level is Level.HARD:
            rule = safety_rules.EMERGENCY if is_emergency(entry.kind, entry.values) else safety_rules.HARD_STOP
            _report(patient_id, rule, in_words(entry), _first_said(entry, by_id), entry.occurred_at, zone, at)
    for went_on in now.went_on_without:
        then = went_on.entry.occurred_at
        _report(patient_id, safety_rules.WENT_ON, _went_on(went_on), names[went_on.stop.id], then, zone, at)


def _first_said(entry: Entry, by_id: Mapping[uuid.UUID, Entry]) -> uuid.UUID:
    """Return the id of the first version that says what this one says."""
    before = by_id.get(entry.corrects_id) if entry.corrects_id else None
    says_same = before is not None and not before.is_mistaken and in_words(before) == in_words(entry)
    return _first_said(before, by_id) if before is not None and says_same else entry.id


def _report(
    patient_id: uuid.UUID, rule: str, said: str, about: uuid.UUID, then: datetime, zone: str, at: datetime
) -> None:
    on = when.local(then, zone).date()
    safety.report(patient_id, rule, said, about_id=about, occurred_at=then, on=on, at=at)


def in_words(entry: Entry) -> str:
    """Return what was recorded, in few words for the care team."""
    if entry.kind is EntryKind.VITALS:
        return _reading(entry)
    values = entry.values
    if entry.kind is EntryKind.STATE:
        return "Does not respond"
    if entry.kind is EntryKind.SIDE_EFFECT:
        return f"{str(values.get('effect')).replace('_', ' ').capitalize()}, {values.get('strength')}"
    signs = ", ".join(str(one).replace("-", " ") for one in values.get("signs", ()))
    called = "emergency services called" if values.get("called") == "yes" else "emergency services not called yet"
    return "; ".join(filter(None, (signs.capitalize(), called, str(values.get("note") or ""))))


def _reading(entry: Entry) -> str:
    one = entry.reading
    parts = [
        f"{one.systolic}/{one.diastolic} mmHg" if one.systolic is not None else "",
        f"heart rate {one.pulse}" if one.pulse is not None else "",
        f"SpO2 {one.spo2} %" if one.spo2 is not None else "",
        f"{one.breaths} breaths a minute" if one.breaths is not None else "",
    ]
    return f"{', '.join(filter(None, parts))} ({entry.point.value})"


def _went_on(found: WentOn) -> str:
    ended = "Completed" if found.entry.values.get("outcome") == COMPLETED else "Stopped late"
    what = {EntryKind.STARTED: "Started", EntryKind.ENDED: ended}.get(found.entry.kind, "Went on")
    return f"{what} after: {in_words(found.stop)}"
