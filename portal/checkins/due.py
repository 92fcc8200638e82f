"""Reading what is due: for one patient's page, and for a whole clinic at a constant number of queries for 500 patients.

Everybody asks here: the patient's page of today, the plan's page and the caseload. What the care team
enters itself hangs on the same rhythms and windows, but stands in a list of its own: it is nothing a patient owes.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import bindparam, func, or_, select, union_all

from portal.access.policy import PatientStatus
from portal.accounts.models import User
from portal.checkins import plan
from portal.checkins.models import CheckIn, CheckInDraft, PlanItem
from portal.checkins.occurrences import Moment
from portal.checkins.plan import Anchors, Done, Due, Last, PlanLine, Today
from portal.checkins.queries import to_line
from portal.checkins.standing import FAR_DAYS, anchors_back
from portal.db import run, session
from portal.instruments import catalogue
from portal.patients.models import Patient
from portal.patients.queries import PatientRef
from portal.treatment.entry import GIVEN
from portal.treatment.models import Infusion, InfusionStatus

CHUNK = 500


class Planned(Protocol):
    """What must be known of a patient to say what is due; a `PatientRef` is one."""

    @property
    def id(self) -> uuid.UUID: ...
    @property
    def time_zone(self) -> str: ...
    @property
    def enrolled_at(self) -> datetime: ...
    @property
    def status(self) -> PatientStatus: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """A patient's plan with what it hangs on and what was done: all that the due list is made of."""

    time_zone: str
    in_care: bool
    lines: list[PlanLine]
    anchors: Anchors
    last: dict[str, Last]

    @property
    def asked(self) -> list[PlanLine]:
        """The lines that the patient is asked."""
        return [line for line in self.lines if not line.is_for_team]

    def due(self, at: datetime) -> list[Due]:
        """Return how each instrument stands that the patient is asked."""
        return self._due(self.asked, at)

    def due_for_team(self, at: datetime) -> list[Due]:
        """Return how each total stands that the care team enters."""
        return self._due([line for line in self.lines if line.is_for_team], at)

    def count_late(self, at: datetime) -> int:
        """Return for how many instruments the care team waits: what the patient owes, not what the team does."""
        return plan.count_late(self.asked, self.anchors, self.last, at, self.time_zone) if self.in_care else 0

    def _due(self, lines: list[PlanLine], at: datetime) -> list[Due]:
        return plan.due_list(lines, self.anchors, self.last, at, self.time_zone, in_care=self.in_care)


def due_of(patient: Planned, at: datetime) -> list[Due]:
    """Return how each instrument stands that a patient is asked, what is due first, and of that the shortest first."""
    return plan_of(patient, at).due(at)


def to_enter(patient: Planned, at: datetime) -> list[Due]:
    """Return the totals that the care team is to enter now, those whose window closed with none entered too."""
    return [one for one in plan_of(patient, at).due_for_team(at) if one.is_now or one.is_late]


def plan_of(patient: Planned, at: datetime, *, days_back: int = 0, to_change: bool = False) -> Plan:
    """Return a patient's plan with its anchors, for looking at least so many days back and `FAR_DAYS` ahead.

    With `to_change` also with the anchors of what it does not hang on yet, because a change of it may.
    """
    return _gather([patient], at, days_back, to_change=to_change)[patient.id]


def count_late(patients: Sequence[Planned], at: datetime) -> dict[uuid.UUID, int]:
    """Return for how many instruments of each patient the care team waits: overdue, or missed and not asked since.

    Only what the patient owes counts; a total that the team itself has not entered yet is on the patient's pages alone.

    Args:
        patients: any number; they are read 500 at a time, with at most five queries each time.
        at: now, aware UTC.
    """
    found: dict[uuid.UUID, int] = {}
    for first in range(0, len(patients), CHUNK):
        plans = _gather(patients[first : first + CHUNK], at)
        found |= {patient_id: one.count_late(at) for patient_id, one in plans.items()}
    return found


def get_today(patient: PatientRef, *, at: datetime, past_days: int) -> Today:
    """Return what the patient's page of today says.

    Args:
        patient: whose page.
        at: now, aware UTC.
        past_days: how many days back the clinic lets people add a check-in.
    """
    today = plan.local_day(at, patient.time_zone)
    found = plan_of(patient, at, days_back=past_days)
    due, first_day = found.due(at), today - timedelta(days=past_days)
    done = list_done(patient.id, {line.instrument for line in found.asked}, first_day, today)
    enrolled_on = found.anchors.enrolled_on
    missed = [
        (one.line, day)
        for one in due
        for day in plan.missed_days(
            one.line,
            found.anchors,
            [entry.for_on for entry in done if entry.instrument == one.line.instrument],
            today,
            patient.time_zone,
            past_days=past_days,
            enrolled_on=enrolled_on,
        )
    ]
    waiting = [one.occurrence.due_on for one in due if one.is_now]
    begun, stopped = _list_begun(patient.id, min(waiting)) if waiting else ({}, False)
    return Today(today, due, begun, [entry for entry in done if entry.for_on == today], missed, stopped)


_ITEM: Any = PlanItem.__table__
_CHECK_IN: Any = CheckIn.__table__
_INFUSION: Any = Infusion.__table__
_PATIENT: Any = Patient.__table__
_IDS = bindparam("ids", expanding=True, type_=_ITEM.c.patient_id.type)
_DAY = bindparam("day", type_=_ITEM.c.starts_on.type)
_ENDED = bindparam("ended", type_=_ITEM.c.starts_on.type)
_LATEST = (
    select(_CHECK_IN.c.id)
    .where(_CHECK_IN.c.patient_id == _ITEM.c.patient_id, _CHECK_IN.c.instrument == _ITEM.c.instrument)
    # The first version of each: a correction answers what was asked then, and nothing that was asked since.
    .where(_CHECK_IN.c.for_on <= _DAY, _CHECK_IN.c.corrects_id.is_(None))
    .order_by(_CHECK_IN.c.for_on.desc(), _CHECK_IN.c.received_at.desc())
    .limit(1)
    .correlate(_ITEM)
    .scalar_subquery()
)
_LINES = (
    select(_ITEM, _CHECK_IN.c.for_on.label("last_on"), _CHECK_IN.c.received_at.label("last_at"))
    .select_from(_ITEM.outerjoin(_CHECK_IN, _CHECK_IN.c.id == _LATEST))
    .where(_ITEM.c.patient_id.in_(_IDS), or_(_ITEM.c.ends_on.is_(None), _ITEM.c.ends_on > _ENDED))
)


def plans_of(patients: Sequence[Planned], at: datetime, *, days_back: int) -> dict[uuid.UUID, Plan]:
    """Return the plans of at most 500 patients with the lines that ended in so many days; five queries at the most."""
    return _gather(patients, at, days_back, ended_days=days_back)


def _gather(
    patients: Sequence[Planned], at: datetime, days_back: int = 0, *, to_change: bool = False, ended_days: int = 0
) -> dict[uuid.UUID, Plan]:
    """Read the plans of some patients: a query for each of the days it is among them, at most three, and one more.

    What has lost its wording, or was withdrawn, is not asked of anybody, whatever a plan says.
    """
    plannable = {one.id for one in catalogue.current().plannable()}
    lines: dict[uuid.UUID, list[PlanLine]] = {one.id: [] for one in patients}
    last: dict[uuid.UUID, dict[str, Last]] = {one.id: {} for one in patients}
    of_day: dict[date, list[uuid.UUID]] = {}
    for one in patients:
        of_day.setdefault(plan.local_day(at, one.time_zone), []).append(one.id)
    for day, ids in of_day.items():
        for row in run(_LINES, {"ids": ids, "day": day, "ended": day - timedelta(days=ended_days)}):
            if row.instrument not in plannable:
                continue
            lines[row.patient_id].append(to_line(row))
            if row.last_on is not None:
                last[row.patient_id][row.instrument] = Last(row.last_on, row.last_at)
    back = {one: anchors_back(of_one, days_back) for one, of_one in lines.items()}
    if to_change:
        back = {one: max(FAR_DAYS, days or 0) for one, days in back.items()}
    given, planned = _read_anchors({one: days for one, days in back.items() if days is not None}, at)
    return {
        one.id: Plan(
            one.time_zone,
            one.status is PatientStatus.ACTIVE,
            lines[one.id],
            Anchors(
                plan.local_day(one.enrolled_at, one.time_zone),
                tuple(given.get(one.id, ())),
                tuple(planned.get(one.id, ())),
            ),
            last[one.id],
        )
        for one in patients
    }


Moments = dict[uuid.UUID, list[Moment]]


def _read_anchors(back: dict[uuid.UUID, int], at: datetime) -> tuple[Moments, Moments]:
    """Return the infusions of so many days back and all ahead: those given, and those that are or were planned."""
    given: Moments = {}
    planned: Moments = {}
    if not back:
        return given, planned
    since = at - timedelta(days=max(back.values()))
    for row in run(_ANCHORS, {"ids": list(back), "since": since, "until": at + timedelta(days=FAR_DAYS)}):
        moment = (row.id, row.happens_at)
        if row.status in GIVEN:
            given.setdefault(row.patient_id, []).append(moment)
        if row.planned_at is not None:
            planned.setdefault(row.patient_id, []).append(moment)
    return given, planned


def _anchors() -> Any:
    """Return the statement for the infusions of some patients in a span of time, and the last one given before it."""
    columns = [_INFUSION.c[name] for name in ("id", "patient_id", "happens_at", "status", "planned_at")]
    since = bindparam("since", type_=_INFUSION.c.happens_at.type)
    until = bindparam("until", type_=_INFUSION.c.happens_at.type)
    in_span = select(*columns).where(
        _INFUSION.c.patient_id.in_(_IDS),
        _INFUSION.c.status.in_((*GIVEN, InfusionStatus.PLANNED)),
        _INFUSION.c.happens_at >= since,
        _INFUSION.c.happens_at <= until,
    )
    earlier = _INFUSION.alias("earlier")
    last_before = (
        select(earlier.c.id)
        .where(earlier.c.patient_id == _PATIENT.c.id, earlier.c.status.in_(GIVEN), earlier.c.happens_at < since)
        .order_by(earlier.c.happens_at.desc())
        .limit(1)
        .correlate(_PATIENT)
        .scalar_subquery()
    )
    before = (
        select(*columns)
        .select_from(_PATIENT.join(_INFUSION, _INFUSION.c.id == last_before))
        .where(_PATIENT.c.id.in_(_IDS))
    )
    both = union_all(before, in_span).subquery()
    return select(both).order_by(both.c.happens_at, both.c.id)


_ANCHORS = _anchors()


def list_done(patient_id: uuid.UUID, instruments: Collection[str], first: date, last: date) -> list[Done]:
    """Return what was sent for some days, in the order it came and each in its latest version."""
    rows = session.execute(
        select(CheckIn.id, CheckIn.instrument, CheckIn.for_on, CheckIn.received_at, func.coalesce(User.name, ""))
        .outerjoin(User, User.id == CheckIn.entered_by_id)
        .where(CheckIn.patient_id == patient_id, CheckIn.instrument.in_(instruments), CheckIn.superseded_at.is_(None))
        .where(CheckIn.for_on.between(first, last))
        .order_by(CheckIn.received_at)
    )
    return [Done(*row) for row in rows]


def _list_begun(patient_id: uuid.UUID, first: date) -> tuple[dict[str, date], bool]:
    """Return the days of the answers given so far, and whether any were left at a question about safety."""
    found = session.execute(
        select(PlanItem.instrument, CheckInDraft.for_on, CheckInDraft.left_open_at)
        .join(PlanItem, PlanItem.id == CheckInDraft.plan_item_id)
        .where(CheckInDraft.patient_id == patient_id, CheckInDraft.for_on >= first)
        .order_by(CheckInDraft.for_on)
    )
    rows = found.all()
    return {row.instrument: row.for_on for row in rows}, any(row.left_open_at is not None for row in rows)
