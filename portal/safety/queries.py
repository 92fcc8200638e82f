"""Reading alerts and the concerns behind them. For the care team; of it all a patient reads only whom to turn to."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import aliased

from portal.accounts.models import User
from portal.db import session
from portal.instruments import catalogue
from portal.instruments.definition import Item
from portal.messages import N_
from portal.patients.models import CalledIn, CareTeamMember, Patient
from portal.safety.help import Help, best
from portal.safety.models import Alert, AlertState, AlertTransition, Closing, Concern, Contact, Event, Severity

MOST_SPELLS = 1_000
AT_ONCE = ("R1", "R8", "V1", "V2", "V3")
"""The rules that call for a person now; of two urgent alerts theirs come first."""
SILENCE = "R11"
_AT_BEDSIDE = N_("Recorded at the bedside")
_BY_ITSELF = [
    one.value for one in (Event.CALLED, Event.ESCALATED, Event.NOT_DELIVERED, Event.DELIVERED, Event.CARD_READ)
]
_HOWS: dict[str, Contact | Closing | Event] = {how.value: how for how in (*Contact, *Closing, *Event)}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person answered, in the words they saw; `label` is "" where they chose not to answer.

    What was recorded at a bedside has no instrument; `found_at` is when it happened, `arrived_at` when it came here.
    What a rule found in scores, in time or in silence has `details` and no question.
    """

    instrument: str
    question: str
    label: str
    found_at: datetime
    submission_id: uuid.UUID
    arrived_at: datetime | None = None
    rule: str = ""
    instrument_id: str = ""
    item: str = ""
    value: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    rules_version: int = 0


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert in a list, with what a person needs in order to pick up the phone.

    `ring` says how far it was told: 0 the care team, 1 whoever is on call, 2 every provider. `due_at` is by when
    somebody was to take it on, None where nothing runs; `time_zone` the patient's.
    """

    id: uuid.UUID
    patient_id: uuid.UUID
    patient_name: str
    born_on: date
    time_zone: str
    mobile_phone: str
    home_phone: str
    rule: str
    severity: Severity
    state: AlertState
    opened_at: datetime
    state_at: datetime
    on_worklist: bool
    ring: int
    due_at: datetime | None
    assigned_to: str
    answers: tuple[Answer, ...]

    def is_overdue(self, at: datetime) -> bool:
        """Return whether somebody was to have taken it on before a moment, and nobody has."""
        return self.state is AlertState.OPEN and self.due_at is not None and self.due_at < at


@dataclass(frozen=True, slots=True)
class Step:
    """One transition: who did what and why; `by` is "" for the portal itself, `whom` whom it was passed to."""

    before: AlertState | None
    after: AlertState
    at: datetime
    by: str
    whom: str
    reason: str
    how: Contact | Closing | Event | None


_ASSIGNED = aliased(User)
LINE: Any = (
    select(
        *(Alert.id, Alert.patient_id, Alert.rule, Alert.severity, Alert.state, Alert.opened_at, Alert.state_at),
        *(Alert.on_worklist, Alert.ring, Alert.due_at, func.coalesce(_ASSIGNED.name, "").label("assigned_to")),
        *(Patient.given_name, Patient.family_name, Patient.born_on, Patient.mobile_phone, Patient.home_phone),
        User.time_zone,
    )
    .join(Patient, Patient.id == Alert.patient_id)
    .join(User, User.id == Patient.user_id)
    .outerjoin(_ASSIGNED, _ASSIGNED.id == Alert.assigned_to_id)
)
taken_on = case((Alert.state == AlertState.OPEN, 0), else_=1)
weight = 2 * Alert.severity + case((Alert.rule.in_(AT_ONCE), 1), else_=0)
WAITS = ~Alert.on_worklist
"""Everything but the unchanged answers that a clinician knows of."""


def is_mine(user_id: uuid.UUID, at: datetime | None = None) -> ColumnElement[bool]:
    """Return the condition that an alert concerns a person: of a patient they look after, or they were called to it.

    Args:
        user_id: whose alerts.
        at: now, to find also those they were called to that were closed less than a day ago.
    """
    team = select(CareTeamMember.patient_id).where(CareTeamMember.user_id == user_id, CareTeamMember.until.is_(None))
    lasts = CalledIn.until.is_(None) if at is None else or_(CalledIn.until.is_(None), CalledIn.until > at)
    called = select(CalledIn.alert_id).where(CalledIn.user_id == user_id, lasts)
    return or_(Alert.patient_id.in_(team), Alert.id.in_(called))


def list_open(user_id: uuid.UUID, *, limit: int | None = None) -> list[AlertLine]:
    """Return the alerts that concern a person and are not closed: those nobody took on first, then the most severe,
    then the newest. Unchanged answers that wait on the worklist are not among them."""
    mine = LINE.where(is_mine(user_id), WAITS, Alert.state != AlertState.CLOSED)
    ordered = mine.order_by(taken_on, weight.desc(), Alert.opened_at.desc(), Alert.rule, Alert.id)
    return lines(session.execute(ordered.limit(limit)).all())


def get_alert(patient_id: uuid.UUID, alert_id: uuid.UUID) -> AlertLine | None:
    """Return an alert of a patient, or None where that patient has no such alert."""
    rows = session.execute(LINE.where(Alert.patient_id == patient_id, Alert.id == alert_id)).all()
    return next(iter(lines(rows)), None)


def list_steps(alert_id: uuid.UUID) -> list[Step]:
    """Return what became of an alert so far, in order."""
    whom = aliased(User)
    rows = session.execute(
        select(
            AlertTransition.before,
            AlertTransition.after,
            AlertTransition.at,
            func.coalesce(User.name, ""),
            func.coalesce(whom.name, ""),
            AlertTransition.reason,
            AlertTransition.how,
        )
        .outerjoin(User, User.id == AlertTransition.by_id)
        .outerjoin(whom, whom.id == AlertTransition.whom_id)
        .where(AlertTransition.alert_id == alert_id)
        .order_by(AlertTransition.at, AlertTransition.before.is_not(None), AlertTransition.id)
    )
    return [Step(*row[:6], how=_HOWS.get(row.how)) for row in rows]


def stamp_of(alert_id: uuid.UUID) -> str:
    """Return a mark that changes with every step that a person took and every new answer of an alert.

    That it was told further, or that its mail went out or did not, changes nothing that somebody has to read first.
    """
    return stamps_of([alert_id])[alert_id]


def stamps_of(alert_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return such a mark of each of these alerts."""
    steps, found = AlertTransition.alert_id, Concern.alert_id
    taken = select(steps, func.count()).where(steps.in_(alert_ids), AlertTransition.how.not_in(_BY_ITSELF))
    counts = [
        {row[0]: row[1] for row in session.execute(counted)}
        for counted in (
            taken.group_by(steps),
            select(found, func.count()).where(found.in_(alert_ids)).group_by(found),
        )
    ]
    return {one: f"{counts[0].get(one, 0)}.{counts[1].get(one, 0)}" for one in alert_ids}


def list_alerts_of(patient_id: uuid.UUID, *, limit: int = 20) -> list[AlertLine]:
    """Return a patient's alerts, the newest first."""
    mine = LINE.where(Alert.patient_id == patient_id).order_by(Alert.opened_at.desc(), Alert.id).limit(limit)
    return lines(session.execute(mine).all())


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


def lines(rows: Sequence[Any]) -> list[AlertLine]:
    """Return rows of `LINE` with what was found in each, in their order."""
    answers = _answers([row.id for row in rows])
    return [
        AlertLine(
            **{name: getattr(row, name) for name in _AS_THEY_ARE},
            patient_name=f"{row.given_name} {row.family_name}",
            severity=Severity(row.severity),
            answers=tuple(answers.get(row.id, ())),
        )
        for row in rows
    ]


_AS_THEY_ARE = (
    *("id", "patient_id", "born_on", "time_zone", "mobile_phone", "home_phone", "rule", "state", "opened_at"),
    *("state_at", "on_worklist", "ring", "due_at", "assigned_to"),
)


def _answers(alert_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Answer]]:
    found: dict[uuid.UUID, list[Answer]] = {}
    if alert_ids:
        concerns = select(Concern).where(Concern.alert_id.in_(alert_ids)).order_by(Concern.found_at.desc(), Concern.id)
        for concern in session.scalars(concerns):
            found.setdefault(concern.alert_id, []).append(_in_words(concern))
    return found


def _in_words(concern: Concern) -> Answer:
    more: dict[str, Any] = {
        name: getattr(concern, name) for name in ("rule", "item", "value", "details", "rules_version", "submission_id")
    }
    if not concern.instrument and concern.said:
        at = concern.occurred_at or concern.found_at
        return Answer("", _AT_BEDSIDE, concern.said, at, arrived_at=concern.found_at, **more)
    definition = catalogue.current().get(concern.instrument) if concern.instrument else None
    more |= {"instrument_id": concern.instrument, "found_at": concern.found_at}
    title = definition.short_title if definition else ""
    item: Item | None = (
        next((one for one in definition.items if one.code == concern.item), None) if definition else None
    )
    option = item.option(concern.value) if item else None
    return Answer(title, item.text if item else "", option.label if option else "", **more)
