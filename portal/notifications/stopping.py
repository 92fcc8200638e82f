"""The link in a mail that switches off mail of its kind: the row's id, sealed, and nothing about anybody.

The seal is made with the address the mail went to, so that a mailbox which is somebody's no more ends nothing.
"""

import hashlib
import uuid
from collections.abc import Sequence

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select

from portal.db import Base, session
from portal.notifications.models import OutboxMessage


def seal(message_id: uuid.UUID, *, to: str, keys: Sequence[str]) -> str:
    """Return the words of a link for a mail to an address; `keys` are the portal's secret keys, newest first."""
    return str(_serializer(to, keys).dumps(message_id.hex))


def find(words: str, *, keys: Sequence[str]) -> OutboxMessage | None:
    """Return the mail a link stood in; None where it is forged, or went to an address its receiver has left."""
    _, said = _serializer("", keys).loads_unsafe(words)
    try:
        message_id = uuid.UUID(hex=str(said))
    except ValueError:
        return None
    users = Base.metadata.tables["users"]
    own = select(OutboxMessage, users.c.email).join(users, users.c.id == OutboxMessage.recipient_id)
    found = session.execute(own.where(OutboxMessage.id == message_id)).one_or_none()
    return found[0] if found and _is_sealed(words, found.email, keys) else None


def _is_sealed(words: str, to: str, keys: Sequence[str]) -> bool:
    try:
        _serializer(to, keys).loads(words)
    except BadSignature:
        return False
    return True


def _serializer(to: str, keys: Sequence[str]) -> URLSafeSerializer:
    oldest_first = list(reversed(keys))
    return URLSafeSerializer(oldest_first, salt=f"stop-mail:{to}", signer_kwargs={"digest_method": hashlib.sha256})
