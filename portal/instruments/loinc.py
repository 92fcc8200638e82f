"""LOINC codes we may attach, with their meaning.

A check digit catches an invented code, not a real one on the wrong thing, which is the common mistake. So the
allow-list says for each code where it belongs, and a definition that puts it elsewhere is refused.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.instruments.tables import Table


@dataclass(frozen=True, slots=True)
class Term:
    """What a LOINC term means and where it may stand.

    "phq-9" is the panel, "phq-9.q1" an item, "phq-9.total" a scale.
    """

    meaning: str
    uses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The wording and the value that a LOINC answer code (LA…) stands for."""

    meaning: str
    value: int


@dataclass(frozen=True, slots=True)
class AllowList:
    notice: str
    terms: Mapping[str, Term]
    answers: Mapping[str, Answer]

    def problem_with_term(self, code: str, use: str) -> str | None:
        """Return why `code` may not stand at `use`, or None if it may."""
        if not has_right_check_digit(code):
            return f"{code!r} is not a LOINC code: its check digit is wrong"
        if code not in self.terms:
            return f"{code} is not in the list of allowed LOINC codes"
        term = self.terms[code]
        if use not in term.uses:
            return f"{code} means {term.meaning!r} and belongs to {', '.join(term.uses)}, not to {use}"
        return None

    def problem_with_answer(self, code: str, label: str, value: int) -> str | None:
        """Return why the answer `code` may not stand for this label and value, or None if it may."""
        if code not in self.answers:
            return f"{code} is not in the list of allowed LOINC answer codes"
        answer = self.answers[code]
        if (answer.meaning, answer.value) != (label, value):
            return f"{code} means {answer.meaning!r} = {answer.value}, not {label!r} = {value}"
        return None


def has_right_check_digit(code: str) -> bool:
    """Tell whether a LOINC term code ends in its Luhn mod-10 check digit. Answer codes (LA…) do not follow it."""
    if not re.fullmatch(r"[0-9]{1,7}-[0-9]", code):
        return False
    number, check = code.split("-")
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(number)))
    return -sum(value - 9 if value > 9 else value for value in doubled) % 10 == int(check)


@cache
def allow_list() -> AllowList:
    """Return the list shipped with the portal; raises DefinitionError if it is malformed."""
    path = Path(__file__).with_name("loinc.toml")
    source = path.read_text(encoding="utf-8")
    root = Table(tomllib.loads(source), path.name, source)
    terms, answers = root.table("terms"), root.table("answers")
    return AllowList(
        notice=root.text("notice"),
        terms={code: _term(terms, code) for code in terms.names()},
        answers={code: _answer(answers.table(code)) for code in answers.names()},
    )


def _term(terms: Table, code: str) -> Term:
    if not has_right_check_digit(code):
        terms.refuse(code, "is not a LOINC code: its check digit is wrong")
    table = terms.table(code)
    return Term(table.text("meaning"), table.texts("uses"))


def _answer(table: Table) -> Answer:
    return Answer(table.text("meaning"), table.integer("value", 0, 100))
