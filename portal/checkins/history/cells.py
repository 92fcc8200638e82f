"""From a cell to a clean text or a number."""

import re
import unicodedata
from collections.abc import Collection
from decimal import Decimal

from portal.checkins.history.encoding import UNREADABLE
from portal.checkins.history.problems import RowRefused, shown
from portal.messages import N_

MOST_DIGITS = 24
# Unicode's own limit for text that can be put into normal form in bounded time (UAX 15, stream-safe text).
MOST_MARKS = 30
FIRST_MARK = "\N{COMBINING GRAVE ACCENT}"
MISSING = frozenset({"", "-", "–", "—", ".", "na", "n/a", "nan", "null", "none"})

NOT_A_NUMBER = N_("“%(value)s” in column “%(column)s” is not a number.")
TWO_NUMBERS = N_("“%(value)s” in column “%(column)s” can be read as two different numbers. Write it without a comma.")
UNREADABLE_LETTERS = N_("This row has letters that cannot be read.")

# Control characters, and the marks that turn the direction of the text around them. Joiners stay: emoji need them.
_REMOVED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\u202a-\u202e\u2066-\u2069]")
_BREAK = re.compile("\r\n|[\r\x85\u2028\u2029]")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)")


def clean(text: str) -> str:
    """Return text in normal form NFC without control characters, line breaks as newlines, no space at the ends.

    Raises:
        RowRefused: some bytes of it were not letters, or so many accents stand on one letter that it is none.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    if UNREADABLE.search(text) or _piled_marks(text) > MOST_MARKS:
        raise RowRefused(UNREADABLE_LETTERS)
    broken = _BREAK.sub("\n", text).replace("\t", " ")
    return unicodedata.normalize("NFC", _REMOVED.sub("", broken)).strip()


def _piled_marks(text: str) -> int:
    """Return how many combining marks stand on one letter, at most."""
    if max(text) < FIRST_MARK:
        return 0
    most = run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        most = max(most, run)
    return most


def number(text: str, column: str, *, unit: str = "", decimal_comma: bool = False) -> Decimal:
    """Return a cell's number, exactly as written ("4,50" and "4.5" are the same).

    Args:
        text: a clean cell that is not a missing value.
        column: for the message.
        unit: may follow the number.
        decimal_comma: a comma always means decimals (the columns are not separated by commas).

    Raises:
        RowRefused: not a number, or "1,234", which is one thing in London and another in Paris.
    """
    if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS:
        return Decimal(text)
    bare = text.replace("\N{MINUS SIGN}", "-").replace("\N{NO-BREAK SPACE}", " ")
    if unit and bare.casefold().endswith(unit.casefold()):
        bare = bare[: -len(unit)]
    bare = bare.strip()
    if not decimal_comma and re.fullmatch(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}", bare):
        raise RowRefused(TWO_NUMBERS, value=shown(text), column=column)
    bare = bare.replace(",", ".")
    if len(bare) > MOST_DIGITS or not _NUMBER.fullmatch(bare):
        raise RowRefused(NOT_A_NUMBER, value=shown(text), column=column)
    return plain(Decimal(bare))


def plain(value: Decimal) -> Decimal:
    """Return the number without trailing zeros, exponent or minus zero, so that equal numbers look the same."""
    return Decimal(format(value.normalize() + 0, "f"))


def is_missing(text: str, others: Collection[str] = ()) -> bool:
    """Say whether a clean cell stands for "no answer"."""
    return text.casefold() in MISSING or text in others
