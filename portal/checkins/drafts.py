"""Keeping answers while they are given, so that a closed page or a dead battery loses nothing."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, update

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.checkins import plan, queries
from portal.checkins.filled import Filled, Sheet, asked_items, day_problem, draft_row
from portal.checkins.hearing import hear, readable
from portal.checkins.models import CheckInDraft
from portal.checkins.plan import PlanLine
from portal.db import session
from portal.instruments import catalogue
from portal.patients.queries import PatientRef
from portal.safety.help import Help

_DRAFTS: Any = CheckInDraft.__table__
_CHANGES = ("submission_id", "version", "answers", "answered_ms", "note", "saved_at")


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of answers given so far: whether they are on record, and what help they call for."""

    is_saved: bool
    help: Help | None = None


def save_draft(
    patient: PatientRef,
    line: PlanLine,
    sheet: Sheet,
    *,
    by: Actor,
    at: datetime,
    on: date,
    version: int | None = None,
) -> Kept:
    """Keep answers given so far, and look at once for what a person must hear of; answers that cannot be are left out.

    Args:
        patient: who it is about.
        line: the line of the plan it answers.
        sheet: what was filled in so far.
        by: who is filling it in.
        at: now, aware UTC.
        on: the patient's day it is for.
        version: the version of the instrument that is answered; the latest, where it is left out.
    """
    definition = catalogue.current().get(line.instrument, version)
    asked = asked_items(definition, line.extra_items)
    kept = readable(definition, asked, sheet)
    filled = Filled(patient, definition, asked, kept, on, line.id)
    offered = hear(filled, at=at)
    if queries.find_submission(patient.id, sheet.submission_id) is not None:
        return Kept(is_saved=True, help=offered)
    if day_problem(patient, on, plan.local_day(at, patient.time_zone)) is not None:
        return Kept(is_saved=False, help=offered)
    if _keep_draft(filled, at):
        audit.record("check-in:started", by=by, at=at, patient_id=patient.id, thing_id=line.id)
    return Kept(is_saved=True, help=offered)


def _keep_draft(filled: Filled, at: datetime) -> bool:
    """Write the draft of this line of the plan and day over any former one; return whether it is the first.

    One that was begun on another day, or for a line that another has replaced, moves here when it is gone on with.
    """
    row = draft_row(filled, at)
    line = [_DRAFTS.c[name] == row[name] for name in ("patient_id", "plan_item_id")]
    known = session.execute(
        update(_DRAFTS)
        .where(*line, _DRAFTS.c.for_on == filled.on)
        .values({name: row[name] for name in _CHANGES} | {"left_open_at": None})
        .returning(_DRAFTS.c.for_on)
    ).first()
    if known is not None:
        return False
    begun = delete(_DRAFTS).where(line[0], _DRAFTS.c.submission_id == row["submission_id"])
    moved = session.execute(begun.returning(_DRAFTS.c.for_on)).first()
    session.execute(insert(_DRAFTS), row)
    return moved is None
