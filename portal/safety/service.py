"""From an answer to a person: every finding becomes a concern, every concern hangs on an alert, every alert is told."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import bindparam, select

from portal.access.policy import Actor
from portal.accounts import queries as accounts
from portal.audit import service as audit
from portal.db import session, touched
from portal.notifications import service as notifications
from portal.notifications.models import Kind
from portal.patients import queries as patients
from portal.patients.models import Patient
from portal.safety import queries, rules
from portal.safety.models import Alert, AlertState, AlertTransition, Closing, Concern, Contact
from portal.safety.rules import Finding, SafetyAnswer, Severity

__all__ = [
    "ChangedMeanwhile",
    "Closing",
    "Contact",
    "acknowledge",
    "close",
    "hold",
    "record_contact",
    "review",
    "take_on",
]


_HOLD = select(Patient.id).where(Patient.id == bindparam("patient")).with_for_update(key_share=True)


class ChangedMeanwhile(Exception):
    """The alert is not as the person saw it: somebody else was faster, or another answer came in."""


def hold(patient_id: uuid.UUID) -> None:
    """Let the writers of one patient's answers and alerts wait for one another until the transaction ends."""
    session.execute(_HOLD, {"patient": patient_id})


def review(
    patient_id: uuid.UUID, answers: Sequence[SafetyAnswer], *, submission_id: uuid.UUID, on: date, at: datetime
) -> tuple[Finding, ...]:
    """Write down what the rules find in these answers, and tell the care team.

    Called with every submission and with every draft; the same answer of the same submission is written once, and one
    that got worse is written beside the former one and told again.

    Args:
        patient_id: whose answers; the caller holds the patient (`hold`).
        answers: the safety items that were answered or left unknown.
        submission_id: what they were sent with.
        on: the patient's day now, for putting concerns of one day into one alert.
        at: now, aware UTC.
    """
    found = tuple(finding for answer in answers if (finding := rules.find(answer)) is not None)
    for finding in found:
        if not _is_known(patient_id, finding, submission_id):
            _write(patient_id, finding, submission_id=submission_id, on=on, at=at)
    return found


def report(
    patient_id: uuid.UUID, code: str, said: str, *, about_id: uuid.UUID, occurred_at: datetime, on: date, at: datetime
) -> None:
    """Write down something found at a bedside, and tell the care team; the same thing reported again is written once.

    Args:
        patient_id: whose; the caller holds the patient (`hold`).
        code: the rule's, one of those that no questionnaire asks about.
        said: what was found, in words for the care team.
        about_id: the entry it was found in.
        occurred_at: when it happened, which may be long before it arrives here, aware UTC.
        on: the patient's day on which it happened, for putting concerns of one day into one alert.
        at: now, aware UTC.
    """
    rule = rules.by_code(code)
    assert rule is not None
    known = (Concern.patient_id == patient_id, Concern.submission_id == about_id, Concern.rule == code)
    if session.scalar(select(Concern.id).where(*known).limit(1)) is not None:
        return
    alert, is_news = _alert_for(patient_id, rule, on=on, at=at)
    session.add(
        Concern(
            patient_id=patient_id,
            alert_id=alert.id,
            submission_id=about_id,
            instrument="",
            item="",
            rule=code,
            severity=rule.severity,
            said=said,
            occurred_at=occurred_at,
            found_at=at,
        )
    )
    session.flush()
    touched(patient_id)
    _tell(patient_id, rule.severity, at)
    if is_news:
        audit.record("alert:opened", by=None, at=at, patient_id=patient_id, thing_id=alert.id, rule=code)


def acknowledge(patient_id: uuid.UUID, alert_id: uuid.UUID, *, stamp: str, by: Actor, at: datetime) -> None:
    """Take an alert on.

    Raises:
        ChangedMeanwhile: the alert is not as `stamp` says the person saw it.
    """
    alert = _as_seen(patient_id, alert_id, stamp, AlertState.OPEN)
    _move(alert, AlertState.ACKNOWLEDGED, by=by, at=at)


def take_on(patient_id: uuid.UUID, about_id: uuid.UUID, *, by: Actor, at: datetime) -> None:
    """Take on the open alerts about one thing recorded at a bedside, because this person has just answered it there."""
    hold(patient_id)
    about = select(Concern.alert_id).where(Concern.patient_id == patient_id, Concern.submission_id == about_id)
    waiting = select(Alert).where(Alert.id.in_(about), Alert.state == AlertState.OPEN).with_for_update()
    for alert in session.scalars(waiting).all():
        _move(alert, AlertState.ACKNOWLEDGED, by=by, at=at)


def record_contact(
    patient_id: uuid.UUID, alert_id: uuid.UUID, how: Contact, note: str, *, stamp: str, by: Actor, at: datetime
) -> None:
    """Write down what was done about an alert; raises ChangedMeanwhile."""
    alert = _as_seen(patient_id, alert_id, stamp, AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.ACTED_ON)
    _move(alert, AlertState.ACTED_ON, how=how.value, reason=note, by=by, at=at)


def close(
    patient_id: uuid.UUID, alert_id: uuid.UUID, how: Closing, note: str, *, stamp: str, by: Actor, at: datetime
) -> None:
    """Close an alert that somebody has taken on, with the reason; raises ChangedMeanwhile."""
    alert = _as_seen(patient_id, alert_id, stamp, AlertState.ACKNOWLEDGED, AlertState.ACTED_ON)
    _move(alert, AlertState.CLOSED, how=how.value, reason=note, by=by, at=at)


def _is_known(patient_id: uuid.UUID, finding: Finding, submission_id: uuid.UUID) -> bool:
    """Return whether this submission's answer, or a worse one, already has its concern."""
    answer = finding.answer
    known = session.scalars(
        select(Concern.value).where(
            Concern.patient_id == patient_id,
            Concern.submission_id == submission_id,
            Concern.rule == finding.rule.code,
            Concern.item == answer.item,
        )
    ).all()
    return bool(known) and not _is_worse(answer.value, known)


def _is_worse(value: float | None, known: Sequence[float | None]) -> bool:
    return value is not None and all(one is None or value > one for one in known)


def _write(patient_id: uuid.UUID, finding: Finding, *, submission_id: uuid.UUID, on: date, at: datetime) -> None:
    rule, answer = finding.rule, finding.answer
    alert, is_news = _alert_for(patient_id, rule, on=on, at=at)
    known = session.scalars(
        select(Concern.value).where(Concern.alert_id == alert.id, Concern.item == answer.item)
    ).all()
    session.add(
        Concern(
            patient_id=patient_id,
            alert_id=alert.id,
            submission_id=submission_id,
            instrument=answer.instrument,
            item=answer.item,
            rule=rule.code,
            severity=rule.severity,
            value=answer.value,
            found_at=at,
        )
    )
    session.flush()
    touched(patient_id)
    if is_news or (known and _is_worse(answer.value, known)):
        _tell(patient_id, rule.severity, at)
    if is_news:
        audit.record("alert:opened", by=None, at=at, patient_id=patient_id, thing_id=alert.id, rule=rule.code)


def _alert_for(patient_id: uuid.UUID, rule: rules.Rule, *, on: date, at: datetime) -> tuple[Alert, bool]:
    """Return the alert a concern belongs to, and whether the team has to be told of it (again)."""
    alert = session.scalar(
        select(Alert)
        .where(Alert.patient_id == patient_id, Alert.rule == rule.code, Alert.on == on)
        .where(Alert.state != AlertState.CLOSED)
        .order_by(Alert.opened_at.desc())
        .limit(1)
        .with_for_update()
    )
    if alert is None:
        alert = Alert(
            id=uuid.uuid4(),
            patient_id=patient_id,
            rule=rule.code,
            severity=rule.severity,
            on=on,
            state=AlertState.OPEN,
            opened_at=at,
            state_at=at,
        )
        session.add(alert)
        session.flush()
        _step(alert, None, by=None, at=at)
        return alert, True
    if alert.state is AlertState.OPEN:
        return alert, False
    before, alert.state, alert.state_at = alert.state, AlertState.OPEN, at
    _step(alert, before, by=None, at=at)
    return alert, True


def _tell(patient_id: uuid.UUID, severity: Severity, at: datetime) -> None:
    team = [member.user_id for member in patients.list_team(patient_id) if member.is_active]
    # A mail that names the patient is dropped for whoever is not on the team: the others' says no patient.
    about = patient_id if team else None
    for user_id in team or _whoever_is_there():
        notifications.enqueue(Kind.ALERT_WAITING, user_id, at=at, patient_id=about, urgent=severity > Severity.REVIEW)


def _whoever_is_there() -> list[uuid.UUID]:
    """Return whom to tell where nobody of the care team can sign in: the medical directors, else every provider."""
    providers = accounts.list_active_providers()
    directors = [one for one in providers if one.is_medical_director]
    return [one.id for one in directors or providers]


def _as_seen(patient_id: uuid.UUID, alert_id: uuid.UUID, stamp: str, *states: AlertState) -> Alert:
    hold(patient_id)
    alert = session.scalar(select(Alert).where(Alert.patient_id == patient_id, Alert.id == alert_id).with_for_update())
    if alert is None or alert.state not in states or queries.stamp_of(alert_id) != stamp:
        raise ChangedMeanwhile
    return alert


def _move(alert: Alert, after: AlertState, *, by: Actor, at: datetime, how: str = "", reason: str = "") -> None:
    before, alert.state, alert.state_at = alert.state, after, at
    _step(alert, before, by=by, at=at, how=how, reason=reason)
    session.flush()
    touched(alert.patient_id)
    audit.record(f"alert:{after.value}", by=by, at=at, patient_id=alert.patient_id, thing_id=alert.id)


def _step(
    alert: Alert, before: AlertState | None, *, by: Actor | None, at: datetime, how: str = "", reason: str = ""
) -> None:
    session.add(
        AlertTransition(
            alert_id=alert.id,
            before=before,
            after=alert.state,
            at=at,
            by_id=by.user_id if by else None,
            how=how,
            reason=reason,
        )
    )
