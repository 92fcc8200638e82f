"""The flowsheet of one infusion, from the check before it to the discharge, as a nurse records it."""

import math
import random
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from portal.demo.case import Agenda, Case
from portal.demo.visits import Felt, Visit
from portal.treatment.flowsheet import service
from portal.treatment.flowsheet.entries import Draft
from portal.treatment.flowsheet.kinds import EntryKind as Kind
from portal.treatment.flowsheet.standing import TICKS

EVERY, AFTER, BEFORE_START, STAYS = 15, (15, 30, 60), 12, 75
AMPOULE_MG, DRUG = 50, "Ketamine"
TABLET = "demo-tablet"


@dataclass(frozen=True, slots=True)
class Noted:
    """One entry: at a minute from the start, under a name, with what its form would hold."""

    minute: int
    name: str
    kind: Kind
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bedside:
    """One infusion's day while it is recorded."""

    case: Case
    visit: Visit
    number: int
    start: datetime
    minutes: int

    @property
    def end(self) -> int:
        """The minute it ended."""
        return self.visit.stopped[0] if self.visit.stopped else self.minutes

    @property
    def given_mg(self) -> float:
        """How much was given."""
        return round(self.case.dose_mg() * self.end / self.minutes, 1)

    def id(self, name: str) -> uuid.UUID:
        """Return the id of an entry."""
        return self.case.id(f"bedside:{self.number}:{name}")

    def at(self, minute: int) -> datetime:
        """Return the moment of a minute."""
        return self.start + timedelta(minutes=minute)

    def send(self, drafts: Sequence[Draft], *, at: datetime) -> None:
        """Let the nurse's tablet send entries, none of which may be refused."""
        infusion_id, _ = self.case.infusions[self.number]
        outcomes = service.take(self.case.patient_id, infusion_id, drafts, by=self.case.nurse, at=at)
        refused = [one for one in outcomes if one.problems]
        assert not refused, refused


def plan(day: Bedside, agenda: Agenda) -> None:
    """Note everything that is recorded on the day, each when it reaches the portal."""
    noted = sorted(_script(day), key=lambda one: one.minute)
    drafts = [(_arrives(day, one.minute), _draft(day, one, number)) for number, one in enumerate(noted, start=1)]
    for minute, group in groupby(drafts, key=lambda one: one[0]):
        agenda.add(day.at(minute), day.send, [draft for _, draft in group])
    if day.visit.corrected is not None:
        agenda.add(day.start + timedelta(days=2), _correct, day, next(one for one in noted if one.name == _slip(day)))


def _arrives(day: Bedside, minute: int) -> int:
    lost, back = day.visit.offline or (0, 0)
    return back + 1 if lost <= minute <= back and back else minute


def _draft(day: Bedside, one: Noted, sequence: int) -> Draft:
    return Draft(
        id=day.id(one.name),
        kind=one.kind,
        values=one.values if one.name != _slip(day) else {**one.values, "systolic": one.values["systolic"] - 10},
        occurred_at=day.at(one.minute),
        device=TABLET,
        sequence=sequence,
        was_queued=_arrives(day, one.minute) != one.minute,
    )


def _slip(day: Bedside) -> str:
    return f"vitals:{day.visit.corrected}"


def _correct(day: Bedside, one: Noted, *, at: datetime) -> None:
    reason = "Typed a wrong number; the paper note says otherwise."
    day.send([Draft(day.id("corrected"), one.kind, one.values, corrects_id=day.id(one.name), reason=reason)], at=at)


def _script(day: Bedside) -> Iterator[Noted]:
    yield from _before(day)
    yield from _readings(day)
    for number, one in enumerate(day.visit.felt):
        yield from _felt(one, number, day)
    yield from _stopped(day)
    if day.visit.medicine is not None:
        minute, name, dose, route = day.visit.medicine
        yield Noted(minute, "medicine", Kind.MEDICINE_GIVEN, {"name": name, "dose": dose, "route": route})
    if day.visit.note:
        yield Noted(18, "note", Kind.NOTE, {"text": day.visit.note})
    yield from _ending(day)


def _before(day: Bedside) -> Iterator[Noted]:
    case, today = day.case, day.start.astimezone(day.case.calendar.zone).date()
    checked = {
        "identity": True,
        "consent": True,
        "adult": "yes",
        "adult_name": case.adult,
        "ate_on": (today - timedelta(days=1)).isoformat(),
        "ate_time": "20:30",
        "drank_on": today.isoformat(),
        "drank_time": "06:45",
        "pregnancy": "negative" if case.story.key == "ada" else "not-possible",
        "weight_kg": case.story.weight_kg,
        "access": "22G, left forearm",
        "transport": f"By car with {case.adult}",
        "emergency_plan": True,
    }
    yield Noted(-25, "pre-check", Kind.PRE_CHECK, checked)
    at_bedside = {"minutes": day.minutes, "at_bedside": case.adult, "supervised_by": case.provider.name}
    yield Noted(0, "started", Kind.STARTED, at_bedside)


def _readings(day: Bedside) -> Iterator[Noted]:
    dice = random.Random(f"{day.case.story.key}:{day.number}:bedside")  # noqa: S311
    stop = day.visit.stop
    during = {*range(EVERY, day.end, EVERY)} | (set() if day.visit.stopped else {day.end})
    if stop is not None:
        during |= {minute for minute in (stop.minute, stop.minute + 5) if minute < day.end}
    points = [(-BEFORE_START, "before"), *((minute, "during") for minute in sorted(during))]
    for minute, point in [*points, *((day.end + minute, "after") for minute in AFTER)]:
        values = _vitals(day, minute, dice) | {"point": point}
        if stop is not None and minute == stop.minute:
            values |= {"systolic": stop.systolic, "diastolic": stop.diastolic}
        yield Noted(minute, f"vitals:{minute}", Kind.VITALS, values)
        if point != "before":
            yield Noted(minute, f"state:{minute}", Kind.STATE, _state(day, minute))


def _share(day: Bedside, minute: int) -> float:
    """Return how much of the rise there is at a minute, from 0 to 1."""
    if minute <= 0:
        return 0.0
    return (minute / day.end) ** 0.7 if minute <= day.end else max(0.0, 1 - (minute - day.end) / 60)


def _vitals(day: Bedside, minute: int, dice: random.Random) -> dict[str, Any]:
    (upper, lower), share = day.visit.pressure, _share(day, minute)
    return {
        "systolic": upper + round(share * day.visit.rise) + (dice.randint(-2, 2) if minute > 0 else 0),
        "diastolic": lower + round(share * day.visit.rise * 0.55) + (dice.randint(-2, 2) if minute > 0 else 0),
        "pulse": 66 + round(share * day.visit.rise * 0.6) + dice.randint(-3, 3),
        "spo2": dice.choice((97, 98, 98, 99)) - round(share),
        "breaths": dice.randint(13, 16),
    }


def _state(day: Bedside, minute: int) -> dict[str, Any]:
    far = round(day.visit.away * (min(1.0, minute / 25) if minute <= day.end else _share(day, minute)))
    return {"alertness": "drowsy" if EVERY < minute <= day.end + EVERY else "awake", "away": far}


def _felt(one: Felt, number: int, day: Bedside) -> Iterator[Noted]:
    values = {"effect": one.effect, "strength": one.strength} | ({"note": one.note} if one.note else {})
    yield Noted(one.start, f"felt:{number}", Kind.SIDE_EFFECT, values)
    yield Noted(one.end, f"over:{number}", Kind.SIDE_EFFECT_ENDED, {"of": str(day.id(f"felt:{number}"))})


def _stopped(day: Bedside) -> Iterator[Noted]:
    stop = day.visit.stop
    if stop is not None and stop.said:
        said = {"how": "spoken", "provider": day.case.provider.name, "said": stop.said}
        said["stop_id"] = str(day.id(f"vitals:{stop.minute}"))
        yield Noted(stop.minute + 3, "authorised", Kind.AUTHORISATION, said)


def _ending(day: Bedside) -> Iterator[Noted]:
    whole = {"outcome": "completed", "given_mg": day.given_mg}
    early = {"outcome": "stopped-early", "given_mg": day.given_mg}
    if day.visit.stopped:
        early["reason"] = day.visit.stopped[1]
    yield Noted(day.end, "ended", Kind.ENDED, early if day.visit.stopped else whole)
    drawn = math.ceil(day.case.dose_mg() / AMPOULE_MG) * AMPOULE_MG
    accounted = {
        "drug": DRUG,
        "concentration_mg_ml": 50.0,
        "lot": f"KH-{2400 + day.number}",
        "expires_on": (day.start + timedelta(days=300)).date().isoformat(),
        "drawn_mg": float(drawn),
        "given_mg": day.given_mg,
        "wasted_mg": round(drawn - day.given_mg, 1),
        "witness": day.case.adult,
    }
    yield Noted(day.end + 5, "drug", Kind.DRUG, accounted)
    ready = dict.fromkeys(TICKS, True) | {"adult_name": day.case.adult}
    yield Noted(day.end + STAYS, "discharge", Kind.DISCHARGE, ready)
