"""Whether something is new in a thread: every page that shows one asks again and again, so it is one statement."""

import uuid
from typing import Any

from sqlalchemy import bindparam, func, select

from portal import db
from portal.checkins.requests.models import QuestionnaireRequest
from portal.messaging.attachments.models import Attachment
from portal.messaging.models import Message, MessageRead, Thread


def get_state(patient_id: uuid.UUID, thread_id: uuid.UUID) -> str | None:
    """Return a text that changes with every message, receipt, withdrawal and answered questionnaire.

    None where the thread is not theirs.

    Ask for it before what it describes: what comes between the two is then drawn twice, and never missed.
    """
    row = db.run(_STATE, {"patient_id": patient_id, "thread_id": thread_id}).first()
    return "-".join(str(count) for count in row) if row is not None else None


def _counted(*what: Any) -> Any:
    return select(*what).where(Message.thread_id == Thread.id).correlate(Thread).scalar_subquery()


_READS = select(func.count()).select_from(MessageRead).join(Message, Message.id == MessageRead.message_id)
_ASKED = (
    select(func.count(QuestionnaireRequest.check_in_id) + func.count(QuestionnaireRequest.withdrawn_at))
    .select_from(Message)
    .join(Attachment, Attachment.message_id == Message.id)
    .join(QuestionnaireRequest, QuestionnaireRequest.id == Attachment.request_id)
)
_STATE = select(
    _counted(func.count(Message.id)),
    _counted(func.count(Message.retracted_at)),
    _READS.where(Message.thread_id == Thread.id).correlate(Thread).scalar_subquery(),
    _ASKED.where(Message.thread_id == Thread.id).correlate(Thread).scalar_subquery(),
).where(Thread.id == bindparam("thread_id"), Thread.patient_id == bindparam("patient_id"))
