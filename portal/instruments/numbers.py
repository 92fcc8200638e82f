"""Exact arithmetic on scores: 0.1 means one tenth, as the person typed it."""

from fractions import Fraction
from math import floor


def exact(number: float) -> Fraction:
    """Return a finite number as a fraction, a float by its shortest decimal form; raises ValueError for NaN and inf."""
    return Fraction(number) if isinstance(number, int) else Fraction(repr(number))


def half_up(number: Fraction) -> int:
    """Round to the nearest whole number, halves up."""
    return floor(number + Fraction(1, 2))


def plain(number: Fraction) -> float:
    """Return a fraction as an int where it is whole, else as a float."""
    return number.numerator if number.denominator == 1 else float(number)
