"""The texts that a clinic pastes into a questionnaire whose structure is shipped, and the definition they make."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from portal.instruments import toml_text
from portal.instruments.definition import Wording
from portal.messages import N_

STATEMENTS = (
    N_("We hold written permission from the owner of this wording."),
    N_("We hold a licence from the owner that covers this use."),
    N_("The owner’s published terms allow providers to use this wording free of charge; we have read them."),
    N_("Our use is not commercial, and the owner’s published licence allows such use."),
    N_("This wording is in the public domain."),
)
"""What somebody who pastes a wording can attest to; the sentence itself is kept, as it was read."""


class Part(StrEnum):
    """What a text is in a questionnaire."""

    TITLE = "title"
    INSTRUCTION = "instruction"
    STEM = "stem"
    QUESTION = "question"
    HINT = "hint"
    LOW = "low"
    HIGH = "high"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class Blank:
    """One text to paste.

    `key` is its place in the definition, like "items.q3.text". `numbers` are the printed numbers of the questions it
    belongs to, from 1. A list of answers has one line each, in printed order, and `values` say what they count.
    `original` is the wording that is shipped, "" where none is.
    """

    key: str
    part: Part
    numbers: tuple[int, ...] = ()
    values: tuple[int, ...] = ()
    original: str = ""

    @property
    def is_required(self) -> bool:
        """Whether the questionnaire cannot be asked without it."""
        in_place = self.part in (Part.QUESTION, Part.ANSWERS, Part.LOW, Part.HIGH)
        return in_place or (bool(self.original) and self.part is not Part.TITLE)


def blanks(structure: str) -> tuple[Blank, ...]:
    """Return the texts to paste into a shipped definition, in the order in which they are printed.

    Args:
        structure: the shipped definition as TOML.
    """
    values = tomllib.loads(structure)
    heads = ((Part.TITLE, "neutral_title"), (Part.INSTRUCTION, "instruction"), (Part.STEM, "stem"))
    first = [Blank(key, part, original=values.get(key, "")) for part, key in heads]
    users = _users(values)
    found = list(first)
    for number, item in enumerate(values["items"], 1):
        found.extend(_of_item(item, number))
        named = item.get("answers", "")
        if users.get(named, (0,))[-1] == number:
            found.append(_of_answers(named, values["answers"][named], users[named]))
    return tuple(found)


def fill(structure: str, texts: Mapping[str, str], *, version: int, language: str) -> str:
    """Return the definition with the clinic's texts in it, as TOML; whether it may be used, the loader says.

    Args:
        structure: the shipped definition as TOML.
        texts: from the `key` of a blank to its text, of a list of answers one line each; what is left out stays as it
            is shipped.
        version: of the new definition, see `definition.WORDINGS_PER_VERSION`.
        language: of the texts, like "en" or "pt-BR".

    Raises:
        ValueError: a list of answers has too many lines or too few.
    """
    values = tomllib.loads(structure)
    values |= {"version": version, "language": language, "wording": Wording.CLINIC.value}
    for blank in blanks(structure):
        if texts.get(blank.key, "").strip():
            _put(values, blank, texts[blank.key].strip())
    return toml_text.dumps(values)


def read(source: str) -> dict[str, str]:
    """Return the texts that stand in a filled definition, by the `key` of their blanks."""
    return {blank.key: blank.original for blank in blanks(source) if blank.original}


def split(text: str) -> list[str]:
    """Return the lines of a list of answers, blank ones left out."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _of_item(item: Mapping[str, Any], number: int) -> Iterator[Blank]:
    place = f"items.{item['code']}"
    yield Blank(f"{place}.text", Part.QUESTION, (number,), original=item.get("text", ""))
    if item.get("hint"):
        yield Blank(f"{place}.hint", Part.HINT, (number,), original=item["hint"])
    if item["kind"] == "scale":
        yield Blank(f"{place}.low_label", Part.LOW, (number,), original=item.get("low_label", ""))
        yield Blank(f"{place}.high_label", Part.HIGH, (number,), original=item.get("high_label", ""))


def _users(values: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Return the printed numbers of the questions that each list of answers belongs to."""
    numbered = list(enumerate(values["items"], 1))
    lists = values.get("answers", {})
    return {name: tuple(number for number, item in numbered if item.get("answers") == name) for name in lists}


def _of_answers(name: str, options: list[Mapping[str, Any]], numbers: tuple[int, ...]) -> Blank:
    labels = [option.get("label", "") for option in options]
    values = tuple(option["value"] for option in options)
    return Blank(f"answers.{name}", Part.ANSWERS, numbers, values, "\n".join(labels) if all(labels) else "")


def _put(values: dict[str, Any], blank: Blank, text: str) -> None:
    first, *rest = blank.key.split(".")
    if not rest:
        values[first] = text
    elif first == "items":
        next(item for item in values["items"] if item["code"] == rest[0])[rest[1]] = text
    else:
        for option, label in zip(values["answers"][rest[0]], split(text), strict=True):
            if option.get("label") != label:
                option.pop("loinc", None)  # An answer code stands for its own words only.
            option["label"] = label
