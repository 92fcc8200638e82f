"""Reading what a patient takes, and what was asked before treatment, for the review sheet."""

from collections.abc import Collection
from datetime import date, datetime

from portal.checkins import plan, watched
from portal.patients.models import Condition
from portal.patients.queries import PatientRef
from portal.review.booster.elements.checks import Checked
from portal.review.booster.elements.medicines import Changed, Medicines, Screened, Taken
from portal.treatment.medication import queries as medication
from portal.treatment.medication.chips import chips
from portal.treatment.monitoring import queries as monitoring
from portal.treatment.monitoring.models import Outcome
from portal.treatment.monitoring.queries import Check, ResultRow
from portal.treatment.screening import queries as screenings
from portal.treatment.screening.items import Answer


def read_medicines(
    patient: PatientRef,
    *,
    since: date | None,
    tested: tuple[date, str] | None,
    conditions: Collection[Condition],
) -> Medicines:
    """Return what is on record of a patient's medicines, allergies and screening.

    Args:
        patient: whose.
        since: from which day on changes count; None where none do.
        tested: the last answer about pregnancy before an infusion, and its day.
        conditions: what the patient is treated for.
    """
    current = medication.list_current(patient.id)
    confirmed = medication.confirmed_at(patient.id)
    return Medicines(
        since=since,
        changed=tuple(
            Changed(one.name, one.kind.value, one.on, one.dose)
            for one in reversed(medication.list_dated_changes(patient.id))
            if since is not None and one.on >= since
        ),
        taken=tuple(Taken(one.name, one.dose) for one in current),
        chips=chips(current, is_bipolar=Condition.BIPOLAR in conditions),
        allergies=tuple((one.substance, one.reaction) for one in medication.list_allergies(patient.id)),
        confirmed_on=plan.local_day(confirmed, patient.time_zone) if confirmed else None,
        screened=_screened(patient),
        tested=tested,
    )


def read_checks(patient: PatientRef, *, at: datetime) -> tuple[Checked, ...]:
    """Return where the checks of long-term treatment stand, in their order."""
    today, zone = plan.local_day(at, patient.time_zone), patient.time_zone
    found = monitoring.due(patient.id, today=today, zone=zone, sent=watched.list_sent(patient.id))
    return tuple(_checked(one) for one in found)


def _screened(patient: PatientRef) -> Screened | None:
    counts = screenings.latest(screenings.list_screenings(patient.id))
    if counts is None:
        return None
    standing = screenings.standing_of(patient.id, counts, screenings.list_decisions(patient.id))
    answers = counts.answers
    return Screened(
        on=plan.local_day(counts.asked_at, patient.time_zone),
        pregnancy=answers.get("pregnancy", Answer.UNKNOWN),
        breastfeeding=answers.get("breastfeeding", Answer.UNKNOWN),
        stops=tuple(one.item.words for one in counts.judgement.stops),
        standing=standing.state.value,
        decided_by=standing.decided_by,
    )


def _checked(one: Check) -> Checked:
    last = one.last
    done_on = None if last is None else last.done_on if isinstance(last, ResultRow) else last.on
    left_open = [sent.on for sent in one.sent if sent.is_positive is None]
    later = [day for day in left_open if done_on is None or day > done_on]
    found = ""
    if isinstance(last, ResultRow):
        found = last.note if last.outcome is Outcome.ATTENTION else ""
    elif last is not None:
        found = last.level
    return Checked(
        kind=one.kind.value,
        state=one.standing.state,
        due_on=one.standing.due_on,
        done_on=done_on,
        found=found,
        needs_attention=one.needs_attention,
        left_open_on=max(later, default=None),
    )
