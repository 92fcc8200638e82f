"""What the demo's patients take and do not tolerate. Everything here is invented."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from portal.demo.case import Agenda, Case
from portal.treatment.medication import allergy_service as allergies
from portal.treatment.medication import change_service as changes
from portal.treatment.medication import groups, service

ENROLLED = 1


@dataclass(frozen=True, slots=True)
class Taken:
    """One medicine: since which day of the record, in which doses, until when.

    Attributes:
        since: None where nobody knows since when; below zero where it was before the record.
        then: further doses, each from a day on, and why.
        stopped: the day it was stopped, and why.
    """

    name: str
    dose: str
    since: int | None = None
    then: tuple[tuple[int, str, str], ...] = ()
    stopped: tuple[int, str] | None = None
    note: str = ""


TAKEN: Mapping[str, tuple[Taken, ...]] = {
    "ada": (
        Taken("Sertraline", "150 mg in the morning", -400, then=((148, "100 mg in the morning", "Tired by day."),)),
        Taken("Lorazepam", "0.5 mg when needed", -90, stopped=(64, "Not needed for a month.")),
        Taken("Vitamin D", "1000 IU a day"),
    ),
    "marcus": (
        Taken("Venlafaxine XR", "150 mg in the morning", -700),
        Taken(
            "Lisinopril",
            "10 mg in the morning",
            4,
            then=((129, "20 mg in the morning", "After the one that was stopped."),),
        ),
        Taken(
            "Lorazepam",
            "1 mg at night",
            -200,
            then=((40, "0.5 mg at night", "Taken down slowly, as agreed."),),
            note="Wants to be without it by spring.",
        ),
    ),
    "ruth": (Taken("Mirtazapine", "30 mg at night", -900), Taken("Quetiapine", "50 mg at night", -60)),
    "tomas": (Taken("Bupropion XL", "300 mg por la mañana", -120),),
    "imani": (
        Taken("Sertraline", "100 mg in the morning", -500),
        Taken("Prazosin", "2 mg at night", -100, then=((252, "3 mg at night", "Nightmares twice a week."),)),
    ),
    "dot": (
        Taken("Duloxetine", "60 mg in the morning", -800),
        Taken("Gabapentin", "300 mg three times a day", -300, then=((130, "300 mg twice a day", "Dizzy at noon."),)),
        Taken("Oxycodone", "5 mg when needed", -150, stopped=(118, "Pain is bearable without it.")),
    ),
    "jonas": (Taken("Lamotrigine", "200 mg a day", -1000), Taken("Quetiapine XR", "150 mg at night", -365)),
    "noor": (Taken("Fluvoxamine", "200 mg a day", -240),),
    "grace": (Taken("Sertraline", "50 mg in the morning", -20),),
}
ALLERGIES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "ada": (("Penicillin", "Hives all over, as a child"),),
    "marcus": (("Latex", "Itching rash"), ("Ibuprofen", "Swollen lips")),
    "imani": (("Sulfonamides", "Rash"),),
    "grace": (("Metoclopramide", "Restless legs, could not sit still"),),
}


def plan(case: Case, agenda: Agenda) -> None:
    """Note what a patient takes, how that changed, and what they are allergic to."""
    key, entered = case.story.key, case.calendar.at(ENROLLED, 11)
    for one in TAKEN[key]:
        _take(case, one, agenda)
    for substance, reaction in ALLERGIES.get(key, ()):
        values = {"allergy_id": case.id(f"allergy:{substance}"), "substance": substance, "reaction": reaction}
        agenda.add(entered, allergies.add_allergy, case.patient_id, **values, by=case.nurse)
    if key == "marcus":
        agenda.add(case.calendar.at(ENROLLED + 1, 9), _correct_allergy, case)


def _take(case: Case, one: Taken, agenda: Agenda) -> None:
    medicine_id = case.id(f"medicine:{one.name}")
    day = max(ENROLLED, one.since or 0)
    agenda.add(
        case.calendar.at(day, 11),
        service.start_medicine,
        case.patient_id,
        medicine_id=medicine_id,
        name=one.name,
        dose=one.dose,
        groups=groups.recognise(one.name),
        started_on=None if one.since is None else case.calendar.on(one.since),
        note=one.note,
        by=case.provider,
    )
    for number, dose, reason in one.then:
        said = {"change_id": case.id(f"change:{one.name}:{number}"), "on": case.calendar.on(number), "reason": reason}
        at = case.calendar.at(number, 12)
        agenda.add(at, changes.change_dose, case.patient_id, medicine_id, dose=dose, **said, by=case.provider)
    if one.stopped is not None:
        number, reason = one.stopped
        said = {"change_id": case.id(f"stop:{one.name}"), "on": case.calendar.on(number), "reason": reason}
        at = case.calendar.at(number, 12)
        agenda.add(at, changes.stop_medicine, case.patient_id, medicine_id, **said, by=case.provider)


def _correct_allergy(case: Case, *, at: datetime) -> None:
    """The first version stays beside the corrected one."""
    allergies.correct_allergy(
        case.patient_id,
        case.id("allergy:Latex"),
        substance="Latex",
        reaction="Itching rash where a glove touched",
        revision=1,
        reason="Asked again what exactly happened.",
        by=case.nurse,
        at=at,
    )
