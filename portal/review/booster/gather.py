"""Gathering what a review sheet says, in a number of statements that does not grow with the record."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from portal.checkins import plan
from portal.instruments import catalogue
from portal.patients import queries as patients
from portal.patients.goals import queries as goals
from portal.patients.models import Condition
from portal.patients.queries import PatientRef
from portal.progress import queries as progress
from portal.progress.timeline import Timeline
from portal.review.booster import asked, heard, queries, record, taken
from portal.review.booster.elements import (
    adherence,
    change,
    checks,
    intervals,
    life,
    mania,
    medicines,
    safety,
    scores,
    tolerance,
    treatment,
)
from portal.review.booster.elements.life import Event, Goals, Life, Prepared
from portal.review.booster.heard import Heard
from portal.review.booster.record import Record
from portal.review.booster.sheet import Sheet
from portal.treatment.events import queries as events
from portal.treatment.preparation import queries as preparations
from portal.treatment.tolerability.infusion import SIDE_EFFECTS

WITHOUT_INFUSION = timedelta(days=28)
"""So far back notes and events are read where no infusion was given."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A sheet, and the timeline that its pictures are drawn from: whole, with the range to show already selected."""

    sheet: Sheet
    timeline: Timeline


def get_sheet(patient: PatientRef, *, at: datetime) -> Gathered:
    """Return the elements of a patient's review sheet as they are at a moment.

    Args:
        patient: whose; the caller has made sure that the reader may see the record.
        at: now, aware UTC.
    """
    timeline, shown, _ = progress.get_progress(patient, at=at, for_team=True)
    found, conditions = record.read(patient, at=at), patients.list_conditions(patient.id)
    since = found.last_on or plan.local_day(at, patient.time_zone) - WITHOUT_INFUSION
    said = heard.read(patient, at=at, since=since, is_bipolar=Condition.BIPOLAR in conditions)
    effects = {item.code: item.text for item in catalogue.current().get(SIDE_EFFECTS).items}
    elements = (
        treatment.history(found.treatment),
        scores.newest(timeline, primary=patient.primary_instrument, primary_name=_name(patient.primary_instrument)),
        change.change(timeline),
        change.heading(timeline),
        intervals.intervals(timeline),
        safety.safety(said.safety),
        mania.mania(said.mania),
        tolerance.tolerance(found.last, found.course, effects),
        checks.checks(taken.read_checks(patient, at=at)),
        medicines.medicines(
            taken.read_medicines(
                patient, since=_changes_since(patient, found.last_on), tested=found.tested, conditions=conditions
            )
        ),
        adherence.adherence(asked.read(patient, at=at)),
        life.life(_life(patient, found, said, since)),
    )
    has_scores = scores.speaks(timeline) is not None
    return Gathered(Sheet(elements), shown if has_scores else _without_scores(shown))


def _without_scores(shown: Timeline) -> Timeline:
    """Return a timeline that draws no more than the words say: outcomes of a screen or a check are no score line."""
    return replace(shown, instrument=None, scores=(), baseline=None, baseline_note=None)


def _name(instrument: str) -> str:
    return catalogue.current().get(instrument).short_title


def _changes_since(patient: PatientRef, last_on: date | None) -> date | None:
    """Return the day of the last review or of the last infusion, whichever is earlier, so that nothing is left out."""
    review = queries.last_standing(patient.id)
    days = [last_on, plan.local_day(review.signed_at, patient.time_zone) if review else None]
    return min((day for day in days if day is not None), default=None)


def _life(patient: PatientRef, found: Record, said: Heard, since: date) -> Life:
    hoped = goals.latest(patient.id)
    return Life(
        since=since,
        notes=said.notes,
        more_notes=said.more_notes,
        prepared=_prepared(found),
        events=tuple(
            Event(one.on, one.text, "" if one.is_from_patient else one.recorded_by)
            for one in events.list_events(patient.id)
            if (one.until or one.on) >= since
        ),
        goals=Goals(
            plan.local_day(hoped.said_at, patient.time_zone), hoped.words, "" if hoped.is_from_patient else hoped.by
        )
        if hoped and hoped.words
        else None,
    )


def _prepared(found: Record) -> tuple[Prepared, ...]:
    """Return what was said before the next infusion; where nothing was yet, what called for a look before the last."""
    about = [one for one in (found.ahead, *found.given[-1:]) if one is not None]
    told = preparations.latest([one.id for one in about])
    for one in about:
        said = told.get(one.id, {}).items()
        if (said and not one.was_given) or any(what.needs_a_look for _, what in said):
            return tuple(
                Prepared(one.number, step.value, what.adult.value, what.health_change, what.medicine_change)
                for step, what in said
            )
    return ()
