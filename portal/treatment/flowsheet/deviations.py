"""What was done otherwise than ordered or allowed, from the entries and the order. Pure.

Nothing of it is refused once it has happened; it shows, and whoever reads the record sees it.
"""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from portal.clinic import when
from portal.messages import N_
from portal.treatment import dose
from portal.treatment.flowsheet import allergen, drug
from portal.treatment.flowsheet.entries import Entry
from portal.treatment.flowsheet.kinds import EntryKind
from portal.treatment.flowsheet.standing import Standing, missing_ticks
from portal.treatment.rules.values import Point

UNORDERED = N_("Started without a signed order.")
SIGNED_LATER = N_("The order was signed after the start.")
WENT_ON = N_("Went on after a hard stop without the supervising provider.")
NO_BASELINE = N_("Started without vital signs before it.")
NO_PRE_CHECK = N_("Started without the check before the start.")
NO_ADULT = N_("Started without an adult present.")
NO_CONSENT = N_("Started without current consent being ticked.")
OTHER_DOSE = N_("%(given)s mg given, %(ordered)s mg ordered.")
OTHER_DRUG = N_("Another drug than ordered: %(given)s, not %(ordered)s.")
ALLERGEN = N_("%(given)s was given; the patient is recorded as allergic to %(substance)s.")
UNACCOUNTED = N_("Drawn, given and wasted differ by %(mg)s mg.")
EXPIRED = N_("The lot had expired.")
NOT_COMPLETE = N_("Left before everything was as it should be.")
LEFT_WITH_STOP = N_("Left while a hard stop was open.")


class Deviation(NamedTuple):
    """One thing: a message id with its values, and the entry that shows it."""

    msgid: str
    values: dict[str, Any]
    entry_id: uuid.UUID


class Ordered(NamedTuple):
    """What a signed order says; milligrams None where it says none."""

    drug: str
    mg: float | None
    signed_at: datetime


def find(
    now: Standing, order: Ordered | None, given_mg: float | None, time_zone: str, allergies: Sequence[str] = ()
) -> tuple[Deviation, ...]:
    """Return what was done otherwise, in the order of the day.

    Args:
        now: where the day stands.
        order: the one in force, None where none is.
        given_mg: in all, None where nobody recorded it.
        time_zone: the patient's, for the day a lot expires.
        allergies: the substances that the patient is recorded as not tolerating, as they were written.
    """
    found = [*_at_start(now, order)]
    found += [Deviation(WENT_ON, {}, one.entry.id) for one in now.went_on_without]
    found += [*_allergens(now, allergies)]
    found += [*_drugs(now, order, time_zone), *_dose(now, order, given_mg), *_leaving(now)]
    return tuple(found)


def _at_start(now: Standing, order: Ordered | None) -> Iterator[Deviation]:
    start = next((one for one in now.counting if one.kind is EntryKind.STARTED), None)
    if start is None:
        return
    if order is None:
        yield Deviation(UNORDERED, {}, start.id)
    elif order.signed_at > start.occurred_at:
        yield Deviation(SIGNED_LATER, {}, start.id)
    before = [one for one in now.counting if one.occurred_at <= start.occurred_at]
    if not any(one.kind is EntryKind.VITALS and one.point is Point.BEFORE for one in before):
        yield Deviation(NO_BASELINE, {}, start.id)
    checked = next((one for one in reversed(before) if one.kind is EntryKind.PRE_CHECK), None)
    if checked is None:
        yield Deviation(NO_PRE_CHECK, {}, start.id)
    else:
        if checked.values.get("adult") != "yes":
            yield Deviation(NO_ADULT, {}, checked.id)
        if not checked.values.get("consent"):
            yield Deviation(NO_CONSENT, {}, checked.id)


def _allergens(now: Standing, allergies: Sequence[str]) -> Iterator[Deviation]:
    for one in now.counting:
        for substance in allergen.named(one, allergies):
            yield Deviation(ALLERGEN, {"given": allergen.given(one), "substance": substance}, one.id)


def _drugs(now: Standing, order: Ordered | None, time_zone: str) -> Iterator[Deviation]:
    for one in now.counting:
        if one.kind is not EntryKind.DRUG:
            continue
        name = str(one.values.get("drug") or "")
        if order is not None and " ".join(name.split()).casefold() != " ".join(order.drug.split()).casefold():
            yield Deviation(OTHER_DRUG, {"given": name, "ordered": order.drug}, one.id)
        away = drug.unaccounted(one.values)
        if away is not None:
            yield Deviation(UNACCOUNTED, {"mg": round(abs(away), 2)}, one.id)
        if drug.is_expired(one.values, when.local(one.occurred_at, time_zone).date()):
            yield Deviation(EXPIRED, {}, one.id)


def _dose(now: Standing, order: Ordered | None, given_mg: float | None) -> Iterator[Deviation]:
    """More shows at once; less only once it has ended, as until then there is more to come."""
    says: list[Entry] = [one for one in now.counting if one.kind in {EntryKind.DRUG, EntryKind.ENDED}]
    if order is None or order.mg is None or given_mg is None or not says:
        return
    is_all = given_mg > order.mg or now.ended_at is not None
    if is_all and dose.differ(order.mg, given_mg):
        yield Deviation(OTHER_DOSE, {"given": f"{given_mg:.10g}", "ordered": f"{order.mg:.10g}"}, says[-1].id)


def _leaving(now: Standing) -> Iterator[Deviation]:
    left = now.last(EntryKind.DISCHARGE)
    if left is None:
        return
    if missing_ticks(left):
        yield Deviation(NOT_COMPLETE, {}, left.id)
    if now.open_stop is not None and now.open_stop.occurred_at <= left.occurred_at:
        yield Deviation(LEFT_WITH_STOP, {}, left.id)
