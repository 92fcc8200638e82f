"""Reading the caseload: one page of it, whatever the size of the clinic."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, select, tuple_

from portal.access.policy import PatientStatus
from portal.accounts.models import User
from portal.checkins import due, silence_queries
from portal.checkins.ready_made import Phase
from portal.checkins.unheard import Unheard, unheard
from portal.db import session
from portal.instruments import catalogue, change
from portal.instruments.change import Trend
from portal.instruments.definition import Scale
from portal.patients import names
from portal.patients.models import Patient
from portal.progress.telling import whole_percent
from portal.review.lists import ENTRY, Clock, Show, listed, order_of
from portal.review.models import CaseloadRow
from portal.review.need import Need
from portal.safety.silence.models import Silence
from portal.treatment.rules import queries as rules

PAGE, CHUNK = 50, 500
DATED_AFTER = timedelta(days=14)
"""A trend older than this is shown with its day (Interval default)."""
_ROW: Any = CaseloadRow.__table__
_SILENCE: Any = Silence.__table__
_OF_ENTRY = ("rank", "sort_name", "heard_at", "waits_from", "is_in_danger")
_PLANNED = (Patient.id, Patient.enrolled_at, User.time_zone, _SILENCE.c.missed)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the caseload."""

    patient_id: uuid.UUID
    name: str
    need: Need
    status: PatientStatus
    conditions: tuple[str, ...]
    scale: Scale
    instrument_title: str
    latest: float | None
    latest_band: str | None
    latest_at: datetime | None
    is_prorated: bool
    baseline: float | None
    best: float | None
    since_baseline: change.Reliable | None
    time_zone: str
    trend: Trend | None
    phase: Phase
    last_infusion_at: datetime | None
    next_infusion_at: datetime | None
    infusions_done: int
    last_check_in_at: datetime | None
    new_since_look: int
    looked_at: datetime | None
    overdue: int
    unreviewed: int
    unread: int
    owed_since: datetime | None
    is_in_danger: bool
    open_alerts: int
    review_on: date | None
    unheard: Unheard | None = None

    def since(self, value: float | None) -> float | None:
        """Return how far the score has moved from another one, in points; below 0 where it fell.

        Answers given in part are compared with nothing.
        """
        if self.latest is None or value is None or self.is_prorated:
            return None
        return round(self.latest - value, 2)

    def percent(self, value: float | None) -> int | None:
        """Return the same in percent of the other score, rounded as wherever it is written; None from 0."""
        moved = self.since(value)
        if not moved or not value:
            return None
        return whole_percent(100 * moved / value) * (1 if moved > 0 else -1)

    def is_dated(self, at: datetime) -> bool:
        """Whether the score is so old that a trend needs its day beside it: nothing is known of the time since."""
        return self.latest_at is not None and at - self.latest_at > DATED_AFTER

    @property
    def last_infusion_on(self) -> date | None:
        """The day of the last infusion in the patient's own calendar, as everywhere else."""
        return self.last_infusion_at.astimezone(ZoneInfo(self.time_zone)).date() if self.last_infusion_at else None

    def days_since_infusion(self, at: datetime) -> int | None:
        """Return the days since the last infusion in the patient's own calendar."""
        on = self.last_infusion_on
        return (at.astimezone(ZoneInfo(self.time_zone)).date() - on).days if on else None

    @property
    def rises(self) -> bool | None:
        """Whether the score is heading up, which is for the worse on most scales; None where it is steady."""
        if self.trend in (None, Trend.STEADY):
            return None
        return (self.trend is Trend.BETTER) is bool(self.scale.higher_is_better)


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, and the patients after or before whom the next and the previous page stand."""

    lines: Sequence[Line]
    next_after: uuid.UUID | None = None
    previous_before: uuid.UUID | None = None


def list_caseload(
    user_id: uuid.UUID,
    show: Show,
    clock: Clock,
    *,
    at: datetime,
    after: uuid.UUID | None = None,
    before: uuid.UUID | None = None,
) -> Page:
    """Return one page of a list; of a patient named who is not on it any more, the first.

    Args:
        user_id: whose caseload.
        show: which list.
        clock: what time decides.
        at: now, aware UTC.
        after, before: the patient after whom the page begins, or before whom it ends.
    """
    found, order = listed(user_id, show, clock), order_of(show)
    place = _place(found, after or before, order)
    if place is None:
        rows = _fetch(found, order, PAGE + 1)
        return _page(rows, at, has_next=len(rows) > PAGE)
    if after is not None:
        rows = _fetch(found.where(_position(order) > place), order, PAGE + 1)
        return _page(rows, at, has_next=len(rows) > PAGE, has_previous=True)
    rows = _fetch(found.where(_position(order) < place), order, PAGE + 1, is_back=True)
    if len(rows) <= PAGE:
        return list_caseload(user_id, show, clock, at=at)
    return _page(rows[PAGE - 1 :: -1], at, has_next=True, has_previous=True)


def search_caseload(user_id: uuid.UUID, text: str, *, at: datetime) -> Page:
    """Return the patients of a person's caseload whose name holds each of these words, in care or not; one page."""
    found = select(ENTRY).where(ENTRY.c.user_id == user_id)
    for word in names.folded(text).split():
        found = found.where(ENTRY.c.sort_name.contains(word, autoescape=True))
    return _page(_fetch(found, ("sort_name", "patient_id"), PAGE), at)


def walk_caseload(user_id: uuid.UUID, show: Show, clock: Clock, *, at: datetime) -> Iterator[Line]:
    """Yield every line of a list, read in chunks."""
    found, order = listed(user_id, show, clock), order_of(show)
    rows = _fetch(found, order, CHUNK)
    while rows:
        yield from _said(rows, at)
        last = _at([getattr(rows[-1], name) for name in order], order)
        rows = _fetch(found.where(_position(order) > last), order, CHUNK) if len(rows) == CHUNK else []


def _place(found: Select[Any], patient_id: uuid.UUID | None, order: Sequence[str]) -> Any:
    if patient_id is None:
        return None
    named = found.with_only_columns(*(ENTRY.c[name] for name in order)).where(ENTRY.c.patient_id == patient_id)
    row = session.execute(named).one_or_none()
    return _at(row, order) if row is not None else None


def _position(order: Sequence[str]) -> Any:
    return tuple_(*(ENTRY.c[name] for name in order))


def _at(values: Sequence[Any], order: Sequence[str]) -> Any:
    return tuple_(*values, types=[ENTRY.c[name].type for name in order])


def _fetch(found: Select[Any], order: Sequence[str], limit: int, *, is_back: bool = False) -> Sequence[Any]:
    """Pick the entries from their index first, so that so many and no more are joined to what they show."""

    def sort(columns: Any) -> list[Any]:
        return [columns[name].desc() if is_back else columns[name] for name in order]

    picked = found.order_by(*sort(ENTRY.c)).limit(limit).subquery("picked")
    rows = select(*(picked.c[name] for name in _OF_ENTRY), *_ROW.c, *_PLANNED)
    rows = rows.join_from(picked, _ROW, _ROW.c.patient_id == picked.c.patient_id)
    rows = rows.join(Patient, Patient.id == picked.c.patient_id).join(User, User.id == Patient.user_id)
    going_on = and_(_SILENCE.c.patient_id == picked.c.patient_id, _SILENCE.c.ended_at.is_(None))
    rows = rows.outerjoin(_SILENCE, going_on)
    return session.execute(rows.order_by(*sort(picked.c))).all()


def _page(rows: Sequence[Any], at: datetime, *, has_next: bool = False, has_previous: bool = False) -> Page:
    lines = _said(rows[:PAGE], at)
    return Page(
        lines,
        next_after=lines[-1].patient_id if lines and has_next else None,
        previous_before=lines[0].patient_id if lines and has_previous else None,
    )


def _said(rows: Sequence[Any], at: datetime) -> list[Line]:
    late, silent_after = due.count_late(rows, at), timedelta(days=rules.current().rules.silent_days)
    long = {row.id: row.heard_at for row in rows if row.heard_at and at - row.heard_at >= silent_after}
    # Of most of them the worker has seen as much, and nothing need be read.
    unseen = [row for row in rows if row.id in long and not row.missed]
    owing = silence_queries.owing(unseen, long, at) | {row.id for row in rows if row.id in long and row.missed}
    return [_line(row, late[row.id], _unheard(row, at, is_long=row.id in owing)) for row in rows]


def _unheard(row: Any, at: datetime, *, is_long: bool) -> Unheard | None:
    """Return since when somebody in care has been silent; of others nothing was to be heard."""
    if row.heard_at is None:
        return None
    zone, missed = ZoneInfo(row.time_zone), silence_queries.missed_in(row.missed)
    return unheard(row.heard_at, missed, row.instrument, at, zone, silent_for_long=is_long)


def _line(row: Any, overdue: int, silent: Unheard | None) -> Line:
    definition = catalogue.current().get(row.instrument)
    scale, is_complete = definition.primary, row.latest_state == "complete"
    return Line(
        patient_id=row.patient_id,
        name=row.name,
        need=Need(row.rank),
        status=row.status,
        conditions=tuple(row.conditions.split()),
        scale=scale,
        instrument_title=definition.short_title,
        latest=row.latest,
        latest_band=band.label if (band := scale.band(row.latest)) else None,
        latest_at=row.latest_at,
        is_prorated=row.latest_state == "prorated",
        baseline=row.baseline,
        best=row.best,
        since_baseline=change.reliable_change(scale, row.baseline, row.latest) if is_complete else None,
        time_zone=row.time_zone,
        trend=Trend(row.trend) if row.trend else None,
        phase=row.phase,
        last_infusion_at=row.last_infusion_at,
        next_infusion_at=row.next_infusion_at,
        infusions_done=row.infusions_done,
        last_check_in_at=row.last_check_in_at,
        new_since_look=row.new_since_look,
        looked_at=row.looked_at,
        overdue=overdue,
        unreviewed=row.unreviewed,
        unread=row.unread,
        owed_since=row.owed_since,
        is_in_danger=row.is_in_danger,
        open_alerts=row.open_alerts,
        review_on=row.review_on,
        unheard=silent,
    )
