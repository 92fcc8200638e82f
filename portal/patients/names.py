"""Cleaning what people type as names and addresses, so that one look is one spelling and nothing is disguised."""

import unicodedata

_SPACES = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029")
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(text: str) -> str:
    """Return text in composed form (NFC), without control characters and direction overrides; the rest is untouched.

    Line breaks and tabs become spaces. Joiners stay, because names in several scripts need them.
    """
    spaced = "".join(" " if letter in _SPACES else letter for letter in text)
    kept = "".join(
        letter for letter in spaced if letter not in _DIRECTION and unicodedata.category(letter) not in {"Cc", "Cs"}
    )
    return unicodedata.normalize("NFC", kept).strip()


def same(one: str, other: str) -> bool:
    """Return whether two names read alike: letters of either case, with or without accents and marks."""
    return folded(one) == folded(other)


def folded(text: str) -> str:
    """Return text as names are compared and found by: no capitals, accents or marks, one space between words."""
    apart = unicodedata.normalize("NFKD", clean(text).casefold())
    letters = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(letters.split())
