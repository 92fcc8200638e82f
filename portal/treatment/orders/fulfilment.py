"""What was given against the order that held: for the infusion's page, the list and the printed record."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import aliased

from portal.db import session
from portal.treatment.flowsheet.entries import MISTAKEN
from portal.treatment.flowsheet.models import EntryKind, FlowsheetEntry
from portal.treatment.orders import queries
from portal.treatment.orders.differences import Difference, What, differences, drugs
from portal.treatment.orders.queries import Order
from portal.treatment.queries import InfusionRow


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """An order, where what was given differs from it, and whether it was signed only after the start.

    Nothing differs, and nothing is late, before it was given.
    """

    order: Order
    differences: tuple[Difference, ...] = ()
    is_late: bool = False


def fulfilments(rows: Iterable[InfusionRow]) -> dict[uuid.UUID, Fulfilment]:
    """Return the order that holds for each of these infusions, with the differences of those that were given.

    The caller has made sure that the reader may see them.
    """
    by_id = {row.id: row for row in rows}
    orders = queries.list_in_force(by_id)
    given = [infusion_id for infusion_id in orders if by_id[infusion_id].was_given]
    had = _drugs(given) if given else {}
    return {infusion_id: _fulfilment(by_id[infusion_id], order, had) for infusion_id, order in orders.items()}


def _fulfilment(row: InfusionRow, order: Order, had: Mapping[uuid.UUID, str]) -> Fulfilment:
    if not row.was_given:
        return Fulfilment(order)
    given = What(had.get(row.id, ""), row.entry.dose, row.route)
    is_late = row.started_at is not None and order.signed_at > row.started_at
    return Fulfilment(order, differences(order.what, given), is_late)


def _drugs(infusion_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the drug that was recorded at the bedside; every one, where the entries name more than one."""
    other = aliased(FlowsheetEntry)
    rows = session.execute(
        select(FlowsheetEntry.infusion_id, FlowsheetEntry.values)
        .where(FlowsheetEntry.infusion_id.in_(list(infusion_ids)), FlowsheetEntry.kind == EntryKind.DRUG)
        .where(~select(other.id).where(other.corrects_id == FlowsheetEntry.id).exists())
        .order_by(FlowsheetEntry.occurred_at)
    )
    named: dict[uuid.UUID, list[str]] = {}
    for row in rows:
        if row.values.get(MISTAKEN):
            continue
        named.setdefault(row.infusion_id, []).append(str(row.values.get("drug") or ""))
    return {infusion_id: drugs(names) for infusion_id, names in named.items()}
