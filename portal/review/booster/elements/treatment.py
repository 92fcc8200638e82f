"""Element 1: how long ago the last infusion was, what was given over the course, and what is planned. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from portal.progress.words import Message, counted, message
from portal.review.booster.elements import parts
from portal.review.booster.sheet import Element, Line

MOST_DOSES, MOST_NUMBERS = 4, 5
GIVEN = ("completed", "stopped-early")
ROUTES = {
    "intravenous": message("intravenous"),
    "intramuscular": message("intramuscular"),
    "subcutaneous": message("subcutaneous"),
    "intranasal": message("nasal spray"),
    "oral": message("by mouth"),
}


@dataclass(frozen=True, slots=True)
class Dosed:
    """One infusion, planned or past; doses in mg and mg per kg, None where nobody recorded them.

    Args:
        status, route: as they are stored.
        on: its day at the patient's.
        minutes: how long it ran or is to run.
        note: why it was stopped early, or what else was written of how it went.
        is_under_way: that it was started at the bedside and has not ended.
    """

    number: int
    kind: Literal["induction", "booster"]
    status: str
    on: date
    dose_mg: float | None = None
    mg_per_kg: float | None = None
    route: str = "intravenous"
    minutes: int | None = None
    note: str = ""
    is_under_way: bool = False

    @property
    def was_given(self) -> bool:
        """Whether any of the dose was given."""
        return self.status in GIVEN


@dataclass(frozen=True, slots=True)
class Treatment:
    """A patient's infusions as the review needs them.

    Args:
        today: the patient's day.
        infusions: those of the newest course with any, in order of time.
        series_planned: how many the first series of that course is to have; None without a course.
        started_on, ended_on: of that course; None while it runs.
        earlier_given: how many were given in courses before it.
    """

    today: date
    infusions: tuple[Dosed, ...] = ()
    series_planned: int | None = None
    started_on: date | None = None
    ended_on: date | None = None
    earlier_given: int = 0

    @property
    def given(self) -> list[Dosed]:
        """Those of which any dose was given."""
        return [one for one in self.infusions if one.was_given]


def history(treatment: Treatment) -> Element:
    """Return the days since the last infusion, its dose, the doses of the course, and what is planned."""
    return parts.element(1, _lines(treatment))


def _lines(treatment: Treatment) -> Iterator[Line]:
    yield from (_under_way(one) for one in treatment.infusions if one.is_under_way)
    given = treatment.given
    if given:
        yield from _last(given[-1], treatment.today)
        yield parts.plain(_course(treatment, given))
        yield from _doses(given)
        yield from _stopped(given[:-1])
    elif treatment.earlier_given:
        said = counted(
            "No infusion has been given in this course; %(n)s was given in earlier ones.",
            "No infusion has been given in this course; %(n)s were given in earlier ones.",
            treatment.earlier_given,
        )
        yield parts.plain(said)
    else:
        yield parts.plain(message("No infusion has been given."))
    yield from _planned(treatment)


def _under_way(one: Dosed) -> Line:
    return parts.attention(
        message("Infusion %(number)s was started on %(on)s and has not ended.", number=one.number, on=parts.on(one.on))
    )


def _last(last: Dosed, today: date) -> Iterator[Line]:
    kind = message("booster") if last.kind == "booster" else message("first series")
    values = {"number": last.number, "kind": kind, "on": parts.on(last.on)}
    said = counted(
        "%(n)s day since infusion %(number)s (%(kind)s) on %(on)s",
        "%(n)s days since infusion %(number)s (%(kind)s) on %(on)s",
        max(0, (today - last.on).days),
        **values,
    )
    yield parts.plain(parts.row([said, *_dose(last)]))
    if last.status == "stopped-early":
        yield parts.attention(message("It was stopped early."), parts.shortened(last.note))


def _dose(one: Dosed) -> Iterator[Message]:
    if one.dose_mg is not None or one.mg_per_kg is not None:
        yield _amount(one)
        if one.route in ROUTES:
            yield ROUTES[one.route]
    else:
        yield message("dose not on record")
    if one.minutes is not None:
        yield counted("%(n)s minute", "%(n)s minutes", one.minutes)


def _amount(one: Dosed) -> Message:
    if one.dose_mg is None:
        return message("%(by_weight)s mg/kg", by_weight=one.mg_per_kg)
    if one.mg_per_kg is None:
        return message("%(dose)s mg", dose=one.dose_mg)
    return message("%(dose)s mg (%(by_weight)s mg/kg)", dose=one.dose_mg, by_weight=one.mg_per_kg)


def _course(treatment: Treatment, given: Sequence[Dosed]) -> Message:
    series = sum(one.kind == "induction" for one in given)
    boosters = counted("%(n)s booster", "%(n)s boosters", len(given) - series)
    said = [message("This course: %(given)s of %(planned)s of the first series", given=series, planned=_of(treatment))]
    said.append(boosters)
    if treatment.started_on is not None:
        said.append(message("began on %(on)s", on=parts.on(treatment.started_on)))
    if treatment.ended_on is not None:
        said.append(message("ended on %(on)s", on=parts.on(treatment.ended_on)))
    if treatment.earlier_given:
        said.append(
            counted("%(n)s infusion in earlier courses", "%(n)s infusions in earlier courses", treatment.earlier_given)
        )
    return parts.row(said)


def _of(treatment: Treatment) -> object:
    return message("an unknown number") if treatment.series_planned is None else treatment.series_planned


def _doses(given: Sequence[Dosed]) -> Iterator[Line]:
    """Say from which infusion on the dose was another one; nothing where it never was."""
    known = [one for one in given if one.dose_mg is not None or one.mg_per_kg is not None]
    changed = [after for before, after in pairwise(known) if _shown(before) != _shown(after)]
    if not changed:
        return
    said = [_from(one) for one in [known[0], *changed]]
    if len(said) > MOST_DOSES:
        earlier = counted("%(n)s earlier dose not shown", "%(n)s earlier doses not shown", len(said) - MOST_DOSES)
        said = [earlier, *said[-MOST_DOSES:]]
    yield parts.plain(message("Doses: %(doses)s.", doses=parts.listed(said, len(said))))


def _shown(one: Dosed) -> tuple[float | None, float | None]:
    by_weight = None if one.mg_per_kg is None else round(one.mg_per_kg, 2)
    return (one.dose_mg, by_weight)


def _from(one: Dosed) -> Message:
    return message("%(dose)s from infusion %(number)s", dose=_amount(one), number=one.number)


def _stopped(before: Sequence[Dosed]) -> Iterator[Line]:
    numbers = [message("%(number)s", number=one.number) for one in reversed(before) if one.status == "stopped-early"]
    if numbers:
        said = message("Stopped early before that: infusion %(numbers)s.", numbers=parts.listed(numbers, MOST_NUMBERS))
        yield parts.attention(said)


def _planned(treatment: Treatment) -> Iterator[Line]:
    planned = [one for one in treatment.infusions if one.status == "planned" and not one.is_under_way]
    past = [one for one in planned if one.on < treatment.today]
    if past:
        values = {"number": past[-1].number, "on": parts.on(past[-1].on)}
        said = message("Infusion %(number)s was planned for %(on)s; how it went is not on record.", **values)
        yield parts.missing(said)
    ahead = next((one for one in planned if one.on >= treatment.today), None)
    if ahead is None:
        yield parts.plain(message("No infusion is planned."))
        return
    said = message("Planned: infusion %(number)s on %(on)s", number=ahead.number, on=parts.on(ahead.on))
    dose = [_amount(ahead)] if ahead.dose_mg is not None or ahead.mg_per_kg is not None else []
    yield parts.plain(parts.row([said, *dose]))
