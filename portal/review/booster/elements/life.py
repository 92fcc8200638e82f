"""Element 12: what the patient wrote and said, what happened in their life, and what they hope for. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from portal.progress.words import Message, counted, message
from portal.review.booster.elements import parts
from portal.review.booster.sheet import Element, Line

MOST_NOTES, MOST_EVENTS = 2, 2
MOST_OF_AN_EVENT = 100
ADULTS = {"no": message("no adult with them"), "not-sure": message("not sure that an adult is with them")}
STEPS = {"evening": message("the evening before"), "same-day": message("on the day")}


@dataclass(frozen=True, slots=True)
class Note:
    """What a patient wrote with a check-in."""

    on: date
    text: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a patient said before an infusion: of which, at which step, and how things stood then.

    `health` and `medicines` are what has changed in them, "" where nothing was said; `adult` as it is stored.
    """

    number: int
    step: str
    adult: str
    health: str = ""
    medicines: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in the patient's life; `by` whom of the care team it was added, "" by the patient."""

    on: date
    text: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Goals:
    """What the patient hopes for; `by` who of the care team wrote it down, "" where they did themselves."""

    on: date
    text: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Life:
    """The patient's own words.

    Args:
        since: from which day on notes and events count.
        notes, events: those since then, the newest first; `more_notes` besides, that were not read.
        prepared: what was said before the last infusion, or the next.
        goals: None where nobody has said anything, or nothing stands any more.
    """

    since: date
    notes: tuple[Note, ...] = ()
    more_notes: int = 0
    prepared: tuple[Prepared, ...] = ()
    events: tuple[Event, ...] = ()
    goals: Goals | None = None


def life(found: Life) -> Element:
    """Return the goals, the newest notes, what was said before an infusion, and life events."""
    return parts.element(12, _lines(found))


def _lines(found: Life) -> Iterator[Line]:
    yield _goals(found.goals)
    yield from _notes(found)
    yield from _before(found.prepared)
    for event in found.events[:MOST_EVENTS]:
        added = message("added by %(name)s", name=parts.name(event.by)) if event.by else message("added by the patient")
        heading = message("Life event of %(on)s, %(added)s:", on=parts.on(event.on), added=added)
        yield parts.plain(heading, parts.shortened(event.text, MOST_OF_AN_EVENT))
    rest = len(found.events) - MOST_EVENTS
    if rest > 0:
        yield parts.plain(counted("And %(n)s more life event.", "And %(n)s more life events.", rest))


def _goals(goals: Goals | None) -> Line:
    if goals is None:
        return parts.missing(message("No goals are on record."))
    heading = message("Goals, written on %(on)s:", on=parts.on(goals.on))
    if goals.by:
        by = parts.name(goals.by)
        heading = message("Goals, written down on %(on)s by %(name)s:", on=parts.on(goals.on), name=by)
    return parts.plain(heading, parts.shortened(goals.text))


def _notes(found: Life) -> Iterator[Line]:
    for note in found.notes[:MOST_NOTES]:
        yield parts.plain(
            message("Written with a check-in on %(on)s:", on=parts.on(note.on)), parts.shortened(note.text)
        )
    rest = len(found.notes) + found.more_notes - MOST_NOTES
    if rest > 0:
        said = counted(
            "And %(n)s more note since %(on)s.", "And %(n)s more notes since %(on)s.", rest, on=parts.on(found.since)
        )
        yield parts.plain(said)
    if not found.notes:
        yield parts.missing(message("No note with a check-in since %(on)s.", on=parts.on(found.since)))


def _before(prepared: Sequence[Prepared]) -> Iterator[Line]:
    """Say what was told before an infusion, or, of the last statement, that there was nothing to tell."""
    told = [line for said in prepared for line in _prepared(said)]
    yield from told
    if prepared and not told:
        quiet = "Before infusion %(number)s, %(step)s: no change told, and an adult with them."
        yield parts.plain(message(quiet, number=prepared[-1].number, step=STEPS[prepared[-1].step]))


def _prepared(said: Prepared) -> Iterator[Line]:
    values = {"number": said.number, "step": STEPS[said.step]}
    if said.adult in ADULTS:
        yield parts.attention(
            message("Before infusion %(number)s, %(step)s: %(adult)s.", adult=ADULTS[said.adult], **values)
        )
    if said.health:
        yield _change(message("Before infusion %(number)s, %(step)s, change in health:", **values), said.health)
    if said.medicines:
        yield _change(message("Before infusion %(number)s, %(step)s, change in medicines:", **values), said.medicines)


def _change(heading: Message, words: str) -> Line:
    return parts.attention(heading, parts.shortened(words))
