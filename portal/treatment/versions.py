"""Keeping how an infusion stood before it was changed."""

from datetime import datetime

from portal.access.policy import Actor
from portal.db import session
from portal.treatment import entry as entries
from portal.treatment.models import Infusion, InfusionRevision


def keep(infusion: Infusion, reason: str, by: Actor, at: datetime) -> None:
    """Keep how an infusion stands and count its revision up; the caller then changes it."""
    session.add(
        InfusionRevision(
            infusion_id=infusion.id,
            revision=infusion.revision,
            values=entries.to_json(entries.of_row(infusion)),
            reason=reason,
            changed_at=at,
            changed_by_id=by.user_id,
        )
    )
    infusion.revision += 1
