"""From a bedside record and the patient's own answers to how one infusion was tolerated. Pure."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from portal.treatment.tolerability.values import (
    ALERTNESS,
    SEVERITIES,
    UNNAMED,
    Answered,
    Effect,
    Noted,
    Pressure,
    Tolerated,
    Treated,
)

SIDE_EFFECTS, ALTERED = "side-effects", "altered-experience"
STILL = "_still"
TELLING = {"state", "side-effect", "side-effect-ended", "medicine-given", "ended", "discharge", "emergency"}
"""Entries that say that somebody looked after the patient from the start on; what was prepared before does not."""
TOLD_WITHIN = timedelta(days=7)
"""So long after an infusion an answer of the patient is about it, unless another infusion lies between."""


def belonging(treated: Sequence[Treated], answered: Sequence[Answered]) -> dict[uuid.UUID, list[Answered]]:
    """Return the patient's answers by the infusion they are about.

    Args:
        treated: the infusions given, in order of time.
        answered: check-ins in any order; those before the first infusion or later than a week after one are left out.
    """
    found: dict[uuid.UUID, list[Answered]] = {one.id: [] for one in treated}
    for one in sorted(answered, key=lambda told: told.at):
        before = [infusion for infusion in treated if infusion.at < one.at]
        if before and one.at - before[-1].at <= TOLD_WITHIN:
            found[before[-1].id].append(one)
    return found


def summarise(treated: Treated, noted: Sequence[Noted], answered: Sequence[Answered]) -> Tolerated:
    """Return how one infusion was tolerated.

    Args:
        treated: the infusion.
        noted: the entries of its bedside record in order of time, corrected ones as they stand now.
        answered: what the patient said about it afterwards, in order of time.
    """
    told = [one for one in answered if one.instrument == SIDE_EFFECTS and _says_something(one)]
    return Tolerated(
        treated=treated,
        has_bedside=any(_was_looked_after(one) for one in noted),
        has_answers=bool(told),
        effects=_effects(treated.at, noted, told),
        pressure=_pressure(treated.at, noted),
        alertness=_deepest(noted),
        away=_highest([one.values.get("away") for one in noted if one.kind == "state"]),
        intensity=_highest([one.answers.get("intensity") for one in answered if one.instrument == ALTERED]),
        distress=_highest([one.answers.get("distress") for one in answered if one.instrument == ALTERED]),
        medicines=tuple(_medicine(one) for one in noted if one.kind == "medicine-given"),
        stops=sum(one.level == "hard" for one in noted),
        went_on=sum(one.kind == "authorisation" for one in noted),
        emergencies=sum(one.kind == "emergency" for one in noted),
    )


def _was_looked_after(one: Noted) -> bool:
    return one.kind in TELLING or (one.kind == "vitals" and one.values.get("point") != "before")


def _says_something(one: Answered) -> bool:
    return any(value is not None for code, value in one.answers.items() if not code.endswith(STILL))


def _effects(start: datetime, noted: Sequence[Noted], told: Sequence[Answered]) -> tuple[Effect, ...]:
    ended = {str(one.values.get("of")): one.at for one in noted if one.kind == "side-effect-ended"}
    spells: dict[tuple[str, str], list[Noted]] = {}
    for one in noted:
        if one.kind == "side-effect":
            spells.setdefault(_named(one), []).append(one)
    said: dict[tuple[str, str], list[Answered]] = {}
    for answer in told:
        for code, value in answer.answers.items():
            if value and not code.endswith(STILL):
                said.setdefault((code, ""), []).append(answer)
    every = list(dict.fromkeys([*spells, *said]))
    found = [_effect(key, spells.get(key, []), ended, said.get(key, []), start) for key in every]
    return tuple(sorted(found, key=lambda effect: -(effect.strength or 0)))


def _named(one: Noted) -> tuple[str, str]:
    code = str(one.values.get("effect") or UNNAMED)
    return code, str(one.values.get("other") or "") if code == UNNAMED else ""


def _effect(
    key: tuple[str, str], spells: list[Noted], ended: dict[str, datetime], said: list[Answered], start: datetime
) -> Effect:
    code, name = key
    ends = [ended.get(str(one.id)) for one in spells]
    spans = [(end - one.at) for one, end in zip(spells, ends, strict=True) if end is not None]
    strengths = [SEVERITIES.get(str(one.values.get("strength"))) for one in spells]
    strengths += [int(answer.answers[code] or 0) for answer in said]
    still = [answer.at for answer in said if answer.answers.get(code + STILL)]
    return Effect(
        code=code,
        name=name,
        strength=max((one for one in strengths if one), default=None),
        minutes=_minutes(sum(spans, timedelta())) if spells and len(spans) == len(spells) else None,
        is_open=len(spans) < len(spells),
        still_after=_minutes(still[-1] - start) if still else None,
        at_bedside=bool(spells),
        by_patient=bool(said),
    )


def _pressure(start: datetime, noted: Sequence[Noted]) -> Pressure:
    readings = [one for one in noted if one.kind == "vitals" and one.values.get("systolic") is not None]
    before = [one for one in readings if one.values.get("point") == "before"]
    later = [one for one in readings if one.values.get("point") != "before"]
    peak = max(later, key=lambda one: int(one.values["systolic"]), default=None)
    return Pressure(
        before=_reading(before[-1]) if before else None,
        peak=_reading(peak) if peak else None,
        peak_after=_minutes(peak.at - start) if peak else None,
    )


def _reading(one: Noted) -> tuple[int, int]:
    return int(one.values["systolic"]), int(one.values.get("diastolic") or 0)


def _deepest(noted: Sequence[Noted]) -> str | None:
    states = [str(one.values.get("alertness")) for one in noted if one.kind == "state"]
    return max((one for one in states if one in ALERTNESS), key=ALERTNESS.index, default=None)


def _highest(values: Sequence[float | None]) -> int | None:
    return max((int(one) for one in values if one is not None), default=None)


def _medicine(one: Noted) -> str:
    return " ".join(filter(None, (str(one.values.get(name) or "") for name in ("name", "dose", "route"))))


def _minutes(span: timedelta) -> int:
    return round(span.total_seconds() / 60)
