"""What can be wrong with a diary: English message ids with values; the edge translates them."""

from dataclasses import dataclass
from difflib import get_close_matches

from portal.messages import N_

SHOWN_CHARACTERS = 60
NO_COLUMN = N_("There is no column named “%(column)s”.")
NO_COLUMN_BUT = N_("There is no column named “%(column)s”. Did you mean “%(near)s”?")


class HistoryError(Exception):
    """The whole file, or the way to read it, is no good; `message` says why and what to do."""

    def __init__(self, message: str, **values: str) -> None:
        super().__init__(message, values)
        self.message = message
        self.values = values

    def __str__(self) -> str:
        return self.message % self.values


class AmbiguousDates(HistoryError):
    """Dates such as 03/04/2026 can be read in more than one way, so somebody has to say which."""


class RowRefused(Exception):
    """One row cannot be read; caught where rows are counted."""

    def __init__(self, message: str, **values: str) -> None:
        super().__init__(message, values)
        self.message = message
        self.values = values


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a mapping.

    `path` names the place, such as `("scale", 2, "minimum")`; `line` is its line in a file, 0 where there is none.
    """

    path: tuple[str | int, ...]
    message: str
    values: dict[str, str]
    line: int = 0

    @property
    def field(self) -> str:
        """The name of the form field."""
        return "-".join(str(part) for part in self.path)

    def __str__(self) -> str:
        parts = [f"line {self.line}"] if self.line else []
        names = [f"{part + 1}" if isinstance(part, int) else part for part in self.path]
        return f"{', '.join([*parts, ' '.join(names)])}: {self.message % self.values}"


class MappingError(HistoryError):
    """A mapping cannot be used; `problems` has every reason."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(N_("The description of the columns needs a correction."))
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join([self.message, *(str(problem) for problem in self.problems)])


def shown(text: str) -> str:
    """Return a cell as it is quoted in a message: one line, at most 60 characters."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_CHARACTERS else line[: SHOWN_CHARACTERS - 1] + "…"


def no_column(column: str, columns: tuple[str, ...], path: tuple[str | int, ...]) -> Problem:
    """Return the problem of a column that the file does not have, with the nearest one that it has."""
    folded = {name.casefold(): name for name in columns}
    near = get_close_matches(column.casefold(), list(folded), n=1, cutoff=0.6)
    if near:
        return Problem(path, NO_COLUMN_BUT, {"column": shown(column), "near": folded[near[0]]})
    return Problem(path, NO_COLUMN, {"column": shown(column)})
