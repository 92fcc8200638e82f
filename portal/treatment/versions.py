"""Keeping how an infusion stood before it was changed, and dating what reaches a record that was signed."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import func, select

from portal.access.policy import Actor
from portal.db import session
from portal.treatment import entry as entries
from portal.treatment.models import Infusion, InfusionRevision, InfusionSignature


def keep(infusion: Infusion, reason: str, by: Actor, at: datetime) -> None:
    """Keep how an infusion stands and count its revision up; the caller then changes it."""
    session.add(
        InfusionRevision(
            infusion_id=infusion.id,
            revision=infusion.revision,
            values=entries.to_json(entries.of_row(infusion)),
            reason=reason,
            changed_at=after_signatures(infusion.id, at),
            changed_by_id=by.user_id,
        )
    )
    infusion.revision += 1


def after_signatures(infusion_id: uuid.UUID, at: datetime) -> datetime:
    """Return when something reaches the record of an infusion, never before or with a signature that is under it.

    A request that began before somebody signed may have waited for the lock while they did; they never saw it.

    Args:
        at: when the request began, aware.
    """
    signed = select(func.max(InfusionSignature.signed_at)).where(InfusionSignature.infusion_id == infusion_id)
    latest = session.scalar(signed)
    return at if latest is None or latest < at else latest + timedelta(microseconds=1)
