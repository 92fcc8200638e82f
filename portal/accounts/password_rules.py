"""Which passwords are refused: the ones a stranger, or somebody close, would try first. Pure.

Twelve characters or more, of any kind, as many as one likes; no rules about kinds of characters and no forced changes
(NIST SP 800-63B-4, section 3.1.1; OWASP ASVS 5.0, 6.2). NIST asks for fifteen where nothing stands beside the password;
twelve is ours, because people set it on a phone on a bad day and guessing is slowed down (`throttle`). The rest is what
lists of stolen passwords are made of (Weir et al. 2010; NCSC 2019): a common word or two with digits or marks hung on,
a walk over the keyboard, one thing said several times, the person's own name.
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path

SHORTEST = 12
DIGITS_ONLY_FROM = 20
FEWEST_DIFFERENT = 5
WALKED = 0.7
WORDS_IN_A_ROW = 3

_LOOK_ALIKES = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})
_ENDING = re.compile(r"[\W\d_]+$")
_HUNG_ON = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_KEYS = ("1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./")
_IN_A_ROW = ("abcdefghijklmnopqrstuvwxyz", "qwertzuiop", "azertyuiop", "0123456789")


class Weakness(StrEnum):
    TOO_SHORT = "too-short"
    COMMON = "common"
    PERSONAL = "personal"


def weakness(password: str, *, about: Iterable[str]) -> Weakness | None:
    """Return why a password is refused, or None where it is good.

    Args:
        password: as it was typed.
        about: what somebody who knows the person tries: name, e-mail address, the clinic's name.
    """
    plain = unicodedata.normalize("NFKC", password).casefold()
    if len(unicodedata.normalize("NFKC", password)) < SHORTEST:
        return Weakness.TOO_SHORT
    if _is_common(plain):
        return Weakness.COMMON
    return Weakness.PERSONAL if any(_contains(plain, part) for text in about for part in _parts(text)) else None


def _is_common(plain: str) -> bool:
    unit = _repeated(plain)
    if len(unit) < SHORTEST or len(set(plain)) < FEWEST_DIFFERENT or _is_walk(plain):
        return True
    if not any(character.isalpha() for character in plain):
        return len(plain) < DIGITS_ONLY_FROM
    spellings = (plain, _ENDING.sub("", plain).translate(_LOOK_ALIKES), _HUNG_ON.sub("", plain).translate(_LOOK_ALIKES))
    return any(_is_made_of_words(_letters(spelling)) for spelling in spellings)


def _repeated(plain: str) -> str:
    """Return the shortest piece that, said again and again, makes the whole."""
    return plain[: (plain + plain).find(plain, 1)]


def _is_walk(plain: str) -> bool:
    steps = list(pairwise(plain))
    return sum(step in _neighbours() for step in steps) >= WALKED * len(steps)


def _is_made_of_words(letters: str) -> bool:
    """Return whether at most `WORDS_IN_A_ROW` common words make up all the letters."""
    reached = {0}
    for _ in range(WORDS_IN_A_ROW):
        ends = range(1, len(letters) + 1)
        reached = {end for start in reached for end in ends if letters[start:end] in _words()}
        if len(letters) in reached:
            return True
    return not letters


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalpha())


def _parts(text: str) -> list[str]:
    before, _, after = text.casefold().partition("@")
    return re.findall(r"[^\W_]{3,}", before + " " + after.partition(".")[0])


def _contains(plain: str, part: str) -> bool:
    if len(part) == 3:
        return part in re.split(r"[\W\d_]+", plain)
    return part in plain or part in plain.translate(_LOOK_ALIKES)


@cache
def _words() -> frozenset[str]:
    lines = (Path(__file__).parent / "common_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def _neighbours() -> frozenset[tuple[str, str]]:
    """Return every step from a key to itself or to one beside it, and along the alphabet."""
    steps = {(key, key) for row in _KEYS for key in row} | {("9", "0"), ("0", "1")}
    for row in (*_KEYS, *_IN_A_ROW):
        steps.update(pairwise(row))
    for upper, lower in pairwise(_KEYS):
        for n, key in enumerate(lower):
            steps.update((above, key) for above in upper[n : n + 2])
    return frozenset(steps | {(after, before) for before, after in steps})
