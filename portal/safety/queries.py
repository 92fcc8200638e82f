"""Reading alerts and the concerns behind them. For the care team; of it all a patient reads only whom to turn to."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, select

from portal.accounts.models import User
from portal.db import session
from portal.instruments import catalogue
from portal.messages import N_
from portal.patients.models import CareTeamMember, Patient
from portal.safety.help import Help, best
from portal.safety.models import Alert, AlertState, AlertTransition, Closing, Concern, Contact, Severity

CLOSED_SHOWN = 50
MOST_SPELLS = 1_000
_AT_BEDSIDE = N_("Recorded at the bedside")
_HOWS: dict[str, Contact | Closing] = {how.value: how for how in (*Contact, *Closing)}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person answered, in the words they saw; `label` is "" where they chose not to answer.

    What was recorded at a bedside has no instrument; `found_at` is when it happened, `arrived_at` when it came here.
    """

    instrument: str
    question: str
    label: str
    found_at: datetime
    submission_id: uuid.UUID
    arrived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert in a list, with what a person needs in order to pick up the phone."""

    id: uuid.UUID
    patient_id: uuid.UUID
    patient_name: str
    born_on: date
    mobile_phone: str
    home_phone: str
    rule: str
    severity: Severity
    state: AlertState
    opened_at: datetime
    state_at: datetime
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One transition: who did what and why; `by` is "" for the portal itself."""

    before: AlertState | None
    after: AlertState
    at: datetime
    by: str
    reason: str
    how: Contact | Closing | None


@dataclass(frozen=True, slots=True)
class OpenCount:
    """How many alerts nobody has taken on yet, and how many of them are urgent."""

    open: int
    urgent: int


_LINE: Any = select(
    Alert.id,
    Alert.patient_id,
    Patient.given_name,
    Patient.family_name,
    Patient.born_on,
    Patient.mobile_phone,
    Patient.home_phone,
    Alert.rule,
    Alert.severity,
    Alert.state,
    Alert.opened_at,
    Alert.state_at,
).join(Patient, Patient.id == Alert.patient_id)
_NOT_TAKEN_ON_FIRST = case((Alert.state == AlertState.OPEN, 0), else_=1)


def list_open(user_id: uuid.UUID, *, limit: int | None = None) -> list[AlertLine]:
    """Return the alerts of a person's patients that are not closed: those nobody took on first, then the most severe,
    then the newest."""
    mine = _of_team(_LINE, user_id).where(Alert.state != AlertState.CLOSED)
    ordered = mine.order_by(_NOT_TAKEN_ON_FIRST, Alert.severity.desc(), Alert.rule, Alert.opened_at.desc(), Alert.id)
    return _lines(session.execute(ordered.limit(limit)).all())


def list_closed(user_id: uuid.UUID) -> list[AlertLine]:
    """Return the alerts of a person's patients that were closed last."""
    mine = _of_team(_LINE, user_id).where(Alert.state == AlertState.CLOSED)
    return _lines(session.execute(mine.order_by(Alert.state_at.desc(), Alert.id).limit(CLOSED_SHOWN)).all())


def count_open(user_id: uuid.UUID) -> OpenCount:
    """Return how many alerts of a person's patients wait for somebody to take them on."""
    urgent = func.count(case((Alert.severity >= Severity.URGENT, 1)))
    mine = _of_team(select(func.count(), urgent).select_from(Alert), user_id).where(Alert.state == AlertState.OPEN)
    return OpenCount(*session.execute(mine).one())


def get_alert(patient_id: uuid.UUID, alert_id: uuid.UUID) -> AlertLine | None:
    """Return an alert of a patient, or None where that patient has no such alert."""
    rows = session.execute(_LINE.where(Alert.patient_id == patient_id, Alert.id == alert_id)).all()
    return next(iter(_lines(rows)), None)


def list_steps(alert_id: uuid.UUID) -> list[Step]:
    """Return what became of an alert so far, in order."""
    rows = session.execute(
        select(
            AlertTransition.before,
            AlertTransition.after,
            AlertTransition.at,
            func.coalesce(User.name, ""),
            AlertTransition.reason,
            AlertTransition.how,
        )
        .outerjoin(User, User.id == AlertTransition.by_id)
        .where(AlertTransition.alert_id == alert_id)
        .order_by(AlertTransition.at, AlertTransition.before.is_not(None), AlertTransition.id)
    )
    return [Step(*row[:5], how=_HOWS.get(row.how)) for row in rows]


def stamp_of(alert_id: uuid.UUID) -> str:
    """Return a mark that changes with every step and every new answer of an alert."""
    steps = select(func.count()).where(AlertTransition.alert_id == alert_id).scalar_subquery()
    answers = select(func.count()).where(Concern.alert_id == alert_id).scalar_subquery()
    return "{}.{}".format(*session.execute(select(steps, answers)).one())


def list_alerts_of(patient_id: uuid.UUID, *, limit: int = 20) -> list[AlertLine]:
    """Return a patient's alerts, the newest first."""
    mine = _LINE.where(Alert.patient_id == patient_id).order_by(Alert.opened_at.desc(), Alert.id).limit(limit)
    return _lines(session.execute(mine).all())


def list_open_spells(patient_id: uuid.UUID) -> list[tuple[datetime, datetime | None]]:
    """Return from when until when each alert of a patient was open, in order of time; None where it still is."""
    mine = select(Alert.opened_at, Alert.state, Alert.state_at).where(Alert.patient_id == patient_id)
    newest = session.execute(mine.order_by(Alert.opened_at.desc()).limit(MOST_SPELLS)).all()
    return [(row.opened_at, row.state_at if row.state is AlertState.CLOSED else None) for row in reversed(newest)]


def list_alerts_about(patient_id: uuid.UUID, submission_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    """Return which alerts hang on which of a patient's submissions."""
    found: dict[uuid.UUID, list[uuid.UUID]] = {}
    if not submission_ids:
        return found
    rows = session.execute(
        select(Concern.submission_id, Concern.alert_id)
        .where(Concern.patient_id == patient_id, Concern.submission_id.in_(submission_ids))
        .distinct()
    )
    for submission_id, alert_id in rows:
        found.setdefault(submission_id, []).append(alert_id)
    return found


def help_after(patient_id: uuid.UUID, submission_id: uuid.UUID) -> Help | None:
    """Return what a patient is offered for anything they sent with a submission, taken back or not."""
    rows = session.execute(
        select(Concern.rule, Concern.instrument, Concern.item).where(
            Concern.patient_id == patient_id, Concern.submission_id == submission_id
        )
    )
    return best((row.rule, row.instrument, row.item) for row in rows)


def _of_team(statement: Any, user_id: uuid.UUID) -> Any:
    return statement.join(CareTeamMember, CareTeamMember.patient_id == Alert.patient_id).where(
        CareTeamMember.user_id == user_id, CareTeamMember.until.is_(None)
    )


def _lines(rows: Sequence[Any]) -> list[AlertLine]:
    answers = _answers([row.id for row in rows])
    return [
        AlertLine(
            id=row.id,
            patient_id=row.patient_id,
            patient_name=f"{row.given_name} {row.family_name}",
            born_on=row.born_on,
            mobile_phone=row.mobile_phone,
            home_phone=row.home_phone,
            rule=row.rule,
            severity=Severity(row.severity),
            state=row.state,
            opened_at=row.opened_at,
            state_at=row.state_at,
            answers=tuple(answers.get(row.id, ())),
        )
        for row in rows
    ]


def _answers(alert_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Answer]]:
    found: dict[uuid.UUID, list[Answer]] = {}
    if alert_ids:
        concerns = select(Concern).where(Concern.alert_id.in_(alert_ids)).order_by(Concern.found_at.desc(), Concern.id)
        for concern in session.scalars(concerns):
            found.setdefault(concern.alert_id, []).append(_in_words(concern))
    return found


def _in_words(concern: Concern) -> Answer:
    if not concern.instrument:
        at = concern.occurred_at or concern.found_at
        return Answer("", _AT_BEDSIDE, concern.said, at, concern.submission_id, concern.found_at)
    definition = catalogue.current().get(concern.instrument)
    item = definition.item(concern.item)
    option = item.option(concern.value)
    return Answer(
        definition.short_title, item.text, option.label if option else "", concern.found_at, concern.submission_id
    )
