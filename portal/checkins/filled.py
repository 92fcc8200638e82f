"""A sheet that somebody filled in, and the rows it becomes."""

import hashlib
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import orjson

from portal.access.policy import Actor
from portal.checkins import asking, plan, quality
from portal.checkins.models import CheckIn, Mode
from portal.checkins.plan import DayProblem
from portal.clinic import queries as clinic
from portal.instruments.definition import Definition
from portal.instruments.scoring import Number, Score
from portal.patients.queries import PatientRef
from portal.safety.ruleset import queries as ruleset


@dataclass(frozen=True, slots=True)
class Sheet:
    """What somebody filled in: answers map item codes to numbers, None is declined, an absent code is unanswered.

    The times are as the sender says; `quality.believe` decides what of them can be true.
    """

    submission_id: uuid.UUID
    answers: Mapping[str, Number | None]
    note: str = ""
    started_at: datetime | None = None
    offered_at: datetime | None = None
    submitted_at: datetime | None = None
    answered_ms: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filled:
    """A sheet with what it is about: whose, which items were asked, for which day, and which check-in it corrects.

    `mode` is how the answers came; in every mode but `self` somebody of the staff has typed them in.
    """

    patient: PatientRef
    definition: Definition
    asked: Sequence[str]
    sheet: Sheet
    on: date
    plan_item_id: uuid.UUID | None
    corrects: CheckIn | None = None
    mode: Mode = Mode.SELF

    @property
    def answers(self) -> dict[str, float | None]:
        """The answers as they are stored: whole numbers without a fraction, in printed order.

        Nobody has declined a question that was not asked.
        """
        given = self.sheet.answers
        unasked = asking.hidden(self.definition, given, self.asked)
        return {
            code: None if given[code] is None else _plain(given[code])
            for code in self.asked
            if code in given and (given[code] is not None or code not in unasked)
        }

    @property
    def hash(self) -> str:
        """What tells this content from any other; the same whatever the order or spelling of its numbers."""
        content = [self.definition.id, self.on, self.answers, self.sheet.note]
        return hashlib.sha256(orjson.dumps(content)).hexdigest()


def _plain(number: Number | None) -> float:
    value = float(number or 0)
    return int(value) if value.is_integer() else value


def asked_items(definition: Definition, extra_items: Collection[str]) -> list[str]:
    """Return the codes of the items put to somebody: the default ones, and of the further ones those there are."""
    further = {item.code for item in definition.items}.intersection(extra_items)
    return [item.code for item in definition.asked((*definition.default_items, *further))]


def day_problem(patient: PatientRef, on: date, today: date) -> DayProblem | None:
    """Return why a check-in of a patient cannot be for a day, None where it can."""
    enrolled_on = plan.local_day(patient.enrolled_at, patient.time_zone)
    return plan.day_problem(on, today, past_days=clinic.current().past_days, enrolled_on=enrolled_on)


def check_in_row(filled: Filled, score: Score, check_in_id: uuid.UUID, *, by: Actor, at: datetime) -> dict[str, Any]:
    """Return the row of a check-in."""
    sheet, is_own = filled.sheet, filled.mode is Mode.SELF
    moments = quality.believe(sheet.started_at, sheet.submitted_at, sheet.answered_ms, at)
    return {
        "id": check_in_id,
        "submission_id": sheet.submission_id,
        "patient_id": filled.patient.id,
        "plan_item_id": filled.plan_item_id,
        "instrument": filled.definition.id,
        "version": filled.definition.version,
        "language": filled.definition.language,
        "asked": list(filled.asked),
        "answers": filled.answers,
        "note": sheet.note,
        "for_on": filled.on,
        "time_zone": filled.corrects.time_zone if filled.corrects else filled.patient.time_zone,
        "mode": filled.mode,
        "entered_by_id": None if is_own else by.user_id,
        "offered_at": _offered(sheet.offered_at, moments.started_at),
        "started_at": moments.started_at,
        "submitted_at": moments.submitted_at,
        "received_at": at,
        "answered_ms": dict(moments.answered_ms),
        "quality": _quality(filled, moments, at) if is_own else [],
        "engine": score.engine,
        "answers_hash": filled.hash,
        "corrects_id": filled.corrects.id if filled.corrects else None,
        # Whoever rated it has seen it.
        "reviewed_at": at if filled.mode is Mode.CLINICIAN else None,
        "reviewed_by_id": by.user_id if filled.mode is Mode.CLINICIAN else None,
    }


def _quality(filled: Filled, moments: quality.Moments, at: datetime) -> list[str]:
    return quality.marks(filled.definition, filled.answers, moments, at, ruleset.current())


def score_rows(filled: Filled, score: Score, check_in_id: uuid.UUID, at: datetime) -> list[dict[str, Any]]:
    """Return a row for each number a check-in comes to; `at` is when the answers were first given."""
    return [
        {
            "patient_id": filled.patient.id,
            "instrument": filled.definition.id,
            "scale": scale.code,
            "for_on": filled.on,
            "check_in_id": check_in_id,
            "at": at,
            "value": scale.value,
            "band": scale.band.code if scale.band else None,
            "state": scale.state,
            "answered": scale.answered,
            "asked": scale.of,
            "version": filled.definition.version,
            "is_current": True,
        }
        for scale in score.scales
    ]


def draft_row(filled: Filled, at: datetime) -> dict[str, Any]:
    """Return the row of answers given so far."""
    sheet = filled.sheet
    moments = quality.believe(sheet.started_at, None, sheet.answered_ms, at)
    return {
        "patient_id": filled.patient.id,
        "plan_item_id": filled.plan_item_id,
        "for_on": filled.on,
        "submission_id": sheet.submission_id,
        "version": filled.definition.version,
        "answers": filled.answers,
        "answered_ms": dict(moments.answered_ms),
        "note": sheet.note,
        "started_at": moments.started_at,
        "saved_at": at,
    }


def _offered(claimed: datetime | None, started_at: datetime) -> datetime | None:
    """Return when it was offered, as the page says where that can be: before it was begun."""
    return claimed if claimed is not None and claimed <= started_at else None
