"""What the care team planned to write to one patient, and what became of it, as values to take along."""

import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from portal.accounts.models import User
from portal.checkins.models import CheckIn
from portal.db import session
from portal.follow_ups.models import FollowUp
from portal.treatment.models import Infusion


def list_all(patient_id: uuid.UUID) -> list[dict[str, Any]]:
    """Return every follow-up of a patient in the order in which they were planned; for the care team only."""
    settler = aliased(User)
    found = (
        select(FollowUp, User.name, settler.name, Infusion.number, CheckIn.for_on)
        .join(User, User.id == FollowUp.author_id)
        .outerjoin(settler, settler.id == FollowUp.settled_by_id)
        .outerjoin(Infusion, Infusion.id == FollowUp.about_infusion_id)
        .outerjoin(CheckIn, CheckIn.id == FollowUp.about_check_in_id)
        .where(FollowUp.patient_id == patient_id)
        .order_by(FollowUp.planned_at, FollowUp.id)
    )
    return [
        {
            "by": author,
            "subject": one.subject,
            "body": one.body,
            "planned_at": one.planned_at,
            "send_on": one.send_on,
            "unless_check_in": one.unless_check_in,
            "about_infusion": number,
            "about_check_in_for": for_on,
            "state": one.state,
            "why": one.why,
            "settled_at": one.settled_at,
            "settled_by": settled_by,
        }
        for one, author, settled_by, number, for_on in session.execute(found)
    ]
