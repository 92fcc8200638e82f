"""Reading what a patient answered about safety and activation, their alerts and their notes, for the review sheet."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from portal.accounts.models import User
from portal.checkins import plan
from portal.checkins.models import CheckIn, ScoreRow
from portal.db import session
from portal.instruments import catalogue, scoring
from portal.instruments.definition import Definition, Method, SafetyState
from portal.patients.queries import PatientRef
from portal.progress.words import Message, message
from portal.review.booster.elements import mania, safety
from portal.review.booster.elements.life import Note
from portal.review.booster.elements.mania import Check, Day, Mania
from portal.review.booster.elements.safety import ClosedAlert, OpenAlert, Plan, Safety, Series, Told
from portal.safety import rules
from portal.safety.models import Alert, AlertState, AlertTransition, Severity
from portal.safety.plan import queries as plans

ITEM_OF = {"phq-9": "q9", "epds": "q10", "qids-sr16": "q12"}
"""Scales with one question about safety, and which; the screens are read as a whole."""
SCREENS = ("asq", "c-ssrs")
DAILY, SAFE, ACTIVATION, ASRM = "daily", "safe", "activation", "asrm"
CLEARLY = 2
MOST_DAILY, MOST_ALERTS, MOST_NOTES = 200, 50, 3
_CURRENT = CheckIn.superseded_at.is_(None)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a patient was heard to say.

    Args:
        safety, mania: for elements 6 and 7.
        notes: the newest notes, `more_notes` so many besides.
    """

    safety: Safety
    mania: Mania
    notes: tuple[Note, ...]
    more_notes: int


def read(patient: PatientRef, *, at: datetime, since: date, is_bipolar: bool) -> Heard:
    """Return what a patient answered and wrote.

    Args:
        patient: whose.
        at: now, aware UTC.
        since: from which day on notes count.
        is_bipolar: whether a bipolar disorder is on record.
    """
    today = plan.local_day(at, patient.time_zone)
    lately = _lately(patient.id, today)
    notes, more = _notes(patient.id, since)
    days = [row for row in lately if row.instrument == DAILY]
    return Heard(
        safety=Safety(
            today=today,
            series=_series(patient.id),
            daily=tuple(_safe(row) for row in days if SAFE in row.asked),
            opened=_opened(patient),
            closed=_closed(patient),
            plan=_plan(patient),
        ),
        mania=_mania(patient.id, today, lately, is_bipolar=is_bipolar),
        notes=notes,
        more_notes=more,
    )


def _plan(patient: PatientRef) -> Plan | None:
    found = plans.latest(patient.id)
    if found is None or not found.is_personal:
        return None
    return Plan(plan.local_day(found.written_at, patient.time_zone), found.review_on)


def _lately(patient_id: uuid.UUID, today: date) -> Sequence[Any]:
    """Return the daily check-ins and activation checks of the last weeks, the newest first."""
    columns = (CheckIn.instrument, CheckIn.for_on, CheckIn.asked, CheckIn.answers)
    first = today - timedelta(days=safety.DAYS - 1)
    mine = select(*columns).where(CheckIn.patient_id == patient_id, _CURRENT, CheckIn.for_on >= first)
    mine = mine.where(CheckIn.instrument.in_((DAILY, ACTIVATION)))
    return session.execute(mine.order_by(CheckIn.for_on.desc(), CheckIn.received_at.desc()).limit(MOST_DAILY)).all()


def _safe(row: Any) -> Told:
    item = catalogue.current().get(DAILY).item(SAFE)
    value = row.answers.get(SAFE)
    option = item.option(value)
    said = message("“%(answer)s”", answer=option.label) if option else None
    return Told(row.for_on, item.safety_state(value), said)


def _series(patient_id: uuid.UUID) -> tuple[Series, ...]:
    """Return the last answers to each safety question and screen, the newest first."""
    newest = (CheckIn.for_on.desc(), CheckIn.received_at.desc())
    place = func.row_number().over(partition_by=CheckIn.instrument, order_by=newest).label("place")
    columns = (CheckIn.instrument, CheckIn.version, CheckIn.for_on, CheckIn.asked, CheckIn.answers, place)
    wanted = CheckIn.instrument.in_((*ITEM_OF, *SCREENS))
    ranked = select(*columns).where(CheckIn.patient_id == patient_id, _CURRENT, wanted).subquery()
    rows = session.execute(select(ranked).where(ranked.c.place <= safety.MOST_ANSWERS).order_by(ranked.c.place)).all()
    found: dict[str, list[Told]] = {}
    for row in rows:
        told = _told(row)
        if told is not None:
            found.setdefault(row.instrument, []).append(told)
    order = [name for name in (*ITEM_OF, *SCREENS) if name in found]
    return tuple(Series(_name(name), tuple(found[name])) for name in order)


def _name(instrument: str) -> Message:
    title = catalogue.current().get(instrument).short_title
    if instrument in SCREENS:
        return message("%(scale)s", scale=title)
    return message("%(scale)s item %(number)s", scale=title, number=ITEM_OF[instrument].removeprefix("q"))


def _told(row: Any) -> Told | None:
    """Return what one check-in says about safety; None where it asked nothing about it."""
    definition = catalogue.current().get(row.instrument, row.version)
    asked = [item.code for item in definition.asked(row.asked) if item.is_safety]
    answers = rules.read(definition, row.answers, asked, {})
    if not answers:
        return None
    states = {one.state for one in answers}
    order = (SafetyState.POSITIVE, SafetyState.UNKNOWN, SafetyState.NEGATIVE)
    state = next(one for one in order if one in states)
    return Told(row.for_on, state, _said(definition, row.answers, answers[0].value, state))


def _said(
    definition: Definition, answers: Mapping[str, float | None], value: float | None, state: SafetyState
) -> Message | None:
    if state is SafetyState.UNKNOWN:
        return None
    if definition.primary.method is not Method.TRIAGE:
        return message("%(value)s", value=value)
    came_to = scoring.score(definition, answers).primary
    if came_to is not None and came_to.band is not None:
        return message("%(outcome)s", outcome=came_to.band.label)
    return message("positive") if state is SafetyState.POSITIVE else message("negative")


def _opened(patient: PatientRef) -> tuple[OpenAlert, ...]:
    columns = (Alert.rule, Alert.severity, Alert.state, Alert.opened_at)
    mine = select(*columns).where(Alert.patient_id == patient.id, Alert.state != AlertState.CLOSED)
    newest = mine.order_by(Alert.severity.desc(), Alert.opened_at.desc(), Alert.id).limit(MOST_ALERTS)
    return tuple(
        OpenAlert(
            title=_title(row.rule),
            severity=Severity(row.severity),
            opened_on=plan.local_day(row.opened_at, patient.time_zone),
            is_taken_on=row.state is not AlertState.OPEN,
        )
        for row in session.execute(newest)
    )


def _closed(patient: PatientRef) -> tuple[ClosedAlert, ...]:
    step = AlertTransition
    mine = (
        select(Alert.rule, step.at, step.how, User.name)
        .join(step, step.alert_id == Alert.id)
        .outerjoin(User, User.id == step.by_id)
        .where(Alert.patient_id == patient.id, Alert.state == AlertState.CLOSED, step.after == AlertState.CLOSED)
        .where(step.at == Alert.state_at)
        .order_by(step.at.desc(), Alert.id)
        .limit(safety.MOST_CLOSED)
    )
    return tuple(
        ClosedAlert(_title(row.rule), plan.local_day(row.at, patient.time_zone), row.name or "", row.how)
        for row in session.execute(mine)
    )


def _title(code: str) -> str:
    rule = rules.by_code(code)
    return rule.title if rule else code


def _mania(patient_id: uuid.UUID, today: date, lately: Iterable[Any], *, is_bipolar: bool) -> Mania:
    first = today - timedelta(days=mania.DAYS - 1)
    recent = [row for row in lately if row.for_on >= first]
    score = session.execute(
        select(ScoreRow.for_on, ScoreRow.value)
        .where(ScoreRow.patient_id == patient_id, ScoreRow.instrument == ASRM, ScoreRow.is_current)
        .order_by(ScoreRow.for_on.desc(), ScoreRow.at.desc())
        .limit(1)
    ).one_or_none()
    return Mania(
        is_bipolar=is_bipolar,
        checks=tuple(_check(row) for row in recent if row.instrument == ACTIVATION),
        days=tuple(_day(row) for row in recent if row.instrument == DAILY),
        asrm_on=score.for_on if score else None,
        asrm=score.value if score else None,
    )


def _check(row: Any) -> Check:
    known = [row.answers[code] for code in row.asked if row.answers.get(code) is not None]
    return Check(row.for_on, sum(value >= CLEARLY for value in known), len(known), len(row.asked))


def _day(row: Any) -> Day:
    need = row.answers.get("sleep_need")
    return Day(
        on=row.for_on,
        hours=row.answers.get("sleep_h"),
        energy=row.answers.get("energy"),
        needed_less=None if need is None else bool(need),
        was_asked="sleep_need" in row.asked,
    )


def _notes(patient_id: uuid.UUID, since: date) -> tuple[tuple[Note, ...], int]:
    every = func.count().over().label("every")
    mine = select(CheckIn.for_on, CheckIn.note, every).where(CheckIn.patient_id == patient_id, _CURRENT)
    mine = mine.where(CheckIn.note != "", CheckIn.for_on >= since)
    newest = mine.order_by(CheckIn.for_on.desc(), CheckIn.received_at.desc()).limit(MOST_NOTES)
    rows = session.execute(newest).all()
    return tuple(Note(row.for_on, row.note) for row in rows), rows[0].every - len(rows) if rows else 0
