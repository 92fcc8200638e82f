"""Synthetic people in bulk, written past the services because thousands are needed."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import insert

from portal import clock, db
from portal.access.policy import PatientStatus, Role
from portal.accounts import sessions
from portal.accounts.models import AccountStatus, User
from portal.checkins.models import PlanItem
from portal.checkins.ready_made import Phase
from portal.patients.models import CareTeamMember, Patient
from portal.review.models import CaseloadEntry, CaseloadRow
from portal.review.need import Need
from portal.web.session import csrf_secret
from tests.server import SECRET

BLOCK = 5_000
SINCE = timedelta(days=3_700)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody with a live session: what their browser would send."""

    user_id: uuid.UUID
    patient_id: uuid.UUID
    plan_item_id: uuid.UUID
    headers: dict[str, str]
    csrf: str


def add(table: Any, rows: Iterator[dict[str, Any]]) -> None:
    """Write rows in blocks and commit each."""
    block: list[dict[str, Any]] = []
    for row in rows:
        block.append(row)
        if len(block) == BLOCK:
            db.session.execute(insert(table.__table__), block)
            db.session.commit()
            block = []
    if block:
        db.session.execute(insert(table.__table__), block)
        db.session.commit()


def user(role: Role, number: int, since: datetime) -> dict[str, Any]:
    """Return the row of an account."""
    return {
        "id": uuid.uuid4(),
        "email": f"{role.value}-{number}@bench.example",
        "name": f"Person {number}",
        "role": role,
        "status": AccountStatus.ACTIVE,
        "is_medical_director": False,
        "password_hash": None,
        "time_zone": "UTC",
        "language": "en",
        "created_at": since,
        "password_changed_at": None,
        "deactivated_at": None,
    }


def provider() -> uuid.UUID:
    """Write one provider and return who it is."""
    row = user(Role.PROVIDER, 0, clock.now() - SINCE)
    add(User, iter([row]))
    found: uuid.UUID = row["id"]
    return found


def patients(count: int, provider_id: uuid.UUID, *, first: int = 1) -> list[uuid.UUID]:
    """Write patients of one provider, with their plan and their place in the caseload."""
    since = clock.now() - SINCE
    users = [user(Role.PATIENT, number, since) for number in range(first, first + count)]
    ids = [uuid.uuid4() for _ in users]
    add(User, iter(users))
    add(Patient, (_patient(found, one["id"], since) for found, one in zip(ids, users, strict=True)))
    member = {"user_id": provider_id, "since": since, "until": None, "is_lead": True}
    add(CareTeamMember, ({"id": uuid.uuid4(), "patient_id": found, **member} for found in ids))
    add(PlanItem, (_plan_item(found, since) for found in ids))
    add(CaseloadRow, (_caseload_row(found, number) for number, found in enumerate(ids, start=first)))
    add(CaseloadEntry, (_entry(found, provider_id, number) for number, found in enumerate(ids, start=first)))
    return ids


def sign_in(app: Flask, user_id: uuid.UUID, patient_id: uuid.UUID, plan_item_id: uuid.UUID) -> SignedIn:
    """Open a session for somebody, as their browser would hold it."""
    token = sessions.start(db.session.get_one(User, user_id), at=clock.now(), device="bench")
    db.session.commit()
    csrf = URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token").dumps(csrf_secret(app, token))
    headers = {"Cookie": f"interval={token}", "Content-Type": "application/x-www-form-urlencoded"}
    return SignedIn(user_id, patient_id, plan_item_id, headers, str(csrf))


def _patient(patient_id: uuid.UUID, user_id: uuid.UUID, since: datetime) -> dict[str, Any]:
    empty = ("mobile_phone", "home_phone", "address_line_1", "address_line_2", "city", "region", "postal_code")
    emergency = ("emergency_name", "emergency_relationship", "emergency_phone")
    return dict.fromkeys((*empty, *emergency), "") | {
        "id": patient_id,
        "user_id": user_id,
        "given_name": "Bench",
        "family_name": "Person",
        "born_on": date(1980, 1, 1),
        "country": "US",
        "emergency_may_call": False,
        "primary_instrument": "phq-9",
        "status": PatientStatus.ACTIVE,
        "enrolled_at": since,
        "invited_at": since,
        "consented_at": since,
        "acknowledged_at": since,
    }


def _plan_item(patient_id: uuid.UUID, since: datetime) -> dict[str, Any]:
    return {
        "id": uuid.uuid5(patient_id, "daily"),
        "patient_id": patient_id,
        "instrument": "daily",
        "triggers": [{"anchor": "start", "from": 0, "every": 1}],
        "min_gap_days": 0,
        "extra_items": [],
        "starts_on": since.date(),
        "ends_on": None,
        "created_at": since,
        "created_by_id": None,
    }


def _caseload_row(patient_id: uuid.UUID, number: int) -> dict[str, Any]:
    now = clock.now()
    moments = ("latest_at", "last_infusion_at", "next_infusion_at", "last_check_in_at", "looked_at")
    return dict.fromkeys(moments, now - timedelta(days=number % 30)) | {
        "patient_id": patient_id,
        "name": f"Bench Person {number}",
        "status": PatientStatus.ACTIVE,
        "conditions": "treatment-resistant-depression",
        "instrument": "phq-9",
        "baseline": 20.0,
        "latest": float(number % 27),
        "latest_state": "complete",
        "latest_band": None,
        "previous": 12.0,
        "best": 4.0,
        "trend": "steady",
        "phase": Phase.MAINTENANCE,
        "review_on": None,
        "infusions_done": 7,
        "unreviewed": number % 5,
        "unread": number % 3,
        "open_alerts": 0,
        "worst_open_alert": 0,
        "new_since_look": number % 5,
        "refreshed_at": now,
    }


def _entry(patient_id: uuid.UUID, provider_id: uuid.UUID, number: int) -> dict[str, Any]:
    """One in the middle of the list; nobody of them is on a list of its own."""
    marks = {"is_lead": False, "is_worsening": False, "in_induction": False, "review_on": None, "heard_at": None}
    place = {"rank": Need.WORSENING + number % 3, "sort_name": f"person {number:06d}"}
    return {"user_id": provider_id, "patient_id": patient_id} | place | marks
