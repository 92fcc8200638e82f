"""Reading what was answered to one question again and again, for the desk of alerts."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, union_all

from portal.checkins.models import CheckIn
from portal.db import session

_COLUMNS = (
    *(CheckIn.patient_id, CheckIn.instrument, CheckIn.submission_id, CheckIn.for_on, CheckIn.received_at),
    CheckIn.answers,
)


@dataclass(frozen=True, slots=True)
class Sent:
    """The answers of one check-in that stands: for which day, and when it arrived."""

    submission_id: uuid.UUID
    on: date
    at: datetime
    answers: dict[str, float | None]


def list_latest(whose: Collection[tuple[uuid.UUID, str]], most: int) -> dict[tuple[uuid.UUID, str], list[Sent]]:
    """Return the last answers, in order of time, by patient and instrument.

    Args:
        whose: patients, each with an instrument's id; one small look into an index for each of them.
        most: so many check-ins of each at most.
    """
    found: dict[tuple[uuid.UUID, str], list[Sent]] = {}
    if not whose:
        return found
    looks = [_latest(*one, most).subquery() for one in sorted(set(whose))]
    for row in session.execute(union_all(*(select(look) for look in looks))):
        found.setdefault((row.patient_id, row.instrument), []).append(
            Sent(row.submission_id, row.for_on, row.received_at, row.answers)
        )
    return {key: sorted(sent, key=lambda one: (one.on, one.at)) for key, sent in found.items()}


def list_sent(patient_id: uuid.UUID, submission_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Return the check-ins that came of these submissions, by submission id."""
    mine = select(CheckIn.submission_id, CheckIn.id).where(CheckIn.patient_id == patient_id)
    return {row[0]: row[1] for row in session.execute(mine.where(CheckIn.submission_id.in_(submission_ids)))}


def _latest(patient_id: uuid.UUID, instrument: str, most: int) -> Any:
    mine = select(*_COLUMNS).where(CheckIn.patient_id == patient_id, CheckIn.instrument == instrument)
    current = mine.where(CheckIn.superseded_at.is_(None))
    return current.order_by(CheckIn.for_on.desc(), CheckIn.received_at.desc()).limit(most)
