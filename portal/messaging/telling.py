"""Letting the other side know that a message waits."""

import uuid

from sqlalchemy import select

from portal.db import session
from portal.messaging.models import Message
from portal.notifications import service as notifications
from portal.notifications.service import Kind
from portal.patients import queries as patients
from portal.patients.models import Patient


def let_know(message: Message, *, unread: int, at_once: bool) -> None:
    """Put a mail to everybody of the other side into the outbox.

    Args:
        message: what was just sent.
        unread: how many messages of the thread the other side has not read, with this one. The first is always
            announced; while it stays unread, the rest at most once an hour.
        at_once: announce it whatever is unread, before other mail and past quiet hours.
    """
    once = message.id.hex if unread == 1 or at_once else f"{message.thread_id.hex}:{message.sent_at:%Y%m%d%H}"
    for recipient_id in _other_side(message):
        notifications.enqueue(
            Kind.MESSAGE_WAITING,
            recipient_id,
            at=message.sent_at,
            patient_id=message.patient_id,
            urgent=at_once,
            once_key=f"message:{once}:{recipient_id.hex}",
        )


def _other_side(message: Message) -> list[uuid.UUID]:
    if message.is_from_patient:
        return [member.user_id for member in patients.list_team(message.patient_id) if member.is_active]
    return list(session.scalars(select(Patient.user_id).where(Patient.id == message.patient_id)))
