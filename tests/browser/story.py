"""A year of Ada's care as rows, so that charts and lists have something to show."""

import uuid
from datetime import datetime, timedelta

from portal import clock
from portal.treatment.models import InfusionKind, InfusionStatus
from tests import factories
from tests.live import Live

SERIES = (100, 97, 93, 90, 86, 83)
BOOSTERS = (60, 30)
AHEAD = 5
SCORES = ((107, 21), (93, 17), (79, 9), (65, 11), (51, 6), (37, 10), (23, 5), (9, 8))
GAP = range(40, 52)


def given_and_planned() -> list[datetime]:
    """Return the moments of the infusions on Ada's chart, in order."""
    at = clock.now().replace(minute=0, second=0, microsecond=0)
    return [at - timedelta(days=days) for days in (*SERIES, *BOOSTERS, -AHEAD)]


def tell(live: Live) -> uuid.UUID:
    """Write the story and return the course: a series, two boosters, one planned, scores, and days with a gap."""
    ada, bea, moments = live.cast.ada, live.cast.bea, given_and_planned()
    now = moments[-1] - timedelta(days=AHEAD)
    with live.reach():
        course = factories.course(ada, by=bea, started_on=moments[0].date())
        for number, at in enumerate(moments, start=1):
            kind = InfusionKind.INDUCTION if number <= len(SERIES) else InfusionKind.BOOSTER
            ahead = {"status": InfusionStatus.PLANNED, "started_at": None} if at > now else {}
            factories.infusion(course, by=bea, at=at, number=number, kind=kind, **ahead)
        for days, total in SCORES:
            at = now - timedelta(days=days)
            factories.scored(ada, "phq-9", total, on=at.date(), at=at)
        for days in (days for days in range(2, 100, 2) if days not in GAP):
            at = now - timedelta(days=days)
            answers = {"mood": 3 + days % 5, "anxiety": 7 - days % 4, "energy": 5, "sleep_h": 6 + days % 3, "safe": 0}
            factories.check_in(ada, on=at.date(), at=at, answers=answers)
        return course.id
