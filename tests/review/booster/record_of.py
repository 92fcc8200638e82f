"""Whole records for tests of the review sheet, written as they would stand after the services ran."""

import uuid
from datetime import datetime, timedelta
from typing import Any, TypeVar

from portal import db
from portal.patients.goals.models import PatientGoals
from portal.patients.models import Condition, PatientCondition
from portal.review.booster.models import BoosterReview, ReviewDecision
from portal.safety.models import Alert, AlertState, AlertTransition
from portal.treatment.events.models import LifeEvent
from portal.treatment.medication.models import ChangeKind, Medicine, MedicineChange
from portal.treatment.models import Course, InfusionKind
from portal.treatment.monitoring.models import MonitoringResult, Outcome, Watched
from portal.treatment.preparation.models import Step
from tests import factories
from tests.cast import NOW, Cast
from tests.progress.answered import all_of, answered
from tests.treatment import record_rows as rows

Row = TypeVar("Row", bound=db.Base)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def kept(row: Row) -> Row:
    """Write a row."""
    db.session.add(row)
    db.session.commit()
    return row


def alert(cast: Cast, rule: str = "R3", severity: int = 3, *, ago: int = 3, **values: Any) -> Alert:
    """Return an alert about Ada that is open, or closed by Bea where `closed` says how."""
    closed, at = values.pop("closed", ""), NOW - ago * DAY
    state = AlertState.CLOSED if closed else AlertState.OPEN
    own = {"on": at.date(), "opened_at": at, "state_at": at + DAY if closed else at}
    row = kept(Alert(patient_id=cast.ada.own_id, rule=rule, severity=severity, state=state, **own | values))
    if closed:
        step = {"before": AlertState.ACTED_ON, "after": AlertState.CLOSED, "at": row.state_at, "how": closed}
        kept(AlertTransition(alert_id=row.id, by_id=cast.bea.user_id, reason="Seen.", **step))
    return row


def medicine(cast: Cast, name: str, dose: str, groups: list[str], *, ago: int) -> Medicine:
    """Return a medicine that Ada takes, with its start."""
    on, by = (NOW - ago * DAY).date(), {"recorded_at": NOW - ago * DAY, "recorded_by_id": cast.bea.user_id}
    row = kept(Medicine(patient_id=cast.ada.own_id, name=name, dose=dose, groups=groups, started_on=on, **by))
    own: dict[str, Any] = {"patient_id": cast.ada.own_id, "medicine_id": row.id, "kind": ChangeKind.STARTED}
    kept(MedicineChange(on=on, dose=dose, **own, **by))
    return row


def event(cast: Cast, text: str, *, ago: int, by: str = "ada") -> LifeEvent:
    """Return something that happened in Ada's life."""
    on, who = (NOW - ago * DAY).date(), getattr(cast, by).user_id
    return kept(LifeEvent(patient_id=cast.ada.own_id, on=on, text=text, recorded_at=NOW, recorded_by_id=who))


def goals(cast: Cast, words: str, *, ago: int = 50) -> PatientGoals:
    """Return what Ada hopes for."""
    own = {"patient_id": cast.ada.own_id, "submission_id": uuid.uuid4(), "said_by_id": cast.ada.user_id}
    return kept(PatientGoals(words=words, said_at=NOW - ago * DAY, **own))


def check(cast: Cast, kind: Watched, *, ago: int, outcome: Outcome = Outcome.FINE, note: str = "") -> MonitoringResult:
    """Return a check that Nia recorded."""
    own = {"patient_id": cast.ada.own_id, "kind": kind, "done_on": (NOW - ago * DAY).date()}
    return kept(MonitoringResult(outcome=outcome, note=note, recorded_at=NOW, recorded_by_id=cast.nia.user_id, **own))


def review(cast: Cast, *, ago: int) -> BoosterReview:
    """Return a review that Bea signed."""
    at, by = NOW - ago * DAY, cast.bea.user_id
    own = {"patient_id": cast.ada.own_id, "submission_id": uuid.uuid4(), "signed_at": at, "signed_by_id": by}
    told = {"decision": ReviewDecision.WAIT, "reason": "Well.", "next_review_on": NOW.date(), "as_of": at}
    return kept(BoosterReview(sheet="", language="en", fingerprint="", **own, **told))


def bipolar(cast: Cast) -> None:
    """Let Ada have a bipolar disorder besides."""
    kept(PatientCondition(patient_id=cast.ada.own_id, condition=Condition.BIPOLAR, recorded_at=NOW))


def infusion(cast: Cast, course: Course, number: int, at: datetime, *, pressure: int = 150, **values: Any) -> None:
    """Write an infusion with its bedside record, whole from the check before to leaving."""
    kind = InfusionKind.INDUCTION if number <= 6 else InfusionKind.BOOSTER
    row = factories.infusion(course, cast.nia, at, number, kind=kind, **values)
    rows.entry(row, cast.nia, "pre-check", at - 20 * MINUTE, pregnancy="negative", identity=True)
    rows.vitals(row, cast.nia, at - 10 * MINUTE, 124, "before")
    rows.entry(row, cast.nia, "started", at)
    rows.vitals(row, cast.nia, at + 30 * MINUTE, pressure, level="hard" if pressure >= 180 else "none")
    nausea = rows.entry(row, cast.nia, "side-effect", at + 15 * MINUTE, effect="nausea", strength="moderate")
    rows.entry(row, cast.nia, "side-effect-ended", at + 45 * MINUTE, of=str(nausea.id))
    rows.entry(row, cast.nia, "ended", at + 40 * MINUTE, outcome="completed")
    rows.vitals(row, cast.nia, at + 70 * MINUTE, 128, "after")
    ticks = ("vitals_near", "oriented", "no_dissociation", "walks", "nausea_controlled", "no_intent")
    told = dict.fromkeys((*ticks, "adult_present", "instructions"), True)
    rows.entry(row, cast.nia, "discharge", at + 90 * MINUTE, **told)
    rows.said(
        row, cast.ada, Step.EVENING, answered_at=at - 14 * 60 * MINUTE, has_health_change=True, health_change="A cold"
    )


def long(cast: Cast, weeks: int) -> None:
    """Write so many weeks of care: an infusion and everything else each week; 6 weeks or more have boosters."""
    course = factories.course(cast.ada, cast.bea, started_on=(NOW - weeks * 7 * DAY).date())
    for number in range(1, weeks + 1):
        ago = (weeks - number) * 7 + 5
        infusion(cast, course, number, NOW - ago * DAY)
        answered(cast.ada, "phq-9", all_of("phq-9", 1), ago=ago - 3)
        answered(cast.ada, "asq", {"q1": 0, "q2": 0, "q3": 0, "q4": 0}, ago=ago - 3)
        on, at = (NOW - (ago - 2) * DAY).date(), NOW - (ago - 2) * DAY
        factories.check_in(cast.ada, on, at, note=f"Week {number}: better.")
        alert(cast, ago=ago, closed="safe")
        medicine(cast, f"Medicine {number}", "10 mg", ["benzodiazepine"], ago=ago)
        rows.allergy(cast.ada, cast.bea, f"Pollen {number}")
        event(cast, f"Event {number}", ago=ago - 1)
        check(cast, Watched.URINARY, ago=ago)
        goals(cast, f"Goal {number}", ago=ago)
        rows.screening(cast.ada, cast.bea)
    answered(cast.ada, "phq-9", all_of("phq-9", 2), ago=weeks * 7 + 20)
    for instrument, days in (("daily", 1), ("phq-9", 14)):
        factories.plan_item(cast.ada, instrument, days)
