"""How the demo's team answered its alerts: from a bedside at once, signs of danger soon, the rest in the morning."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from portal.access.policy import Actor
from portal.db import session
from portal.demo.case import Agenda, Case
from portal.demo.visits import Stop
from portal.safety import queries, service
from portal.safety.escalation import service as escalation
from portal.safety.models import Alert, AlertState
from portal.safety.service import Closing, Contact

CALLED = "Called. The thoughts are the familiar ones, no plan. Knows whom to call. Visit tomorrow."
SETTLED = "Pressure back near the one before within the hour. Read the record of the day."
SEEN: Mapping[str, str] = {
    "R2": "As we know it, and as agreed. Spoke about it at the last visit.",
    "R4": "Asked on the phone: did not want to say it on a bad day. Nothing new.",
    "R5": "Seen. It wears off as before; the next review decides.",
    "R6": "Known from the first visit. Treatment has begun.",
    "R9b": "Drinks more since, and better. A urine test is ordered.",
    "R10": "Asked at the visit, without blame. We said again what we advise, and the check comes again in a month.",
    "R11": "Reached by phone. Was away; answers again from tomorrow.",
}
SOON = frozenset({"R1", "R2", "R3", "R7", "R8", "R9"})
HOUR = timedelta(hours=1)
MORNING = 10
_NEW = select(Alert.id, Alert.rule).where(
    Alert.patient_id == bindparam("patient"),
    Alert.state == AlertState.OPEN,
    Alert.state_at == bindparam("moment", type_=Alert.state_at.type),
)


@dataclass(frozen=True, slots=True)
class Opened:
    """An alert at the moment it was opened."""

    id: uuid.UUID
    rule: str
    at: datetime


Deed = tuple[datetime, Callable[..., object], tuple[Any, ...]]


def follow(case: Case, agenda: Agenda, *, at: datetime) -> None:
    """Note how the team answers what was opened at this moment, as far as it has come by now."""
    for one in _opened(case.patient_id, at):
        play = PLAYS.get((case.story.key, one.rule), _usual)
        for moment, deed, values in play(case, one):
            if moment <= case.calendar.now:
                agenda.add(moment, deed, case, one.id, *values)


def answer_stop(case: Case, then: datetime, stop: Stop, agenda: Agenda) -> None:
    """Note how the provider answers the alert of a hard stop.

    Args:
        then: when it was read.
    """
    said = f"Authorised by phone: {stop.said}" if stop.said else "Told the nurse to stop."
    agenda.add(then + timedelta(minutes=1), _latest, case, acknowledge, case.provider)
    agenda.add(then + timedelta(minutes=4), _latest, case, contact, case.provider, Contact.SPOKE, said)
    agenda.add(then + timedelta(hours=3), _latest, case, close, case.provider, SETTLED)


def acknowledge(case: Case, alert_id: uuid.UUID, by: Actor, *, at: datetime) -> None:
    """Take an alert on, where nobody has."""
    if session.get_one(Alert, alert_id).state is AlertState.OPEN:
        service.acknowledge(case.patient_id, alert_id, stamp=queries.stamp_of(alert_id), by=by, at=at)


def contact(case: Case, alert_id: uuid.UUID, by: Actor, how: Contact, said: str, *, at: datetime) -> None:
    """Write down what was done."""
    service.record_contact(case.patient_id, alert_id, how, said, stamp=queries.stamp_of(alert_id), by=by, at=at)


def close(case: Case, alert_id: uuid.UUID, by: Actor, said: str, *, at: datetime) -> None:
    """Close an alert, where nothing new has opened it and the patient's next answer has not closed it."""
    if session.get_one(Alert, alert_id).state in (AlertState.ACKNOWLEDGED, AlertState.ACTED_ON):
        stamp = queries.stamp_of(alert_id)
        service.close(case.patient_id, alert_id, Closing.SAFE, said, stamp=stamp, by=by, at=at)


def _opened(patient_id: uuid.UUID, at: datetime) -> list[Opened]:
    return [Opened(row.id, row.rule, at) for row in session.execute(_NEW, {"patient": patient_id, "moment": at})]


def _latest(case: Case, deed: Callable[..., None], *values: Any, at: datetime) -> None:
    alert, *_ = queries.list_alerts_of(case.patient_id, limit=1)
    deed(case, alert.id, *values, at=at)


def _usual(case: Case, one: Opened) -> Iterator[Deed]:
    by = case.provider
    if one.rule not in SOON or session.get_one(Alert, one.id).on_worklist:
        morning = case.calendar.morning_after(one.at, MORNING)
        yield morning, acknowledge, (by,)
        yield morning + HOUR / 4, close, (by, SEEN.get(one.rule, SEEN["R4"]))
        return
    yield one.at + HOUR * 0.7, acknowledge, (by,)
    yield one.at + HOUR, contact, (by, Contact.SPOKE, CALLED)
    yield one.at + HOUR * 24, close, (by, "Seen at the visit.")


def _nobody_at_first(case: Case, one: Opened) -> Iterator[Deed]:
    """The first time: nobody takes it on in time, so every provider is told, and another one does."""
    if case.calendar.now - one.at < timedelta(days=40):
        yield from _usual(case, one)
        return
    due, cal = session.get_one(Alert, one.id).due_at, case.staff["cal"]
    assert due is not None
    yield due, _go_on, ()
    yield due + HOUR / 6, acknowledge, (cal,)
    yield due + HOUR / 2, contact, (cal, Contact.SPOKE, "Called for Bea. Dark thoughts, known to her; no plan.")
    yield due + HOUR * 22, close, (case.provider, "Spoke with her myself. We go on as agreed.")


def _go_on(case: Case, alert_id: uuid.UUID, *, at: datetime) -> None:
    escalation.step(at)


def _still_open(case: Case, one: Opened) -> Iterator[Deed]:
    """Nobody has taken it on yet."""
    return iter(())


def _waits_on_the_list(case: Case, one: Opened) -> Iterator[Deed]:
    """Unchanged answers are gone through on a working day; those of the last days have not been yet."""
    return iter(()) if case.calendar.now - one.at < timedelta(days=4) else _usual(case, one)


def _taken_on(case: Case, one: Opened) -> Iterator[Deed]:
    yield one.at + HOUR / 2, acknowledge, (case.provider,)


def _no_answer(case: Case, one: Opened) -> Iterator[Deed]:
    yield one.at + HOUR / 2, acknowledge, (case.provider,)
    said = "No answer twice. Left word that we call again before the visit today."
    yield one.at + HOUR, contact, (case.provider, Contact.NO_ANSWER, said)


def _opened_again(case: Case, one: Opened) -> Iterator[Deed]:
    yield from _usual(case, one)
    yield case.calendar.now - HOUR / 2, _reopen, ("The sister called: not as well as it sounded on the phone.",)


def _reopen(case: Case, alert_id: uuid.UUID, reason: str, *, at: datetime) -> None:
    stamp = queries.stamp_of(alert_id)
    service.reopen(case.patient_id, alert_id, reason, stamp=stamp, by=case.provider, at=at)


def _on_call_came(case: Case, one: Opened) -> Iterator[Deed]:
    """In the evening: whoever is on call was told at once, and took it on; the team's provider closed it."""
    bea = case.staff["bea"]
    yield one.at + HOUR / 20, _read_card, ()
    yield one.at + HOUR / 8, acknowledge, (bea,)
    said = "Reached her at once. Exhausted, the baby awake since four; her sister came over for the night. Safe now."
    yield one.at + HOUR / 3, contact, (bea, Contact.SPOKE, said)
    yield case.calendar.morning_after(one.at, MORNING), close, (case.provider, "Visit today. Slept, and steadier.")


def _read_card(case: Case, alert_id: uuid.UUID, *, at: datetime) -> None:
    service.card_read(case.patient_id, by=case.actor, at=at)


PLAYS: Mapping[tuple[str, str], Callable[[Case, Opened], Iterator[Deed]]] = {
    ("ruth", "R1"): _still_open,
    ("ruth", "R2"): _waits_on_the_list,
    ("ruth", "R3"): _nobody_at_first,
    ("marcus", "R2"): _no_answer,
    ("dot", "R2"): _taken_on,
    ("imani", "R11"): _still_open,
    ("noor", "R2"): _opened_again,
    ("grace", "R1"): _on_call_came,
}
"""How some alerts went, by patient and rule; all others go as usual."""
