"""Signing in by a link that opens one check-in: for a patient, once, and for nothing else."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from portal.access.policy import Actor, Role
from portal.accounts import sessions, tokens
from portal.accounts.models import TokenPurpose
from portal.accounts.signing_in import Outdated
from portal.audit import service as audit

LASTS = timedelta(hours=1)


def sign_in(
    words: str, *, keys: Sequence[str], device: str, address: str, ended: uuid.UUID | None, at: datetime
) -> str:
    """Use a link up and return the token of the session it opens, which is limited to what the link is for.

    Args:
        words: what the link says.
        keys: the portal's secret keys, newest first.
        device: how the owner will know this browser in the list of sessions.
        address: the network address.
        ended: the session this browser held until now.
        at: when, aware UTC.

    Raises:
        Outdated: the link is forged, used, replaced or too old, or belongs to no patient.
    """
    found = tokens.find(words, TokenPurpose.CHECK_IN, keys=keys, at=at)
    if found is None:
        raise Outdated
    token, user = found
    if user.role is not Role.PATIENT or not token.scope or not tokens.use(token, at=at):
        raise Outdated
    if ended is not None:
        sessions.revoke(ended, at=at)
    opened = sessions.start(user, at=at, device=device, scope=token.scope, lasts=LASTS)
    by = Actor(user_id=user.id, role=user.role, name=user.name, address=address)
    audit.record("session:started-by-link", by=by, at=at, thing_id=user.id)
    return opened
