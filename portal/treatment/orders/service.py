"""Signing and withdrawing orders."""

import uuid
from datetime import datetime
from typing import NoReturn

from sqlalchemy import select

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.db import session, touched
from portal.treatment import lock as locks
from portal.treatment import problems as treatment_problems
from portal.treatment.dose import Dose
from portal.treatment.entry import GIVEN
from portal.treatment.lock import Who, lock
from portal.treatment.models import Infusion, InfusionStatus, Route
from portal.treatment.orders import draft as drafts
from portal.treatment.orders import limits, problems, queries
from portal.treatment.orders.draft import Draft
from portal.treatment.orders.models import InfusionOrder
from portal.treatment.problems import Problem, Refused, Stale
from portal.treatment.rules import queries as rules
from portal.treatment.screening import queries as screening
from portal.treatment.screening.standing import State
from portal.treatment.service import CAN_PLAN

__all__ = ["Draft", "sign_order", "withdraw_order"]


def sign_order(
    patient_id: uuid.UUID,
    infusion_id: uuid.UUID,
    draft: Draft,
    *,
    order_id: uuid.UUID,
    replaces: uuid.UUID | None = None,
    by: Actor,
    at: datetime,
) -> InfusionOrder:
    """Sign an order for a planned infusion; one that holds already is replaced, and both are kept.

    Args:
        order_id: minted when the form was drawn; the same one twice is one order.
        replaces: the order that held when the form was drawn.

    Raises:
        Refused: it cannot be signed as entered, or the infusion is no longer planned.
        Stale: another order holds than the one it is to replace.
    """
    who = lock(patient_id)
    infusion = locks.infusion(patient_id, infusion_id)
    standing = screening.standing(patient_id)
    is_screened = standing.state is State.STANDS
    clinics = rules.current().rules.during.hard
    known_kg = queries.last_weight(patient_id)
    settled = draft.settled(clinics, is_screened=is_screened, known_kg=known_kg)
    known = session.get(InfusionOrder, order_id)
    if known is not None:
        same = known.infusion_id == infusion_id and _draft_of(known) == settled
        return known if same else _refuse("", treatment_problems.SENT_ALREADY)
    _check_infusion(infusion, who)
    last = _last(infusion_id)
    if (last.id if last and last.withdrawn_at is None else None) != replaces:
        raise Stale
    found = list(drafts.find(settled, clinics, is_screened=is_screened, known_kg=known_kg))
    if found:
        raise Refused(*found)
    order = InfusionOrder(id=order_id, patient_id=patient_id, infusion_id=infusion_id)
    order.number, order.screening_id = (last.number if last else 0) + 1, standing.screening_id if is_screened else None
    order.signed_at, order.signed_by_id = at, by.user_id
    _fill(order, settled)
    session.add(order)
    session.flush()
    touched(patient_id)
    audit.record("order:signed", by=by, at=at, patient_id=patient_id, thing_id=order_id, infusion=str(infusion_id))
    return order


def withdraw_order(patient_id: uuid.UUID, order_id: uuid.UUID, *, reason: str, by: Actor, at: datetime) -> None:
    """Take back the order that holds for an infusion which has not been given; it is kept with the reason.

    Raises:
        Refused: it gives no reason, or the order no longer holds.
    """
    lock(patient_id)
    order = session.scalars(select(InfusionOrder).filter_by(id=order_id, patient_id=patient_id)).one()
    session.refresh(order)
    infusion, last = locks.infusion(patient_id, order.infusion_id), _last(order.infusion_id)
    if last is not order or order.withdrawn_at is not None or infusion.status in GIVEN:
        _refuse("", problems.NOTHING_TO_WITHDRAW)
    if not reason:
        _refuse("reason", problems.NO_REASON_TO_WITHDRAW)
    order.withdrawn_at, order.withdrawn_by_id, order.withdrawn_reason = at, by.user_id, reason
    session.flush()
    touched(patient_id)
    audit.record("order:withdrawn", by=by, at=at, patient_id=patient_id, thing_id=order_id)


def _check_infusion(infusion: Infusion, who: Who) -> None:
    if infusion.status in GIVEN:
        _refuse("", problems.ALREADY_GIVEN)
    if infusion.status is not InfusionStatus.PLANNED:
        _refuse("", problems.NOT_PLANNED)
    if who.status not in CAN_PLAN:
        _refuse("", treatment_problems.NOT_IN_CARE)


def _last(infusion_id: uuid.UUID) -> InfusionOrder | None:
    of_infusion = select(InfusionOrder).where(InfusionOrder.infusion_id == infusion_id)
    return session.scalar(of_infusion.order_by(InfusionOrder.number.desc()).limit(1))


def _fill(order: InfusionOrder, draft: Draft) -> None:
    order.drug, order.route, order.instructions = draft.drug, Route(draft.route), draft.instructions
    order.dose_mg, order.dose_mg_per_kg = draft.dose.mg, draft.dose.mg_per_kg
    order.dose_mg_per_kg_h, order.weight_kg = draft.dose.mg_per_kg_h, draft.dose.weight_kg
    assert draft.dose.minutes is not None
    order.minutes, order.dose_reason = draft.dose.minutes, draft.dose_reason
    order.limits = limits.to_json(draft.limits, draft.limits_reason)
    order.unscreened_reason = draft.unscreened_reason


def _draft_of(order: InfusionOrder) -> Draft:
    own, reason = limits.from_json(order.limits)
    return Draft(
        drug=order.drug,
        dose=Dose(order.dose_mg, order.dose_mg_per_kg, order.weight_kg, order.dose_mg_per_kg_h, order.minutes),
        route=order.route.value,
        limits=own,
        limits_reason=reason,
        instructions=order.instructions,
        dose_reason=order.dose_reason,
        unscreened_reason=order.unscreened_reason,
    )


def _refuse(field: str, msgid: str) -> NoReturn:
    raise Refused(Problem(field, msgid, {}))
