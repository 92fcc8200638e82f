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
HEADING = 1.55
"""What a heading and the room around it take, in lines."""
_RANK = (Tone.DANGER, Tone.ATTENTION, Tone.MISSING, Tone.PLAIN)


@dataclass(frozen=True, slots=True)
class Size:
    """What one size of print holds: characters a line, and lines beside the pictures and in the other column."""

    characters: int
    beside_pictures: float
    without_pictures: float


SIZES = (Size(66, 23, 53), Size(76, 32, 62), Size(88, 42, 74))
"""From the usual one to the smallest that can be read, for the shorter of A4 and Letter and the narrower of both."""


@dataclass(frozen=True, slots=True)
class Fit:
    """The size (0 is the usual one), and the lines that are not printed."""

    size: int
    left_out: frozenset[Place]


def fit(lines: Mapping[Place, tuple[int, Tone]], pictures: int) -> Fit:
    """Return how a sheet is printed on one page.

    Args:
        lines: the characters (0 or more) and the tone of each line.
        pictures: how many pictures stand in the first column, 0 to 2.
    """
    for size in count():
        room = SIZES[size]
        left_out = {
            place for at in range(2) for place in _too_much(_column(lines, at), room, _holds(room, at, pictures))
        }
        if not left_out or size == len(SIZES) - 1:
            return Fit(size, frozenset(left_out))
    raise AssertionError("the last size ends it")


def _column(lines: Mapping[Place, tuple[int, Tone]], at: int) -> dict[Place, tuple[int, Tone]]:
    return {place: found for place, found in lines.items() if (place[0] >= FIRST_OF_SECOND) == bool(at)}


def _holds(room: Size, at: int, pictures: int) -> float:
    """A picture takes half of what the two of them take."""
    spare = (room.without_pictures - room.beside_pictures) * (2 - pictures) / 2
    return room.without_pictures if at else room.beside_pictures + spare


def _too_much(column: Mapping[Place, tuple[int, Tone]], room: Size, holds: float) -> Sequence[Place]:
    """Return the lines to leave out, the least and the last of them first, so that the others fit."""
    taken = HEADING * len({number for number, _ in column})
    taken += sum(_taken(characters, room) for characters, _ in column.values())
    least = sorted(column, key=lambda place: (_RANK.index(column[place][1]), place[1], place[0]), reverse=True)
    left_out: list[Place] = []
    while taken > holds and len(left_out) < len(least):
        place = least[len(left_out)]
        left_out.append(place)
        taken -= _taken(column[place][0], room)
    return left_out


def _taken(characters: int, room: Size) -> int:
    return max(1, ceil(characters / room.characters))
