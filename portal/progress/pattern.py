"""The pattern over infusions in words, and whether the time it holds is getting longer: only when the data can say.

Each infusion held for at least so many days and for less than so many; one holds longer than another only where it
was still on the good side on a day on which the other was already back. The order of these comparisons in time is
tested as a trend (Mann 1945, Kendall 1975), a time that has not ended counting as far as it goes (Gehan 1965).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import erfc, inf, sqrt
from typing import Literal

from portal.progress.response import Held, Hold, Response
from portal.progress.telling import good_side, wrong_side
from portal.progress.timeline import InstrumentView
from portal.progress.words import Message, counted, message

Direction = Literal["longer", "shorter"]
Signs = list[list[int]]

NEEDS = 4
"""Infusions to compare, below which no order is said to be one. Interval default [D]."""
CHANCE = 0.1
"""The largest chance of an order at least as clear by luck alone with which it is said to be one. Default [D]."""
EXACT = 8
"""Up to so many infusions every order is counted; above, the chance is worked out from the normal distribution."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What can be said of so many `compared` infusions: a direction or None, and how likely its order is by luck."""

    direction: Direction | None
    compared: int
    chance: float


def verdict(responses: Sequence[Response]) -> Verdict:
    """Return whether the time it holds is getting longer or shorter, two-sided; responses in order of time."""
    found = [limits for one in responses if (limits := _limits(one.held))]
    if len(found) < NEEDS:
        return Verdict(None, len(found), 1.0)
    signs = [[(b[0] >= a[1]) - (a[0] >= b[1]) for b in found] for a in found]
    score = sum(signs[i][j] for i, j in combinations(range(len(found)), 2))
    chance = exact_chance(signs, score) if len(found) <= EXACT else normal_chance(signs, score)
    if not score or chance > CHANCE:
        return Verdict(None, len(found), chance)
    return Verdict("longer" if score > 0 else "shorter", len(found), chance)


def _limits(held: Held) -> tuple[float, float] | None:
    """Return the days for at least which, and until at most which it held; None where nobody can know."""
    if held.how is Hold.NOT_KNOWN or held.days is None:
        return None
    if held.how in (Hold.BACK, Hold.NEVER):
        return held.last_good or 0, held.days
    return held.days, inf


def exact_chance(signs: Signs, score: int) -> float:
    """Return the share of all orders whose score is at least as far from 0, counted one by one.

    Args:
        signs: 1 where the later (second) one is longer, -1 where it is shorter, 0 where that is not known.
        score: the sum of the signs over the pairs in their order.
    """
    size = len(signs)
    ways: list[dict[int, int]] = [{} for _ in range(1 << size)]
    ways[0] = {0: 1}
    for members in range(1 << size):
        for added in range(size):
            if members >> added & 1:
                continue
            step = sum(signs[one][added] for one in range(size) if members >> one & 1)
            then = ways[members | 1 << added]
            for total, count in ways[members].items():
                then[total + step] = then.get(total + step, 0) + count
    last = ways[-1]
    return sum(count for total, count in last.items() if abs(total) >= abs(score)) / sum(last.values())


def normal_chance(signs: Signs, score: int) -> float:
    """Return the same from the normal distribution with the variance over all orders (Kendall 1975)."""
    size = len(signs)
    every = sum(sign * sign for row in signs for sign in row)
    shared = sum(sum(row) ** 2 for row in signs) - every
    ordered = size * (size - 1)
    places = sum((size - 1 - 2 * place) ** 2 for place in range(size)) - ordered
    variance = shared * places / (ordered * (size - 2)) + every / 2
    return erfc(max(abs(score) - 1, 0) / sqrt(2 * variance)) if variance > 0 else 1.0


def say(responses: Sequence[Response], instrument: InstrumentView) -> tuple[Message, ...]:
    """Return what the infusions have in common, in words; nothing where none was given."""
    if not responses or instrument.has_levels:
        return ()
    if instrument.line is None:
        return (
            message("No line is set for %(scale)s, so how long it held cannot be said.", scale=instrument.short_title),
        )
    known = [one for one in responses if _limits(one.held)]
    if not known:
        return (message("How long it held cannot be said yet."),)
    said = [*_reached(known, instrument), *_came_back(known, instrument), _order(known, instrument)]
    return (*said, TIMING) if len(known) > 1 else tuple(said)


TIMING = message(
    "A booster is often given because the score is rising again, so these times do not show what would have been "
    "without it."
)


def _reached(known: Sequence[Response], instrument: InstrumentView) -> list[Message]:
    reached = sum(one.held.how is not Hold.NEVER for one in known)
    values = {"scale": instrument.short_title, "side": good_side(instrument), "n": len(known)}
    if len(known) == 1:
        return []
    if not reached:
        return [message("%(scale)s was not seen %(side)s after any of the %(n)s treatments with scores.", **values)]
    if reached == len(known):
        return [message("%(scale)s was %(side)s after each of the %(n)s treatments with scores.", **values)]
    return [
        message(
            "%(scale)s was %(side)s after %(reached)s of the %(n)s treatments with scores.", reached=reached, **values
        )
    ]


def _came_back(known: Sequence[Response], instrument: InstrumentView) -> list[Message]:
    days = sorted(one.held.days or 0 for one in known if one.held.how is Hold.BACK)
    side = wrong_side(instrument)
    if not days:
        return []
    if len(days) == 1:
        return [
            counted(
                "It was seen back at %(side)s once, after %(n)s day.",
                "It was seen back at %(side)s once, after %(n)s days.",
                days[0],
                side=side,
            )
        ]
    return [
        message(
            "It was seen back at %(side)s %(times)s times, after %(shortest)s to %(longest)s days.",
            side=side,
            times=len(days),
            shortest=days[0],
            longest=days[-1],
        )
    ]


def _order(known: Sequence[Response], instrument: InstrumentView) -> Message:
    found = verdict(known)
    if found.direction:
        return ORDER[found.direction]
    if found.compared < NEEDS:
        return counted(
            "Whether it holds longer or shorter each time cannot be said yet: that takes %(needs)s treatments to "
            "compare, and there is %(n)s.",
            "Whether it holds longer or shorter each time cannot be said yet: that takes %(needs)s treatments to "
            "compare, and there are %(n)s.",
            found.compared,
            needs=NEEDS,
        )
    if not any(one.held.how in (Hold.BACK, Hold.NEVER) for one in known):
        return message(
            "Whether it holds longer or shorter each time cannot be said: it was not seen back at %(side)s after any.",
            side=wrong_side(instrument),
        )
    return message("Whether it holds longer or shorter each time cannot be said: the differences could be chance.")


ORDER: dict[Direction, Message] = {
    "longer": message("The time it holds is getting longer, by more than chance would explain."),
    "shorter": message("The time it holds is getting shorter, by more than chance would explain."),
}
