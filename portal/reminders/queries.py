"""Reading whom a reminder may be for, what they were told of so far, and what a session opened by a link has sent."""

import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, literal_column, select

from portal.access.policy import REACHABLE, PatientStatus
from portal.accounts.models import AccountStatus, User
from portal.checkins.due import CHUNK
from portal.checkins.models import CheckIn, PlanItem
from portal.checkins.queries import is_at_once
from portal.db import run, session
from portal.notifications.models import Delivery, Kind, OutboxMessage
from portal.patients.models import Patient, StatusChange
from portal.reminders.models import CheckInReminder
from portal.reminders.plan import Given
from portal.treatment.models import Infusion
from portal.treatment.preparation.models import Preparation, Step

AHEAD = timedelta(days=2)
DAY_OVER, MOVED = "day-is-over", "no-longer-planned"
_WENT_OUT = OutboxMessage.state.in_((Delivery.SENT, Delivery.FAILED))
_MISSED = and_(OutboxMessage.state == Delivery.DROPPED, OutboxMessage.last_error == DAY_OVER)
_PLANNED = "'planned'"
"""Written out, because only then can the index of what is planned be used."""


def sent_in(patient_id: uuid.UUID, plan_item_id: uuid.UUID, since: datetime) -> tuple[uuid.UUID, uuid.UUID] | None:
    """Return what was sent for a line of the plan since a moment: its id, and its submission's; None for nothing."""
    mine = CheckIn.patient_id == patient_id, CheckIn.plan_item_id == plan_item_id, CheckIn.received_at >= since
    first = select(CheckIn.id, CheckIn.submission_id).where(*mine, CheckIn.entered_by_id.is_(None))
    row = session.execute(first.order_by(CheckIn.received_at).limit(1)).first()
    return None if row is None else (row.id, row.submission_id)


def asked_at_once(patient_id: uuid.UUID, since: date) -> list[uuid.UUID]:
    """Return the lines that the portal itself asks of a patient because of an answer, from a day of theirs on."""
    mine = select(PlanItem).where(PlanItem.patient_id == patient_id, PlanItem.starts_on >= since)
    return [row.id for row in session.scalars(mine) if is_at_once(row)]


def next_patients(after: uuid.UUID | None) -> Sequence[Any]:
    """Return the next 500 patients in care who can sign in and have agreed to begin, in order of their ids."""
    return list(run(_NEXT, {"after": after or uuid.UUID(int=0)}).all())


def hold_patients(patient_ids: Sequence[uuid.UUID]) -> Sequence[Any]:
    """Return some of them as they stand now, held against whoever writes of them."""
    run(_HOLD, {"ids": list(patient_ids)})
    return list(run(_THESE, {"ids": list(patient_ids)}).all())


def given(patient_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[str, Given]]:
    """Return by patient and instrument what they were told of so far; a mail that missed its day told of nothing."""
    found: dict[uuid.UUID, dict[str, Given]] = {}
    rows = (
        select(CheckInReminder, and_(_mail(_MISSED), ~_mail(_WENT_OUT)).label("is_missed"))
        .join(Patient, Patient.id == CheckInReminder.patient_id)
        .where(CheckInReminder.patient_id.in_(patient_ids))
    )
    for row, is_missed in session.execute(rows.execution_options(populate_existing=True)):
        so_far = Given(row.series, row.given - is_missed, row.last_on, row.last_at)
        found.setdefault(row.patient_id, {})[row.instrument] = so_far
    return found


def _mail(became: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that the last mail to a patient about their check-ins became something, on any channel."""
    to_them = OutboxMessage.recipient_id == Patient.user_id, OutboxMessage.created_at == CheckInReminder.last_at
    return exists().where(*to_them, OutboxMessage.kind == Kind.CHECK_IN_DUE, became)


def planned_infusions(at: datetime, *, only: Collection[uuid.UUID] | None = None) -> Sequence[Any]:
    """Return what is planned for the next two days, with whose it is and whether they have got ready for it.

    Args:
        at: now, aware UTC.
        only: of these alone, which costs the same in whatever clinic; of all, where it is left out.
    """
    planned = Infusion.happens_at > at, Infusion.happens_at <= at + AHEAD, Infusion.status == literal_column(_PLANNED)
    these = () if only is None else (Infusion.id.in_(only),)
    evening = exists().where(Preparation.infusion_id == Infusion.id, Preparation.step == Step.EVENING)
    return session.execute(
        select(Infusion.id, Infusion.patient_id, Patient.user_id, User.time_zone)
        .add_columns(
            func.coalesce(Infusion.planned_at, Infusion.happens_at).label("happens_at"), evening.label("is_confirmed")
        )
        .join(Patient, Patient.id == Infusion.patient_id)
        .join(User, User.id == Patient.user_id)
        .where(*planned, *these, Patient.status.in_(REACHABLE), User.status == AccountStatus.ACTIVE)
        .order_by(Infusion.happens_at, Infusion.id)
    ).all()


def zones(user_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the time zone of each of some people who can sign in."""
    rows = session.execute(
        select(User.id, User.time_zone).where(User.id.in_(user_ids), User.status == AccountStatus.ACTIVE)
    )
    return {row.id: row.time_zone for row in rows}


def _patients() -> Any:
    back_at = select(func.max(StatusChange.changed_at)).where(
        StatusChange.patient_id == _PATIENT.c.id, StatusChange.after == PatientStatus.ACTIVE
    )
    columns = [_PATIENT.c[name] for name in ("id", "user_id", "enrolled_at", "status")]
    both = select(*columns, _USER.c.time_zone, back_at.scalar_subquery().label("back_at"))
    in_care = _PATIENT.c.status == PatientStatus.ACTIVE, _USER.c.status == AccountStatus.ACTIVE
    begun = _PATIENT.c.consented_at.is_not(None), _PATIENT.c.acknowledged_at.is_not(None)
    found = both.select_from(_PATIENT.join(_USER, _USER.c.id == _PATIENT.c.user_id)).where(*in_care, *begun)
    return found.order_by(_PATIENT.c.id)


_PATIENT: Any = Patient.__table__
_USER: Any = User.__table__
_IDS = bindparam("ids", expanding=True, type_=_PATIENT.c.id.type)
_HOLD = select(_PATIENT.c.id).where(_PATIENT.c.id.in_(_IDS)).order_by(_PATIENT.c.id).with_for_update(key_share=True)
_THESE = _patients().where(_PATIENT.c.id.in_(_IDS))
_NEXT = _patients().where(_PATIENT.c.id > bindparam("after", type_=_PATIENT.c.id.type)).limit(CHUNK)
