"""The forms of the bedside page, and everything else that its templates are given; `views.py` lists it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from portal.access import guard
from portal.access.policy import Permission, Thing, permits
from portal.clinic import queries as clinic
from portal.clinic import when
from portal.patients import queries as patients
from portal.safety import crisis
from portal.treatment.flowsheet import deviations, infusion_row, queries, sparkline
from portal.treatment.flowsheet.base_forms import EntryForm
from portal.treatment.flowsheet.deviations import Ordered
from portal.treatment.flowsheet.for_device import judging
from portal.treatment.flowsheet.forms import FORMS, SignForm, said_of
from portal.treatment.flowsheet.kinds import BY_NUMBER, EntryKind, Phase
from portal.treatment.flowsheet.queries import Flowsheet, Line
from portal.treatment.flowsheet.standing import Standing, standing
from portal.treatment.medication import queries as medication
from portal.treatment.medication.queries import AllergyRow
from portal.treatment.models import Course
from portal.treatment.orders import queries as orders
from portal.treatment.orders.limits import effective
from portal.treatment.orders.queries import Order
from portal.treatment.preparation import queries as preparation
from portal.treatment.preparation.models import Step
from portal.treatment.preparation.queries import Said
from portal.treatment.queries import InfusionRow
from portal.treatment.rules import queries as rules
from portal.treatment.rules.queries import InForce
from portal.treatment.rules.values import Limits, Point
from portal.treatment.screening import queries as screening

_POINTS = {Phase.BEFORE: Point.BEFORE, Phase.DURING: Point.DURING}


@dataclass(frozen=True)
class Day:
    """One infusion's day, read as far as somebody asks for it."""

    infusion: InfusionRow
    course: Course

    @cached_property
    def sheet(self) -> Flowsheet:
        return queries.get_flowsheet(self.course.patient_id, self.infusion.id)

    @cached_property
    def in_force(self) -> InForce:
        return rules.current()

    @cached_property
    def standing(self) -> Standing:
        return standing(self.sheet.entries, self.in_force.rules)

    @cached_property
    def order(self) -> Order | None:
        return orders.get_in_force(self.course.patient_id, self.infusion.id)

    @cached_property
    def allergies(self) -> list[AllergyRow]:
        return medication.list_allergies(self.course.patient_id)

    @property
    def allergens(self) -> list[str]:
        return [one.substance for one in self.allergies]

    @property
    def limits(self) -> Limits:
        return self.order.limits if self.order else Limits()


def log_values(day: Day) -> dict[str, Any]:
    """Return what the log needs, which other devices ask for again and again."""
    now, order = day.standing, day.order
    ordered = Ordered(order.drug, order.dose.mg, order.signed_at) if order else None
    given = infusion_row.given_mg(now)
    return {
        "infusion": day.infusion,
        "course": day.course,
        "sheet": day.sheet,
        "standing": now,
        "order": order,
        "given": given,
        "deviations": deviations.find(now, ordered, given, guard.patient().time_zone, day.allergens),
        "to_finish": infusion_row.to_finish(now, was_given=day.infusion.was_given),
        "open_stop_line": day.sheet.line(now.open_stop.id) if now.open_stop else None,
        "drawn": _drawn(day),
        "state": queries.state(day.sheet.entries),
        "said": sayer(day),
        "numbers": {kind.value: number for number, kind in BY_NUMBER.items()},
        "may_sign": _may_sign(),
    }


def page_values(day: Day, refused: EntryForm | None = None) -> dict[str, Any]:
    """Return everything the whole page needs.

    Args:
        refused: the form that could not be kept, with everything typed in it.
    """
    patient, in_force = guard.patient(), day.in_force
    said = preparation.latest([day.infusion.id]).get(day.infusion.id, {})
    signs = _may_sign() and day.standing.open_stop is not None
    return log_values(day) | {
        "rules": in_force.rules,
        "rules_version": in_force.version,
        "call_name": in_force.rules.call_name,
        "call_phone": in_force.rules.call_phone or clinic.current().phone,
        "emergency_number": crisis.for_country(patient.country).emergency,
        "team": patients.list_team(patient.id),
        "allergies": day.allergies,
        "screened": screening.standing(patient.id),
        "prepared": said.get(Step.SAME_DAY),
        "judging": judging(in_force.rules, day.limits),
        "forms": _forms(day, said, refused),
        "refused": refused.kind.value if refused is not None and not isinstance(refused, SignForm) else "",
        "sign": _sign(day, refused) if signs else None,
    }


def around(infusion: InfusionRow) -> dict[str, Any]:
    """Return what every form of a day is told besides what was typed."""
    return {"zone": guard.patient().time_zone, "near": infusion.happens_at, "at": guard.at()}


def sayer(day: Day) -> Callable[[Line], list[tuple[str, str]]]:
    """Return what says an entry in the words of its form; one form of a kind serves all of that kind."""
    of_kind = cache(lambda kind: FORMS[kind](None, **around(day.infusion)))
    return lambda line: said_of(of_kind(line.kind), line.values)


def _may_sign() -> bool:
    patient = guard.patient()
    return permits(guard.actor(), Permission.TREATMENT_SIGN, Thing(patient.relation, patient.status))


def _forms(day: Day, said: dict[Step, Said], refused: EntryForm | None) -> dict[str, EntryForm]:
    """Return one form of each kind, with what is already known in it; the refused one as it was typed."""
    drawn = _suggested(day, said)
    found = {kind.value: form(None, **around(day.infusion), data=drawn.get(kind)) for kind, form in FORMS.items()}
    if refused is not None and not isinstance(refused, SignForm):
        found[refused.kind.value] = refused
    if not day.allergies:
        del found[EntryKind.DRUG.value].allergy_reason, found[EntryKind.MEDICINE_GIVEN.value].allergy_reason
    if day.order is not None:
        del found[EntryKind.STARTED.value].unordered_reason
    return found


def _suggested(day: Day, said: dict[Step, Said]) -> dict[EntryKind, dict[str, Any]]:
    """Return what a form probably says; never a reading, and never how many milligrams were given."""
    now, order = day.standing, day.order
    stop = now.open_stop
    found: dict[EntryKind, dict[str, Any]] = {
        EntryKind.VITALS: {"point": _POINTS.get(now.phase, Point.AFTER).value},
        EntryKind.AUTHORISATION: {"how": "spoken", "stop_id": str(stop.id) if stop else ""},
        EntryKind.STARTED: {"at_bedside": day.infusion.at_bedside, "supervised_by": day.infusion.supervised_by or ""},
        EntryKind.PRE_CHECK: _prepared(said, guard.patient().time_zone),
    }
    if order is not None:
        found[EntryKind.DRUG] = {"drug": order.drug}
        found[EntryKind.STARTED] |= {"minutes": order.minutes}
    return found


def _prepared(said: dict[Step, Said], zone: str) -> dict[str, Any]:
    """Return what the patient said on the day, and of a change also what only the evening before told."""
    steps = [said[step] for step in (Step.SAME_DAY, Step.EVENING) if step in said]
    values: dict[str, Any] = {
        name: next((getattr(one, name) for one in steps if getattr(one, name)), "")
        for name in ("health_change", "medicine_change")
    }
    one = said.get(Step.SAME_DAY)
    if one is None:
        return values
    values["adult_name"] = one.adult_name
    for name, at in (("ate", one.ate_at), ("drank", one.drank_at)):
        local = when.local(at, zone) if at else None
        values |= {f"{name}_on": local and local.date(), f"{name}_time": local and local.time()}
    return values


def _sign(day: Day, refused: EntryForm | None) -> SignForm:
    if isinstance(refused, SignForm):
        return refused
    stop = day.standing.open_stop
    return SignForm(None, **around(day.infusion), data={"stop_id": str(stop.id) if stop else ""})


def _drawn(day: Day) -> sparkline.Sparkline:
    now = day.standing
    hard = effective(day.limits, day.in_force.rules.during.hard)
    return sparkline.draw(_pressures(now), now.started_at, now.ended_at, hard)


def _pressures(now: Standing) -> Sequence[sparkline.Pressure]:
    taken = [(one.occurred_at, one.reading) for one in now.counting if one.kind is EntryKind.VITALS]
    return [
        sparkline.Pressure(at, one.systolic, one.diastolic)
        for at, one in taken
        if one.systolic is not None and one.diastolic is not None
    ]
