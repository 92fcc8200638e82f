"""Makes one number of the answers to a scale's items, by its method. Exact and pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from portal.instruments.definition import Definition, Method, Scale
from portal.instruments.numbers import Number, exact, half_up, plain, tenths_half_up
from portal.instruments.scale import Band

_WHOLE = {int}


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

    `flips` are lowest plus highest answer of reversed items; `clusters` are the items among which unanswered ones take
    the mean of the others, each with how many; `needs` are the sets of each group of which one item is enough.
    """

    scale: Scale
    flips: Mapping[str, Number]
    clusters: tuple[tuple[tuple[str, ...], int], ...]
    needs: tuple[tuple[tuple[str, ...], ...], ...]

    def score(self, values: Mapping[str, Number], hidden: frozenset[str]) -> ScaleScore:
        """Return the score.

        Args:
            values: valid answers by item code, declined ones left out.
            hidden: codes of the items that the other answers rule out; they count 0.
        """
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
        open_sets = [codes for needs in self.needs for codes in needs if not hidden.issuperset(codes)]
        answered = sum(any(code in values for code in codes) for codes in open_sets)
        if answered < len(open_sets):
            return self._without(answered, len(open_sets))
        greatest = [
            max([values[code] for code in group.items if code in values], default=0) for group in self.scale.groups
        ]
        return self._result(_sum(greatest) * self.scale.times, ScoreState.COMPLETE, answered, answered)

    def _triage(self, values: Mapping[str, Number], hidden: frozenset[str]) -> ScaleScore:
        """Return the highest level whose conditions are met, unless something unanswered could lead to a higher one."""
        codes = [code for code in self.scale.items if code not in hidden]
        answered, of = sum(code in values for code in codes), len(codes)
        for level in self.scale.levels:
            conditions = [(code, condition.at_least) for condition in level.when for code in condition.items]
            if not level.when or any(code in values and values[code] >= least for code, least in conditions):
                state = ScoreState.COMPLETE
                return ScaleScore(self.scale.code, level.value, self.scale.band(level.value), state, answered, of)
            if any(code not in values and code not in hidden for code, _ in conditions):
                break
        return self._without(answered, of)

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
        flips={code: plain(exact(item.minimum) + exact(item.maximum)) for code, item in items.items()},
        clusters=groups or ((scale.items, scale.missing_allowed),),
        needs=tuple(group.needs for group in scale.groups),
    )


def _flipped(value: Number, flip: Number | None) -> Number:
    return value if flip is None else plain(exact(flip) - exact(value))


def _sum(numbers: list[Number]) -> int | Fraction:
    if set(map(type, numbers)) <= _WHOLE:
        return int(sum(numbers))
    return sum(map(exact, numbers), Fraction())
