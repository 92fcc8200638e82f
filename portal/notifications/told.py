"""Whether somebody was told of something on a day already, so that two rounds of the worker never both do it."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from portal.db import session
from portal.notifications.models import Delivery, Kind, OutboxMessage


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
