"""What the care team sees of a thread and the patient does not."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.clinic.queries import ClinicSettings
from portal.messaging import handling, notes
from portal.messaging.models import Thread
from portal.messaging.queries import Said
from portal.notifications import told
from portal.notifications.models import Kind
from portal.patients import queries as patients
from portal.patients.queries import Member


@dataclass(frozen=True, slots=True)
class TeamSide:
    """The team's own page about a thread.

    `due_by` is when an answer is due, None where nothing is owed or the clinic has no hours. `assigned_to` is the name
    of the person, who need no longer be on the care team; `has_left` says so. `is_unheard_of`: the patient has not read
    something and could not be told that it waits.
    """

    notes: Sequence[notes.Note]
    closings: Sequence[handling.Closing]
    team: Sequence[Member]
    due_by: datetime | None
    is_overdue: bool
    assigned_to: str
    has_left: bool
    is_unheard_of: bool


def read(thread: Thread, said: Sequence[Said], clinic: ClinicSettings, *, told_as: uuid.UUID, at: datetime) -> TeamSide:
    """Return the team's side of a thread as it is now.

    Args:
        thread: which.
        said: its messages, as they are shown.
        clinic: with the hours in which it answers.
        told_as: the patient's account.
        at: now, aware.
    """
    unread = [one.sent_at for one in said if not (one.is_from_patient or one.receipts or one.retracted_at)]
    team = patients.list_team(thread.patient_id)
    active = {member.user_id: member.name for member in team if member.is_active}
    due_by = clinic.reply_by(thread.owed_since) if thread.owed_since else None
    return TeamSide(
        notes=notes.list_notes(thread.patient_id, thread.id),
        closings=handling.list_closings(thread.patient_id, thread.id),
        team=team,
        due_by=due_by,
        is_overdue=due_by is not None and due_by <= at,
        assigned_to=_name(thread.assigned_to_id, active),
        has_left=thread.assigned_to_id is not None and thread.assigned_to_id not in active,
        is_unheard_of=bool(unread) and told.is_in_vain(told_as, Kind.MESSAGE_WAITING, min(unread)),
    )


def _name(user_id: uuid.UUID | None, active: dict[uuid.UUID, str]) -> str:
    if user_id is None:
        return ""
    return active.get(user_id) or patients.list_names([user_id]).get(user_id, "")
