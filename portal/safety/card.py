"""What somebody in danger reads besides whom to call: who of the clinic was told, and when it is read."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.db import session
from portal.notifications import queries as notifications
from portal.patients import queries as patients
from portal.patients.models import Patient
from portal.safety.help import Help, best
from portal.safety.models import Concern
from portal.safety.on_call import queries as on_call
from portal.safety.on_call import reading
from portal.safety.on_call.reading import When

IN_DANGER = "R1"
_ALWAYS_TOLD = ("R1", "R3")
"""Rules that no personal baseline keeps from the care team, the most severe first."""


@dataclass(frozen=True, slots=True)
class Told:
    """Who was told and when it is read.

    Args:
        names: of the care team, those who were told; nobody where nobody may have been.
        when: when it is read.
        mail_goes_out: whether telling them works at this moment; else they see it when they open the portal.
    """

    names: tuple[str, ...]
    when: When
    mail_goes_out: bool = True


@dataclass(frozen=True, slots=True)
class After:
    """What a patient is offered for what they sent: the help, and the most severe rule that calls for telling."""

    help: Help | None
    found: str = ""


def after(patient_id: uuid.UUID, submission_id: uuid.UUID) -> After:
    """Return what a patient is offered for anything they sent with a submission, taken back or not."""
    mine = (Concern.patient_id == patient_id, Concern.submission_id == submission_id)
    rows = session.execute(select(Concern.rule, Concern.instrument, Concern.item).where(*mine)).all()
    offered = best((row.rule, row.instrument, row.item) for row in rows)
    codes = {row.rule for row in rows}
    return After(offered, next((code for code in _ALWAYS_TOLD if code in codes), offered or ""))


def told(patient_id: uuid.UUID, found: str, at: datetime) -> Told:
    """Return who was told of what a patient answered, and when it is read.

    Args:
        patient_id: whose answer.
        found: the rule it met, or the `Help` that is offered for it.
        at: now, aware UTC.
    """
    mail_goes_out = found not in reading.TOLD_ON_CALL or notifications.health(at).is_well
    when = reading.when(found, on_call.get_cover(at), at, mail_goes_out=mail_goes_out)
    if found not in _ALWAYS_TOLD:
        return Told((), when)
    team = tuple(one.name for one in patients.list_team(patient_id) if one.is_active)
    return Told(team, when, mail_goes_out)


def waits_since(patient_id: uuid.UUID) -> datetime | None:
    """Return since when the card waits for a patient to say that they have read it; None where it does not."""
    return session.scalar(select(Patient.card_since).where(Patient.id == patient_id))
