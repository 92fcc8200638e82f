"""Reading what else is worth a place on the time axis: medicines, events, follow-ups, days with an open alert."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from portal.follow_ups import queries as follow_ups
from portal.follow_ups.queries import Sent
from portal.progress.timeline import Mark
from portal.progress.words import Message, message
from portal.safety import queries as safety
from portal.treatment.events import queries as events
from portal.treatment.medication import queries as medication


def list_marks(patient_id: uuid.UUID, zone: ZoneInfo, today: date, *, for_team: bool) -> tuple[Mark, ...]:
    """Return a patient's marks in order of time; days with an open alert only `for_team`."""
    alerts = stretches(safety.list_open_spells(patient_id), zone, today) if for_team else []
    found = [*_medicines(patient_id), *_events(patient_id), *_follow_ups(patient_id, zone), *alerts]
    return tuple(sorted(found, key=lambda mark: mark.on))


def stretches(spells: Iterable[tuple[datetime, datetime | None]], zone: ZoneInfo, today: date) -> list[Mark]:
    """Return the days with an alert open, in order; alerts that were open together are one stretch.

    Args:
        spells: when each was opened and closed (None: still open), in order of opening.
        zone: whose days.
        today: the last day of what is still open.
    """
    found: list[Mark] = []
    for opened, closed in spells:
        on, until = opened.astimezone(zone).date(), closed.astimezone(zone).date() if closed else today
        before = found[-1] if found else None
        if before is None or before.until is None or on > before.until:
            found.append(Mark(on, "alert", "", max(on, until), goes_on=closed is None))
        else:
            goes_on = before.goes_on or closed is None
            found[-1] = Mark(before.on, "alert", "", max(before.until, until), goes_on=goes_on)
    return found


def _medicines(patient_id: uuid.UUID) -> Iterable[Mark]:
    for change in medication.list_dated_changes(patient_id):
        what = change.name if change.kind == "stopped" else f"{change.name} {change.dose}".strip()
        yield Mark(change.on, "medicine", what, change=change.kind.value)


def _events(patient_id: uuid.UUID) -> Iterable[Mark]:
    for one in events.list_events(patient_id):
        yield Mark(one.on, "event", one.text, one.until if one.until and one.until > one.on else None)


def _follow_ups(patient_id: uuid.UUID, zone: ZoneInfo) -> Iterable[Mark]:
    for sent in follow_ups.list_sent(patient_id):
        on = sent.at.astimezone(zone).date()
        yield Mark(on, "message", "", about=_about(sent), thread_id=sent.thread_id)


def _about(sent: Sent) -> Message:
    if sent.infusion is not None:
        return message("Follow-up about infusion %(number)s", number=sent.infusion)
    if sent.check_in_on is not None:
        return message("Follow-up about the check-in of %(on)s", on=sent.check_in_on)
    return message("Follow-up")
