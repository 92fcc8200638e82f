"""Reading how alerts are answered: figures without names, of the whole clinic."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from portal.access.policy import PatientStatus
from portal.clinic import queries as clinic
from portal.db import session
from portal.notifications import queries as notifications
from portal.patients.models import Patient
from portal.safety import crisis
from portal.safety.crisis_file import Country
from portal.safety.measures.figures import Answered
from portal.safety.models import Alert, AlertState, AlertTransition

MOST_ALERTS, MOST_OPEN = 20_000, 500
_WAITS = (Alert.state == AlertState.OPEN, ~Alert.on_worklist)


@dataclass(frozen=True, slots=True)
class Now:
    """What waits at this moment; `undelivered` counts alerts whose mail has not reached everybody."""

    open: int
    overdue: int
    undelivered: int


@dataclass(frozen=True, slots=True)
class Place:
    """A country that patients of this clinic may read the help page for, with what is on file for it."""

    resources: Country
    patients: int
    is_clinics: bool


def list_answered(since: datetime) -> list[Answered]:
    """Return the alerts opened since a moment, the newest first, 20,000 at most."""
    step = AlertTransition
    closing = select(step.how).where(step.alert_id == Alert.id, step.after == AlertState.CLOSED)
    last = closing.order_by(step.at.desc(), step.id).limit(1).correlate(Alert).scalar_subquery()
    rows = session.execute(
        select(
            *(Alert.rule, Alert.opened_at, Alert.acknowledged_at, Alert.due_at, Alert.state, Alert.on_worklist),
            *(Alert.ring, last.label("closed_as")),
        )
        .where(Alert.opened_at >= since)
        .order_by(Alert.opened_at.desc())
        .limit(MOST_ALERTS)
    )
    return [
        Answered(
            rule=row.rule,
            opened_at=row.opened_at,
            acknowledged_at=row.acknowledged_at,
            due_at=row.due_at,
            is_open=row.state is AlertState.OPEN,
            on_worklist=row.on_worklist,
            went_further=row.ring > 0,
            closed_as=(row.closed_as or "") if row.state is AlertState.CLOSED else "",
        )
        for row in rows
    ]


def get_now(at: datetime) -> Now:
    """Return what waits at a moment; of the mail, that about the newest 500 open alerts."""
    overdue = func.count().filter(Alert.due_at < at)
    found = session.execute(select(func.count(), overdue).select_from(Alert).where(*_WAITS)).one()
    ids = session.scalars(select(Alert.id).where(*_WAITS).order_by(Alert.opened_at.desc()).limit(MOST_OPEN)).all()
    return Now(found[0], found[1], len(notifications.undelivered_alerts(ids, at=at)))


def list_places() -> list[Place]:
    """Return the countries of the clinic and of its patients in care, the clinic's first, then by patients."""
    in_care = Patient.status.in_((PatientStatus.ACTIVE, PatientStatus.PAUSED))
    rows = session.execute(select(Patient.country, func.count()).where(in_care).group_by(Patient.country))
    counts = {row[0]: row[1] for row in rows if row[0]}
    own = clinic.current().country
    codes = sorted({*counts, own} - {""}, key=lambda code: (code != own, -counts.get(code, 0), code))
    return [Place(crisis.for_country(code), counts.get(code, 0), code == own) for code in codes]
