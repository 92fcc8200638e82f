"""What a chart says of an infusion besides its dose: the highest blood pressure, and the side effects."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace

from portal.checkins import queries as checkins
from portal.instruments import catalogue, own_words
from portal.progress.timeline import InfusionMark
from portal.progress.words import Message, message
from portal.treatment.flowsheet.kinds import EntryKind
from portal.treatment.tolerability import queries as tolerability
from portal.treatment.tolerability.infusion import SIDE_EFFECTS, belonging, summarise
from portal.treatment.tolerability.values import UNNAMED, Answered, Effect, Treated

TOLD = (EntryKind.VITALS, EntryKind.SIDE_EFFECT)
STRENGTHS = {1: message("mild"), 2: message("moderate"), 3: message("severe")}


def with_tolerability(
    patient_id: uuid.UUID, marks: Sequence[InfusionMark], *, for_team: bool, language: str = "en"
) -> tuple[InfusionMark, ...]:
    """Return infusions, in order of time, each with how it was tolerated.

    A patient reads the same as the care team, except for what somebody wrote at the bedside in words of their own,
    and in `language`.
    """
    treated = [Treated(mark.id, mark.number, mark.at) for mark in marks if mark.was_given]
    if not treated:
        return tuple(marks)
    told = checkins.list_told(patient_id, (SIDE_EFFECTS,))
    answers = belonging(treated, [Answered(one.instrument, one.at, one.answers) for one in told])
    noted = tolerability.list_noted(patient_id, TOLD)
    asked = own_words.worded(catalogue.current().get(SIDE_EFFECTS), language)
    names = {item.code: item.text for item in asked.items}
    found = {one.id: summarise(one, noted.get(one.id, []), answers[one.id]) for one in treated}
    return tuple(
        replace(mark, peak=one.pressure.peak, effects=tuple(_effects(one.effects, names, for_team=for_team)))
        if (one := found.get(mark.id))
        else mark
        for mark in marks
    )


def _effects(effects: Iterable[Effect], names: dict[str, str], *, for_team: bool) -> Iterable[Message]:
    for one in effects:
        name: str | Message = names.get(one.code, one.code)
        if one.code == UNNAMED:
            name = one.name if for_team and one.name else message("something else")
        strength = STRENGTHS.get(one.strength or 0)
        yield (
            message("%(effect)s (%(strength)s)", effect=name, strength=strength)
            if strength
            else message("%(effect)s", effect=name)
        )
