"""What the demo's patients hope for, and what their providers decided: reviews, a baseline, who leads a team."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from portal.access.policy import Actor, Role
from portal.clinic import queries as clinic
from portal.demo.case import Agenda, Case
from portal.patients import queries as patients
from portal.patients import team_service as teams
from portal.patients.goals.queries import latest
from portal.patients.goals.service import write
from portal.progress.baseline import queries as baselines
from portal.progress.baseline import service as baseline
from portal.review.booster import queries, service
from portal.review.booster.gather import get_sheet
from portal.review.booster.models import ReviewDecision
from portal.review.booster.service import Decided, Drawn
from portal.web import review_sheet
from portal.web.review_sheet import About


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A review on a day of the record, with the day of the next; `taken_back` is why it was withdrawn."""

    day: int
    decision: ReviewDecision
    reason: str
    next_on: int
    taken_back: str = ""


REVIEWS: Mapping[str, tuple[Reviewed, ...]] = {
    "ada": (
        Reviewed(232, ReviewDecision.BOOSTER, "Back above 10 for a week and rising. Same dose.", 298),
        Reviewed(305, ReviewDecision.BOOSTER, "Ten weeks this time, back at 10 now, and she feels it. Same dose.", 330),
    ),
    "marcus": (
        Reviewed(
            249,
            ReviewDecision.WAIT,
            "Blood pressure first.",
            263,
            taken_back="Signed on the page of the wrong patient.",
        ),
        Reviewed(
            275,
            ReviewDecision.BOOSTER,
            "Wears off in the third week, as before. One more at this dose while his pressure is looked at, then talk "
            "about whether to go on like this.",
            299,
        ),
    ),
    "ruth": (
        Reviewed(
            122,
            ReviewDecision.REFER,
            "No response after the series and two boosters. Referred for a second opinion; she agrees. No booster "
            "until then.",
            206,
        ),
    ),
    "imani": (
        Reviewed(
            204,
            ReviewDecision.BOOSTER,
            "Nightmares are back and she sees it herself. Booster before the anniversary.",
            268,
        ),
    ),
    "dot": (
        Reviewed(179, ReviewDecision.BOOSTER, "Pain up for three weeks; half shifts again. Same dose and length.", 252),
    ),
    "jonas": (
        Reviewed(
            88,
            ReviewDecision.WAIT,
            "Leaves for three months of work abroad; no treatment without his own team near. Lithium level before the "
            "next one.",
            200,
        ),
    ),
}
COMPARED: Mapping[str, tuple[int, int, str]] = {
    "marcus": (40, 1, "The last one before the start was answered with the good news about the date in mind."),
}
"""On which day the provider chose which of the first scores to compare with, and why."""
HOPES: Mapping[str, tuple[tuple[int, str, bool], ...]] = {
    "ada": (
        (2, "To get up when the alarm rings, and not to be afraid of the evenings.", True),
        (240, "To keep the new job, and to be able to go without a treatment over the summer.", True),
    ),
    "marcus": ((3, "To coach the boys on Saturdays again. To sleep without the pills.", True),),
    "ruth": ((4, "“One day in the week that is not grey.” Asked at the first visit.", False),),
    "tomas": ((1, "Aprobar el examen en primavera.", True),),
    "imani": ((2, "To ride the bus alone. Fewer nightmares.", True),),
    "dot": ((2, "To work full shifts, and to lift my grandson.", True),),
}
"""What patients hope for: since which day, in which words, and whether they wrote it themselves."""
LEADS: Mapping[str, tuple[int, str]] = {"imani": (90, "cal")}
"""On which day who else took the lead of a care team."""


def plan(case: Case, agenda: Agenda) -> None:
    """Note what was decided about a patient, and when."""
    key, calendar = case.story.key, case.calendar
    for one in REVIEWS.get(key, ()):
        agenda.add(calendar.at(one.day, 16), _sign, case, one)
        if one.taken_back:
            agenda.add(calendar.at(one.day, 17), _withdraw, case, one)
    for day, words, is_own in HOPES.get(key, ()):
        by = case.actor if is_own else case.provider
        agenda.add(calendar.at(day, 18), _hope, case, words, by=by)
    if key in COMPARED:
        day, place, reason = COMPARED[key]
        agenda.add(calendar.at(day, 16), _compare_with, case, place, reason)
    if key in LEADS:
        day, lead = LEADS[key]
        user_id = case.staff[lead].user_id
        agenda.add(calendar.at(day, 9), teams.name_lead, case.patient_id, user_id, by=case.provider)


def _hope(case: Case, words: str, *, by: Actor, at: datetime) -> None:
    before = latest(case.patient_id)
    submission = case.id(f"goals:{at.isoformat()}")
    seen = before.id if before else None
    write(case.patient_id, words, seen=seen, submission_id=submission, by=by, at=at)


def _sign(case: Case, one: Reviewed, *, at: datetime) -> None:
    review = service.sign(
        case.patient_id,
        Decided(one.decision, one.reason, case.calendar.on(one.next_on)),
        submission_id=case.id(f"review:{one.day}"),
        draw=lambda: _draw(case, one, at),
        by=case.provider,
        at=at,
    )
    case.reviews[one.day] = review.id


def _draw(case: Case, one: Reviewed, at: datetime) -> Drawn:
    """Draw the sheet as the page does: in a request, though nobody asks."""
    providers = tuple(one.name for one in patients.list_team(case.patient_id) if one.role is Role.PROVIDER)
    with current_app.test_request_context():
        about = About(clinic.display_name(), case.ref, providers, queries.last_standing(case.patient_id))
        return review_sheet.kept(get_sheet(case.ref, at=at), about, at, one.reason)


def _withdraw(case: Case, one: Reviewed, *, at: datetime) -> None:
    service.withdraw(case.patient_id, case.reviews[one.day], reason=one.taken_back, by=case.provider, at=at)


def _compare_with(case: Case, place: int, reason: str, *, at: datetime) -> None:
    of = (case.patient_id, "phq-9", "total")
    baseline.choose(
        *of,
        baselines.list_serving(*of)[place],
        reason=reason,
        seen=baselines.get_seen(*of),
        submission_id=case.id("baseline"),
        by=case.provider,
        at=at,
    )
