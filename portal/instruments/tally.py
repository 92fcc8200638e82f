"""Makes one number of the answers to a scale's items, by its method. Exact and pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from operator import itemgetter
from typing import Any

from portal.instruments.definition import Definition, Level, Method, Scale
from portal.instruments.numbers import Number, exact, half_up, plain, tenths_half_up
from portal.instruments.scale import Band

_WHOLE = {int}
TABULATED = 10_000
"""Up to this width the bands of a scale are looked up by value; a wider one (a count, an amount) is searched."""


class ScoreState(StrEnum):
    COMPLETE = "complete"
    PRORATED = "prorated"
    NOT_SCORABLE = "not-scorable"


@dataclass(frozen=True, slots=True)
class ScaleScore:
    """One number: `value` is None when not scorable; `answered` of its `of` items were answered.

    Hidden items are in neither count, and items of which one will do count as one. A triage is complete as soon as
    nothing left open could raise it.
    """

    code: str
    value: float | None
    band: Band | None
    state: ScoreState
    answered: int
    of: int


@dataclass(frozen=True, slots=True)
class Tally:
    """A scale with what is worked out once for all answers to it.

    `plainly` takes all answers out of their mapping where the scale is their mere sum, and `bands` are those of each
    whole value where these are few. `flips` are lowest plus highest answer of reversed items; `clusters` are the items
    among which unanswered ones take the mean of the others, each with how many; `needs` are sets of which one item is
    enough; `levels` are those of a triage with the answers that lead there.
    """

    scale: Scale
    plainly: Callable[[Mapping[str, Number]], tuple[Any, ...]] | None
    bands: Mapping[float, Band]
    flips: Mapping[str, Number]
    clusters: tuple[tuple[tuple[str, ...], int], ...]
    needs: tuple[tuple[str, ...], ...]
    levels: tuple[tuple[Level, tuple[tuple[str, float], ...]], ...]

    def score(self, values: Mapping[str, Number], hidden: frozenset[str], *, is_whole: bool) -> ScaleScore:
        """Return the score.

        Args:
            values: valid answers by item code, declined ones left out.
            hidden: codes of the items that the other answers rule out; they count 0.
            is_whole: whether all values are known to be of type int.
        """
        if not is_whole or self.plainly is None:
            return self._by_method(values, hidden)
        try:
            given = self.plainly(values)
        except KeyError:
            return self._by_method(values, hidden)
        total, of = sum(given) * self.scale.times, len(given)
        band = self.bands.get(total) if self.bands else self.scale.band(total)
        return ScaleScore(self.scale.code, total, band, ScoreState.COMPLETE, of, of)

    def _by_method(self, values: Mapping[str, Number], hidden: frozenset[str]) -> ScaleScore:
        if self.scale.method is Method.TRIAGE:
            return self._triage(values, hidden)
        if self.flips:
            values = {code: _flipped(value, self.flips.get(code)) for code, value in values.items()}
        if self.scale.method is Method.MAXIMUM:
            return self._maximum(values, hidden)
        return self._filled(values, hidden)

    def _filled(self, values: Mapping[str, Number], hidden: frozenset[str]) -> ScaleScore:
        """Return a sum or a mean, with unanswered items at the mean of the answered ones of their cluster."""
        total: int | Fraction = 0
        answered = of = 0
        is_possible = True
        for items, allowed in self.clusters:
            given = [values[code] for code in items if code in values]
            shown = len(items) - sum(code in hidden for code in items) if hidden else len(items)
            answered, of = answered + len(given), of + shown
            is_possible = is_possible and shown - len(given) <= allowed and (bool(given) or not shown)
            if is_possible and given:
                summed = _sum(given)
                total += summed if len(given) == shown else Fraction(summed * shown, len(given))
        if not is_possible or of - answered > self.scale.missing_allowed:
            return self._without(answered, of)
        state = ScoreState.COMPLETE if answered == of else ScoreState.PRORATED
        return self._result(total * self.scale.times, state, answered, of)

    def _maximum(self, values: Mapping[str, Number], hidden: frozenset[str]) -> ScaleScore:
        """Return the sum of the greatest answer of each group."""
        open_sets = [codes for codes in self.needs if not hidden.issuperset(codes)] if hidden else self.needs
        answered = sum(any(code in values for code in codes) for codes in open_sets)
        if answered < len(open_sets):
            return self._without(answered, len(open_sets))
        greatest = [
            max([values[code] for code in group.items if code in values], default=0) for group in self.scale.groups
        ]
        return self._result(_sum(greatest) * self.scale.times, ScoreState.COMPLETE, answered, answered)

    def _triage(self, values: Mapping[str, Number], hidden: frozenset[str]) -> ScaleScore:
        """Return the highest level whose conditions are met, unless something unanswered could lead to a higher one."""
        answered = sum(code in values for code in self.scale.items)
        of = len(self.scale.items) - sum(code in hidden for code in self.scale.items)
        for level, answers in self.levels:
            is_open = False
            for code, least in answers:
                if code not in values:
                    is_open = is_open or code not in hidden
                elif values[code] >= least:
                    return self._at(level, answered, of)
            if is_open:
                return self._without(answered, of)
        return self._at(self.scale.levels[-1], answered, of)

    def _at(self, level: Level, answered: int, of: int) -> ScaleScore:
        return ScaleScore(self.scale.code, level.value, self.bands[level.value], ScoreState.COMPLETE, answered, of)

    def _result(self, total: int | Fraction, state: ScoreState, answered: int, of: int) -> ScaleScore:
        value: float
        if self.scale.method is Method.MEAN:
            value = plain(tenths_half_up(Fraction(total, len(self.scale.items))))
        elif type(total) is int:
            value = total
        else:
            value = half_up(Fraction(total)) if state is ScoreState.PRORATED else plain(Fraction(total))
        return ScaleScore(self.scale.code, value, self.scale.band(value), state, answered, of)

    def _without(self, answered: int, of: int) -> ScaleScore:
        return ScaleScore(self.scale.code, None, None, ScoreState.NOT_SCORABLE, answered, of)


def prepare(definition: Definition, scale: Scale) -> Tally:
    """Return what scores this scale of the definition."""
    items = {code: definition.item(code) for code in scale.reversed_items}
    groups = tuple((group.items, group.missing_allowed) for group in scale.groups)
    return Tally(
        scale=scale,
        plainly=_taking(scale.items) if scale.method is Method.SUM and not items else None,
        bands=_by_value(scale) if scale.maximum - scale.minimum <= TABULATED else {},
        flips={code: plain(exact(item.minimum) + exact(item.maximum)) for code, item in items.items()},
        clusters=groups or ((scale.items, scale.missing_allowed),),
        needs=tuple(codes for group in scale.groups for codes in group.needs),
        levels=tuple(
            (level, tuple((code, one.at_least) for one in level.when for code in one.items))
            for level in scale.levels[:-1]
        ),
    )


def _by_value(scale: Scale) -> dict[float, Band]:
    return {value: band for band in scale.bands for value in range(ceil(band.minimum), floor(band.maximum) + 1)}


def _taking(codes: tuple[str, ...]) -> Callable[[Mapping[str, Number]], tuple[Any, ...]]:
    if len(codes) > 1:
        return itemgetter(*codes)
    return lambda values: (values[codes[0]],)


def _flipped(value: Number, flip: Number | None) -> Number:
    return value if flip is None else plain(exact(flip) - exact(value))


def _sum(numbers: list[Number]) -> int | Fraction:
    if set(map(type, numbers)) <= _WHOLE:
        return int(sum(numbers))
    return sum(map(exact, numbers), Fraction())
