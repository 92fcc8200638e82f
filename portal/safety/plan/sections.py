"""What a safety plan holds, how two versions differ, and how what two people changed goes together. Pure.

The sections are those of the clinic's own wording of a safety plan (MBC reference, "Safety plan record"; not the
Stanley-Brown form).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

Row = Mapping[str, str]
Sections = Mapping[str, tuple[Row, ...]]

LONGEST = 300
"""Characters of one thing written in a row."""


@dataclass(frozen=True, slots=True)
class Section:
    """One section: what each of its rows says, and how many rows it takes at most."""

    code: str
    columns: tuple[str, ...]
    most: int = 12


SECTIONS = (
    Section("signs", ("what",)),
    Section("alone", ("what",)),
    Section("company", ("name", "contact")),
    Section("people", ("name", "phone")),
    Section("services", ("name", "phone", "hours")),
    Section("emergency", ("name", "phone", "hours"), most=2),
    Section("crisis", ("name", "phone", "hours"), most=3),
    Section("safer", ("what", "who")),
    Section("matters", ("what",)),
)
NUMBERS = frozenset({"services", "emergency", "crisis"})
BY_CODE = MappingProxyType({one.code: one for one in SECTIONS})


@dataclass(frozen=True, slots=True)
class Difference:
    """What one section gained and lost from one version to the next."""

    code: str
    added: tuple[Row, ...]
    removed: tuple[Row, ...]
    is_reordered: bool = False


def read(stored: Mapping[str, Any]) -> Sections:
    """Return what was stored or typed as sections: known ones, in their order, without what is empty.

    Args:
        stored: section code → rows, each column → text; whatever no section knows is left out.
    """
    return {one.code: tuple(_rows(one, stored.get(one.code, ()))) for one in SECTIONS}


def write(sections: Sections) -> dict[str, list[dict[str, str]]]:
    """Return sections as they are stored: only the rows that say something."""
    return {code: [dict(row) for row in rows] for code, rows in sections.items() if rows}


def is_personal(sections: Sections) -> bool:
    """Return whether a section holds more than numbers to call, which a new plan has before anybody wrote a word."""
    return any(rows for code, rows in sections.items() if code not in NUMBERS)


def is_empty(sections: Sections) -> bool:
    """Return whether no section says anything."""
    return not any(sections.values())


def differences(before: Sections, after: Sections) -> list[Difference]:
    """Return what changed in each section, in their order; nothing where two versions say the same."""
    found = []
    for code in BY_CODE:
        was, now = before.get(code, ()), after.get(code, ())
        if was != now:
            added, removed = _without(now, was), _without(was, now)
            found.append(Difference(code, added, removed, is_reordered=not added and not removed))
    return found


def together(base: Sections, mine: Sections, theirs: Sections) -> Sections:
    """Return what two people made of one version: nothing either typed is lost.

    A section that only one of them touched is as that one left it. Where both did, it is mine, and what they added
    follows.

    Args:
        base: the version both began with.
        mine: what is typed here; theirs: the version that was saved meanwhile.
    """
    return {code: _both(base.get(code, ()), mine.get(code, ()), theirs.get(code, ())) for code in BY_CODE}


def _both(base: tuple[Row, ...], mine: tuple[Row, ...], theirs: tuple[Row, ...]) -> tuple[Row, ...]:
    if mine == base:
        return theirs
    if theirs == base:
        return mine
    return mine + _without(_without(theirs, base), mine)


def _without(rows: Sequence[Row], others: Sequence[Row]) -> tuple[Row, ...]:
    left = list(others)
    found = []
    for row in rows:
        if row in left:
            left.remove(row)
        else:
            found.append(row)
    return tuple(found)


def _rows(section: Section, rows: Any) -> list[Row]:
    found = [{name: str(row.get(name) or "").strip() for name in section.columns} for row in rows]
    return [{name: text for name, text in row.items() if text} for row in found if any(row.values())]
