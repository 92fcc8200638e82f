"""Words that suggest danger: the list that comes with Interval, and how a text is looked through for them. Pure."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path

from portal.text import folded as unmarked

LIST = Path(__file__).parent / "danger_words.toml"
AND_WHAT_FOLLOWS = "*"
LONGEST = 80
MOST_REMEMBERED = 4096
_APOSTROPHES = frozenset("'`‘’‛ʼʹ′＇")


@cache
def shipped() -> Mapping[str, tuple[str, ...]]:
    """Return the list that comes with Interval, by language."""
    return {language: tuple(words) for language, words in tomllib.loads(LIST.read_text(encoding="utf-8")).items()}


def is_in(text: str, words: Iterable[str]) -> bool:
    """Return whether one of these occurs in a text.

    Args:
        text: what somebody wrote.
        words: words, or several in a row; one that ends in "*" is also found at the beginning of a longer word.
    """
    looked_through = f" {folded(text)} "
    return any(sought in looked_through for sought in map(_sought, words) if sought)


def folded(text: str) -> str:
    """Return a text's letters and digits in words with one space between; case, accents and apostrophes are gone."""
    # An acute accent of its own is an apostrophe to whoever types it; folded, it would be a space.
    plain = (letter for letter in unmarked(text.replace("´", "'")) if letter not in _APOSTROPHES)
    return " ".join("".join(letter if letter.isalnum() else " " for letter in plain).split())


@lru_cache(MOST_REMEMBERED)
def _sought(word: str) -> str:
    """Return how a word of a list stands in a folded text; nothing where no letter of it is left."""
    plain = folded(word)
    if not plain:
        return ""
    return f" {plain}" if word.rstrip().endswith(AND_WHAT_FOLLOWS) else f" {plain} "
