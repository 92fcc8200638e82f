"""Reading a plan for the pages that show and change it."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from portal.checkins import due, plan, queries, ready_made
from portal.checkins.due import Plan
from portal.checkins.plan import Anchors, Due
from portal.checkins.preview import Preview, preview
from portal.checkins.ready_made import Phase
from portal.checkins.rhythm import LineDraft, PlanLine
from portal.db import session
from portal.instruments import catalogue
from portal.instruments.definition import FilledBy
from portal.patients.models import Patient
from portal.patients.queries import PatientRef
from portal.treatment import queries as treatment
from portal.treatment.models import CourseStatus, InfusionKind

MOST_ENDED = 50


@dataclass(frozen=True, slots=True)
class PlanAsItIs:
    """A patient's plan: the lines asked now, those asked before (the last first), and what the rhythms hang on.

    `stamp` changes whenever a line begins or ends.
    """

    on: date
    lines: list[PlanLine]
    ended: list[PlanLine]
    due: dict[str, Due]
    anchors: Anchors
    time_zone: str
    stamp: str

    @property
    def asked(self) -> dict[str, PlanLine]:
        """The lines asked now, by instrument."""
        return {line.instrument: line for line in self.lines}

    @property
    def lines_to_come(self) -> list[PlanLine]:
        """The patient's lines that are due or will be asked again; what was asked once and is over is left out."""
        return [
            line
            for line in self.lines
            if not line.is_for_team
            and (line.instrument in self.due or any(one.hangs_on_infusion for one in line.triggers))
        ]

    @property
    def to_enter(self) -> list[Due]:
        """The totals that the care team is to enter now."""
        return [one for one in self.due.values() if one.line.is_for_team and (one.is_now or one.is_late)]

    def preview(self, drafts: Sequence[LineDraft] | None = None) -> Preview:
        """Return what the next days ask: by the plan as it is, or as it would be with these lines in its place."""
        wanted = self.lines if drafts is None else [self._line(draft) for draft in drafts]
        return preview(wanted, self.anchors, self.on, self.time_zone)

    def _line(self, draft: LineDraft) -> PlanLine:
        now = self.asked.get(draft.instrument)
        if now is not None and now.draft == draft:
            return now
        about = catalogue.current().get(draft.instrument)
        values = (draft.instrument, draft.triggers, draft.min_gap_days, about.minutes, self.on)
        is_for_team = about.filled_by is FilledBy.CLINICIAN
        return PlanLine(uuid.uuid4(), *values, extra_items=draft.extra_items, is_for_team=is_for_team)


@dataclass(frozen=True, slots=True)
class Care:
    """Where a patient's care is: the phase their courses speak for, and how far the first series has come."""

    phase: Phase
    series_given: int = 0
    series_planned: int = 0


def get_plan(patient: PatientRef, at: datetime) -> PlanAsItIs:
    """Return a patient's plan as the pages about it need it."""
    on = plan.local_day(at, patient.time_zone)
    every = [queries.to_line(item) for item in queries.list_plan(patient.id)]
    lines = [line for line in every if not line.is_over(on)]
    ended = sorted((line for line in every if line.is_over(on)), key=lambda line: line.ends_on or on, reverse=True)
    found: Plan = due.plan_of(patient, at, to_change=True)
    standing = {one.line.instrument: one for one in (*found.due(at), *found.due_for_team(at))}
    return PlanAsItIs(on, lines, ended[:MOST_ENDED], standing, found.anchors, patient.time_zone, _stamp(lines))


def hold(patient: PatientRef, at: datetime) -> str:
    """Let nobody else change this patient's plan until the transaction ends; return its stamp as it is now."""
    session.execute(select(Patient.id).where(Patient.id == patient.id).with_for_update(key_share=True))
    on = plan.local_day(at, patient.time_zone)
    lines = [queries.to_line(item) for item in queries.list_plan(patient.id)]
    return _stamp([line for line in lines if not line.is_over(on)])


def get_care(patient_id: uuid.UUID) -> Care:
    """Return where a patient's care is."""
    courses = treatment.list_courses(patient_id)
    running = next((one for one in courses if one.status is CourseStatus.RUNNING), None)
    planned = running.series_planned if running else 0
    given = [
        one
        for one in (treatment.list_infusions(patient_id) if running else ())
        if running and one.course_id == running.id and one.was_given and one.kind is InfusionKind.INDUCTION
    ]
    phase = ready_made.suggested_phase(
        has_course=bool(courses), is_running=running is not None, series_planned=planned, series_given=len(given)
    )
    return Care(phase, len(given), planned)


def askable() -> frozenset[str]:
    """Return the ids of the instruments that patients of this clinic can be asked."""
    return frozenset(one.id for one in catalogue.current().askable())


def _stamp(lines: Sequence[PlanLine]) -> str:
    return hashlib.sha256(",".join(sorted(line.id.hex for line in lines)).encode()).hexdigest()[:16]
