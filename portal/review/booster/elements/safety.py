"""Element 6: what was answered about safety, which alerts wait, and who closed the last ones. Pure.

An answer that was declined or left out is unknown, never reassuring. PHQ-9 item 9 is a trigger and no screen: of 116
inpatients at risk 73 did not endorse it (Horowitz 2020 and others, PMC8258235).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from portal.instruments.definition import SafetyState
from portal.progress.words import Message, Span, counted, message
from portal.review.booster.elements import parts
from portal.review.booster.sheet import Element, Line, Tone
from portal.safety.rules import Severity

MOST_ANSWERS, MOST_ALERTS, MOST_CLOSED = 8, 3, 2
DAYS = 28
RUN = 3
"""So many equal answers in a row are told as one."""
NOT_ANSWERED = message("not answered")
SEVERITIES = {
    Severity.URGENT: message("urgent"),
    Severity.SAME_DAY: message("same day"),
    Severity.REVIEW: message("to review"),
}
CLOSINGS = {
    "safe": message("Spoken with, and safe for now"),
    "handed-over": message("Handed over to somebody else"),
    "by-mistake": message("Answered by mistake"),
    "other-reason": message("Another reason"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One answer to what a series asks; `said` is what was answered, None where nothing was."""

    on: date
    state: SafetyState
    said: Message | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One safety question, or a screen as a whole, with its last answers, the newest first."""

    name: Message
    answers: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An alert that is not closed: its rule's title, a message id, and whether anybody has taken it on."""

    title: str
    severity: Severity
    opened_on: date
    is_taken_on: bool = False


@dataclass(frozen=True, slots=True)
class ClosedAlert:
    """An alert that was closed: `by` whom, and `how` as it is stored; "" where that is not on record."""

    title: str
    closed_on: date
    by: str = ""
    how: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The safety plan that stands: the day it was written, and the day on which it is to be looked at again."""

    written_on: date
    review_on: date | None = None


@dataclass(frozen=True, slots=True)
class Safety:
    """What is known of a patient's safety.

    Args:
        today: the patient's day.
        series: the safety questions of scales and the screens, each where it was asked.
        daily: whether the patient felt able to keep safe, of the last `DAYS` days, the newest first.
        opened: the alerts that are not closed, the most severe first; `closed` the last ones closed, the latest first.
        plan: the safety plan; None where there is none, or one that says nothing.
    """

    today: date
    series: tuple[Series, ...] = ()
    daily: tuple[Told, ...] = ()
    opened: tuple[OpenAlert, ...] = ()
    closed: tuple[ClosedAlert, ...] = ()
    plan: Plan | None = None


def safety(found: Safety) -> Element:
    """Return the timeline of safety answers, the alerts that wait, and how the last ones were closed."""
    return parts.element(6, _lines(found))


def _lines(found: Safety) -> Iterator[Line]:
    yield from _waiting(found)
    yield _plan(found)
    for one in found.series:
        yield _answers(one)
    if not found.series:
        yield parts.missing(message("No safety question of a scale, and no screen, has been answered."))
    if found.daily:
        yield _daily(found.daily)
    for closed in found.closed[:MOST_CLOSED]:
        yield parts.plain(_closed(closed))


def _waiting(found: Safety) -> Iterator[Line]:
    for alert in found.opened[:MOST_ALERTS]:
        tone = Tone.DANGER if alert.severity is Severity.URGENT else Tone.ATTENTION
        days = (found.today - alert.opened_on).days
        age = counted("%(n)s day old", "%(n)s days old", days) if days else message("opened today")
        taken = message("taken on") if alert.is_taken_on else message("nobody has taken it on")
        heading = message("Open alert: %(title)s", title=message(alert.title))
        yield Line(parts.row([heading, SEVERITIES[alert.severity], age, taken]), tone)
    rest = found.opened[MOST_ALERTS:]
    if rest:
        yield parts.attention(counted("And %(n)s more open alert.", "And %(n)s more open alerts.", len(rest)))
    if not found.opened:
        yield parts.plain(message("No open alert."))


def _plan(found: Safety) -> Line:
    """Say of when the safety plan is and until when it holds; that there is none must be seen."""
    if found.plan is None:
        return parts.missing(message("There is no safety plan."))
    written = message("Safety plan of %(on)s", on=parts.on(found.plan.written_on))
    if found.plan.review_on is None:
        return parts.plain(written)
    again = parts.on(found.plan.review_on)
    if found.plan.review_on < found.today:
        return parts.attention(parts.row([written, message("its review was due on %(on)s", on=again)]))
    return parts.plain(parts.row([written, message("to be reviewed on %(on)s", on=again)]))


def _answers(series: Series) -> Line:
    runs = [list(run) for _, run in groupby(series.answers[:MOST_ANSWERS], key=lambda one: (one.state, one.said))]
    shown = [said for run in runs for said in _run(run)]
    said = message("%(name)s: %(answers)s", name=series.name, answers=parts.row(shown))
    return Line(said, tone_of(series.answers[:MOST_ANSWERS]))


def tone_of(answers: Sequence[Told]) -> Tone:
    """Return how answers ask to be read, the newest first: a silence takes no positive answer back."""
    known = [one.state for one in answers if one.state is not SafetyState.UNKNOWN]
    if known[:1] == [SafetyState.POSITIVE]:
        return Tone.DANGER
    if not known or answers[0].state is SafetyState.UNKNOWN:
        return Tone.MISSING
    return Tone.ATTENTION if SafetyState.POSITIVE in known else Tone.PLAIN


def _run(answers: Sequence[Told]) -> Iterator[Message]:
    """Say an answer that was the same several times in a row once, with the days from the first to the last."""
    if len(answers) < RUN:
        yield from map(_told, answers)
        return
    days = Span(answers[-1].on, answers[0].on)
    values = {"answer": answers[0].said or NOT_ANSWERED, "times": len(answers), "days": days}
    yield message("%(answer)s, %(times)s times, %(days)s", **values)


def _told(one: Told) -> Message:
    return message("%(answer)s on %(on)s", answer=one.said or NOT_ANSWERED, on=parts.on(one.on))


def _daily(answers: Sequence[Told]) -> Line:
    """Say how often it was yes, and every day that it was not, the newest first."""
    others = [one for one in answers if one.state is not SafetyState.NEGATIVE]
    values = {"yes": len(answers) - len(others), "days": DAYS}
    said = counted(
        "Able to keep safe, last %(days)s days: yes in %(yes)s of %(n)s daily check-in",
        "Able to keep safe, last %(days)s days: yes in %(yes)s of %(n)s daily check-ins",
        len(answers),
        **values,
    )
    if not others:
        return parts.plain(said)
    rest = parts.listed([_told(one) for one in others], MOST_CLOSED + 1)
    return Line(parts.row([said, rest]), tone_of(answers))


def _closed(one: ClosedAlert) -> Message:
    heading = message("Closed on %(on)s: %(title)s", on=parts.on(one.closed_on), title=message(one.title))
    by = [parts.name(one.by)] if one.by else []
    how = [CLOSINGS[one.how]] if one.how in CLOSINGS else []
    return parts.row([heading, *by, *how])
