"""Rows for tests, written and committed as they would stand after the services ran."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from portal import db
from portal.access.policy import Role
from portal.accounts.models import User
from portal.checkins import rhythm
from portal.checkins.models import CheckIn, PlanItem, ScoreRow, ScoreState
from portal.messaging.models import Message, Thread
from portal.patients.models import CareTeamMember, Patient
from portal.review import service as review
from portal.review.models import CaseloadEntry, CaseloadRow
from portal.treatment.models import Course, Infusion, InfusionKind, InfusionStatus
from tests.cast import NOW, ZONE, Person

Row = TypeVar("Row", bound=db.Base)
DAILY = {"mood": 6, "anxiety": 3, "energy": 5, "sleep_h": 7, "safe": 0}


def plan_item(person: Person, instrument: str = "daily", every_days: int = 1, **values: Any) -> PlanItem:
    """Return a line of a patient's plan, every so many days where no triggers are given."""
    triggers = rhythm.to_json(values.pop("triggers", rhythm.every(every_days)))
    asked = {"triggers": triggers, "min_gap_days": 0, "extra_items": []}
    defaults = {**asked, "starts_on": date(2026, 1, 1), "created_at": NOW - timedelta(days=300)}
    return _kept(PlanItem(patient_id=person.own_id, instrument=instrument, **defaults | values))


def check_in(person: Person, on: date = date(2026, 11, 22), at: datetime = NOW, **values: Any) -> CheckIn:
    """Return a daily check-in with the score rows of its numbers."""
    answers: dict[str, Any] = values.pop("answers", DAILY)
    row = CheckIn(
        submission_id=values.pop("submission_id", uuid.uuid4()),
        patient_id=person.own_id,
        instrument=values.pop("instrument", "daily"),
        version=values.pop("version", 1),
        language="en",
        asked=list(answers),
        answers=answers,
        for_on=on,
        time_zone=ZONE,
        started_at=at,
        received_at=at,
        answers_hash="",
        **values,
    )
    db.session.add(row)
    db.session.flush()
    for code in ("mood", "anxiety", "energy", "sleep_h"):
        if row.instrument == "daily" and answers.get(code) is not None:
            score(row, code, answers[code])
    return _kept(row)


def scored(person: Person, instrument: str, total: float, on: date, at: datetime | None = None) -> CheckIn:
    """Return a check-in of a scale that came to this total."""
    moment = at or datetime.combine(on, NOW.timetz())
    row = check_in(person, on, moment, instrument=instrument, answers={})
    score(row, "total", total)
    return _kept(row)


def score(row: CheckIn, scale: str, value: float) -> None:
    """Add one number a check-in came to."""
    db.session.add(
        ScoreRow(
            patient_id=row.patient_id,
            instrument=row.instrument,
            scale=scale,
            for_on=row.for_on,
            check_in_id=row.id,
            at=row.received_at,
            value=value,
            state=ScoreState.COMPLETE,
            answered=9,
            asked=9,
            version=row.version,
        )
    )


def course(person: Person, by: Person, **values: Any) -> Course:
    """Return a running course."""
    defaults = {"indication": "treatment-resistant-depression", "series_planned": 6, "started_on": date(2026, 9, 1)}
    return _kept(Course(patient_id=person.own_id, created_at=NOW, created_by_id=by.user_id, **defaults | values))


def infusion(on: Course, by: Person, at: datetime, number: int = 1, **values: Any) -> Infusion:
    """Return an infusion of a course, completed where nothing else is said."""
    defaults = {
        "kind": InfusionKind.INDUCTION,
        "status": InfusionStatus.COMPLETED,
        "dose_mg": 35.0,
        "dose_mg_per_kg": 0.5,
        "weight_kg": 70.0,
        "minutes": 40,
        "planned_at": at,
        "started_at": at,
    }
    return _kept(
        Infusion(
            course_id=on.id,
            patient_id=on.patient_id,
            number=number,
            happens_at=at,
            submission_id=uuid.uuid4(),
            recorded_at=at,
            recorded_by_id=by.user_id,
            **defaults | values,
        )
    )


def thread(person: Person, by: Person, body: str = "How are you?", at: datetime = NOW) -> Thread:
    """Return a thread with one message in it."""
    row = Thread(
        patient_id=person.own_id, subject="A question", started_at=at, started_by_id=by.user_id, last_message_at=at
    )
    db.session.add(row)
    db.session.flush()
    message(row, person, by, body, at)
    return row


def message(row: Thread, person: Person, by: Person, body: str, at: datetime = NOW) -> Message:
    """Add a message to a thread that the other side has not read."""
    if by.user_id == person.user_id:
        row.unread_by_team = (row.unread_by_team or 0) + 1
        row.owed_since = row.owed_since or at
    else:
        row.unread_by_patient = (row.unread_by_patient or 0) + 1
        row.owed_since = None
    return _kept(
        Message(
            submission_id=uuid.uuid4(),
            thread_id=row.id,
            patient_id=person.own_id,
            author_id=by.user_id,
            is_from_patient=by.user_id == person.user_id,
            body=body,
            sent_at=at,
        )
    )


def patient_row(name: str, provider: Person, rank: int, *, like: CaseloadRow, **entry: Any) -> uuid.UUID:
    """Add a patient of a provider straight to the caseload, without committing; the line reads like another one."""
    user = User(email=f"{name}@crowd.example", name=name, role=Role.PATIENT, time_zone=ZONE, created_at=NOW)
    db.session.add(user)
    db.session.flush()
    row = Patient(user_id=user.id, given_name=name, family_name="Crowd", born_on=date(1990, 1, 1), country="US")
    row.enrolled_at = NOW
    db.session.add(row)
    db.session.flush()
    db.session.add(CareTeamMember(patient_id=row.id, user_id=provider.user_id, since=NOW))
    copied = {column.name: getattr(like, column.name) for column in CaseloadRow.__table__.columns}
    db.session.add(CaseloadRow(**copied | {"patient_id": row.id, "name": f"{name} Crowd"}))
    listed = {"user_id": provider.user_id, "patient_id": row.id, "rank": rank, "sort_name": f"crowd {name}"}
    db.session.add(CaseloadEntry(**listed | entry))
    db.session.flush()
    return row.id


def _kept(row: Row) -> Row:
    db.session.add(row)
    db.session.flush()
    patient_id = getattr(row, "patient_id", None)
    if patient_id is not None:
        review.refresh([patient_id], at=NOW)
    db.session.commit()
    return row
