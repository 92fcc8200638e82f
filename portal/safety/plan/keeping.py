"""The phones on which a patient keeps the plan: by whose token, whether they still may, and whether theirs is old."""

import hashlib
import re
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect, func, select, update

from portal.access.policy import REACHABLE, Actor
from portal.accounts.models import AccountStatus, User
from portal.audit import service as audit
from portal.db import session
from portal.patients.models import Patient
from portal.safety.plan.models import KeptPlan, SafetyPlan

NOTED_EVERY = timedelta(hours=1)
"""A contact is written down no more often than this."""
MOST_PHONES = 20
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone that may still hold a copy, as the patient's list shows it."""

    id: uuid.UUID
    device: str
    kept_at: datetime
    seen_at: datetime
    removed_at: datetime | None
    is_this_one: bool
    is_newest: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a phone is told of its copy, and what of its contact is worth writing down."""

    keep: bool
    newer: bool
    kept_id: uuid.UUID | None = None
    is_gone: bool = False
    holds: uuid.UUID | None = None
    is_worth_noting: bool = False


NOTHING = Answer(keep=False, newer=False)


def keep(patient_id: uuid.UUID, plan_id: uuid.UUID, *, device: str, before: str, by: Actor, at: datetime) -> str:
    """Put a phone on the list and return the token by which it will be known; only its hash stays here.

    `before` is the token it was known by until now, or "": its former copy is replaced.
    """
    session.execute(
        update(KeptPlan)
        .where(KeptPlan.token_hash == _hash(before), KeptPlan.gone_at.is_(None))
        .values(removed_at=func.coalesce(KeptPlan.removed_at, at), gone_at=at)
    )
    token = secrets.token_urlsafe(32)
    row = KeptPlan(patient_id=patient_id, plan_id=plan_id, token_hash=_hash(token), device=device[:120])
    row.kept_at = row.seen_at = at
    session.add(row)
    session.flush()
    audit.record("safety-plan:kept", by=by, at=at, patient_id=patient_id, thing_id=row.id)
    return token


def remove(patient_id: uuid.UUID, kept_id: uuid.UUID, *, by: Actor, at: datetime) -> bool:
    """Let a phone delete its copy at its next contact; return whether there was one that had not been told yet."""
    theirs = KeptPlan.id == kept_id, KeptPlan.patient_id == patient_id, KeptPlan.removed_at.is_(None)
    removed = session.execute(update(KeptPlan).where(*theirs).values(removed_at=at).returning(KeptPlan.id)).first()
    if removed is None:
        return False
    audit.record("safety-plan:phone-removed", by=by, at=at, patient_id=patient_id, thing_id=kept_id)
    return True


def list_phones(patient_id: uuid.UUID, *, token: str) -> list[Phone]:
    """Return the phones a copy may still be on, the newest first; `token` is that of the one that asks, or ""."""
    rows = session.execute(
        select(KeptPlan, _newest())
        .where(KeptPlan.patient_id == patient_id, KeptPlan.gone_at.is_(None))
        .order_by(KeptPlan.kept_at.desc(), KeptPlan.id)
        .limit(MOST_PHONES)
    )
    own = _hash(token)
    return [
        Phone(
            id=row.id,
            device=row.device,
            kept_at=row.kept_at,
            seen_at=row.seen_at,
            removed_at=row.removed_at,
            is_this_one=row.token_hash == own,
            is_newest=row.plan_id == newest,
        )
        for row, newest in rows
    ]


def ask(token: str, *, held: str, at: datetime) -> Answer:
    """Return what a phone is to do with its copy; a token nobody knows is told to keep nothing.

    Args:
        token: what the phone knows itself by.
        held: the id of the version it holds; "" says that it holds none.
        at: now, aware UTC.
    """
    if not _TOKEN.fullmatch(token):
        return NOTHING
    row = session.execute(
        select(KeptPlan, Patient.status, User.status, _newest())
        .join(Patient, Patient.id == KeptPlan.patient_id)
        .join(User, User.id == Patient.user_id)
        .where(KeptPlan.token_hash == _hash(token))
    ).one_or_none()
    if row is None:
        return NOTHING
    kept, care, account, newest_id = row
    is_in_care = care in REACHABLE and account is not AccountStatus.DEACTIVATED
    keeps = kept.removed_at is None and kept.gone_at is None and is_in_care and bool(held)
    holds = newest_id if held == str(newest_id) else kept.plan_id
    is_news = holds != kept.plan_id or (not held and kept.gone_at is None)
    return Answer(
        keep=keeps,
        newer=keeps and held != str(newest_id),
        kept_id=kept.id,
        is_gone=not held,
        holds=holds,
        is_worth_noting=is_news or at - kept.seen_at >= NOTED_EVERY,
    )


def may_keep(token: str, *, at: datetime) -> bool:
    """Return whether a phone with this token may keep what it has."""
    return ask(token, held="any", at=at).keep


def note(answer: Answer, *, at: datetime) -> None:
    """Write down that a phone was in contact, and that its copy is gone where it said so."""
    gone = {"gone_at": func.coalesce(KeptPlan.gone_at, at)} if answer.is_gone else {}
    row = update(KeptPlan).where(KeptPlan.id == answer.kept_id)
    session.execute(row.values(seen_at=at, plan_id=answer.holds, **gone))


def belongs_to(token: str, patient_id: uuid.UUID, *, at: datetime) -> bool:
    """Return whether this phone may keep this patient's plan."""
    theirs = select(KeptPlan.id).where(KeptPlan.token_hash == _hash(token), KeptPlan.patient_id == patient_id)
    return session.scalar(theirs) is not None and may_keep(token, at=at)


def _newest() -> ScalarSelect[uuid.UUID]:
    found = select(SafetyPlan.id).where(SafetyPlan.patient_id == KeptPlan.patient_id)
    found = found.order_by(SafetyPlan.written_at.desc(), SafetyPlan.id.desc()).limit(1)
    return found.correlate(KeptPlan).scalar_subquery()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
