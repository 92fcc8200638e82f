"""Taking check-ins: validate, score, write, look for what a person must hear of; all of it or nothing."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, update

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.checkins import plan, queries
from portal.checkins.filled import Filled, Sheet, check_in_row, draft_row, score_rows
from portal.checkins.models import CheckIn, CheckInDraft, ScoreRow
from portal.checkins.plan import DayProblem, PlanLine
from portal.checkins.planning import end_plans, resume, start_default_plan
from portal.clinic import queries as clinic
from portal.db import session, touched
from portal.instruments import catalogue, scoring
from portal.instruments.definition import Definition
from portal.instruments.scoring import AnswerProblem, Number
from portal.patients.queries import PatientRef
from portal.safety import rules
from portal.safety import service as safety

__all__ = [
    "AlreadySent",
    "Filled",
    "InvalidCheckIn",
    "Kept",
    "Sent",
    "Sheet",
    "correct",
    "end_plans",
    "hear",
    "mark_reviewed",
    "resume",
    "save_draft",
    "start_default_plan",
    "submit",
]

_CHECK_INS: Any = CheckIn.__table__
_SCORES: Any = ScoreRow.__table__
_DRAFTS: Any = CheckInDraft.__table__
_ADD_CHECK_IN = insert(_CHECK_INS)
_ADD_SCORES = insert(_SCORES)
_DROP_DRAFT = delete(_DRAFTS).where(
    _DRAFTS.c.patient_id == bindparam("patient"),
    _DRAFTS.c.plan_item_id == bindparam("item"),
    _DRAFTS.c.for_on == bindparam("day"),
)
_SUPERSEDE = (
    update(_CHECK_INS)
    .where(_CHECK_INS.c.id == bindparam("former"), _CHECK_INS.c.superseded_at.is_(None))
    .values(superseded_at=bindparam("moment"))
)
_RETIRE_SCORES = update(_SCORES).where(_SCORES.c.check_in_id == bindparam("former")).values(is_current=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """A check-in that is on record; `is_new` is False where the same one had been sent before."""

    check_in_id: uuid.UUID
    is_new: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of answers given so far: whether they are on record, and whether any made somebody worry."""

    is_saved: bool
    is_worrying: bool


class InvalidCheckIn(ValueError):
    """The answers or the day cannot be taken; nothing was written.

    `missing` are the codes of required items with neither an answer nor "prefer not to answer".
    """

    def __init__(
        self, problems: Sequence[AnswerProblem] = (), missing: Sequence[str] = (), day: DayProblem | None = None
    ) -> None:
        super().__init__("this check-in cannot be taken")
        self.problems, self.missing, self.day = tuple(problems), tuple(missing), day


class AlreadySent(Exception):
    """This submission id belongs to other answers that are on record."""

    def __init__(self, check_in_id: uuid.UUID) -> None:
        super().__init__("already sent with other answers")
        self.check_in_id = check_in_id


def submit(
    patient: PatientRef,
    instrument: str,
    sheet: Sheet,
    *,
    by: Actor,
    at: datetime,
    on: date | None = None,
    extra_items: Collection[str] = (),
    plan_item_id: uuid.UUID | None = None,
) -> Sent:
    """Take a check-in: its answers, its scores and whatever a person must hear of, written together.

    Args:
        patient: who it is about.
        instrument: the instrument's id; the answers are for its latest version.
        sheet: what was filled in.
        by: who sends it.
        at: now, aware UTC.
        on: the patient's day it is for; today, where it is left out.
        extra_items: items asked besides the default ones.
        plan_item_id: the line of the plan it answers.

    Raises:
        InvalidCheckIn: the answers or the day cannot be taken.
        AlreadySent: the same submission id was sent before with other answers.
    """
    definition = catalogue.current().get(instrument)
    asked = _asked(definition, extra_items)
    today = plan.local_day(at, patient.time_zone)
    filled = Filled(patient, definition, asked, sheet, on or today, plan_item_id)
    score = _score(definition, sheet.answers, asked)
    safety.hold(patient.id)
    sent = _sent_before(filled)
    if sent is not None:
        return sent
    problem = _day_problem(patient, filled.on, today)
    if problem is not None:
        raise InvalidCheckIn(day=problem)
    return _write(filled, score, by=by, at=at, today=today)


def correct(patient: PatientRef, check_in: CheckIn, sheet: Sheet, *, by: Actor, at: datetime) -> Sent:
    """Put other answers in place of a check-in's; the first ones stay on record, and so does what they gave rise to.

    A check-in that has been corrected already is corrected in its latest version. Raises as `submit` does.
    """
    definition = catalogue.current().get(check_in.instrument, check_in.version)
    score = _score(definition, sheet.answers, check_in.asked)
    safety.hold(patient.id)
    latest = queries.list_versions(patient.id, check_in.id)[-1]
    filled = Filled(patient, definition, latest.asked, sheet, latest.for_on, latest.plan_item_id, latest)
    sent = _sent_before(filled)
    if sent is not None:
        return sent
    if filled.hash == latest.answers_hash:
        return Sent(latest.id, is_new=False)
    return _write(filled, score, by=by, at=at, today=plan.local_day(at, patient.time_zone))


def save_draft(patient: PatientRef, line: PlanLine, sheet: Sheet, *, by: Actor, at: datetime, on: date) -> Kept:
    """Keep answers given so far, and look at once for what a person must hear of; answers that cannot be are left out.

    Args:
        patient: who it is about.
        line: the line of the plan it answers.
        sheet: what was filled in so far.
        by: who is filling it in.
        at: now, aware UTC.
        on: the patient's day it is for.
    """
    definition = catalogue.current().get(line.instrument)
    asked = _asked(definition, line.extra_items)
    readable = _readable(definition, asked, sheet)
    filled = Filled(patient, definition, asked, readable, on, line.id)
    is_worrying = hear(filled, at=at)
    if queries.find_submission(patient.id, sheet.submission_id) is not None:
        return Kept(is_saved=True, is_worrying=is_worrying)
    if _day_problem(patient, on, plan.local_day(at, patient.time_zone)) is not None:
        return Kept(is_saved=False, is_worrying=is_worrying)
    if _keep_draft(filled, at):
        audit.record("check-in:started", by=by, at=at, patient_id=patient.id, thing_id=line.id)
    return Kept(is_saved=True, is_worrying=is_worrying)


def hear(filled: Filled, *, at: datetime) -> bool:
    """Look for what a person must hear of in answers not sent yet or refused; return whether any made somebody worry.

    A question nobody has come to yet is not an unknown answer, an answer that cannot be is passed over, and the day may
    be one that cannot be taken.
    """
    safety.hold(filled.patient.id)
    heard = replace(filled, sheet=_readable(filled.definition, filled.asked, filled.sheet))
    today = plan.local_day(at, filled.patient.time_zone)
    return bool(_look_for_danger(heard, list(heard.answers), at=at, today=today))


def mark_reviewed(patient_id: uuid.UUID, check_in_ids: Collection[uuid.UUID], *, by: Actor, at: datetime) -> int:
    """Note that somebody of the team has read check-ins; return how many nobody had read before."""
    changed = session.execute(
        update(CheckIn)
        .where(CheckIn.patient_id == patient_id, CheckIn.id.in_(check_in_ids), CheckIn.reviewed_at.is_(None))
        .values(reviewed_at=at, reviewed_by_id=by.user_id)
        .execution_options(synchronize_session=False)
        .returning(CheckIn.id)
    ).all()
    if changed:
        touched(patient_id)
        audit.record(
            "check-in:reviewed", by=by, at=at, patient_id=patient_id, check_ins=[str(row.id) for row in changed]
        )
    return len(changed)


def _asked(definition: Definition, extra_items: Collection[str]) -> list[str]:
    return [item.code for item in definition.asked((*definition.default_items, *extra_items))]


def _readable(definition: Definition, asked: Sequence[str], sheet: Sheet) -> Sheet:
    wrong = {problem.item for problem in scoring.validate(definition, sheet.answers, asked)}
    return replace(sheet, answers={code: value for code, value in sheet.answers.items() if code not in wrong})


def _score(definition: Definition, answers: Mapping[str, Number | None], asked: Sequence[str]) -> scoring.Score:
    problems = scoring.validate(definition, answers, asked)
    if problems:
        raise InvalidCheckIn(problems)
    score = scoring.score(definition, answers, asked)
    if score.missing:
        raise InvalidCheckIn(missing=score.missing)
    return score


def _day_problem(patient: PatientRef, on: date, today: date) -> DayProblem | None:
    enrolled_on = plan.local_day(patient.enrolled_at, patient.time_zone)
    return plan.day_problem(on, today, past_days=clinic.current().past_days, enrolled_on=enrolled_on)


def _sent_before(filled: Filled) -> Sent | None:
    earlier = queries.find_submission(filled.patient.id, filled.sheet.submission_id)
    if earlier is None:
        return None
    if earlier.answers_hash != filled.hash:
        raise AlreadySent(earlier.id)
    return Sent(earlier.id, is_new=False)


def _write(filled: Filled, score: scoring.Score, *, by: Actor, at: datetime, today: date) -> Sent:
    patient_id, former = filled.patient.id, filled.corrects
    check_in_id = uuid.uuid4()
    if former is not None:
        session.execute(_SUPERSEDE, {"former": former.id, "moment": at})
        session.execute(_RETIRE_SCORES, {"former": former.id})
    session.execute(_ADD_CHECK_IN, check_in_row(filled, check_in_id, by=by, at=at))
    if score.scales:
        session.execute(_ADD_SCORES, score_rows(filled, score, check_in_id, at))
    if filled.plan_item_id is not None and former is None:
        session.execute(_DROP_DRAFT, {"patient": patient_id, "item": filled.plan_item_id, "day": filled.on})
    _look_for_danger(filled, filled.asked, at=at, today=today)
    touched(patient_id)
    event = "check-in:submitted" if former is None else "check-in:corrected"
    audit.record(event, by=by, at=at, patient_id=patient_id, thing_id=check_in_id, instrument=filled.definition.id)
    return Sent(check_in_id, is_new=True)


def _look_for_danger(filled: Filled, items: Sequence[str], *, at: datetime, today: date) -> tuple[rules.Finding, ...]:
    """Hand the safety items among `items` to the rules, each with the last known answer before it."""
    definition, patient_id = filled.definition, filled.patient.id
    codes = [item.code for item in definition.asked(items) if item.is_safety]
    if not codes:
        return ()
    previous: dict[str, float] = {}
    if rules.looks_back(definition.id):
        before = filled.corrects.received_at if filled.corrects else at
        previous = queries.previous_answers(patient_id, definition.id, codes, on=filled.on, at=before)
    answers = rules.read(definition, filled.sheet.answers, codes, previous)
    return safety.review(patient_id, answers, submission_id=filled.sheet.submission_id, on=today, at=at)


def _keep_draft(filled: Filled, at: datetime) -> bool:
    """Write the draft of this line of the plan and day over any former one; return whether it is the first."""
    row = draft_row(filled, at)
    known = session.execute(
        update(_DRAFTS)
        .where(*(_DRAFTS.c[name] == row[name] for name in ("patient_id", "plan_item_id", "for_on")))
        .values({name: row[name] for name in ("submission_id", "answers", "note", "saved_at")})
        .returning(_DRAFTS.c.for_on)
    ).first()
    if known is None:
        session.execute(insert(_DRAFTS), row)
    return known is None
