"""Reading the checks of long-term treatment: what was done and what is due."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select

from portal.accounts.models import User
from portal.clinic import when
from portal.db import session
from portal.treatment.entry import GIVEN
from portal.treatment.models import Infusion
from portal.treatment.monitoring.due import Sent, Standing, State, standing
from portal.treatment.monitoring.models import MonitoringResult, Outcome, Watched
from portal.treatment.rules import queries as rules

MOST = 500


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One check that was done, and what it came to."""

    id: uuid.UUID
    kind: Watched
    done_on: date
    outcome: Outcome
    note: str
    revision: int
    withdrawn_at: datetime | None
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of check: where it stands, after how many months it is asked, and what was done.

    `results` is what staff recorded, `sent` the check-ins of the patient that count as this check.
    """

    kind: Watched
    standing: Standing
    months: int
    results: tuple[ResultRow, ...]
    sent: tuple[Sent, ...]

    @property
    def is_due(self) -> bool:
        """Whether it is to be done now."""
        return self.standing.state in {State.DUE, State.OVERDUE}

    @property
    def done(self) -> list[ResultRow | Sent]:
        """Everything that was done, the latest day first."""
        return sorted([*self.results, *self.sent], key=_day, reverse=True)

    @property
    def last(self) -> ResultRow | Sent | None:
        """What was done last; a check-in that was left open says nothing and takes nothing back."""
        return next((one for one in self.done if isinstance(one, ResultRow) or one.is_positive is not None), None)

    @property
    def needs_attention(self) -> bool:
        """Whether what was done last says so."""
        last = self.last
        return last.outcome is Outcome.ATTENTION if isinstance(last, ResultRow) else bool(last and last.is_positive)


_RESULTS: Select[*tuple[Any, ...]] = select(
    MonitoringResult.id,
    MonitoringResult.kind,
    MonitoringResult.done_on,
    MonitoringResult.outcome,
    MonitoringResult.note,
    MonitoringResult.revision,
    MonitoringResult.withdrawn_at,
    MonitoringResult.recorded_at,
    User.name,
).join(User, User.id == MonitoringResult.recorded_by_id)


def due(
    patient_id: uuid.UUID,
    *,
    today: date,
    zone: str,
    sent: Sequence[Sent] = (),
    results: Sequence[ResultRow] | None = None,
) -> list[Check]:
    """Return every kind of check with where it stands, in the order of `Watched`.

    Args:
        patient_id: whose.
        today: the day at the patient's.
        zone: their time zone, an IANA name.
        sent: the check-ins that count as checks (`checkins.watched.list_sent`).
        results: what staff recorded and did not withdraw, where it has been read already.
    """
    first, months = first_given_on(patient_id, zone), rules.current().rules.months
    found = list_results(patient_id) if results is None else results
    return [
        _check(kind, first, int(months.get(kind.value) or 0), today, _of(kind, found), _sent(kind, sent))
        for kind in Watched
    ]


def list_results(patient_id: uuid.UUID, *, withdrawn: bool = False) -> list[ResultRow]:
    """Return the checks that staff recorded, the latest first; with `withdrawn` also what was by mistake."""
    mine = _RESULTS.where(MonitoringResult.patient_id == patient_id)
    if not withdrawn:
        mine = mine.where(MonitoringResult.withdrawn_at.is_(None))
    newest = mine.order_by(MonitoringResult.done_on.desc(), MonitoringResult.recorded_at.desc())
    return [ResultRow(*row) for row in session.execute(newest.limit(MOST))]


def get_result(patient_id: uuid.UUID, result_id: uuid.UUID) -> ResultRow | None:
    """Return one check of a patient, a withdrawn one too; None where it is not theirs."""
    mine = _RESULTS.where(MonitoringResult.patient_id == patient_id, MonitoringResult.id == result_id)
    row = session.execute(mine).one_or_none()
    return ResultRow(*row) if row else None


def first_given_on(patient_id: uuid.UUID, zone: str) -> date | None:
    """Return the day, in a time zone, of the first infusion that was given; None where there was none."""
    given = select(Infusion.happens_at).where(Infusion.patient_id == patient_id, Infusion.status.in_(GIVEN))
    first = session.scalar(given.order_by(Infusion.happens_at).limit(1))
    return when.local(first, zone).date() if first else None


def _check(
    kind: Watched,
    first: date | None,
    months: int,
    today: date,
    results: tuple[ResultRow, ...],
    sent: tuple[Sent, ...],
) -> Check:
    done = [one.done_on for one in results] + [one.on for one in sent if one.is_positive is not None]
    return Check(kind, standing(first, done, months, today), months, results, sent)


def _of(kind: Watched, results: Sequence[ResultRow]) -> tuple[ResultRow, ...]:
    return tuple(one for one in results if one.kind is kind)


def _sent(kind: Watched, sent: Sequence[Sent]) -> tuple[Sent, ...]:
    return tuple(one for one in sent if one.kind == kind.value)


def _day(one: ResultRow | Sent) -> date:
    return one.done_on if isinstance(one, ResultRow) else one.on
