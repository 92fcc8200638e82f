"""Text as somebody typed it, without what no reader should meet."""

import unicodedata

_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_KEPT = frozenset("\n\t")


def clean(text: str) -> str:
    """Return text without control characters, halves of characters and direction overrides; breaks and tabs stay.

    Args:
        text: as it was typed or read from a file.

    Returns:
        The text, every line break a single one, without blanks around it.
    """
    even = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in even if _may_stay(letter)).strip()


def clean_line(text: str) -> str:
    """Return text as `clean` does, in one line with single blanks."""
    return " ".join(clean(text).split())


def _may_stay(letter: str) -> bool:
    return letter in _KEPT or not (letter in _DIRECTION or unicodedata.category(letter) in {"Cc", "Cs"})
