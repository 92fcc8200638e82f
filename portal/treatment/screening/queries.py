"""Reading screenings and the decisions about them."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import User
from portal.db import session
from portal.treatment.rules import queries as rules
from portal.treatment.rules.values import Class
from portal.treatment.screening import entry, since
from portal.treatment.screening.entry import Entry
from portal.treatment.screening.items import BY_CODE, Answer, Finding, Judgement, judge, worse, worst_first
from portal.treatment.screening.models import Decision, Screening, ScreeningDecision
from portal.treatment.screening.standing import Asked, Decided, Since, Standing
from portal.treatment.screening.standing import standing as stands

MOST = 100


@dataclass(frozen=True, slots=True)
class Screened:
    """A screening as it is kept: when the patient was asked, who wrote it down, and what it corrects."""

    row: Screening
    recorded_by: str
    first_id: uuid.UUID
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
        return entry_of(self.row)


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
    return versions_of(rows)


def versions_of(rows: Sequence[tuple[Screening, str]]) -> list[Screened]:
    """Return rows, each with who recorded it, as the versions they are: the latest asking, its latest version first."""
    by_id = {row.id: row for row, _ in rows}
    later = {row.corrects_id: row.id for row, _ in rows}
    firsts = {row.id: _first(row, by_id) for row, _ in rows}
    kept = [Screened(row, name, firsts[row.id].id, firsts[row.id].recorded_at, later.get(row.id)) for row, name in rows]
    return sorted(kept, key=lambda one: (one.asked_at, one.row.recorded_at), reverse=True)


def get_screening(patient_id: uuid.UUID, screening_id: uuid.UUID) -> Screened | None:
    """Return one version of a screening of a patient; None where it is not theirs."""
    return next((one for one in list_screenings(patient_id) if one.id == screening_id), None)


def latest(screenings: Iterable[Screened]) -> Screened | None:
    """Return the one that counts: the latest version of the latest asking."""
    return next((one for one in screenings if one.corrected_by_id is None), None)


def of_one_asking(screenings: Iterable[Screened], one: Screened) -> list[Screened]:
    """Return every version of the asking that one belongs to, itself included, the latest first."""
    return [other for other in screenings if other.first_id == one.first_id]


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


def entry_of(row: Screening) -> Entry:
    """Return a stored screening as it would be entered."""
    items = row.answers["items"]
    asked = {code: answer for code, answer in entry.answers_of(items).items() if code not in entry.FOLLOWS}
    plain = {name: getattr(row, name) for name in entry.PLAIN}
    return Entry(asked, entry.notes_of(items), **plain)


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
    happened = since.find_all({patient_id: counts.asked_at})[patient_id]
    return compare(counts, decisions, happened, rules.current().rules.classes)


def compare(counts: Screened, decisions: Iterable[Signed], happened: Since, classes: Mapping[str, Class]) -> Standing:
    """Return where a screening stands, from what was decided about it and what has happened since.

    Args:
        decisions: the latest first.
        classes: the clinic's of today.
    """
    row = counts.row
    asked = Asked(row.id, counts.asked_at, row.course_id, counts.conditions, row.weight_kg)
    is_stricter = bool(worse(counts.judgement.classes, judge(counts.answers, classes).classes))
    made = next((one for one in decisions if one.screening_id == row.id), None)
    return stands(asked, _decided(made) if made else None, replace(happened, is_stricter=is_stricter))


def _decided(made: Signed) -> Decided:
    return Decided(made.decision is Decision.GO_AHEAD, made.decided_at, made.decided_by, tuple(made.overrides))


def _first(row: Screening, by_id: Mapping[uuid.UUID, Screening]) -> Screening:
    """Return the version of the same asking that corrects no other."""
    while row.corrects_id is not None and row.corrects_id in by_id:
        row = by_id[row.corrects_id]
    return row
