"""Reading orders."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from portal.accounts.models import User
from portal.db import session
from portal.treatment.dose import Dose
from portal.treatment.entry import GIVEN
from portal.treatment.models import Infusion, Route
from portal.treatment.orders import limits
from portal.treatment.orders.differences import What
from portal.treatment.orders.models import InfusionOrder
from portal.treatment.rules.values import Limits
from portal.treatment.screening.models import Screening

MOST_ORDERS = 50


@dataclass(frozen=True, slots=True)
class Order:
    """One signed order; doses and weight as in `Dose`, `limits` None wherever the clinic's own hold."""

    id: uuid.UUID
    infusion_id: uuid.UUID
    number: int
    drug: str
    dose_mg: float | None
    dose_mg_per_kg: float | None
    dose_mg_per_kg_h: float | None
    weight_kg: float | None
    route: Route
    minutes: int
    limits: Limits
    limits_reason: str
    instructions: str
    dose_reason: str
    screening_id: uuid.UUID | None
    unscreened_reason: str
    signed_at: datetime
    signed_by_id: uuid.UUID
    signed_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_reason: str

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was taken back."""
        return self.withdrawn_at is not None

    @property
    def dose(self) -> Dose:
        """The numbers of the dose."""
        return Dose(self.dose_mg, self.dose_mg_per_kg, self.weight_kg, self.dose_mg_per_kg_h, self.minutes)

    @property
    def what(self) -> What:
        """What is to be given."""
        return What(self.drug, self.dose, self.route)


_withdrawer = aliased(User)
_ORDERS: Select[*tuple[Any, ...]] = (
    select(
        InfusionOrder.id,
        InfusionOrder.infusion_id,
        InfusionOrder.number,
        InfusionOrder.drug,
        InfusionOrder.dose_mg,
        InfusionOrder.dose_mg_per_kg,
        InfusionOrder.dose_mg_per_kg_h,
        InfusionOrder.weight_kg,
        InfusionOrder.route,
        InfusionOrder.minutes,
        InfusionOrder.limits,
        InfusionOrder.instructions,
        InfusionOrder.dose_reason,
        InfusionOrder.screening_id,
        InfusionOrder.unscreened_reason,
        InfusionOrder.signed_at,
        InfusionOrder.signed_by_id,
        User.name.label("signed_by"),
        InfusionOrder.withdrawn_at,
        _withdrawer.name.label("withdrawn_by"),
        InfusionOrder.withdrawn_reason,
    )
    .join(User, User.id == InfusionOrder.signed_by_id)
    .outerjoin(_withdrawer, _withdrawer.id == InfusionOrder.withdrawn_by_id)
    .order_by(InfusionOrder.infusion_id, InfusionOrder.number.desc())
)


def list_orders(patient_id: uuid.UUID, infusion_id: uuid.UUID) -> list[Order]:
    """Return every order there was for an infusion, the latest first; only the first can be in force."""
    of_infusion = (InfusionOrder.patient_id == patient_id, InfusionOrder.infusion_id == infusion_id)
    return [_order(row._mapping) for row in session.execute(_ORDERS.where(*of_infusion).limit(MOST_ORDERS))]


def get_in_force(patient_id: uuid.UUID, infusion_id: uuid.UUID) -> Order | None:
    """Return the order that holds for an infusion: the latest one, unless it was withdrawn."""
    of_infusion = (InfusionOrder.patient_id == patient_id, InfusionOrder.infusion_id == infusion_id)
    row = session.execute(_ORDERS.where(*of_infusion).limit(1)).one_or_none()
    return None if row is None or row.withdrawn_at is not None else _order(row._mapping)


def get_latest(patient_id: uuid.UUID) -> Order | None:
    """Return what was last ordered for a patient and not withdrawn, for whichever infusion."""
    held = (InfusionOrder.patient_id == patient_id, InfusionOrder.withdrawn_at.is_(None))
    newest = _ORDERS.order_by(None).order_by(InfusionOrder.signed_at.desc(), InfusionOrder.number.desc())
    row = session.execute(newest.where(*held).limit(1)).one_or_none()
    return None if row is None else _order(row._mapping)


def last_weight(patient_id: uuid.UUID) -> float | None:
    """Return the last weight on record in kg, from a screening or an infusion that was given; None without one."""
    later = aliased(Screening)
    asked = select(Screening.recorded_at, Screening.weight_kg).where(
        Screening.patient_id == patient_id,
        Screening.weight_kg.is_not(None),
        ~select(later.id).where(later.corrects_id == Screening.id).exists(),
    )
    given = select(Infusion.happens_at, Infusion.weight_kg).where(
        Infusion.patient_id == patient_id, Infusion.weight_kg.is_not(None), Infusion.status.in_(GIVEN)
    )
    newest = (asked.order_by(Screening.recorded_at.desc()), given.order_by(Infusion.happens_at.desc()))
    found = [row for one in newest if (row := session.execute(one.limit(1)).one_or_none())]
    return max(found, key=lambda row: row[0])[1] if found else None


def list_in_force(infusion_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Order]:
    """Return the order that holds for each of these infusions, where one does.

    The caller has made sure that the reader may see them.
    """
    wanted = list(infusion_ids)
    if not wanted:
        return {}
    latest: dict[uuid.UUID, Order] = {}
    for row in session.execute(_ORDERS.where(InfusionOrder.infusion_id.in_(wanted))):
        latest.setdefault(row.infusion_id, _order(row._mapping))
    return {infusion_id: order for infusion_id, order in latest.items() if not order.is_withdrawn}


def _order(row: Mapping[Any, Any]) -> Order:
    own, reason = limits.from_json(row["limits"])
    return Order(**{**row, "limits": own, "limits_reason": reason})
