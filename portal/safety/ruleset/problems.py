"""Why safety rules cannot be laid down: message ids with values, said by the edge in the reader's language. Pure."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from portal.messages import N_
from portal.safety import thresholds


class Problem(NamedTuple):
    """One reason: the threshold it stands at, or "reason"; an English message id and its values."""

    name: str
    msgid: str
    values: Mapping[str, object]


class Refused(Exception):
    """What was sent cannot be laid down; nothing was written."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(one.name for one in problems))
        self.problems = problems


class Stale(Exception):
    """Others were laid down since that version; nothing was written."""


REASON = "reason"
NO_REASON = N_("Say why. It is kept with this version.")
MISSING = N_("Enter a number from %(least)s to %(most)s")


def find(values: Mapping[str, float], reason: str) -> Iterator[Problem]:
    """Yield everything that keeps these thresholds from being laid down.

    Args:
        values: every threshold by name.
        reason: why, in the medical director's words.
    """
    for one in thresholds.ALL:
        if one.name not in values:
            yield Problem(one.name, MISSING, bounds(one))
    for one, why in thresholds.problems(values):
        yield Problem(one.name, why, bounds(one))
    if not reason.strip():
        yield Problem(REASON, NO_REASON, {})


def bounds(one: thresholds.Threshold) -> dict[str, object]:
    """Return what the messages about a threshold are filled with."""
    return {"least": f"{one.least:g}", "most": f"{one.most:g}", "step": f"{one.step:g}"}
