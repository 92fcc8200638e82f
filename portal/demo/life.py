"""What happened in the lives of the demo's patients, and the checks of long-term treatment. Everything is invented."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from portal.demo.case import Agenda, Case
from portal.treatment.events import service as events
from portal.treatment.monitoring import service as monitoring
from portal.treatment.monitoring.models import Outcome, Watched


@dataclass(frozen=True, slots=True)
class Happened:
    """An event from a day of the record on, up to another one; told by the patient, else written down by the team."""

    day: int
    text: str
    until: int | None = None
    is_told: bool = True


@dataclass(frozen=True, slots=True)
class Checked:
    """A check so many days before today; with a note where something needs attention."""

    kind: Watched
    days_ago: int
    note: str = ""
    needs_attention: bool = False


HAPPENED: Mapping[str, tuple[Happened, ...]] = {
    "ada": (
        Happened(96, "Moved into the new flat"),
        Happened(172, "Away with my sister", until=186),
        Happened(251, "Started the new job, four days a week"),
    ),
    "marcus": (
        Happened(120, "Mother in hospital", until=139),
        Happened(214, "Night shifts for two weeks", until=228, is_told=False),
    ),
    "ruth": (Happened(150, "Ten years since my brother died"),),
    "tomas": (Happened(15, "Examen de recuperación"),),
    "imani": (Happened(118, "Court hearing", until=120),),
    "dot": (Happened(231, "Full shift on a Saturday, the first this year"),),
    "grace": (Happened(26, "Back at work, two mornings a week"),),
}
CHECKED: Mapping[str, tuple[Checked, ...]] = {
    "ada": (
        Checked(Watched.LIVER, 205),
        Checked(Watched.COGNITION, 179, "Word list as before."),
        Checked(Watched.LIVER, 40),
    ),
    "marcus": (
        Checked(Watched.COGNITION, 62),
        Checked(Watched.LIVER, 118, "ALT a little above the range. Repeat in three months.", needs_attention=True),
    ),
    "ruth": (Checked(Watched.LIVER, 75),),
    "imani": (Checked(Watched.LIVER, 88), Checked(Watched.COGNITION, 30)),
    "dot": (
        Checked(Watched.URINARY, 12, "Asked at the visit: nothing."),
        Checked(Watched.LIVER, 33),
        Checked(Watched.COGNITION, 33),
    ),
}


def plan(case: Case, agenda: Agenda) -> None:
    """Note the events of a patient and the checks that were done."""
    for one in HAPPENED.get(case.story.key, ()):
        until = None if one.until is None else case.calendar.on(one.until)
        values = {"on": case.calendar.on(one.day), "until": until, "text": one.text}
        at, by = case.calendar.at(one.day, 20), case.actor if one.is_told else case.nurse
        agenda.add(at, events.add_event, case.patient_id, event_id=case.id(f"event:{one.day}"), **values, by=by)
    for check in CHECKED.get(case.story.key, ()):
        _check(case, check, agenda)
    if case.story.key == "ada":
        agenda.add(case.calendar.at(97, 9), _correct_event, case)
        agenda.add(case.calendar.at(case.calendar.last - 39, 9), _correct_check, case)


def _check(case: Case, one: Checked, agenda: Agenda) -> None:
    day = case.calendar.last - one.days_ago
    outcome = Outcome.ATTENTION if one.needs_attention else Outcome.FINE
    values = {"kind": one.kind, "done_on": case.calendar.on(day), "outcome": outcome, "note": one.note}
    result_id, at = case.id(f"check:{one.kind.value}:{one.days_ago}"), case.calendar.at(day, 13)
    agenda.add(at, monitoring.record_result, case.patient_id, result_id=result_id, **values, by=case.nurse)


def _correct_event(case: Case, *, at: datetime) -> None:
    events.correct_event(
        case.patient_id,
        case.id("event:96"),
        on=case.calendar.on(95),
        until=None,
        text=HAPPENED["ada"][0].text,
        revision=1,
        reason="It was a day earlier.",
        by=case.actor,
        at=at,
    )


def _correct_check(case: Case, *, at: datetime) -> None:
    monitoring.correct_result(
        case.patient_id,
        case.id("check:liver:40"),
        done_on=case.calendar.on(case.calendar.last - 40),
        outcome=Outcome.FINE,
        note="All values within the range.",
        revision=1,
        reason="The laboratory's letter came.",
        by=case.nurse,
        at=at,
    )
