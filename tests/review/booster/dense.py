"""A patient with more on record than a sheet of paper holds: ten years, sixty infusions, long words everywhere."""

import uuid
from datetime import date, datetime, timedelta

from portal import db
from portal.checkins import service as checkins
from portal.patients.goals import service as goals
from portal.patients.models import Condition, PatientCondition
from portal.treatment.events import service as events
from portal.treatment.medication import service as medicines
from portal.treatment.medication.groups import Group
from portal.treatment.models import Infusion, InfusionKind, InfusionStatus
from portal.treatment.screening.models import Decision
from tests import factories
from tests.cast import Cast
from tests.checkins.sheets import DAILY, PHQ_9, ref, sheet
from tests.treatment import record_rows as rows

INFUSIONS = 60
LONG = (
    "He asked twice and we went through it slowly, as agreed with the family beforehand, and wrote it down at length. "
)
NAMES = (
    *("Sertraline", "Venlafaxine XR", "Lorazepam", "Zolpidem", "Lamotrigine", "Lithium carbonate", "Quetiapine XR"),
    *("Methylphenidate ER", "Pregabalin", "Naltrexone", "Pseudoephedrine", "Oxycodone"),
)


def write(cast: Cast, at: datetime) -> None:
    """Write it all as Ada's record up to a moment."""
    days = [at - timedelta(days=3600 - 60 * number) for number in range(INFUSIONS)]
    course = factories.course(cast.ada, cast.bea, started_on=days[0].date())
    for number, day in enumerate(days, start=1):
        _infusion(cast, factories.infusion(course, cast.nia, day, number, **_how(number)), day)
        factories.scored(cast.ada, "phq-9", 6 + number * 7 % 18, (day - timedelta(days=3)).date())
        factories.scored(cast.ada, "phq-9", 3 + number * 5 % 14, (day + timedelta(days=12)).date())
    _life(cast, at)
    _medicines(cast, at)
    _alerts(cast, at)
    db.session.commit()


def _how(number: int) -> dict[str, object]:
    kind = InfusionKind.INDUCTION if number <= 6 else InfusionKind.BOOSTER
    stopped = number % 7 == 0
    status = InfusionStatus.STOPPED_EARLY if stopped else InfusionStatus.COMPLETED
    return {"kind": kind, "status": status, "dose_mg": 30.0 + number % 4, "outcome_note": LONG if stopped else ""}


def _infusion(cast: Cast, infusion: Infusion, day: datetime) -> None:
    rows.vitals(infusion, cast.nia, day, 118, "before", diastolic=76)
    rows.vitals(infusion, cast.nia, day + timedelta(minutes=20), 186, level="hard", diastolic=112)
    for effect in ("nausea", "dizziness", "headache"):
        rows.entry(infusion, cast.nia, "side-effect", day, effect=effect, strength="severe")


def _life(cast: Cast, at: datetime) -> None:
    db.session.add(PatientCondition(patient_id=cast.ada.own_id, condition=Condition.BIPOLAR, recorded_at=at))
    text = 6 * LONG
    goals.write(cast.ada.own_id, text, seen=None, submission_id=uuid.uuid4(), by=cast.ada.actor, at=at)
    for number in range(6):
        on: date = (at - timedelta(days=number + 2)).date()
        events.add_event(
            cast.ada.own_id, event_id=uuid.uuid4(), on=on, until=None, text=LONG * 2, by=cast.ada.actor, at=at
        )
        rows.allergy(cast.ada, cast.bea, f"{NAMES[number]} and everything like it", LONG[:110])
    rows.screening(cast.ada, cast.bea, Decision.NOT_NOW)


def _medicines(cast: Cast, at: datetime) -> None:
    for number, name in enumerate(NAMES):
        medicines.start_medicine(
            cast.ada.own_id,
            medicine_id=uuid.uuid4(),
            name=name,
            dose="a very particular dose, morning, noon and night, with food",
            groups=(list(Group)[number],),
            started_on=(at - timedelta(days=number + 1)).date(),
            note=LONG,
            by=cast.bea.actor,
            at=at,
        )


def _alerts(cast: Cast, at: datetime) -> None:
    patient = ref(cast.ada)
    for number in range(10, 0, -1):
        then = at - timedelta(days=number)
        told = sheet(PHQ_9 | {"q9": 1 + number % 3}, note=LONG * 3)
        checkins.submit(patient, "phq-9", told, by=cast.ada.actor, at=then)
        checkins.submit(patient, "daily", sheet(DAILY | {"safe": 2}, note=LONG * 3), by=cast.ada.actor, at=then)
