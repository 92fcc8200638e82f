"""An alert's steps: each one a row, each one audited."""

import uuid
from datetime import datetime

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.db import session, touched
from portal.safety.models import Alert, AlertState, AlertTransition, Event


def write(
    alert: Alert,
    before: AlertState | None,
    *,
    by: Actor | None,
    at: datetime,
    how: str = "",
    reason: str = "",
    whom: uuid.UUID | None = None,
) -> None:
    """Write one step of an alert that stands where it went to."""
    session.add(
        AlertTransition(
            alert_id=alert.id,
            before=before,
            after=alert.state,
            at=at,
            by_id=by.user_id if by else None,
            whom_id=whom,
            how=how,
            reason=reason,
        )
    )


def happened(alert: Alert, event: Event, *, at: datetime, whom: uuid.UUID | None = None) -> None:
    """Write down something that leaves the alert where it is, and that no person did; the caller audits it."""
    write(alert, alert.state, by=None, at=at, how=event.value, whom=whom)


def move(alert: Alert, after: AlertState, *, by: Actor | None, at: datetime, how: str = "", reason: str = "") -> None:
    """Let an alert go from where it is to another state, where nothing runs any more."""
    before, alert.state, alert.state_at, alert.escalate_at = alert.state, after, at, None
    write(alert, before, by=by, at=at, how=how, reason=reason)
    session.flush()
    touched(alert.patient_id)
    record(alert, after.value, by=by, at=at)


def record(alert: Alert, event: str, *, by: Actor | None, at: datetime, **details: str) -> None:
    """Append a step to the audit."""
    audit.record(f"alert:{event}", by=by, at=at, patient_id=alert.patient_id, thing_id=alert.id, **details)
