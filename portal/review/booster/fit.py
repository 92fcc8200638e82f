"""How small a review sheet is printed, and which of its lines the paper leaves to the portal. Pure.

The sheet is one page in two columns, elements 1 to 5 with their pictures beside 6 to 12. What matters most is kept
longest: danger, then attention, then what is missing, then the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from math import ceil

from portal.review.booster.meanwhile import Place
from portal.review.booster.sheet import Tone

FIRST_OF_SECOND = 6
HEADING, BELOW = 1.65, 1.3
"""What a heading with the room around it takes, and a line of the usual size below the columns, in lines."""
WIDE = 120
"""The characters of a line below the columns."""
_RANK = (Tone.DANGER, Tone.ATTENTION, Tone.MISSING, Tone.PLAIN)


@dataclass(frozen=True, slots=True)
class Size:
    """What one size of print holds: characters a line, lines of a column, and what two pictures take of them."""

    characters: int
    lines: float
    pictures: float


SIZES = (
    Size(61, 58.5, 26.7),
    Size(65, 62.4, 27.3),
    Size(69, 67.5, 27.9),
    Size(73, 72.8, 28.3),
    Size(79, 78.8, 29.1),
)
"""From the usual one to the smallest that can be read: measured with a wide typeface, on the shorter of A4 and Letter
and the narrower of both. `static/css/booster.css` has the same five."""


@dataclass(frozen=True, slots=True)
class Fit:
    """The size (0 is the usual one), and the lines that are not printed."""

    size: int
    left_out: frozenset[Place]


def fit(lines: Mapping[Place, tuple[int, Tone]], pictures: int, below: Sequence[int] = ()) -> Fit:
    """Return how a sheet is printed on one page.

    Args:
        lines: the characters (0 or more) and the tone of each line.
        pictures: how many pictures stand in the first column, 0 to 2.
        below: the characters of each text that is printed below the columns.
    """
    for size in count():
        room = SIZES[size]
        holds = room.lines - BELOW * sum(ceil(one / WIDE) for one in below)
        beside = holds - room.pictures * pictures / 2
        first = {place: found for place, found in lines.items() if place[0] < FIRST_OF_SECOND}
        second = {place: found for place, found in lines.items() if place[0] >= FIRST_OF_SECOND}
        left_out = [*_too_much(first, room, beside), *_too_much(second, room, holds)]
        if not left_out or size == len(SIZES) - 1:
            return Fit(size, frozenset(left_out))
    raise AssertionError("the last size ends it")


def _too_much(column: Mapping[Place, tuple[int, Tone]], room: Size, holds: float) -> Sequence[Place]:
    """Return the lines to leave out, the least and the last of them first, so that the others fit."""
    taken = HEADING * len({number for number, _ in column})
    taken += sum(_taken(characters, room) for characters, _ in column.values())
    least = sorted(column, key=lambda place: (_RANK.index(column[place][1]), place[1], place[0]), reverse=True)
    left_out: list[Place] = []
    while taken > holds and len(left_out) < len(least):
        place = least[len(left_out)]
        # Its element says in a line of its own that there is more.
        taken += 1 if place[0] not in {number for number, _ in left_out} else 0
        left_out.append(place)
        taken -= _taken(column[place][0], room)
    return left_out


def _taken(characters: int, room: Size) -> int:
    return max(1, ceil(characters / room.characters))
