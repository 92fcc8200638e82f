"""The alerts of the desk as they are read: what was found in words, its history, and whom to call."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.checkins import answer_queries
from portal.checkins.answer_queries import Sent
from portal.follow_ups import queries as follow_ups
from portal.instruments import catalogue
from portal.notifications import queries as notifications
from portal.safety import desk, in_words
from portal.safety.desk import Guest, Planned, Taken
from portal.safety.in_words import Found, Telling
from portal.safety.models import Event
from portal.safety.queries import AlertLine, Answer, Step
from portal.web import filters
from portal.web.words import words

MOST_QUESTIONS, MOST_ON_LINE, MOST_ON_PAGE = 3, 4, 12
SHORT = 12
"""Answers no longer than this stand in a line of history as words, longer ones as their points."""


class Past(NamedTuple):
    """One answer of a question's history: `short` is how a line says it, `is_this` whether it is what was found."""

    on: date
    label: str
    short: str
    is_this: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that was found: the answer in the words of the questionnaire, or sentences about scores and days."""

    answer: Answer
    question: str
    label: str
    sentences: tuple[str, ...]
    history: tuple[Past, ...]


class Reached(NamedTuple):
    """The last time the clinic tried to reach a patient: how, when, and who did."""

    how: str
    at: datetime
    by: str


class Fold(NamedTuple):
    """A step, and how often the same thing happened in a row: `step` is the last of them."""

    step: Step
    times: int


@dataclass(frozen=True, slots=True)
class Row:
    """One alert with what a person needs beside it; `more` is how many things found are not shown on the line."""

    alert: AlertLine
    seen: tuple[Seen, ...]
    more: int
    taken: Taken | None
    called: Sequence[Guest]
    reached: Reached | None
    plan: Planned | None
    is_undelivered: bool


def rows(alerts: Sequence[AlertLine], at: datetime) -> list[Row]:
    """Return alerts as the desk shows them; the cost does not grow with their number by more than the rows read."""
    ids, patient_ids = [one.id for one in alerts], {one.patient_id for one in alerts}
    if not alerts:
        return []
    told = _histories(alerts, MOST_ON_LINE)
    taken, called, plans = desk.list_taken(ids), desk.list_called(ids), desk.list_plans(patient_ids)
    reached, undelivered = last_reached(patient_ids), notifications.undelivered_alerts(ids, at=at)
    found = []
    for one in alerts:
        newest = newest_of_each(one.answers)
        seen = tuple(_seen(one, answer, told) for answer in newest[:MOST_QUESTIONS])
        beside = (taken.get(one.id), called.get(one.id, ()), reached.get(one.patient_id), plans.get(one.patient_id))
        found.append(Row(one, seen, len(newest) - len(seen), *beside, one.id in undelivered))
    return found


def whole(alert: AlertLine) -> list[Seen]:
    """Return everything that was found for one alert, the newest first, with more of its history."""
    told = _histories([alert], MOST_ON_PAGE, len(alert.answers))
    return [_seen(alert, answer, told) for answer in alert.answers]


def last_reached(patient_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Reached]:
    """Return the last recorded contact or message somebody wrote to each of these patients, whichever is later."""
    calls = desk.list_last_calls(patient_ids)
    found = {whose: Reached(words(call.how), call.at, call.by) for whose, call in calls.items()}
    for whose, (at, by) in follow_ups.list_last_words(patient_ids).items():
        if whose not in found or found[whose].at < at:
            found[whose] = Reached(_("Wrote a message"), at, by)
    return found


def contacts(patient_id: uuid.UUID) -> list[Reached]:
    """Return the last contacts with a patient, the newest first: those recorded with any alert, and a message."""
    found = [Reached(words(one.how), one.at, one.by) for one in desk.list_calls(patient_id)]
    wrote = follow_ups.list_last_words([patient_id]).get(patient_id)
    if wrote is not None:
        found.append(Reached(_("Wrote a message"), *wrote))
    return sorted(found, key=attrgetter("at"), reverse=True)[: desk.CALLS_SHOWN]


def folded(steps: Sequence[Step]) -> list[Fold]:
    """Return steps with those that the portal took several times in a row told once."""
    found: list[Fold] = []
    for one in steps:
        same = found and one.how and not one.by and (found[-1].step.how, found[-1].step.by) == (one.how, "")
        if same and one.how is not Event.CALLED:
            found[-1] = Fold(one, found[-1].times + 1)
        else:
            found.append(Fold(one, 1))
    return found


def newest_of_each(answers: Sequence[Answer]) -> list[Answer]:
    """Return the newest of the answers to each question, in their order; everything said at a bedside."""
    known: dict[Any, Answer] = {}
    for one in answers:
        known.setdefault((one.instrument_id, one.item, one.rule) if one.instrument_id else one.submission_id, one)
    return list(known.values())


def say(telling: Telling) -> str:
    """Return a sentence of `safety.in_words` in the reader's language."""
    values = {name: _written(value) for name, value in telling.values.items()}
    if telling.plural:
        return str(ngettext(telling.msgid, telling.plural, telling.values["n"], **values))
    return str(_(telling.msgid, **values))


def _written(value: object) -> str:
    if isinstance(value, Telling):
        return say(value)
    if isinstance(value, tuple):
        return ", ".join(_written(one) for one in value)
    if isinstance(value, date):
        return filters.day(value)
    return filters.number(value) if isinstance(value, int | float) else str(value if value is not None else "?")


def _seen(alert: AlertLine, answer: Answer, told: Mapping[tuple[uuid.UUID, str], Sequence[Sent]]) -> Seen:
    if not answer.instrument_id and answer.question:
        return Seen(answer, _(answer.question), answer.label, (), ())
    names = {one.id: one.short_title for one in catalogue.current()}
    found = Found(answer.instrument, answer.value, answer.details, names)
    sentences = tuple(say(one) for one in in_words.tell(answer.rule, found))
    if sentences:
        return Seen(answer, answer.instrument, "", sentences, ())
    history = _history(alert, answer, told.get((alert.patient_id, answer.instrument_id), ()))
    return Seen(answer, answer.question, answer.label or _number(answer.value), (), history)


def _histories(
    alerts: Sequence[AlertLine], most: int, questions: int = MOST_QUESTIONS
) -> dict[tuple[uuid.UUID, str], list[Sent]]:
    whose = {
        (alert.patient_id, answer.instrument_id)
        for alert in alerts
        for answer in newest_of_each(alert.answers)[:questions]
        if answer.instrument_id and answer.question
    }
    return answer_queries.list_latest(whose, most)


def _history(alert: AlertLine, answer: Answer, sent: Sequence[Sent]) -> tuple[Past, ...]:
    """Return the answers to one question in order of time, the one that was found among them though it was not sent."""
    here = answer.submission_id
    given = [
        (one.on, one.at, one.answers[answer.item], one.submission_id) for one in sent if answer.item in one.answers
    ]
    if here not in {one.submission_id for one in sent}:
        given.append((filters.local_day(answer.found_at, alert.time_zone), answer.found_at, answer.value, here))
    given.sort(key=itemgetter(0, 1))
    labels = [_label(answer, value) for _on, _at, value, _id in given]
    are_short = all(len(label) <= SHORT for label in labels)
    return tuple(
        Past(on, label, label if are_short else _number(value), whose == here)
        for (on, _at, value, whose), label in zip(given, labels, strict=True)
    )


def _label(answer: Answer, value: float | None) -> str:
    if value is None:
        return str(_("not answered"))
    items = catalogue.current().get(answer.instrument_id).items
    option = next((item.option(value) for item in items if item.code == answer.item), None)
    return option.label if option and option.label else _number(value)


def _number(value: float | None) -> str:
    return "–" if value is None else filters.number(value)
