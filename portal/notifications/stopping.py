"""The link in a mail that switches off mail of its kind: the row's id, sealed, and nothing about anybody."""

import hashlib
import uuid
from collections.abc import Sequence

from itsdangerous import BadSignature, URLSafeSerializer

from portal.db import session
from portal.notifications.models import OutboxMessage


def seal(message_id: uuid.UUID, *, keys: Sequence[str]) -> str:
    """Return the words of a link for a mail; `keys` are the portal's secret keys, newest first."""
    return str(_serializer(keys).dumps(message_id.hex))


def find(words: str, *, keys: Sequence[str]) -> OutboxMessage | None:
    """Return the mail a link stood in; None where it is forged."""
    try:
        message_id = uuid.UUID(hex=str(_serializer(keys).loads(words)))
    except (BadSignature, ValueError):
        return None
    return session.get(OutboxMessage, message_id)


def _serializer(keys: Sequence[str]) -> URLSafeSerializer:
    oldest_first = list(reversed(keys))
    return URLSafeSerializer(oldest_first, salt="stop-mail", signer_kwargs={"digest_method": hashlib.sha256})
