"""Reading screenings and the decisions about them."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.accounts.models import User
from portal.db import session
from portal.treatment.rules import queries as rules
from portal.treatment.rules.values import Class
from portal.treatment.screening import entry, since
from portal.treatment.screening.entry import Entry
from portal.treatment.screening.items import BY_CODE, Answer, Finding, Judgement, judge, worse, worst_first
from portal.treatment.screening.models import Decision, Screening, ScreeningDecision
from portal.treatment.screening.standing import Asked, Decided, Standing
from portal.treatment.screening.standing import standing as stands

MOST = 100


@dataclass(frozen=True, slots=True)
class Screened:
    """A screening as it is kept: when the patient was asked, who wrote it down, and what it corrects."""

    row: Screening
    recorded_by: str
    asked_at: datetime
    corrected_by_id: uuid.UUID | None

    @property
    def id(self) -> uuid.UUID:
        """Its own id."""
        return self.row.id

    @property
    def answers(self) -> dict[str, Answer]:
        """The answers by the item's code, those that followed from the rest included."""
        return entry.answers_of(self.row.answers["items"])

    @property
    def notes(self) -> dict[str, str]:
        """The notes by the item's code."""
        return entry.notes_of(self.row.answers["items"])

    @property
    def conditions(self) -> list[str]:
        """The codes of what the patient was treated for then."""
        return list(self.row.answers["conditions"])

    @property
    def judgement(self) -> Judgement:
        """What it came to when it was recorded, by the clinic's classes of then."""
        answers = self.answers
        kept = ((BY_CODE[code], answers[code], levels) for code, levels in self.row.classes.items() if code in BY_CODE)
        return worst_first(
            Finding(item, answer, Class(levels["level"]), Class(levels["default"])) for item, answer, levels in kept
        )

    @property
    def entry(self) -> Entry:
        """The screening as it would be entered."""
        row = self.row
        asked = {code: answer for code, answer in self.answers.items() if BY_CODE[code].is_asked}
        kept = {name: getattr(row, name) for name in ("weight_kg", "in_person_on", "in_person_by", "consent_on")}
        kept |= {name: getattr(row, name) for name in ("adult_name", "adult_phone", "emergency_plan", "lists_checked")}
        return Entry(asked, self.notes, **kept)


@dataclass(frozen=True, slots=True)
class Signed:
    """A provider's decision about a screening; `overrides` has a reason by the code of each stop it goes against."""

    id: uuid.UUID
    screening_id: uuid.UUID
    decision: Decision
    overrides: dict[str, str]
    reason: str
    decided_at: datetime
    decided_by: str


def list_screenings(patient_id: uuid.UUID) -> list[Screened]:
    """Return every screening of a patient and every version of it, the latest asking and its latest version first."""
    found = (
        select(Screening, User.name)
        .join(User, User.id == Screening.recorded_by_id)
        .where(Screening.patient_id == patient_id)
        .order_by(Screening.recorded_at.desc())
        .limit(MOST)
    )
    rows: list[tuple[Screening, str]] = [(row[0], row[1]) for row in session.execute(found)]
    by_id = {row.id: row for row, _ in rows}
    later = {row.corrects_id: row.id for row, _ in rows}
    kept = [Screened(row, name, _asked_at(row, by_id), later.get(row.id)) for row, name in rows]
    return sorted(kept, key=lambda one: (one.asked_at, one.row.recorded_at), reverse=True)


def get_screening(patient_id: uuid.UUID, screening_id: uuid.UUID) -> Screened | None:
    """Return one version of a screening of a patient; None where it is not theirs."""
    return next((one for one in list_screenings(patient_id) if one.id == screening_id), None)


def latest(screenings: Iterable[Screened]) -> Screened | None:
    """Return the one that counts: the latest version of the latest asking."""
    return next((one for one in screenings if one.corrected_by_id is None), None)


def list_decisions(patient_id: uuid.UUID) -> list[Signed]:
    """Return every decision about a patient's screenings, the latest first."""
    made = ScreeningDecision
    rows = session.execute(
        select(made.id, made.screening_id, made.decision, made.overrides, made.reason, made.decided_at, User.name)
        .join(User, User.id == made.decided_by_id)
        .where(made.patient_id == patient_id)
        .order_by(made.decided_at.desc())
        .limit(MOST)
    )
    return [Signed(*row) for row in rows]


def standing(patient_id: uuid.UUID) -> Standing:
    """Return where the screening of a patient stands now, and why it must be asked again."""
    counts = latest(list_screenings(patient_id))
    return standing_of(patient_id, counts, list_decisions(patient_id)) if counts else Standing()


def standing_of(patient_id: uuid.UUID, counts: Screened | None, decisions: Iterable[Signed]) -> Standing:
    """Return where a screening stands whose rows have been read already.

    Args:
        counts: the one that counts.
        decisions: the latest first.
    """
    if counts is None:
        return Standing()
    row, now = counts.row, rules.current().rules.classes
    asked = Asked(row.id, counts.asked_at, row.course_id, counts.conditions, row.weight_kg)
    is_stricter = bool(worse(counts.judgement.classes, judge(counts.answers, now).classes))
    made = next((one for one in decisions if one.screening_id == row.id), None)
    return stands(
        asked, _decided(made) if made else None, since.find(patient_id, counts.asked_at, is_stricter=is_stricter)
    )


def _decided(made: Signed) -> Decided:
    return Decided(made.decision is Decision.GO_AHEAD, made.decided_at, made.decided_by, tuple(made.overrides))


def _asked_at(row: Screening, by_id: dict[uuid.UUID, Any]) -> datetime:
    """Return when the patient was asked: when the version was recorded that corrects no other."""
    while row.corrects_id in by_id:
        row = by_id[row.corrects_id]
    return row.recorded_at
