"""What comes before an infusion of the demo: the provider's order, and what the patient says."""

from collections.abc import Mapping
from datetime import datetime

from portal.demo.bedside import DRUG
from portal.demo.case import Agenda, Case
from portal.treatment.dose import Dose
from portal.treatment.orders.draft import Draft
from portal.treatment.orders.service import sign_order
from portal.treatment.preparation.service import confirm
from portal.treatment.preparation.steps import Adult, Statement, Step
from portal.treatment.rules.values import Limits

LIMITS: Mapping[str, Limits] = {"marcus": Limits(systolic=170)}
"""Hard stops of a patient's own, where the provider lays down stricter ones than the clinic's."""
INSTRUCTIONS: Mapping[str, str] = {
    "ada": "Music from the start. Dim light.",
    "marcus": "Call me at 165 already. After a stop, half the rate until we have spoken.",
    "tomas": "Ondansetron 4 mg at hand.",
    "dot": "0.35 mg/kg/h over four hours. Pause, and call, if she cannot be woken by voice.",
}
ORDERED_AHEAD, SAID_AHEAD = frozenset({"marcus", "grace"}), frozenset({"marcus"})
"""Whose order for what is to come is signed, and who has answered the evening before."""


def for_given(case: Case, number: int, day: int, agenda: Agenda) -> None:
    """Note the order for an infusion that was given, and the patient's words of the evening and of the day."""
    calendar = case.calendar
    agenda.add(calendar.at(day - 1, 15), _order, case, number)
    evening = _evening(case)
    agenda.add(calendar.at(day - 1, 19, 40), _say, case, number, evening)
    ate, drank = calendar.at(day - 1, 20, 30), calendar.at(day, 6, 45)
    same_day = Statement(Step.SAME_DAY, Adult.YES, case.adult, ate_at=ate, drank_at=drank)
    agenda.add(calendar.at(day, 8, 30), _say, case, number, same_day)


def for_coming(case: Case, number: int, ahead: int, agenda: Agenda) -> None:
    """Note what is there already for an infusion that lies ahead."""
    yesterday, key = case.story.days - 1, case.story.key
    if key in ORDERED_AHEAD:
        agenda.add(case.calendar.at(yesterday, 15), _order, case, number)
    if key in SAID_AHEAD and ahead == 0:
        agenda.add(case.calendar.at(yesterday, 19, 40), _say, case, number, _evening(case, "A cold since Friday."))


def _evening(case: Case, health: str = "") -> Statement:
    return Statement(
        Step.EVENING,
        Adult.YES,
        case.adult,
        has_health_change=bool(health),
        health_change=health,
        has_medicine_change=False,
    )


def _say(case: Case, number: int, said: Statement, *, at: datetime) -> None:
    infusion_id, _ = case.infusions[number]
    submission = case.id(f"said:{number}:{said.step.value}")
    confirm(case.patient_id, infusion_id, said, submission_id=submission, by=case.actor, at=at)


def _order(case: Case, number: int, *, at: datetime) -> None:
    story, (infusion_id, _) = case.story, case.infusions[number]
    rate = 0.35 if story.minutes > 60 else None
    draft = Draft(
        drug=DRUG,
        dose=Dose(mg=case.dose_mg(), weight_kg=story.weight_kg, mg_per_kg_h=rate, minutes=story.minutes),
        route="intravenous",
        limits=LIMITS.get(story.key, Limits()),
        instructions=INSTRUCTIONS.get(story.key, ""),
    )
    sign_order(case.patient_id, infusion_id, draft, order_id=case.id(f"order:{number}"), by=case.provider, at=at)
