"""How a file is to be read: which columns hold what, and what each scale's numbers mean."""

from collections.abc import Mapping as Named
from dataclasses import dataclass, field
from decimal import Decimal

from portal.checkins.history.problems import MappingError, Problem, no_column
from portal.checkins.history.when import Order

HIGHEST = Decimal(1_000_000)
MOST_SCALES = 40
LONGEST_NAME = 60
LONGEST_UNIT = 20


@dataclass(frozen=True, slots=True)
class Scale:
    """One kind of number in a diary. Its numbers are kept as written, never moved onto another scale.

    `column` is the header of its column; in a Daylio export the name inside the `scales` column.
    """

    name: str
    minimum: Decimal
    maximum: Decimal
    higher_is_better: bool
    column: str
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A plain CSV.

    `date_column` may hold date and time together (then `time_column` is None). What is None is detected
    (`date_order`, `encoding`, `delimiter`), or is the patient's own (`time_zone`), or is absent.
    """

    date_column: str
    scales: tuple[Scale, ...]
    time_column: str | None = None
    date_order: Order | None = None
    time_zone: str | None = None
    note_column: str | None = None
    missing: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Daylio:
    """An export of the Daylio app. `moods` gives 1 (worst) to 5 for names that the person made up."""

    moods: Named[str, int] = field(default_factory=dict)
    scales: tuple[Scale, ...] = ()
    time_zone: str | None = None
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """Positions (from 0) of a mapping's columns in one file."""

    date: int
    time: int | None
    note: int | None
    scales: tuple[tuple[Scale, int], ...]


def locate(mapping: Mapping, columns: tuple[str, ...]) -> Places:
    """Return where a mapping's columns stand in a file; capitals do not matter.

    Raises:
        MappingError: with every column that the file does not have, each with the nearest name that it has.
    """
    positions = {name.casefold(): position for position, name in enumerate(columns)}
    problems: list[Problem] = []

    def find(column: str | None, *path: str | int) -> int:
        if column is None:
            return -1
        position = positions.get(column.casefold())
        if position is None:
            problems.append(no_column(column, columns, path))
            return -1
        return position

    date, time = find(mapping.date_column, "date"), find(mapping.time_column, "time")
    note = find(mapping.note_column, "note")
    scales = tuple((scale, find(scale.column, "scale", at, "column")) for at, scale in enumerate(mapping.scales))
    if problems:
        raise MappingError(tuple(problems))
    return Places(date, None if time < 0 else time, None if note < 0 else note, scales)
