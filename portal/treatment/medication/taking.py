"""How a medicine is taken now, and whether what is recorded of it can be true: from its changes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

STARTED, CHANGED, STOPPED = "started", "changed", "stopped"


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a medicine; `on` is None where the day is not known, which only a start may be."""

    kind: str
    on: date | None
    dose: str = ""


@dataclass(frozen=True, slots=True)
class Taking:
    """How it is taken: the dose in somebody's own words, since when, and until when (None: still)."""

    dose: str
    started_on: date | None
    stopped_on: date | None


def order(steps: Sequence[Step]) -> list[Step]:
    """Return the changes in the order they happened: the start first, the stop last, of one day the later recorded."""
    place = {STARTED: 0, CHANGED: 1, STOPPED: 2}
    return sorted(steps, key=lambda step: (place[step.kind], step.on or date.min))


def taking(steps: Sequence[Step]) -> Taking:
    """Return how a medicine is taken after all of its changes, among them exactly one start and at most one stop.

    Args:
        steps: in the order they were recorded.
    """
    in_order = order(steps)
    start = in_order[0]
    doses = [step.dose for step in in_order if step.kind == CHANGED]
    stopped = [step.on for step in in_order if step.kind == STOPPED]
    return Taking(doses[-1] if doses else start.dose, start.on, stopped[-1] if stopped else None)


def out_of_order(steps: Sequence[Step]) -> date | None:
    """Return the day of the first change that cannot be: before the start, or after the stop; None where all can."""
    days = [step.on for step in order(steps) if step.on is not None]
    return next((after for before, after in pairwise(days) if after < before), None)
