"""Reads what somebody types line by line: questions, answers, bands, lists of question numbers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from portal.messages import N_

MOST_QUESTIONS = 200
MOST_NUMBERS = 1000
TOO_MANY = N_("Line %(line)s is one too many: a scale has room for %(most)s questions.")
NO_LINE = N_("Write at least one line.")
NOT_AN_ANSWER = N_("Line %(line)s, “%(text)s”, needs a whole number, “=” and words, like: 0 = Never")
NOT_A_BAND = N_("Line %(line)s, “%(text)s”, needs two whole numbers and words, like: 0-4 minimal")
NOT_NAMED = N_("Line %(line)s, “%(text)s”, needs a name, a colon and question numbers, like: Sleep: 1, 2, 3")
NOT_NUMBERS = N_("Line %(line)s, “%(text)s”, needs question numbers with commas between them, like: 1, 2, 3")
NOT_SAFETY = N_("Line %(line)s, “%(text)s”, needs one question number, a colon and answers, like: 9: 1, 2, 3")
NO_QUESTION = N_("Line %(line)s names question %(number)s, but there are %(count)s questions.")
TWICE = N_("Line %(line)s names question %(number)s twice.")

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Line:
    """One line as typed: its number from 1, blank ones counted, and its text."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Answer(Line):
    value: int


@dataclass(frozen=True, slots=True)
class Range(Line):
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Named(Line):
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the lines of the field `name` cannot be read. `message` is an English message id; the edge fills it in."""

    name: str
    message: str
    values: Mapping[str, str | int] = field(default_factory=dict)


class BadLines(ValueError):
    """Lines that cannot be read; says which and why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(problem.message % problem.values for problem in problems))
        self.problems = tuple(problems)


@dataclass(slots=True)
class Reader:
    """Reads one field after another and keeps what is wrong, so that everything wrong is said at once."""

    problems: list[Problem] = field(default_factory=list)

    def finish(self) -> None:
        """Raise BadLines where anything could not be read."""
        if self.problems:
            raise BadLines(self.problems)

    def refuse(self, name: str, message: str, line: Line | None = None, **values: str | int) -> None:
        """Note what is wrong with a field, or with one line of it."""
        where: dict[str, str | int] = {"line": line.line, "text": line.text} if line else {}
        self.problems.append(Problem(name, message, where | values))

    def texts(self, name: str, typed: str) -> list[Line]:
        """Return the lines; at least one, at most `MOST_QUESTIONS`."""
        found = split(typed)
        if not found:
            self.refuse(name, NO_LINE)
        if len(found) > MOST_QUESTIONS:
            self.refuse(name, TOO_MANY, found[MOST_QUESTIONS], most=MOST_QUESTIONS)
        return found

    def options(self, name: str, typed: str) -> list[Answer]:
        """Return answers such as "0 = Never"."""
        self.texts(name, typed)
        return self._each(name, typed, _answer, NOT_AN_ANSWER)

    def bands(self, name: str, typed: str) -> list[Range]:
        """Return bands such as "0-4 minimal"."""
        return self._each(name, typed, _band, NOT_A_BAND)

    def groups(self, name: str, typed: str, count: int) -> list[tuple[int, ...]]:
        """Return groups of question numbers, one group a line; `count` is how many questions there are."""
        found = self._each(name, typed, _numbers, NOT_NUMBERS)
        return [one.numbers for one in found if self._are_questions(name, one, count)]

    def numbers(self, name: str, typed: str, count: int) -> list[int]:
        """Return question numbers, on one line or several."""
        return [number for group in self.groups(name, typed, count) for number in group]

    def named(self, name: str, typed: str, count: int) -> list[Named]:
        """Return names with question numbers, such as "Sleep: 1, 2, 3"."""
        found = self._each(name, typed, _named, NOT_NAMED)
        return [one for one in found if self._are_questions(name, one, count)]

    def safety(self, name: str, typed: str, count: int) -> dict[int, list[int]]:
        """Return the answers that call for help, by question number, from lines such as "9: 1, 2, 3"."""
        found: dict[int, list[int]] = {}
        for one in self._each(name, typed, _safety, NOT_SAFETY):
            number = int(one.text.partition(":")[0])
            if not 1 <= number <= count:
                self.refuse(name, NO_QUESTION, one, number=number, count=count)
            elif number in found:
                self.refuse(name, TWICE, one, number=number)
            else:
                found[number] = list(one.numbers)
        return found

    def _each(self, name: str, typed: str, read: Callable[[Line], Row | None], message: str) -> list[Row]:
        found = []
        for line in split(typed):
            row = read(line)
            if row is None:
                self.refuse(name, message, line)
            else:
                found.append(row)
        return found

    def _are_questions(self, name: str, one: Named, count: int) -> bool:
        wrong = [number for number in one.numbers if not 1 <= number <= count]
        twice = [number for number in one.numbers if one.numbers.count(number) > 1]
        if wrong:
            self.refuse(name, NO_QUESTION, one, number=wrong[0], count=count)
        elif twice:
            self.refuse(name, TWICE, one, number=twice[0])
        return not wrong and not twice


def split(typed: str) -> list[Line]:
    """Return the lines that are not blank, each with its number as typed."""
    return [Line(number, line.strip()) for number, line in enumerate(typed.splitlines(), 1) if line.strip()]


def _answer(line: Line) -> Answer | None:
    found = re.fullmatch(r"([-−]?[0-9]{1,4})\s*[=:]\s*(\S.*)", line.text)
    return Answer(line.line, found[2], _integer(found[1])) if found else None


def _band(line: Line) -> Range | None:
    found = re.fullmatch(r"([-−]?[0-9]{1,5})\s*(?:-|–|—|to)\s*([-−]?[0-9]{1,5})\s*[:=]?\s+(\S.*)", line.text)
    return Range(line.line, found[3], _integer(found[1]), _integer(found[2])) if found else None


def _numbers(line: Line) -> Named | None:
    numbers = _list(line.text)
    return Named(line.line, line.text, numbers) if numbers else None


def _named(line: Line) -> Named | None:
    name, _, listed = line.text.rpartition(":")
    numbers = _list(listed)
    return Named(line.line, name.strip(), numbers) if name.strip() and numbers else None


def _safety(line: Line) -> Named | None:
    number, _, listed = line.text.partition(":")
    answers = _list(listed)
    return Named(line.line, line.text, answers) if re.fullmatch(r"[0-9]{1,3}\s*", number) and answers else None


def _list(text: str) -> tuple[int, ...]:
    """Return the numbers of a list such as "1, 2, 5-8"; none at all where it is not one."""
    found: list[int] = []
    for part in filter(None, re.split(r"[,;\s]+", re.sub(r"\s*[-–]\s*", "-", text.strip()))):
        ends = re.fullmatch(r"([0-9]{1,3})(?:-([0-9]{1,3}))?", part)
        if ends is None:
            return ()
        found.extend(range(int(ends[1]), int(ends[2] or ends[1]) + 1))
        if len(found) > MOST_NUMBERS:
            return ()
    return tuple(found)


def _integer(text: str) -> int:
    return int(text.replace("−", "-"))
