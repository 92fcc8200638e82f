"""Whether somebody was told of something already, or is about to be, so that nobody is told twice of one thing."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import false, func, or_, select, tuple_

from portal.db import session
from portal.notifications.models import Delivery, Kind, OutboxMessage
from portal.notifications.queue import Claim
from portal.notifications.service import BY_HAND

_TELLS = (Delivery.WAITING, Delivery.LEASED, Delivery.SENT)


def lately(user_ids: Collection[uuid.UUID], kinds: Collection[Kind], since: datetime) -> dict[uuid.UUID, datetime]:
    """Return of each of some people when the last mail of these kinds was written for them, if it was since a moment.

    A mail that was dropped because nobody needed it any more told nobody.
    """
    rows = session.execute(
        select(OutboxMessage.recipient_id, OutboxMessage.created_at)
        .where(OutboxMessage.recipient_id.in_(user_ids), OutboxMessage.created_at >= since)
        .where(OutboxMessage.kind.in_([kind.value for kind in kinds]), OutboxMessage.state != Delivery.DROPPED)
        .order_by(OutboxMessage.created_at)
    )
    return {row.recipient_id: row.created_at for row in rows}


def is_in_vain(recipient_id: uuid.UUID, kind: Kind, since: datetime) -> bool:
    """Return whether all that was to tell somebody of something since a moment failed, on every way and for good.

    Where nothing was written, they did not want to be told. What was dropped because nobody needs it is not counted;
    what somebody dropped by hand had failed before.
    """
    tried = (OutboxMessage.recipient_id == recipient_id, OutboxMessage.created_at >= since)
    by_hand = OutboxMessage.last_error == BY_HAND
    has_failed = or_(OutboxMessage.state == Delivery.FAILED, by_hand)
    counted = (*tried, OutboxMessage.kind == kind.value, or_(OutboxMessage.state != Delivery.DROPPED, by_hand))
    return set(session.scalars(select(func.coalesce(has_failed, false())).where(*counted).distinct())) == {True}


def is_told_later(held: Claim) -> bool:
    """Return whether a row written later tells, or told, somebody the same of the same patient in the same way.

    So the last one of what gathered in quiet hours goes out for all of them, whichever worker holds which.
    """
    later = OutboxMessage
    same = (
        *(later.recipient_id == held.recipient_id, later.kind == held.kind, later.patient_id == held.patient_id),
        *(later.channel == held.channel, later.way_id == held.way_id),
    )
    keys = later.created_at, later.id
    is_later = tuple_(*keys) > tuple_(held.created_at, held.id, types=[key.type for key in keys])
    tells = is_later, later.state.in_(_TELLS)
    return session.scalar(select(later.id).where(*same, *tells).limit(1)) is not None
