"""Putting a patient's values into a template. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FIELDS = ("first_name", "last_infusion_date", "next_visit")
_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with values put in; `missing` are the fields that had none and still stand in it as they were written."""

    text: str
    missing: tuple[str, ...]


def fill(text: str, values: Mapping[str, str | None]) -> Filled:
    """Put values into a text; a field without one, or unknown, stays as it stands.

    Args:
        text: with fields in braces, like "Dear {first_name}".
        values: by the names of the fields; "" and None are no value.
    """
    missing = tuple(name for name in named(text) if not values.get(name))
    return Filled(_BRACES.sub(lambda found: values.get(found[1].strip()) or found[0], text), missing)


def named(text: str) -> Sequence[str]:
    """Return whatever stands in braces, each once, in the order of the text."""
    return list(dict.fromkeys(found[1].strip() for found in _BRACES.finditer(text)))


def holes(text: str) -> Sequence[str]:
    """Return the fields of templates that still stand in a text about to be sent."""
    return [name for name in named(text) if name in FIELDS]


def unknown(text: str) -> Sequence[str]:
    """Return what stands in braces and is no field, and braces that stand alone."""
    alone = [brace for brace in "{}" if brace in _BRACES.sub("", text)]
    return [f"{{{name}}}" for name in named(text) if name not in FIELDS] + alone
