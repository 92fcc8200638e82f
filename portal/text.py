"""Text as somebody typed it, without what no reader should meet."""

import unicodedata

_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_KEPT = frozenset("\n\t")


class _WithoutMarks(dict[int, int | None]):
    """What becomes of each character when marks and what nobody sees are left out; asked once for each."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if unicodedata.category(chr(code)) in {"Mn", "Cf"} else code
        return self[code]


_without_marks = _WithoutMarks()


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


def folded(text: str) -> str:
    """Return text as it is compared where case and accents do not matter: “Próxima” and “proxima” become one."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", text).casefold().translate(_without_marks)


def holds(text: str, words: str) -> bool:
    """Return whether all of these words occur in a text, whatever the case and the accents of either."""
    plain, sought = folded(text), folded(words).split()
    return bool(sought) and all(word in plain for word in sought)


def _may_stay(letter: str) -> bool:
    return letter in _KEPT or not (letter in _DIRECTION or unicodedata.category(letter) in {"Cc", "Cs"})
