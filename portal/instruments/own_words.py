"""Interval's own questions in other languages, and its neutral titles; nobody else's words are translated. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from portal.instruments.definition import Definition, Item, Wording

WORDS = Path(__file__).with_name("worded")
OWN = "Original wording of the Interval project"
_ENGLISH = "en"
T = TypeVar("T")


def languages() -> tuple[str, ...]:
    """Return the languages besides English, by code."""
    return tuple(sorted(path.stem for path in WORDS.glob("*.toml")))


def is_own(definition: Definition) -> bool:
    """Return whether the questions are Interval's, so that it may say them in other words."""
    return definition.wording is Wording.SHIPPED and definition.license.startswith(OWN)


@lru_cache(maxsize=500)
def worded(definition: Definition, language: str) -> Definition:
    """Return a definition as somebody reads it: Interval's own in their language, of all others the neutral title.

    What a clinic wrote or pasted stays as it is, and so does everything where the language has no words.
    """
    words = _words(language)
    if not words or definition.wording is not Wording.SHIPPED or definition.language != _ENGLISH:
        return definition
    if not is_own(definition):
        return _said(definition, words, "neutral_title")
    said = _said(definition, words, "title", "short_title", "neutral_title", "instruction", "stem", "attribution")
    items = tuple(_item(item, words) for item in definition.items)
    scales = tuple(_scale(scale, words) for scale in definition.scales)
    return replace(said, items=items, scales=scales, language=language)


def title(text: str, language: str) -> str:
    """Return the title of one of Interval's own scales in a language; any other text as it is."""
    return _words(language).get(text, text) if text in _titles() else text


def _item(item: Item, words: Mapping[str, str]) -> Item:
    options = tuple(_said(option, words, "label") for option in item.options)
    return replace(_said(item, words, "text", "stem", "hint", "low_label", "high_label", "unit"), options=options)


def _scale(scale: Any, words: Mapping[str, str]) -> Any:
    bands = tuple(_said(band, words, "label") for band in scale.bands)
    levels = tuple(_said(level, words, "label") for level in scale.levels)
    return replace(_said(scale, words, "title", "unit"), bands=bands, levels=levels)


def _said(thing: T, words: Mapping[str, str], *fields: str) -> T:
    """Return something with these of its texts in other words."""
    texts = {name: getattr(thing, name) for name in fields}
    changes: Any = {name: words.get(text, text) for name, text in texts.items()}
    return replace(thing, **changes)  # type: ignore[type-var]


@cache
def _words(language: str) -> Mapping[str, str]:
    path = WORDS / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if language in languages() else {}


@cache
def _titles() -> frozenset[str]:
    """Return the titles of Interval's own scales, read from what is shipped."""
    shipped = [
        tomllib.loads(path.read_text(encoding="utf-8")) for path in WORDS.with_name("definitions").glob("*.toml")
    ]
    own = [one for one in shipped if one["license"].startswith(OWN)]
    named = [one["short_title"] for one in own] + [scale["title"] for one in own for scale in one.get("scales", ())]
    return frozenset(named)
