"""What a device at the bedside is given with the page, so that it can judge without a network. Pure."""

from dataclasses import asdict
from typing import Any

from portal.treatment.flowsheet.kinds import EntryKind
from portal.treatment.flowsheet.levels import DANGEROUS, DANGEROUS_WHEN_SEVERE, NO_RESPONSE
from portal.treatment.flowsheet.vitals import RANGES
from portal.treatment.rules.values import Limits, Point, Rules

TOGETHER = (("ate_on", "ate_time"), ("drank_on", "drank_time"))
"""A day with its time, of the check before the start: one without the other tells nothing."""


def judging(rules: Rules, limits: Limits) -> dict[str, Any]:
    """Return everything by which a device judges what it waits to send, in plain values that JSON knows.

    Args:
        rules: the clinic's, in force now.
        limits: the order's own hard stops; `Limits()` where the clinic's hold.
    """
    stages = {point.value: asdict(rules.stage(point)) for point in Point}
    return {
        "rules": stages | {"during_every": rules.during_every, "after_at": list(rules.after_at)},
        "limits": asdict(limits),
        "ranges": {sign: list(both) for sign, both in RANGES.items()},
        "together": [list(both) for both in TOGETHER],
        "dangers": [[kind.value, fields] for kind, fields in _dangers()],
    }


def _dangers() -> list[tuple[EntryKind, dict[str, str]]]:
    """Return what stops as a reading does, as the fields that say so."""
    severe = {"strength": "severe"}
    return [
        (EntryKind.EMERGENCY, {}),
        (EntryKind.STATE, {"alertness": NO_RESPONSE}),
        *((EntryKind.SIDE_EFFECT, {"effect": effect}) for effect in sorted(DANGEROUS)),
        *((EntryKind.SIDE_EFFECT, {"effect": effect} | severe) for effect in sorted(DANGEROUS_WHEN_SEVERE)),
    ]
