"""What was given against the order that held: for the infusion's page, the list and the printed record."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import aliased

from portal.db import session
from portal.treatment.flowsheet.models import EntryKind, FlowsheetEntry
from portal.treatment.orders import queries
from portal.treatment.orders.differences import Difference, What, differences
from portal.treatment.orders.queries import Order
from portal.treatment.queries import InfusionRow


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """An order, and where what was given differs from it; nothing differs before it was given."""

    order: Order
    differences: tuple[Difference, ...] = ()


def fulfilments(rows: Iterable[InfusionRow]) -> dict[uuid.UUID, Fulfilment]:
    """Return the order that holds for each of these infusions, with the differences of those that were given.

    The caller has made sure that the reader may see them.
    """
    by_id = {row.id: row for row in rows}
    orders = queries.list_in_force(by_id)
    given = [infusion_id for infusion_id in orders if by_id[infusion_id].was_given]
    drugs = _drugs(given) if given else {}
    return {infusion_id: _fulfilment(by_id[infusion_id], order, drugs) for infusion_id, order in orders.items()}


def _fulfilment(row: InfusionRow, order: Order, drugs: Mapping[uuid.UUID, str]) -> Fulfilment:
    if not row.was_given:
        return Fulfilment(order)
    given = What(drugs.get(row.id, ""), row.entry.dose, row.route)
    return Fulfilment(order, differences(order.what, given))


def _drugs(infusion_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the drug that was recorded at the bedside, as the latest entry about it says."""
    other = aliased(FlowsheetEntry)
    rows = session.execute(
        select(FlowsheetEntry.infusion_id, FlowsheetEntry.values)
        .where(FlowsheetEntry.infusion_id.in_(list(infusion_ids)), FlowsheetEntry.kind == EntryKind.DRUG)
        .where(~select(other.id).where(other.corrects_id == FlowsheetEntry.id).exists())
        .order_by(FlowsheetEntry.occurred_at)
    )
    return {row.infusion_id: str(row.values.get("drug") or "") for row in rows}
