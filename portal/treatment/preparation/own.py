"""What a patient reads of their treatment: what is asked now, how to prepare, how the last one went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.access.policy import REACHABLE
from portal.clinic import when
from portal.patients.queries import PatientRef
from portal.treatment.models import InfusionStatus
from portal.treatment.preparation import queries, steps
from portal.treatment.preparation.queries import Said
from portal.treatment.preparation.steps import Step
from portal.treatment.queries import InfusionRow
from portal.treatment.rules import queries as rules


@dataclass(frozen=True, slots=True)
class Asked:
    """The step that is asked now of one infusion, and what the patient has said of each."""

    infusion: InfusionRow
    step: Step
    said: dict[Step, Said]

    @property
    def answer(self) -> Said | None:
        """What the patient has said at this step."""
        return self.said.get(self.step)

    @property
    def needs_a_look(self) -> bool:
        """Whether anything that counts should be heard before somebody comes; on the day, the adult of that day."""
        changed = any(one.has_health_change or one.has_medicine_change for one in self.said.values())
        return changed or (self.answer is not None and self.answer.needs_a_look)


@dataclass(frozen=True, slots=True)
class Own:
    """A patient's page of treatment.

    Args:
        evening_text, day_text, after_text: the clinic's own words, "" where it has given none.
        asks_from: when the next one is asked about, where that lies ahead.
        last: the last one that is no longer planned.
        is_fresh: whether that was given today or yesterday, so that the words for afterwards still hold.
    """

    evening_text: str
    day_text: str
    after_text: str
    asked: Asked | None
    asks_from: datetime | None
    last: InfusionRow | None
    is_fresh: bool


def asked(patient: PatientRef, infusion: InfusionRow | None, at: datetime) -> Asked | None:
    """Return what is asked of a patient now about one of their infusions; None where nothing is."""
    if infusion is None or infusion.status is not InfusionStatus.PLANNED or patient.status not in REACHABLE:
        return None
    step = steps.asked_now(infusion.planned_at or infusion.happens_at, patient.time_zone, at)
    if step is None or queries.has_started(infusion.id):
        return None
    return Asked(infusion, step, queries.latest([infusion.id]).get(infusion.id, {}))


def read(patient: PatientRef, infusions: Sequence[InfusionRow], upcoming: InfusionRow | None, at: datetime) -> Own:
    """Return what a patient's page of treatment says.

    Args:
        infusions: all of the patient's.
        upcoming: the next planned one.
    """
    laid_down = rules.current().rules
    over = [one for one in infusions if one.status is not InfusionStatus.PLANNED and one.happens_at <= at]
    last = max(over, key=lambda one: one.happens_at, default=None)
    opens = steps.opens_at(upcoming.planned_at or upcoming.happens_at, patient.time_zone) if upcoming else None
    return Own(
        evening_text=laid_down.evening_text,
        day_text=laid_down.day_text,
        after_text=laid_down.after_text,
        asked=asked(patient, upcoming, at),
        asks_from=opens if opens and opens > at and patient.status in REACHABLE else None,
        last=last,
        is_fresh=last is not None and last.was_given and _days_ago(last.happens_at, patient.time_zone, at) <= 1,
    )


def _days_ago(then: datetime, zone: str, at: datetime) -> int:
    return (when.local(at, zone).date() - when.local(then, zone).date()) // timedelta(days=1)
