"""What the demo's patients were asked before treatment, and what their providers decided. Everything is invented."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from portal.demo.case import Agenda, Case
from portal.demo.people import PHONE_OF_THE_ADULT
from portal.treatment.screening import lists, service
from portal.treatment.screening.entry import Entry
from portal.treatment.screening.items import ASKED, Answer
from portal.treatment.screening.models import Decision

FIRST = 3
"""So many days before the course the patient is asked first."""
USUAL = "Nothing against it. In-person evaluation and consent are on record."


@dataclass(frozen=True, slots=True)
class Asked:
    """One asking on a day of the record; None for the one before the course.

    Attributes:
        yes, unknown: notes by the code of the item.
        reason: why the provider decides as they do; "" where nothing has been decided yet.
        overrides: why treatment may go ahead in spite of a stop, by the code of the item.
    """

    day: int | None = None
    yes: Mapping[str, str] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)
    reason: str = USUAL
    overrides: Mapping[str, str] = field(default_factory=dict)
    decision: Decision = Decision.GO_AHEAD


_PRESSURE = "145/92 at the practice twice in the last month."
_TREATED = (
    "Lisinopril since last week. Ten readings at home, none above 138/88, ECG without findings. Own limit at 170."
)
ASKED_OF: Mapping[str, tuple[Asked, ...]] = {
    "ada": (
        Asked(yes={"thyroid": "Hashimoto, in balance for years."}),
        Asked(160, yes={"thyroid": "Hashimoto, in balance for years."}, reason="Less sertraline; nothing else is new."),
    ),
    "marcus": (
        Asked(
            yes={"blood-pressure": _PRESSURE, "substances-earlier": "Alcohol until 2019."},
            reason="Benefit expected to be large; pressure is watched closely.",
            overrides={"blood-pressure": _TREATED},
        ),
        Asked(
            140,
            yes={"blood-pressure": "One stop at 181 systolic.", "substances-earlier": "Alcohol until 2019."},
            reason="Goes on with the higher dose of lisinopril and an own limit.",
            overrides={"blood-pressure": "Lisinopril doubled. Two weeks of readings at home, all below 140/90."},
        ),
    ),
    "ruth": (
        Asked(unknown={"liver-other": "Values asked for."}, reason="Liver values are to be seen before the second."),
        Asked(130, reason="No benefit after eight so far. First review what else can help.", decision=Decision.NOT_NOW),
    ),
    "tomas": (Asked(),),
    "imani": (Asked(yes={"airway": "Asthma, inhaler now and then."}),),
    "dot": (
        Asked(yes={"heart": "Father had a heart attack at 52. ECG without findings."}),
        Asked(170, yes={"heart": "Father had a heart attack at 52."}, reason="Less gabapentin, no oxycodone any more."),
    ),
    "jonas": (Asked(yes={"mania": "Last episode four years ago."}, reason="Lamotrigine and quetiapine on board."),),
    "noor": (Asked(), Asked(69, unknown={"thyroid": "Blood taken, result expected."}, reason="")),
    "grace": (
        Asked(
            yes={"breastfeeding": "Expresses before, and gives stored milk for the day after."},
            reason="Plan for breastfeeding agreed with her and her midwife.",
        ),
    ),
}


def plan(case: Case, agenda: Agenda) -> None:
    """Note each asking, and the decision two hours later where there is one."""
    for one in ASKED_OF[case.story.key]:
        day = case.story.series_from - FIRST if one.day is None else one.day
        agenda.add(case.calendar.at(day, 15), _ask, case, one, day)
        if one.reason:
            agenda.add(case.calendar.at(day, 17), _decide, case, one, day)


def _ask(case: Case, one: Asked, day: int, *, at: datetime) -> None:
    entry = Entry(
        answers={item.code: _answer(item.code, one) for item in ASKED},
        notes={**one.yes, **one.unknown},
        weight_kg=case.story.weight_kg,
        in_person_on=case.calendar.on(day),
        in_person_by=case.provider.name,
        consent_on=case.calendar.on(day),
        adult_name=case.adult,
        adult_phone=PHONE_OF_THE_ADULT[case.story.key],
        emergency_plan=f"Call 911, then the clinic. {case.adult} opens the door. Hospital ten minutes away.",
        lists_checked=True,
    )
    seen = lists.find(case.patient_id).mark
    service.record(
        case.patient_id,
        entry,
        screening_id=case.id(f"screening:{day}"),
        for_running=one.day is not None,
        seen=seen,
        by=case.nurse,
        at=at,
    )


def _answer(code: str, one: Asked) -> Answer:
    if code in one.yes:
        return Answer.YES
    return Answer.UNKNOWN if code in one.unknown else Answer.NO


def _decide(case: Case, one: Asked, day: int, *, at: datetime) -> None:
    service.decide(
        case.patient_id,
        case.id(f"screening:{day}"),
        decision_id=case.id(f"decision:{day}"),
        decision=one.decision,
        reason=one.reason,
        overrides=one.overrides,
        by=case.provider,
        at=at,
    )
