"""From what was found to a person: a finding becomes a concern, a concern hangs on an alert, an alert is told."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from portal.db import session, touched
from portal.patients.models import Patient
from portal.safety import alarm, rules, steps
from portal.safety.chronic import fits
from portal.safety.chronic import queries as chronic
from portal.safety.models import Alert, AlertState, Concern, Event
from portal.safety.over_time import Sign
from portal.safety.rule import Rule, Severity
from portal.safety.rules import Finding, RuleSet, SafetyAnswer
from portal.safety.ruleset import queries as ruleset

DANGER = "R1"
_HOLD = select(Patient.id).where(Patient.id == bindparam("patient")).with_for_update(key_share=True)


@dataclass(frozen=True, slots=True)
class _Found:
    """What becomes one concern."""

    rule: Rule
    instrument: str
    item: str
    value: float | None
    submission_id: uuid.UUID
    said: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    occurred_at: datetime | None = None
    is_answer: bool = False
    waits: bool = False


def hold(patient_id: uuid.UUID) -> None:
    """Let the writers of one patient's answers and alerts wait for one another until the transaction ends."""
    session.execute(_HOLD, {"patient": patient_id})


def review(
    patient_id: uuid.UUID,
    answers: Sequence[SafetyAnswer],
    *,
    submission_id: uuid.UUID,
    on: date,
    at: datetime,
    own: bool = True,
) -> tuple[Finding, ...]:
    """Write down what the rules find in these answers, and tell whoever must know.

    Called with every submission and with every draft; the same answer of the same submission is written once, another
    one beside it, and a worse one is told again.

    Args:
        patient_id: whose answers; the caller holds the patient (`hold`).
        answers: the safety items that were answered or left unknown.
        submission_id: what they were sent with.
        on: the patient's day now, for putting concerns of one day into one alert.
        at: now, aware UTC.
        own: whether the patient gives them in the portal, and so reads the crisis card there before going on.
    """
    rule_set = ruleset.current()
    found = tuple(one for answer in answers if (one := rules.find(answer, rule_set.answer_rules)) is not None)
    for finding in _new_ones(patient_id, found, submission_id):
        waits = finding.rule.code == fits.RULE and fits.is_unchanged(finding, chronic.in_force(patient_id, at))
        answer = finding.answer
        what = (finding.rule, answer.instrument, answer.item, answer.value, submission_id)
        _write(patient_id, _Found(*what, is_answer=True, waits=waits), rule_set, on=on, at=at)
        if own and finding.rule.code == DANGER:
            _show_card(patient_id, at)
    return found


def note(
    patient_id: uuid.UUID,
    signs: Sequence[Sign],
    *,
    submission_id: uuid.UUID,
    on: date,
    at: datetime,
    before: datetime | None = None,
) -> tuple[uuid.UUID, ...]:
    """Write down what the rules find in scores, in time or in silence, and tell whoever must know.

    Args:
        patient_id: whose; the caller holds the patient (`hold`).
        signs: what was found; the same one about the same submission is written once.
        submission_id: what they were found in; one of the caller's own for what no submission says.
        on: the patient's day now, for putting concerns of one day into one alert.
        at: now, aware UTC.
        before: a moment by which somebody is to have taken it on in any case, aware UTC.

    Returns:
        The alert that each sign hangs on.
    """
    rule_set, alerts = ruleset.current(), []
    for sign in signs:
        known = _alert_about(patient_id, submission_id, sign.rule, sign.instrument, sign.item)
        if known is None:
            rule = rule_set.rule(sign.rule)
            found = _Found(rule, sign.instrument, sign.item, sign.value, submission_id, details=dict(sign.details))
            known = _write(patient_id, found, rule_set, on=on, at=at, before=before).id
        alerts.append(known)
    return tuple(alerts)


def report(
    patient_id: uuid.UUID, code: str, said: str, *, about_id: uuid.UUID, occurred_at: datetime, on: date, at: datetime
) -> None:
    """Write down something found at a bedside, and tell whoever must know; the same thing again is written once.

    Args:
        patient_id: whose; the caller holds the patient (`hold`).
        code: the rule's, one of those that no questionnaire asks about.
        said: what was found, in words for the care team.
        about_id: the entry it was found in.
        occurred_at: when it happened, which may be long before it arrives here, aware UTC.
        on: the patient's day on which it happened, for putting concerns of one day into one alert.
        at: now, aware UTC.
    """
    if _alert_about(patient_id, about_id, code, "", "") is not None:
        return
    rule_set = ruleset.current()
    found = _Found(rule_set.rule(code), "", "", None, about_id, said=said, occurred_at=occurred_at)
    _write(patient_id, found, rule_set, on=on, at=at)


def _alert_about(
    patient_id: uuid.UUID, submission_id: uuid.UUID, rule: str, instrument: str, item: str
) -> uuid.UUID | None:
    about = (Concern.submission_id == submission_id, Concern.rule == rule, Concern.instrument == instrument)
    known = select(Concern.alert_id).where(Concern.patient_id == patient_id, *about, Concern.item == item)
    return session.scalar(known.limit(1))


def _new_ones(patient_id: uuid.UUID, found: Sequence[Finding], submission_id: uuid.UUID) -> list[Finding]:
    """Return what this submission has not said yet; another answer to the same question is said beside the former."""
    if not found:
        return []
    about = (Concern.patient_id == patient_id, Concern.submission_id == submission_id)
    written = session.execute(select(Concern.rule, Concern.item, Concern.value).where(*about))
    known = {(row.rule, row.item, row.value) for row in written}
    return [one for one in found if (one.rule.code, one.answer.item, one.answer.value) not in known]


def _is_worse(value: float | None, known: Sequence[float | None]) -> bool:
    return value is not None and all(one is None or value > one for one in known)


def _write(
    patient_id: uuid.UUID, found: _Found, rule_set: RuleSet, *, on: date, at: datetime, before: datetime | None = None
) -> Alert:
    alert, former = _alert_for(patient_id, found, on=on, at=at)
    is_told_again = former is AlertState.OPEN and _is_told_again(alert, found)
    session.add(_concern(patient_id, alert, found, rule_set.version, at))
    if former is not AlertState.OPEN:
        steps.write(alert, former, by=None, at=at, how=Event.ANOTHER_ANSWER.value if former else "")
        alarm.start(alert, found.rule, at=at, before=before)
    elif is_told_again:
        alarm.again(alert, at=at)
    session.flush()
    touched(patient_id)
    if former is not AlertState.OPEN:
        steps.record(alert, "opened", by=None, at=at, rule=found.rule.code)
    return alert


def _is_told_again(alert: Alert, found: _Found) -> bool:
    """Return whether more for an open alert is told at once: all that is from a bedside, of answers a worse one.

    To a question that no rule names nobody can say which answer is worse: there any other one is told.
    """
    if not found.is_answer:
        return bool(found.said)
    same = (Concern.alert_id == alert.id, Concern.instrument == found.instrument, Concern.item == found.item)
    known = session.scalars(select(Concern.value).where(*same)).all()
    is_named = any((one.instrument, one.item) == (found.instrument, found.item) for one in found.rule.criteria)
    return bool(known) and (_is_worse(found.value, known) if is_named else found.value not in known)


def _concern(patient_id: uuid.UUID, alert: Alert, found: _Found, rules_version: int, at: datetime) -> Concern:
    return Concern(
        patient_id=patient_id,
        alert_id=alert.id,
        submission_id=found.submission_id,
        instrument=found.instrument,
        item=found.item,
        rule=found.rule.code,
        severity=found.rule.severity,
        value=found.value,
        said=found.said,
        details=found.details,
        rules_version=rules_version,
        occurred_at=found.occurred_at,
        found_at=at,
    )


def _alert_for(patient_id: uuid.UUID, found: _Found, *, on: date, at: datetime) -> tuple[Alert, AlertState | None]:
    """Return the alert a concern belongs to, open, and in which state it was before; None where it is new."""
    code = found.rule.code
    alert = session.scalar(
        select(Alert)
        .where(Alert.patient_id == patient_id, Alert.rule == code, Alert.on == on)
        .where(Alert.state != AlertState.CLOSED, Alert.on_worklist == found.waits)
        .order_by(Alert.opened_at.desc())
        .limit(1)
        .with_for_update()
    )
    if alert is not None:
        former = alert.state
        if former is not AlertState.OPEN:
            alert.state, alert.state_at = AlertState.OPEN, at
        return alert, former
    alert = Alert(
        id=uuid.uuid4(),
        patient_id=patient_id,
        rule=code,
        severity=Severity.REVIEW if found.waits else found.rule.severity,
        on=on,
        state=AlertState.OPEN,
        opened_at=at,
        state_at=at,
        on_worklist=found.waits,
        ring=0,
    )
    session.add(alert)
    session.flush()
    return alert, None


def _show_card(patient_id: uuid.UUID, at: datetime) -> None:
    """Let the crisis card come before everything else until the patient says that they have read it."""
    waiting = update(Patient).where(Patient.id == patient_id, Patient.card_since.is_(None)).values(card_since=at)
    session.execute(waiting.execution_options(synchronize_session=False))
