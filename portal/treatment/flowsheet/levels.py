"""How grave an entry is, whatever it says: vital signs by the limits, the rest by what it names. Pure.

Chest pain and a patient who does not respond are hard stops whatever the numbers (Interval default [D]); the other
signs are those after which a patient at home is told to call emergency services.
"""

from collections.abc import Mapping
from typing import Any

from portal.treatment.flowsheet.entries import Entry
from portal.treatment.flowsheet.kinds import EntryKind, Level
from portal.treatment.flowsheet.vitals import Judgement, Reading, judge
from portal.treatment.rules.values import Limits, Rules

NO_RESPONSE = "none"
DANGEROUS = frozenset({"chest_pain", "breath", "fainting"})
DANGEROUS_WHEN_SEVERE = frozenset({"confusion"})
_NOTHING = Judgement(Level.NONE, ())
_STOP = Judgement(Level.HARD, ())


def is_emergency(kind: EntryKind, values: Mapping[str, Any]) -> bool:
    """Return whether the first thing to do is to call emergency services."""
    if kind is EntryKind.SIDE_EFFECT:
        effect, strength = values.get("effect"), values.get("strength")
        return effect in DANGEROUS or (effect in DANGEROUS_WHEN_SEVERE and strength == "severe")
    return kind is EntryKind.EMERGENCY or (kind is EntryKind.STATE and values.get("alertness") == NO_RESPONSE)


def level_of(entry: Entry, rules: Rules, limits: Limits, before: Reading | None) -> Judgement:
    """Return how grave an entry is.

    Args:
        rules: the clinic's.
        limits: the order's own hard stops.
        before: the reading before treatment, None where there is none.
    """
    if entry.is_mistaken:
        return _NOTHING
    if entry.kind is EntryKind.VITALS:
        return judge(entry.reading, entry.point, rules, limits, before)
    return _STOP if is_emergency(entry.kind, entry.values) else _NOTHING
