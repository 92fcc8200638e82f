"""A sheet that somebody filled in, and the rows it becomes."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from portal.access.policy import Actor
from portal.checkins.models import CheckIn
from portal.instruments.definition import Definition
from portal.instruments.scoring import Number, Score
from portal.patients.queries import PatientRef

LONGEST_SITTING = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What somebody filled in: answers map item codes to numbers, None is declined, an absent code is unanswered."""

    submission_id: uuid.UUID
    answers: Mapping[str, Number | None]
    note: str = ""
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """A sheet with what it is about: whose, which items were asked, for which day, and which check-in it corrects."""

    patient: PatientRef
    definition: Definition
    asked: Sequence[str]
    sheet: Sheet
    on: date
    plan_item_id: uuid.UUID | None
    corrects: CheckIn | None = None

    @property
    def answers(self) -> dict[str, float | None]:
        """The answers as they are stored: whole numbers without a fraction, in printed order."""
        given = self.sheet.answers
        return {code: None if given[code] is None else _plain(given[code]) for code in self.asked if code in given}

    @property
    def hash(self) -> str:
        """What tells this content from any other; the same whatever the order or spelling of its numbers."""
        content = [self.definition.id, self.on, self.answers, self.sheet.note]
        return hashlib.sha256(orjson.dumps(content)).hexdigest()


def _plain(number: Number | None) -> float:
    value = float(number or 0)
    return int(value) if value.is_integer() else value


def check_in_row(filled: Filled, check_in_id: uuid.UUID, *, by: Actor, at: datetime) -> dict[str, Any]:
    """Return the row of a check-in."""
    return {
        "id": check_in_id,
        "submission_id": filled.sheet.submission_id,
        "patient_id": filled.patient.id,
        "plan_item_id": filled.plan_item_id,
        "instrument": filled.definition.id,
        "version": filled.definition.version,
        "language": by.language,
        "asked": list(filled.asked),
        "answers": filled.answers,
        "note": filled.sheet.note,
        "for_on": filled.on,
        "time_zone": filled.patient.time_zone,
        "started_at": _started(filled.sheet.started_at, at),
        "received_at": at,
        "answers_hash": filled.hash,
        "corrects_id": filled.corrects.id if filled.corrects else None,
    }


def score_rows(filled: Filled, score: Score, check_in_id: uuid.UUID, at: datetime) -> list[dict[str, Any]]:
    """Return a row for each number a check-in comes to."""
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
    return {
        "patient_id": filled.patient.id,
        "plan_item_id": filled.plan_item_id,
        "for_on": filled.on,
        "submission_id": filled.sheet.submission_id,
        "answers": filled.answers,
        "note": filled.sheet.note,
        "started_at": _started(filled.sheet.started_at, at),
        "saved_at": at,
    }


def _started(claimed: datetime | None, at: datetime) -> datetime:
    """Return when it was begun, as the browser says where that can be, else now."""
    if claimed is None or not at - LONGEST_SITTING <= claimed <= at:
        return at
    return claimed
