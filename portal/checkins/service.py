"""Taking check-ins: validate, score, write, look for what a person must hear of; all of it or nothing."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, insert, or_, select, update

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.checkins import plan, queries, silence
from portal.checkins.drafts import Kept, save_draft
from portal.checkins.filled import Filled, Sheet, asked_items, check_in_row, day_problem, score_rows
from portal.checkins.hearing import hear, look_for_danger
from portal.checkins.models import CheckIn, CheckInDraft, Mode, PlanItem, ScoreRow
from portal.checkins.over_time import look_over_time
from portal.checkins.plan import DayProblem
from portal.checkins.planning import end_plans, resume, start_default_plan
from portal.checkins.requests import service as requests
from portal.checkins.screening import follow_up
from portal.db import session, touched
from portal.instruments import catalogue, own_words, scoring
from portal.instruments.definition import Definition
from portal.instruments.scoring import AnswerProblem, Number
from portal.patients.queries import PatientRef
from portal.safety import service as safety

__all__ = [
    "AlreadySent",
    "Filled",
    "InvalidCheckIn",
    "Kept",
    "Sent",
    "Sheet",
    "asked_items",
    "correct",
    "end_plans",
    "hear",
    "mark_reviewed",
    "refusal_of",
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
_ALIKE = select(PlanItem.id).where(
    PlanItem.patient_id == bindparam("patient"), PlanItem.instrument == bindparam("instrument")
)
_DROP_DRAFT = delete(_DRAFTS).where(
    _DRAFTS.c.patient_id == bindparam("patient"),
    or_(
        and_(_DRAFTS.c.plan_item_id.in_(_ALIKE), _DRAFTS.c.for_on == bindparam("day")),
        _DRAFTS.c.submission_id == bindparam("submission"),
    ),
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
    version: int | None = None,
    mode: Mode = Mode.SELF,
) -> Sent:
    """Take a check-in: its answers, its scores and whatever a person must hear of, written together.

    Args:
        patient: who it is about.
        instrument: the instrument's id.
        sheet: what was filled in.
        by: who sends it.
        at: now, aware UTC.
        on: the patient's day it is for; today, where it is left out.
        extra_items: items asked besides the default ones.
        plan_item_id: the line of the plan it answers.
        version: the version of the instrument that was answered; the latest, where it is left out.
        mode: how the answers came; in every mode but `self` the sender is staff.

    Raises:
        InvalidCheckIn: the answers or the day cannot be taken.
        AlreadySent: the same submission id was sent before with other answers.
        UnknownInstrument: there is no such instrument, or no such version of it.
    """
    definition = own_words.worded(catalogue.current().get(instrument, version), patient.language)
    asked = asked_items(definition, extra_items)
    today = plan.local_day(at, patient.time_zone)
    filled = Filled(patient, definition, asked, sheet, on or today, plan_item_id, mode=mode)
    score = _score(definition, sheet.answers, asked)
    safety.hold(patient.id)
    sent = _sent_before(filled)
    if sent is not None:
        return sent
    problem = day_problem(patient, filled.on, today)
    if problem is not None:
        raise InvalidCheckIn(day=problem)
    return _write(filled, score, by=by, at=at, today=today)


def correct(
    patient: PatientRef, check_in: CheckIn, sheet: Sheet, *, by: Actor, at: datetime, mode: Mode = Mode.SELF
) -> Sent:
    """Put other answers in place of a check-in's; the first ones stay on record, and so does what they gave rise to.

    A check-in that has been corrected already is corrected in its latest version. `mode` is how the correction came;
    the original keeps its own. Raises as `submit` does.
    """
    definition = own_words.worded(catalogue.current().get(check_in.instrument, check_in.version), by.language)
    score = _score(definition, sheet.answers, check_in.asked)
    safety.hold(patient.id)
    latest = queries.list_versions(patient.id, check_in.id)[-1]
    filled = Filled(patient, definition, latest.asked, sheet, latest.for_on, latest.plan_item_id, latest, mode)
    sent = _sent_before(filled)
    if sent is not None:
        return sent
    if filled.hash == latest.answers_hash:
        return Sent(latest.id, is_new=False)
    return _write(filled, score, by=by, at=at, today=plan.local_day(at, patient.time_zone))


def refusal_of(
    definition: Definition, answers: Mapping[str, Number | None], asked: Sequence[str]
) -> InvalidCheckIn | None:
    """Return everything that is wrong with answers at once, None where nothing is."""
    problems = scoring.validate(definition, answers, asked)
    wrong = {problem.item for problem in problems}
    rest = {code: value for code, value in answers.items() if code not in wrong}
    missing = [code for code in scoring.score(definition, rest, asked).missing if code not in wrong]
    return InvalidCheckIn(problems, missing) if problems or missing else None


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


def _score(definition: Definition, answers: Mapping[str, Number | None], asked: Sequence[str]) -> scoring.Score:
    try:
        score = scoring.score(definition, answers, asked)
    except scoring.InvalidAnswers:
        score = None
    if score is None or score.missing:
        raise refusal_of(definition, answers, asked) or InvalidCheckIn()
    return score


def _sent_before(filled: Filled) -> Sent | None:
    earlier = queries.find_submission(filled.patient.id, filled.sheet.submission_id)
    if earlier is None:
        return None
    if earlier.answers_hash != filled.hash:
        raise AlreadySent(earlier.id)
    return Sent(earlier.id, is_new=False)


def _write(filled: Filled, score: scoring.Score, *, by: Actor, at: datetime, today: date) -> Sent:
    patient_id, former = filled.patient.id, filled.corrects
    check_in_id, true_at = uuid.uuid4(), _true_at(former, at)
    if former is not None:
        session.execute(_SUPERSEDE, {"former": former.id, "moment": at})
        session.execute(_RETIRE_SCORES, {"former": former.id})
    session.execute(_ADD_CHECK_IN, check_in_row(filled, score, check_in_id, by=by, at=at))
    if score.scales:
        session.execute(_ADD_SCORES, score_rows(filled, score, check_in_id, true_at))
    if filled.plan_item_id is not None and former is None:
        which = {"instrument": filled.definition.id, "day": filled.on, "submission": filled.sheet.submission_id}
        session.execute(_DROP_DRAFT, {"patient": patient_id, **which})
    requests.answered(
        patient_id,
        filled.definition.id,
        check_in_id,
        on=filled.on,
        today=today,
        former_id=former.id if former is not None else None,
    )
    found = look_for_danger(filled, list(score.safety), at=at, today=today)
    follow_up(filled, found, at=at, today=today)
    look_over_time(filled, score, scored_at=true_at, at=at, today=today)
    silence.heard(patient_id, at=at)
    touched(patient_id)
    details = {"instrument": filled.definition.id} | ({} if filled.mode is Mode.SELF else {"mode": filled.mode.value})
    audit.record(_event(filled), by=by, at=at, patient_id=patient_id, thing_id=check_in_id, **details)
    return Sent(check_in_id, is_new=True)


def _true_at(former: CheckIn | None, at: datetime) -> datetime:
    """A correction is about the moment of what it corrects: it stays on its side of an infusion of that day."""
    if former is None:
        return at
    scored = select(ScoreRow.at).where(ScoreRow.check_in_id == former.id).limit(1)
    return session.scalar(scored) or former.received_at


def _event(filled: Filled) -> str:
    if filled.corrects is not None:
        return "check-in:corrected"
    return "check-in:submitted" if filled.mode is Mode.SELF else "check-in:entered"
