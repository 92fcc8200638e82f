"""Days at the bedside for the tests: entries, and the course and infusion they belong to."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from portal.treatment.flowsheet.entries import Draft
from portal.treatment.flowsheet.kinds import EntryKind
from portal.treatment.flowsheet.service import Outcome, take
from portal.treatment.flowsheet.standing import TICKS
from portal.treatment.models import Infusion, InfusionStatus
from tests import factories
from tests.cast import NOW, Cast, Person

K = EntryKind
START = NOW - timedelta(minutes=90)
CALM = {"systolic": 124, "diastolic": 78, "pulse": 72, "spo2": 98, "breaths": 14}
HIGH = {"systolic": 186, "diastolic": 112, "pulse": 96, "spo2": 97, "breaths": 16}
TICKED = dict.fromkeys(TICKS, True)


def new_id() -> uuid.UUID:
    return uuid.uuid4()


def at(minutes: float) -> datetime:
    """Return the moment so many minutes after the start of the story."""
    return START + timedelta(minutes=minutes)


def draft(kind: EntryKind, minutes: float, values: dict[str, Any] | None = None, **more: Any) -> Draft:
    """Return an entry that a device recorded so many minutes after the start."""
    usual: dict[str, Any] = {"id": new_id(), "occurred_at": at(minutes), "device": "tablet", "was_queued": True}
    return Draft(kind=kind, values=values or {}, **usual | more)


def vitals(minutes: float, point: str = "during", **more: Any) -> Draft:
    """Return a calm reading, or what is said instead."""
    readings = {name: more.pop(name, value) for name, value in CALM.items()}
    return draft(K.VITALS, minutes, {"point": point} | readings, **more)


def planned(cast: Cast, when: datetime = START, **values: Any) -> Infusion:
    """Return Ada's infusion, planned."""
    course = factories.course(cast.ada, cast.bea)
    usual = {"status": InfusionStatus.PLANNED, "started_at": None, "dose_mg_per_kg": None, "weight_kg": None}
    return factories.infusion(course, cast.bea, when, **usual | {"planned_at": when, "dose_mg": None} | values)


def taken(
    cast: Cast, infusion: Infusion, *drafts: Draft, by: Person | None = None, now: datetime = NOW
) -> list[Outcome]:
    """Take entries as the nurse's device sends them."""
    return take(cast.ada.own_id, infusion.id, drafts, by=(by or cast.nia).actor, at=now)


def kept(cast: Cast, infusion: Infusion, *drafts: Draft, **more: Any) -> list[uuid.UUID]:
    """Take entries that nothing is wrong with; return their ids."""
    found = taken(cast, infusion, *drafts, **more)
    assert not [one.problems for one in found if one.problems]
    return [one.id for one in found]


def whole_day() -> list[Draft]:
    """Return thirty entries of a day with one stop that the provider authorised going on from, in true order."""
    stop = vitals(15, **HIGH)
    effect = draft(K.SIDE_EFFECT, 12, {"effect": "nausea", "strength": "mild"})
    said = {"stop_id": str(stop.id), "how": "spoken", "provider": "Bea Lindqvist", "said": "Go on, measure again."}
    day = [
        draft(K.PRE_CHECK, -20, {"identity": True, "consent": True, "adult": "yes", "weight_kg": 70.0}),
        vitals(-15, "before"),
        draft(K.DRUG, -10, {"drug": "Ketamine", "drawn_mg": 50.0, "given_mg": 35.0, "wasted_mg": 15.0}),
        draft(K.STARTED, 0, {"minutes": 40, "at_bedside": "Ike Okafor"}),
        draft(K.STATE, 5, {"alertness": "awake", "away": 2}),
        effect,
        stop,
        draft(K.AUTHORISATION, 17, said),
        *(vitals(20 + n) for n in range(10)),
        draft(K.STATE, 31, {"alertness": "drowsy", "away": 7}),
        draft(K.SIDE_EFFECT_ENDED, 35, {"of": str(effect.id)}),
        draft(K.MEDICINE_GIVEN, 36, {"name": "Ondansetron", "dose": "4 mg"}),
        draft(K.ENDED, 40, {"outcome": "completed", "given_mg": 35.0}),
        *(vitals(40 + minutes, "after") for minutes in (15, 20, 25, 30)),
        draft(K.STATE, 72, {"alertness": "awake", "away": 0}),
        draft(K.NOTE, 73, {"text": "Talks and laughs."}),
        draft(K.NOTE, 74, {"text": "Drank water."}),
        draft(K.DISCHARGE, 75, TICKED | {"adult_name": "Ike Okafor"}),
    ]
    assert len(day) == 30
    return [Draft(**{**_fields(one), "sequence": number}) for number, one in enumerate(day)]


def _fields(one: Draft) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Draft.__dataclass_fields__}
