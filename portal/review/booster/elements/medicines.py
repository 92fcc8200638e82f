"""Element 10: medicines and what changed in them, why they matter, allergies, pregnancy, the screening. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from portal.progress.words import Message, message
from portal.review.booster.elements import parts
from portal.review.booster.sheet import Element, Line
from portal.treatment.medication.chips import Chip
from portal.treatment.screening.items import Answer

MOST_CHANGES, MOST_TAKEN, MOST_CHIPS, MOST_ALLERGIES, MOST_STOPS = 3, 6, 3, 6, 3
MOST_OF_A_DOSE, MOST_OF_A_REACTION = 24, 90
BENEFIT, STABILISER = "benefit", "stabiliser"
CHANGES = {
    "started": message("started"),
    "changed": message("changed"),
    "stopped": message("stopped"),
}
ANSWERS = {Answer.YES: message("yes"), Answer.NO: message("no"), Answer.UNKNOWN: message("not known")}
TESTS = {
    "not-possible": message("not possible"),
    "negative": message("test negative"),
    "positive": message("test positive"),
    "unknown": message("not known"),
}
STANDINGS = {
    "undecided": message("no provider has decided about it"),
    "not-now": message("decided: not now"),
    "stands": message("decided: go ahead"),
    "again": message("decided: go ahead, but to be asked again"),
}


@dataclass(frozen=True, slots=True)
class Changed:
    """A medicine started, taken differently or stopped on a day; the dose in somebody's own words."""

    name: str
    kind: str
    on: date
    dose: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A medicine that is taken now; the dose in somebody's own words."""

    name: str
    dose: str = ""


@dataclass(frozen=True, slots=True)
class Screened:
    """The screening that counts.

    Args:
        on: the day it was asked.
        pregnancy, breastfeeding: its answers.
        stops: what of it is a stop, message ids.
        standing: where it stands, as `treatment.screening.standing.State` is stored.
        decided_by: who decided about it; "" where nobody has.
    """

    on: date
    pregnancy: Answer = Answer.UNKNOWN
    breastfeeding: Answer = Answer.UNKNOWN
    stops: tuple[str, ...] = ()
    standing: str = "undecided"
    decided_by: str = ""


@dataclass(frozen=True, slots=True)
class Medicines:
    """What is on record of a patient's medicines and of what else stands in the way of an infusion.

    Args:
        since: from when on changes count, the day of the last review or infusion; None where there was neither.
        changed: the changes since then, the latest first.
        taken: those taken now, by name.
        chips: what of them matters with treatment.
        allergies: substance and reaction, "" where nobody said how.
        confirmed_on: when both lists were last gone through with the patient and nothing has changed since.
        screened: None where no screening was ever recorded.
        tested: the answer about pregnancy of the last check before an infusion that has one, and its day.
    """

    since: date | None = None
    changed: tuple[Changed, ...] = ()
    taken: tuple[Taken, ...] = ()
    chips: tuple[Chip, ...] = ()
    allergies: tuple[tuple[str, str], ...] = ()
    confirmed_on: date | None = None
    screened: Screened | None = None
    tested: tuple[date, str] | None = None


def medicines(found: Medicines) -> Element:
    """Return medication changes, current medicines with what matters of them, allergies, and the screening."""
    return parts.element(10, _lines(found))


def _lines(found: Medicines) -> Iterator[Line]:
    if found.since is not None:
        yield _changes(found.since, found.changed)
    yield _taken(found)
    yield from _chips(found.chips, found.taken)
    yield _allergies(found)
    yield _pregnancy(found)
    yield from _screening(found.screened)


def _changes(since: date, changed: Sequence[Changed]) -> Line:
    if not changed:
        return parts.plain(message("No change of medicines on record since %(on)s.", on=parts.on(since)))
    shown = parts.listed([_change(one) for one in changed], MOST_CHANGES)
    return parts.attention(message("Since %(on)s: %(changes)s", on=parts.on(since), changes=shown))


def _change(one: Changed) -> Message:
    medicine = _medicine(one.name, "" if one.kind == "stopped" else one.dose)
    return message(
        "%(medicine)s %(change)s on %(on)s",
        medicine=medicine,
        change=CHANGES[one.kind],
        on=parts.on(one.on),
    )


def _medicine(name: str, dose: str) -> Message:
    called = parts.name(name)
    dosed = {"medicine": called, "dose": parts.shortened(dose, MOST_OF_A_DOSE)}
    return message("%(medicine)s %(dose)s", **dosed) if dose.strip() else called


def _taken(found: Medicines) -> Line:
    if found.taken:
        shown = parts.listed([_medicine(one.name, one.dose) for one in found.taken], MOST_TAKEN)
        return parts.plain(message("Takes: %(medicines)s", medicines=shown))
    if found.confirmed_on is None:
        return parts.missing(message("No medicine is on record, and nobody confirmed that none is taken."))
    return parts.plain(message("Takes none, confirmed on %(on)s.", on=parts.on(found.confirmed_on)))


def _chips(chips: Sequence[Chip], taken: Sequence[Taken]) -> Iterator[Line]:
    doses = {one.name: one.dose for one in taken}
    first = sorted(chips, key=lambda one: (one.medicines != (), one.code != BENEFIT))
    for chip in first[:MOST_CHIPS]:
        about = [_medicine(one, doses.get(one, "")) for one in chip.medicines]
        label = message(chip.label)
        heading = message("%(what)s: %(medicines)s", what=label, medicines=parts.listed(about, 3)) if about else label
        said = parts.row([heading, message(chip.reason), message(chip.source)])
        is_well = chip.code == STABILISER and chip.medicines
        yield parts.plain(said) if is_well else parts.attention(said)
    rest = [message(chip.label) for chip in first[MOST_CHIPS:]]
    if rest:
        yield parts.attention(message("Also: %(what)s", what=parts.listed(rest, len(rest))))
    if taken and not any(chip.code == BENEFIT for chip in chips):
        yield parts.plain(message("No benzodiazepine or z-drug is listed."))


def _allergies(found: Medicines) -> Line:
    if found.allergies:
        shown = [_allergy(what, how) for what, how in found.allergies]
        return parts.attention(message("Allergies: %(allergies)s", allergies=parts.listed(shown, MOST_ALLERGIES)))
    if found.confirmed_on is None:
        return parts.missing(message("No allergy is on record, and nobody confirmed that there is none."))
    return parts.plain(message("No allergy, confirmed on %(on)s.", on=parts.on(found.confirmed_on)))


def _allergy(what: str, how: str) -> Message:
    values = {"what": parts.name(what), "how": parts.shortened(how, MOST_OF_A_REACTION)}
    return message("%(what)s (%(how)s)", **values) if how.strip() else parts.name(what)


def _pregnancy(found: Medicines) -> Line:
    said, answers = [], []
    if found.screened is not None:
        one = found.screened
        values = {"pregnancy": ANSWERS[one.pregnancy], "breastfeeding": ANSWERS[one.breastfeeding]}
        said.append(
            message(
                "Pregnant: %(pregnancy)s, breastfeeding: %(breastfeeding)s (asked on %(on)s)",
                on=parts.on(one.on),
                **values,
            )
        )
        answers += [one.pregnancy, one.breastfeeding]
    if found.tested is not None:
        on, result = found.tested
        said.append(message("before the infusion of %(on)s: %(result)s", on=parts.on(on), result=TESTS[result]))
    if not said:
        return parts.missing(message("Pregnancy and breastfeeding: never asked."))
    tested = found.tested[1] if found.tested else ""
    if tested == "positive" or answers[:1] == [Answer.YES]:
        return parts.danger(parts.row(said))
    if Answer.YES in answers:
        return parts.attention(parts.row(said))
    is_open = Answer.UNKNOWN in answers or not answers or tested == "unknown"
    return parts.missing(parts.row(said)) if is_open else parts.plain(parts.row(said))


def _screening(found: Screened | None) -> Iterator[Line]:
    if found is None:
        yield parts.missing(message("No screening is on record."))
        return
    heading = message("Screening of %(on)s", on=parts.on(found.on))
    if found.stops:
        stops = parts.listed([message(one) for one in found.stops], MOST_STOPS)
        heading = message("Screening of %(on)s, stop: %(stops)s", on=parts.on(found.on), stops=stops)
    by = [parts.name(found.decided_by)] if found.decided_by else []
    said = parts.row([heading, STANDINGS[found.standing], *by])
    if found.stops:
        yield parts.danger(said)
    else:
        yield parts.plain(said) if found.standing == "stands" else parts.attention(said)
