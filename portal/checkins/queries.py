"""Reading plans, drafts and check-ins."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, tuple_
from sqlalchemy.orm import aliased

from portal.accounts.models import User
from portal.checkins.models import CheckIn, CheckInDraft, PlanItem, ScoreRow, ScoreState
from portal.checkins.rhythm import AT_ONCE, PlanLine, from_json, to_json
from portal.db import session
from portal.instruments import catalogue
from portal.instruments.definition import FilledBy

PAGE = 30
ANSWERS_LOOKED_AT = 20
SELDOM = 1_000
MOST_TOLD = 2_000


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
    """A check-in with who read it and who of the staff typed it in; `totals` are in the instrument's order."""

    check_in: CheckIn
    totals: tuple[Total, ...]
    reviewed_by: str
    entered_by: str = ""

    @property
    def primary(self) -> Total | None:
        """The first number, the one the check-in is known by."""
        return self.totals[0] if self.totals else None


@dataclass(frozen=True, slots=True)
class Told:
    """What was answered once to an instrument, in its latest version; `at` is when answering began."""

    instrument: str
    at: datetime
    answers: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Page:
    """Some check-ins, newest first, and after which one the next page goes on."""

    entries: list[Entry]
    next_after: uuid.UUID | None


_CURRENT = CheckIn.superseded_at.is_(None)
_NEWEST = (CheckIn.received_at, CheckIn.id)


def is_at_once(item: Any) -> bool:
    """Return whether the portal asks this on one day because of an answer; nobody put it into the plan."""
    return item.created_by_id is None and item.triggers == to_json(AT_ONCE)


def is_planned(item: Any) -> bool:
    """Return whether this is a line of the plan, and nothing that was asked once besides it."""
    return not (item.is_requested or is_at_once(item))


def list_plan(patient_id: uuid.UUID) -> list[PlanItem]:
    """Return a patient's plan, ended lines too, the most frequent first, else in the order they began.

    What the portal asked on one day because of an answer, or the care team asked for once, is no part of it.
    """
    mine = select(PlanItem).where(PlanItem.patient_id == patient_id)
    every = session.scalars(mine.order_by(PlanItem.starts_on, PlanItem.instrument, PlanItem.id))
    rows = [row for row in every if is_planned(row)]
    return sorted(rows, key=lambda row: min((one.get("every", SELDOM) for one in row.triggers), default=SELDOM))


def get_offer(patient_id: uuid.UUID, plan_item_id: uuid.UUID, on: date) -> Offer | None:
    """Return what the page for one line of the plan and one day is drawn from, or None for nothing they are asked.

    Answers given so far for a line that another one has replaced go on in the other.
    """
    other = aliased(PlanItem)
    alike = select(other.id).where(other.patient_id == patient_id, other.instrument == PlanItem.instrument)
    draft = and_(CheckInDraft.plan_item_id.in_(alike.correlate(PlanItem)), CheckInDraft.for_on == on)
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
        .order_by(CheckInDraft.saved_at.desc())
        .limit(1)
    ).one_or_none()
    line = to_line(row[0]) if row else None
    return Offer(line, row[1], row[2]) if row and line and not line.is_for_team else None


def get_asked(patient_id: uuid.UUID, plan_item_id: uuid.UUID) -> PlanLine | None:
    """Return a line that a patient is asked, or None where it is not theirs, or is for the care team to enter."""
    line = get_line(patient_id, plan_item_id)
    return line if line and not line.is_for_team else None


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


def list_told(patient_id: uuid.UUID, instruments: Collection[str]) -> list[Told]:
    """Return what was answered to some instruments, in order of time; of very much, the latest."""
    rows = session.execute(
        select(CheckIn.instrument, CheckIn.started_at, CheckIn.answers)
        .where(CheckIn.patient_id == patient_id, CheckIn.instrument.in_(instruments), _CURRENT)
        .order_by(CheckIn.started_at.desc())
        .limit(MOST_TOLD)
    )
    return [Told(*row) for row in reversed(rows.all())]


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
_OF_LINE = (
    *("id", "instrument", "triggers", "min_gap_days", "extra_items", "starts_on", "ends_on", "created_by_id"),
    "is_requested",
)
_LINE = select(*(_ITEM.c[name] for name in _OF_LINE)).where(
    _ITEM.c.patient_id == bindparam("patient"), _ITEM.c.id == bindparam("item")
)
_SUBMISSION = select(CheckIn.id, CheckIn.answers_hash).where(
    CheckIn.patient_id == bindparam("patient", type_=CheckIn.patient_id.type),
    CheckIn.submission_id == bindparam("submission", type_=CheckIn.submission_id.type),
)


def to_line(item: Any) -> PlanLine:
    """Return a plan item, or a row with its columns, as the due list takes it."""
    definition = catalogue.current().get(item.instrument)
    return PlanLine(
        item.id,
        item.instrument,
        from_json(item.triggers),
        item.min_gap_days,
        definition.minutes,
        item.starts_on,
        item.ends_on,
        tuple(item.extra_items),
        definition.filled_by is FilledBy.CLINICIAN,
        is_at_once(item),
        item.is_requested,
    )


def _mine(patient_id: uuid.UUID) -> Any:
    reader, writer = aliased(User), aliased(User)
    rows = select(CheckIn, reader.name, writer.name).outerjoin(reader, reader.id == CheckIn.reviewed_by_id)
    return rows.outerjoin(writer, writer.id == CheckIn.entered_by_id).where(CheckIn.patient_id == patient_id)


def _entries(statement: Any) -> list[Entry]:
    rows: Sequence[Any] = session.execute(statement).all()
    totals = _totals([check_in for check_in, *_ in rows])
    return [
        Entry(check_in, tuple(totals.get(check_in.id, ())), reader or "", writer or "")
        for check_in, reader, writer in rows
    ]


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
