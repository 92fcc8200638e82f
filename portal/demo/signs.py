"""Signs of danger and of silence in the demo's stories, beside what its patients answer day by day."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from portal.checkins import service as checkins
from portal.checkins import silence
from portal.checkins.service import Sheet
from portal.demo import alerts
from portal.demo.case import Agenda, Case
from portal.demo.people import NO
from portal.safety.chronic import service as chronic

JUST_NOW = timedelta(minutes=6)
LISTENED_DAYS, LISTENED_AT = 12, 11
MONTH = 30
FAMILIAR = {("phq-9", "q9"): 1.0, ("asq", "q1"): 1.0}
KNOWN = (
    (44, "Wishes to be dead on some days, for years, never with a plan. Talked through with her and her brother."),
    (13, "As before; seen on Monday. Written down again for a month."),
)
TODAY = {"mood": 1.0, "anxiety": 8.0, "energy": 2.0, "sleep_h": 3.0, "safe": float(NO)}


def plan(case: Case, agenda: Agenda) -> None:
    """Note what happened to a patient."""
    for ago in range(LISTENED_DAYS, -1, -1):
        at = case.calendar.at(case.calendar.last - ago, LISTENED_AT)
        if at < case.calendar.now:
            agenda.add(at, _listen, case, agenda)
    happened = HAPPENED.get(case.story.key)
    if happened is not None:
        happened(case, agenda)


def _listen(case: Case, agenda: Agenda, *, at: datetime) -> None:
    """Look for silence, as the worker does."""
    silence.act([case.patient_id], at=at)
    alerts.follow(case, agenda, at=at)


def _known_thoughts(case: Case, agenda: Agenda) -> None:
    """Thoughts the provider knows of: unchanged, they wait on the worklist. Today it is another answer."""
    for ago, reason in KNOWN:
        at = case.calendar.at(case.calendar.last - ago, 14)
        for number, (question, value) in enumerate(FAMILIAR.items()):
            values = {"reason": reason, "days": MONTH, "submission_id": case.id(f"known:{ago}:{number}")}
            agenda.add(at, chronic.set_baseline, case.patient_id, question, value, **values, by=case.provider)
    _just_now(case, agenda)


def _just_now(case: Case, agenda: Agenda) -> None:
    """A few minutes ago: not able to keep safe, and nobody has taken it on yet."""
    agenda.add(case.calendar.now - JUST_NOW, _not_safe, case, agenda)


def _not_safe(case: Case, agenda: Agenda, *, at: datetime) -> None:
    sheet = Sheet(case.id("today"), TODAY, started_at=at - timedelta(seconds=40))
    checkins.submit(case.ref, "daily", sheet, by=case.actor, at=at, extra_items=case.story.extra_items)
    alerts.follow(case, agenda, at=at)


HAPPENED: Mapping[str, Callable[[Case, Agenda], None]] = {"ruth": _known_thoughts}
