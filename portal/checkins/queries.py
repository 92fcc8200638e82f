"""Reading plans, drafts and check-ins."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, tuple_
from sqlalchemy.orm import aliased

from portal.access.policy import PatientStatus
from portal.accounts.models import User
from portal.checkins import plan
from portal.checkins.models import CheckIn, CheckInDraft, PlanItem, ScoreRow, ScoreState
from portal.checkins.plan import Done, PlanLine, Today
from portal.db import session
from portal.instruments import catalogue
from portal.patients.queries import PatientRef

PAGE = 30
ANSWERS_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """What a check-in page is drawn from: the line of the plan, answers given so far, and whether the day has one."""

    line: PlanLine
    draft: CheckInDraft | None = None
    done_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """The number a check-in is known by; `value` is None where too much was left out."""

    scale: str
    value: float | None
    band: str | None
    state: ScoreState
    answered: int
    asked: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A check-in with who read it; `totals` are its numbers in the instrument's order."""

    check_in: CheckIn
    totals: tuple[Total, ...]
    reviewed_by: str

    @property
    def primary(self) -> Total | None:
        """The first number, the one the check-in is known by."""
        return self.totals[0] if self.totals else None


@dataclass(frozen=True, slots=True)
class Page:
    """Some check-ins, newest first, and after which one the next page goes on."""

    entries: list[Entry]
    next_after: uuid.UUID | None


_CURRENT = CheckIn.superseded_at.is_(None)
_NEWEST = (CheckIn.received_at, CheckIn.id)


def list_plan(patient_id: uuid.UUID) -> list[PlanItem]:
    """Return a patient's plan, ended lines too, the most frequent first, else in the order they began."""
    mine = select(PlanItem).where(PlanItem.patient_id == patient_id)
    return list(
        session.scalars(mine.order_by(PlanItem.every_days, PlanItem.starts_on, PlanItem.instrument, PlanItem.id))
    )


def get_today(patient: PatientRef, *, at: datetime, past_days: int) -> Today:
    """Return what the patient's page of today says.

    Args:
        patient: whose page.
        at: now, aware UTC.
        past_days: how many days back the clinic lets people add a check-in.
    """
    today = plan.local_day(at, patient.time_zone)
    lines, last_done = _plan_and_last(patient.id, today)
    first_day = today - timedelta(days=past_days)
    done = _list_done(patient.id, set(last_done), first_day, today)
    enrolled_on = plan.local_day(patient.enrolled_at, patient.time_zone)
    in_care = patient.status is PatientStatus.ACTIVE
    due = plan.due_list(lines, last_done, today, in_care=in_care)
    missed = [
        (one.line, day)
        for one in due
        for day in plan.missed_days(
            one.line,
            [entry.for_on for entry in done if entry.instrument == one.line.instrument],
            today,
            past_days=past_days,
            enrolled_on=enrolled_on,
        )
    ]
    begun = _list_begun(patient.id, first_day) if due else {}
    return Today(today, due, begun, [entry for entry in done if entry.for_on == today], missed)


def get_offer(patient_id: uuid.UUID, plan_item_id: uuid.UUID, on: date) -> Offer | None:
    """Return what the page for one line of the plan and one day is drawn from, or None for no line of this patient."""
    draft = and_(CheckInDraft.plan_item_id == PlanItem.id, CheckInDraft.for_on == on)
    done = (
        select(CheckIn.id)
        .where(CheckIn.patient_id == patient_id, CheckIn.instrument == PlanItem.instrument)
        .where(CheckIn.for_on == on, _CURRENT)
        .order_by(CheckIn.received_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    row = session.execute(
        select(PlanItem, CheckInDraft, done)
        .outerjoin(CheckInDraft, and_(CheckInDraft.patient_id == patient_id, draft))
        .where(PlanItem.patient_id == patient_id, PlanItem.id == plan_item_id)
    ).one_or_none()
    return Offer(to_line(row[0]), row[1], row[2]) if row else None


def get_line(patient_id: uuid.UUID, plan_item_id: uuid.UUID) -> PlanLine | None:
    """Return one line of a patient's plan, or None where it is not theirs."""
    row = session.execute(_LINE, {"patient": patient_id, "item": plan_item_id}).one_or_none()
    return to_line(row) if row else None


def get_entry(patient_id: uuid.UUID, check_in_id: uuid.UUID) -> Entry | None:
    """Return one check-in of a patient, or None where it is not theirs."""
    return next(iter(_entries(_mine(patient_id).where(CheckIn.id == check_in_id))), None)


def list_entries(patient_id: uuid.UUID, *, after: uuid.UUID | None = None, only_unread: bool = False) -> Page:
    """Return a page of a patient's check-ins, the newest first, each in its latest version.

    Args:
        patient_id: whose check-ins.
        after: the last check-in of the page before.
        only_unread: leave out what the team has read.
    """
    statement = _mine(patient_id).where(_CURRENT)
    if only_unread:
        statement = statement.where(CheckIn.reviewed_at.is_(None))
    last = session.execute(select(*_NEWEST).where(CheckIn.patient_id == patient_id, CheckIn.id == after)).one_or_none()
    if last is not None:
        types = [column.type for column in _NEWEST]
        statement = statement.where(tuple_(*_NEWEST) < tuple_(*last, types=types))
    ordered = statement.order_by(*(column.desc() for column in _NEWEST))
    entries = _entries(ordered.limit(PAGE + 1))
    return Page(entries[:PAGE], entries[PAGE - 1].check_in.id if len(entries) > PAGE else None)


def list_versions(patient_id: uuid.UUID, check_in_id: uuid.UUID) -> list[CheckIn]:
    """Return a check-in and all it corrects or is corrected by, the first version first."""
    chain = select(CheckIn.id, CheckIn.corrects_id).where(CheckIn.patient_id == patient_id, CheckIn.id == check_in_id)
    walked = chain.cte("chain", recursive=True)
    other = aliased(CheckIn)
    is_next = or_(other.id == walked.c.corrects_id, other.corrects_id == walked.c.id)
    walked = walked.union(select(other.id, other.corrects_id).join(walked, is_next))
    rows = session.scalars(select(CheckIn).where(CheckIn.id.in_(select(walked.c.id))))
    return sorted(rows, key=lambda row: (row.received_at, row.superseded_at is None))


def find_submission(patient_id: uuid.UUID, submission_id: uuid.UUID) -> Any:
    """Return id and content hash of what a patient sent with a submission id, or None."""
    return session.execute(_SUBMISSION, {"patient": patient_id, "submission": submission_id}).one_or_none()


def previous_answers(
    patient_id: uuid.UUID, instrument: str, items: Collection[str], *, on: date, at: datetime
) -> dict[str, float]:
    """Return the last known answer to each item before one that is for day `on` and was sent at `at`.

    A declined answer is passed over: what matters is the last one that is known.
    """
    rows = session.scalars(
        select(CheckIn.answers)
        .where(CheckIn.patient_id == patient_id, CheckIn.instrument == instrument, _CURRENT)
        .where(or_(CheckIn.for_on < on, and_(CheckIn.for_on == on, CheckIn.received_at < at)))
        .order_by(CheckIn.for_on.desc(), CheckIn.received_at.desc())
        .limit(ANSWERS_LOOKED_AT)
    )
    found: dict[str, float] = {}
    for answers in rows:
        for item in items:
            if answers.get(item) is not None:
                found.setdefault(item, answers[item])
    return found


_ITEM: Any = PlanItem.__table__
_LINE = select(
    *(_ITEM.c[name] for name in ("id", "instrument", "every_days", "extra_items", "starts_on", "ends_on"))
).where(_ITEM.c.patient_id == bindparam("patient"), _ITEM.c.id == bindparam("item"))
_SUBMISSION = select(CheckIn.id, CheckIn.answers_hash).where(
    CheckIn.patient_id == bindparam("patient", type_=CheckIn.patient_id.type),
    CheckIn.submission_id == bindparam("submission", type_=CheckIn.submission_id.type),
)


def _plan_and_last(patient_id: uuid.UUID, today: date) -> tuple[list[PlanLine], dict[str, date]]:
    last = (
        select(CheckIn.for_on)
        .where(CheckIn.patient_id == patient_id, CheckIn.instrument == PlanItem.instrument)
        .where(CheckIn.for_on <= today, _CURRENT)
        .order_by(CheckIn.for_on.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(select(PlanItem, last).where(PlanItem.patient_id == patient_id)).all()
    return [to_line(item) for item, _ in rows], {item.instrument: on for item, on in rows if on is not None}


def to_line(item: Any) -> PlanLine:
    """Return a plan item, or a row with its columns, as the due list takes it."""
    minutes = catalogue.current().get(item.instrument).minutes
    extra_items = tuple(item.extra_items)
    return PlanLine(item.id, item.instrument, item.every_days, minutes, item.starts_on, item.ends_on, extra_items)


def _list_done(patient_id: uuid.UUID, instruments: Collection[str], first: date, last: date) -> list[Done]:
    rows = session.execute(
        select(CheckIn.id, CheckIn.instrument, CheckIn.for_on, CheckIn.received_at)
        .where(CheckIn.patient_id == patient_id, CheckIn.instrument.in_(instruments), _CURRENT)
        .where(CheckIn.for_on.between(first, last))
        .order_by(CheckIn.received_at)
    )
    return [Done(*row) for row in rows]


def _list_begun(patient_id: uuid.UUID, first: date) -> dict[uuid.UUID, date]:
    rows = session.execute(
        select(CheckInDraft.plan_item_id, CheckInDraft.for_on)
        .where(CheckInDraft.patient_id == patient_id, CheckInDraft.for_on >= first)
        .order_by(CheckInDraft.for_on)
    )
    return {row.plan_item_id: row.for_on for row in rows}


def _mine(patient_id: uuid.UUID) -> Any:
    reader = aliased(User)
    rows = select(CheckIn, reader.name).outerjoin(reader, reader.id == CheckIn.reviewed_by_id)
    return rows.where(CheckIn.patient_id == patient_id)


def _entries(statement: Any) -> list[Entry]:
    rows: Sequence[Any] = session.execute(statement).all()
    totals = _totals([check_in for check_in, _ in rows])
    return [Entry(check_in, tuple(totals.get(check_in.id, ())), name or "") for check_in, name in rows]


def _totals(check_ins: Sequence[CheckIn]) -> dict[uuid.UUID, list[Total]]:
    found: dict[uuid.UUID, list[Total]] = {}
    if not check_ins:
        return found
    order = {
        (definition.id, scale.code): place
        for definition in catalogue.current()
        for place, scale in enumerate(definition.scales)
    }
    rows = session.scalars(select(ScoreRow).where(ScoreRow.check_in_id.in_([row.id for row in check_ins])))
    for row in sorted(rows, key=lambda score: order.get((score.instrument, score.scale), 0)):
        total = Total(row.scale, row.value, row.band, ScoreState(row.state), row.answered, row.asked)
        found.setdefault(row.check_in_id, []).append(total)
    return found
