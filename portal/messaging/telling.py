"""Letting the other side know that a message waits."""

import uuid

from sqlalchemy import select

from portal.db import session
from portal.messaging.models import Message
from portal.notifications import service as notifications
from portal.notifications.service import Kind
from portal.patients import queries as patients
from portal.patients.models import Patient
from portal.safety.escalation import people


def let_know(message: Message, *, unread: int, at_once: bool) -> None:
    """Put a mail to everybody of the other side into the outbox.

    Words of danger of a patient of whose team nobody can sign in are told as their alerts are.

    Args:
        message: what was just sent.
        unread: how many messages of the thread the other side has not read, with this one. The first is always
            announced; while it stays unread, the rest at most once an hour.
        at_once: announce it whatever is unread, before other mail and past quiet hours.
    """
    once = message.id.hex if unread == 1 or at_once else f"{message.thread_id.hex}:{message.sent_at:%Y%m%d%H}"
    found = _other_side(message)
    for recipient_id in found or (people.instead_of_team(message.sent_at) if at_once else ()):
        notifications.enqueue(
            Kind.MESSAGE_WAITING,
            recipient_id,
            at=message.sent_at,
            # Who is none of the team could not be told of a patient: that mail would be dropped.
            patient_id=message.patient_id if found else None,
            urgent=at_once,
            once_key=f"message:{once}:{recipient_id.hex}",
        )


def _other_side(message: Message) -> list[uuid.UUID]:
    if message.is_from_patient:
        return [member.user_id for member in patients.list_team(message.patient_id) if member.is_active]
    return list(session.scalars(select(Patient.user_id).where(Patient.id == message.patient_id)))
