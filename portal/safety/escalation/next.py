"""By when an alert must be taken on, when it goes further, and how far. Pure.

All moments are counted in UTC, so that a change of the clocks neither loses nor doubles a step.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from portal.clinic import hours
from portal.clinic.hours import Opening
from portal.safety import targets
from portal.safety.on_call import cover as rota
from portal.safety.on_call.cover import Cover
from portal.safety.targets import Running, Target

CARE_TEAM, ON_CALL, EVERYBODY = 0, 1, 2
AGAIN = timedelta(minutes=30)
AGAIN_COVERED = timedelta(minutes=60)
AGAIN_WITHOUT_HOURS = timedelta(days=1)
FAR = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Further:
    """How far an alert is told now, and when it goes further where still nobody takes it on."""

    ring: int
    escalate_at: datetime


def due(target: Target, cover: Cover, at: datetime, *, before: datetime | None = None) -> datetime:
    """Return by when somebody is to take an alert on that is opened, or opened again; then it goes further.

    Args:
        target: the rule's.
        cover: the clinic's week, holidays, time zone and rota.
        at: when it is opened, aware.
        before: a moment by which somebody is to have taken it on in any case, aware; None where there is none.

    Returns:
        An aware moment in UTC.
    """
    found = targets.due_at(target, cover, at)
    return found if before is None else min(found, before.astimezone(UTC))


def further(ring: int, target: Target, cover: Cover, at: datetime) -> Further:
    """Return the next step of an alert that nobody took on: whoever is on call now, else everybody; then again.

    It is counted from now: a worker that was away takes one step, and not those it missed as well.

    Args:
        ring: how far it was told so far, from 0 to 2.
        target: the rule's.
        cover: the clinic's week, holidays, time zone and rota.
        at: now, aware.

    Returns:
        The ring, 1 or 2, with a moment after `at`, aware UTC.
    """
    at = at.astimezone(UTC)
    reached = ON_CALL if ring == CARE_TEAM and rota.who(cover, at) else EVERYBODY
    if target.running is Running.ALWAYS:
        soon = timedelta(minutes=target.minutes or 1)
        return Further(reached, at + (min(AGAIN, soon) if reached == ON_CALL else AGAIN))
    if target.running is Running.COVERED:
        return Further(reached, rota.add_covered(cover, at, AGAIN_COVERED) or at + AGAIN_COVERED)
    at_close = hours.end_of_working_day(cover.opening, at, 0)
    again = at_close if target.days else _next_edge(cover.opening, at)
    return Further(reached, again or at + AGAIN_WITHOUT_HOURS)


def _next_edge(opening: Opening, at: datetime) -> datetime | None:
    """Return when this working day ends or the next one begins, whichever is first after `at`."""
    span = next(hours.spans(opening, at, at + FAR), None)
    return None if span is None else next(edge for edge in span if edge > at)
