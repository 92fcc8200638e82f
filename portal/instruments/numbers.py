"""Exact arithmetic on scores: 0.1 means one tenth, as the person typed it."""

import math
from decimal import Decimal
from fractions import Fraction

Number = float | Decimal


def is_finite(number: float | Decimal) -> bool:
    """Tell whether this is a number at all: not NaN and not infinite, however large."""
    if isinstance(number, Decimal):
        return number.is_finite()
    return isinstance(number, int) or math.isfinite(number)


def exact(number: float | Decimal) -> Fraction:
    """Return a finite number as a fraction, a float by its shortest decimal form."""
    return Fraction(repr(number)) if isinstance(number, float) else Fraction(number)


def half_up(number: Fraction) -> int:
    """Round to the nearest whole number, halves up."""
    return math.floor(number + Fraction(1, 2))


def plain(number: Fraction) -> float:
    """Return a fraction as an int where it is whole, else as a float."""
    return number.numerator if number.denominator == 1 else float(number)


def tenths_half_up(number: Fraction) -> Fraction:
    """Round to one decimal, halves up."""
    return Fraction(half_up(number * 10), 10)
