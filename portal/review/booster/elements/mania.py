"""Element 7: signs of activation of the last two weeks, for whoever has a bipolar disorder on record. Pure.

Three or more answers of "clearly", reduced need for sleep on two days in a row, or four hours of sleep or less on two
days in a row with an energy of 8 or more (Interval default [D]; a switch after a two-day prodrome is reported); an ASRM
of 6 or more (Altman 1997).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from portal.progress.words import Message, counted, message
from portal.review.booster.elements import parts
from portal.review.booster.sheet import Element, Line

DAYS = 14
CLEARLY, SHORT_SLEEP, MUCH_ENERGY, ASRM = 3, 4, 8, 6
MOST_DAYS = 4


@dataclass(frozen=True, slots=True)
class Check:
    """One activation check: how many of its `of` questions were answered, and how many with "clearly"."""

    on: date
    clearly: int
    answered: int
    of: int


@dataclass(frozen=True, slots=True)
class Day:
    """One daily check-in.

    Args:
        hours: of sleep, 0 to 24; `energy` from 0 to 10; None where it was not answered.
        needed_less: whether much less sleep was needed; None where that was not answered.
        was_asked: whether the need for sleep was asked at all.
    """

    on: date
    hours: float | None = None
    energy: float | None = None
    needed_less: bool | None = None
    was_asked: bool = False


@dataclass(frozen=True, slots=True)
class Mania:
    """What is known of the last `DAYS` days, each the newest first, and the newest ASRM score, whenever it was."""

    is_bipolar: bool
    checks: tuple[Check, ...] = ()
    days: tuple[Day, ...] = ()
    asrm_on: date | None = None
    asrm: float | None = None


def mania(found: Mania) -> Element:
    """Return the mania indicators; for others than bipolar patients only what was answered all the same."""
    return parts.element(7, _lines(found))


def _lines(found: Mania) -> Iterator[Line]:
    asked = any(one.was_asked for one in found.days)
    if not found.is_bipolar:
        is_answered = found.checks or asked or found.asrm_on
        yield parts.plain(
            message("No bipolar condition on record.")
            if is_answered
            else message("No bipolar condition on record; not asked.")
        )
    if found.is_bipolar or found.checks:
        yield _activation(found.checks)
    if found.is_bipolar or asked:
        yield _need_for_sleep([one for one in found.days if one.was_asked])
    if found.is_bipolar:
        yield _sleep(found.days)
    if found.asrm_on is not None:
        yield _asrm(found.asrm_on, found.asrm)


def _activation(checks: Sequence[Check]) -> Line:
    known = [one for one in checks if one.answered]
    if not known:
        return parts.missing(message("Activation check: not answered in the last %(days)s days.", days=DAYS))
    worst, newest = max(known, key=lambda one: one.clearly), known[0]
    said = [_clearly(newest)]
    if worst.clearly > newest.clearly:
        said.append(message("at most %(check)s", check=_clearly(worst)))
    line = message("Activation check: %(said)s.", said=parts.row(said))
    return parts.attention(line) if worst.clearly >= CLEARLY else parts.plain(line)


def _clearly(one: Check) -> Message:
    values = {"clearly": one.clearly, "answered": one.answered, "of": one.of, "on": parts.on(one.on)}
    if one.answered < one.of:
        return message("%(clearly)s “clearly” on %(on)s, only %(answered)s of %(of)s answered", **values)
    return message("%(clearly)s of %(of)s “clearly” on %(on)s", **values)


def _need_for_sleep(days: Sequence[Day]) -> Line:
    known = [one for one in days if one.needed_less is not None]
    if not known:
        return parts.missing(message("Need for much less sleep: not answered in the last %(days)s days.", days=DAYS))
    found = [one.on for one in known if one.needed_less]
    if not found:
        return parts.plain(
            counted(
                "Need for much less sleep: on none of %(n)s day answered.",
                "Need for much less sleep: on none of %(n)s days answered.",
                len(known),
            )
        )
    said = message("Need for much less sleep: %(days)s.", days=_on_days(found))
    return parts.attention(said) if in_a_row(found) else parts.plain(said)


def _sleep(days: Sequence[Day]) -> Line:
    hours = [one.hours for one in days if one.hours is not None]
    energy = [one.energy for one in days if one.energy is not None]
    if not hours or not energy:
        return parts.missing(message("Sleep and energy: not answered in the last %(days)s days.", days=DAYS))
    both = {one.on for one in days if _is_short(one) and (one.energy or 0) >= MUCH_ENERGY}
    values = {"hours": _range(hours), "energy": _range(energy)}
    said = message("Sleep %(hours)s hours, energy %(energy)s of 10", **values)
    if not both:
        return parts.plain(said)
    marked = message(
        "%(hours)s hours or less with energy %(energy)s or more: %(days)s",
        hours=SHORT_SLEEP,
        energy=MUCH_ENERGY,
        days=_on_days(sorted(both, reverse=True)),
    )
    return parts.attention(parts.row([said, marked]))


def _range(values: Sequence[float]) -> Message:
    if min(values) == max(values):
        return message("%(value)s", value=values[0])
    return message("%(low)s to %(high)s", low=min(values), high=max(values))


def _is_short(day: Day) -> bool:
    return day.hours is not None and day.hours <= SHORT_SLEEP


def _asrm(day: date, value: float | None) -> Line:
    if value is None:
        return parts.missing(message("ASRM on %(on)s: too few answers for a score.", on=parts.on(day)))
    said = message(
        "ASRM %(score)s on %(on)s; the published line is %(line)s (Altman 1997).",
        score=value,
        on=parts.on(day),
        line=ASRM,
    )
    return parts.attention(said) if value >= ASRM else parts.plain(said)


def in_a_row(days: Collection[date]) -> bool:
    """Return whether two of some days follow each other."""
    return any(day + timedelta(days=1) in days for day in days)


def _on_days(days: Sequence[date]) -> Message:
    return parts.listed([message("%(on)s", on=parts.on(day)) for day in dict.fromkeys(days)], MOST_DAYS)
