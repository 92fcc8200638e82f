"""Reading diaries that were brought in."""

import uuid
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select

from portal.accounts.models import User
from portal.checkins.history.build import build
from portal.checkins.history.daylio import MOOD
from portal.checkins.history.look import Look, kept
from portal.checkins.history.mapping import Daylio, Scale
from portal.checkins.models import HistoryEntry, HistoryImport, HistoryScale, HistoryUpload, HistoryValue
from portal.db import session
from portal.patients.models import Patient

UPLOAD_KEPT_FOR = timedelta(hours=24)
MOST_POINTS = 100_000
_VALUES: Any = HistoryValue.__table__
_UPLOADED = select(
    HistoryUpload.id, HistoryUpload.file_name, HistoryUpload.look, HistoryUpload.fields, HistoryUpload.sent_at
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in: what was seen in it, and what the person said about its columns so far."""

    id: uuid.UUID
    file_name: str
    look: Look
    fields: dict[str, str]
    sent_at: datetime

    @property
    def scale_columns(self) -> tuple[str, ...]:
        """The columns that pages number: those of a plain file, or the scales inside a Daylio export."""
        return tuple(one.name for one in self.look.numbers) if self.look.kind == "daylio" else self.look.columns


@dataclass(frozen=True, slots=True)
class Measured:
    """A scale with how many numbers it has, and from when to when."""

    scale: HistoryScale
    count: int
    first_on: date
    last_on: date


def list_scales(patient_id: uuid.UUID) -> list[HistoryScale]:
    """Return a patient's imported scales, by name."""
    return list(
        session.scalars(
            select(HistoryScale)
            .where(HistoryScale.patient_id == patient_id)
            .order_by(func.lower(HistoryScale.name), HistoryScale.id)
        )
    )


def points(
    patient_id: uuid.UUID, scale_id: uuid.UUID, *, start: datetime | None = None, end: datetime | None = None
) -> Sequence[Row[tuple[datetime, date, float]]]:
    """Return the numbers of one imported scale as (occurred_at, for_on, value), the earliest first.

    Args:
        patient_id: whose scale it is; the scale of anybody else has no numbers.
        scale_id: which scale.
        start: aware, inclusive; from the first number where it is left out.
        end: aware, exclusive; to the last number where it is left out.

    Returns:
        At most `MOST_POINTS` rows; where there are more, the latest.
    """
    columns = _VALUES.c
    wanted = select(columns.occurred_at, columns.for_on, columns.value).where(columns.scale_id == scale_id)
    wanted = wanted.where(select(HistoryScale.id).filter_by(id=scale_id, patient_id=patient_id).exists())
    if start is not None:
        wanted = wanted.where(columns.occurred_at >= start)
    if end is not None:
        wanted = wanted.where(columns.occurred_at < end)
    rows = session.execute(wanted.order_by(columns.occurred_at.desc(), columns.entry_id.desc()).limit(MOST_POINTS))
    return rows.all()[::-1]


def measure_scales(patient_id: uuid.UUID) -> list[Measured]:
    """Return a patient's imported scales by name, each with its count and period."""
    columns = _VALUES.c
    counted = (
        select(
            columns.scale_id,
            func.count().label("many"),
            func.min(columns.for_on).label("first"),
            func.max(columns.for_on).label("last"),
        )
        .where(columns.scale_id.in_(select(HistoryScale.id).where(HistoryScale.patient_id == patient_id)))
        .group_by(columns.scale_id)
    )
    found = {row.scale_id: row for row in session.execute(counted)}
    scales = [scale for scale in list_scales(patient_id) if scale.id in found]
    return [Measured(one, found[one.id].many, found[one.id].first, found[one.id].last) for one in scales]


def list_imports(patient_id: uuid.UUID) -> list[HistoryImport]:
    """Return what was brought in, the latest first; also what was taken back."""
    return list(
        session.scalars(
            select(HistoryImport)
            .where(HistoryImport.patient_id == patient_id)
            .order_by(HistoryImport.imported_at.desc(), HistoryImport.id)
        )
    )


def get_import(patient_id: uuid.UUID, import_id: uuid.UUID) -> HistoryImport | None:
    """Return one import of a patient, or None where it is not theirs."""
    return session.scalar(select(HistoryImport).filter_by(id=import_id, patient_id=patient_id))


def count_kept(import_id: uuid.UUID) -> int:
    """Return how many entries an import brought that are still there."""
    return session.scalar(select(func.count()).select_from(HistoryEntry).filter_by(import_id=import_id)) or 0


def scales_of(done: HistoryImport) -> tuple[Scale, ...]:
    """Return the scales that an import read, each with its column in that file."""
    how = build(done.mapping)
    return (MOOD, *how.scales) if isinstance(how, Daylio) else how.scales


def get_upload(patient_id: uuid.UUID, upload_id: uuid.UUID, *, user_id: uuid.UUID, at: datetime) -> Upload | None:
    """Return a file on its way in, for the person who sent it only and for a day only."""
    wanted = _UPLOADED.filter_by(id=upload_id, patient_id=patient_id, user_id=user_id)
    return _upload(session.execute(wanted.where(HistoryUpload.sent_at > at - UPLOAD_KEPT_FOR)).one_or_none())


def find_upload(patient_id: uuid.UUID, *, user_id: uuid.UUID, at: datetime) -> Upload | None:
    """Return the file that a person began to bring in and did not finish."""
    wanted = _UPLOADED.filter_by(patient_id=patient_id, user_id=user_id)
    return _upload(session.execute(wanted.where(HistoryUpload.sent_at > at - UPLOAD_KEPT_FOR)).one_or_none())


def read_upload(upload_id: uuid.UUID) -> bytes:
    """Return the bytes of a file on its way in, as they were sent."""
    return zlib.decompress(session.scalars(select(HistoryUpload.content).filter_by(id=upload_id)).one())


def find_patient(wanted: str) -> tuple[uuid.UUID, str, str] | None:
    """Return the id, name and time zone of the patient with this id or e-mail address."""
    found = select(Patient.id, Patient.given_name, Patient.family_name, User.time_zone).join(
        User, User.id == Patient.user_id
    )
    try:
        found = found.where(Patient.id == uuid.UUID(wanted))
    except ValueError:
        found = found.where(func.lower(User.email) == wanted.strip().lower())
    row = session.execute(found).one_or_none()
    return (row.id, f"{row.given_name} {row.family_name}", row.time_zone) if row else None


def _upload(row: Any) -> Upload | None:
    return Upload(row.id, row.file_name, kept(row.look), row.fields, row.sent_at) if row else None
