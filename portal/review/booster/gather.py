"""Gathering what a review sheet says, in a number of statements that does not grow with the record."""

from dataclasses import dataclass
from datetime import datetime

from portal.instruments import catalogue
from portal.patients.queries import PatientRef
from portal.progress import queries as progress
from portal.progress.timeline import Timeline
from portal.review.booster import record
from portal.review.booster.elements import scores, treatment
from portal.review.booster.sheet import Sheet


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
    rows = record.read(patient, at=at)
    primary = patient.primary_instrument
    name = catalogue.current().get(primary).short_title
    elements = (
        treatment.history(rows.treatment),
        scores.newest(timeline, primary=primary, primary_name=name),
    )
    return Gathered(Sheet(elements), shown)
