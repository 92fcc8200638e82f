"""What somebody enters of one screening, before it is a row, and what follows from it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from portal.treatment.screening.items import ITEMS, Answer

ADULT_YEARS = 18


@dataclass(frozen=True, slots=True)
class Entry:
    """One asking.

    Args:
        answers: of the items that are asked, by their code.
        notes: to single items, by their code; only those that say something.
        weight_kg: above zero, None where unknown.
        in_person_on, in_person_by: when and by whom the patient was evaluated in person.
        consent_on: when the patient agreed to this treatment.
        adult_name, adult_phone: the adult who is at home.
        lists_checked: that medicines and allergies were gone through with the patient.
    """

    answers: Mapping[str, Answer] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    weight_kg: float | None = None
    in_person_on: date | None = None
    in_person_by: str = ""
    consent_on: date | None = None
    adult_name: str = ""
    adult_phone: str = ""
    emergency_plan: str = ""
    lists_checked: bool = False


PLAIN = tuple(one.name for one in fields(Entry) if one.name not in {"answers", "notes"})
FOLLOWS = frozenset(item.code for item in ITEMS if not item.is_asked)


def complete(entry: Entry, *, born_on: date, today: date) -> dict[str, Answer]:
    """Return the answers to every item, those that follow from the rest included; what was not answered is not known.

    Args:
        born_on, today: days where the patient lives.
    """
    follows = {
        "under-18": years(born_on, today) < ADULT_YEARS,
        "no-weight": entry.weight_kg is None,
        "no-evaluation": entry.in_person_on is None,
        "no-consent": entry.consent_on is None,
        "no-adult": not entry.adult_name,
        "no-plan": not entry.emergency_plan,
        "lists-unchecked": not entry.lists_checked,
    }
    found = {code: Answer.YES if is_so else Answer.NO for code, is_so in follows.items()}
    return {item.code: found.get(item.code) or entry.answers.get(item.code, Answer.UNKNOWN) for item in ITEMS}


def years(born_on: date, on: date) -> int:
    """Return somebody's age in whole years on a day; born on 29 February, they are a year older from 1 March on."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def to_json(answers: Mapping[str, Answer], notes: Mapping[str, str]) -> dict[str, Any]:
    """Return answers and notes in plain values."""
    return {code: {"answer": str(answer), "note": notes.get(code, "")} for code, answer in answers.items()}


def answers_of(values: Mapping[str, Any]) -> dict[str, Answer]:
    """Return the answers that were kept as plain values."""
    return {code: Answer(one["answer"]) for code, one in values.items()}


def notes_of(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the notes that were kept as plain values, where there is one."""
    return {code: one["note"] for code, one in values.items() if one["note"]}


def changed(before: Entry, after: Entry) -> list[tuple[str, Any, Any]]:
    """Return what is different: an item's code or a field's name, what it was, and what it is."""
    plain = [(name, getattr(before, name), getattr(after, name)) for name in PLAIN]
    said = [(item.code, _said(before, item.code), _said(after, item.code)) for item in ITEMS if item.is_asked]
    return [one for one in [*said, *plain] if one[1] != one[2]]


def _said(entry: Entry, code: str) -> tuple[Answer, str]:
    return entry.answers.get(code, Answer.UNKNOWN), entry.notes.get(code, "")
