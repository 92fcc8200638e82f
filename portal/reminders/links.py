"""Links in a reminder that open one due check-in, where the clinic turned that on: given out, and how they stand."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.access.policy import PatientStatus, Relation, Role
from portal.accounts import scope, tokens
from portal.accounts.models import AccountStatus, AccountToken, TokenPurpose, User
from portal.accounts.scope import Scope
from portal.checkins import due
from portal.checkins.standing import Due
from portal.clinic import queries as clinic
from portal.patients import queries as patients


class Standing(StrEnum):
    """How a link stands; only an open one opens anything."""

    OPEN = "open"
    USED = "used"
    REPLACED = "replaced"
    EXPIRED = "expired"
    DONE = "done"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was given out: how it stands, whose it is, and the check-in it opens."""

    standing: Standing
    user_id: uuid.UUID
    patient_id: uuid.UUID | None
    plan_item_id: uuid.UUID


def issue(user_id: uuid.UUID, one: Due, *, at: datetime) -> dict[str, str]:
    """Give out a link for what is due, and return what the mail needs to write it; nothing where the clinic has none.

    Only a patient's own account is given one: whoever sends the reminder sees to that.
    """
    if not clinic.current().check_in_links:
        return {}
    limited = str(Scope(one.line.id, one.occurrence.due_on))
    return {"token_id": str(tokens.issue(user_id, TokenPurpose.CHECK_IN, at=at, scope=limited).id)}


def is_open(token: AccountToken, user: User, *, at: datetime) -> bool:
    """Return whether a reminder's link still opens what it was made for; a mail goes without one that does not."""
    return _standing(token, user, scope.read(token.scope or ""), patients.get_own_id(user.id), at) is Standing.OPEN


def read(words: str, *, keys: Sequence[str], at: datetime) -> Link | None:
    """Return how a link stands, without using it; None where it is forged."""
    found = tokens.look(words, TokenPurpose.CHECK_IN, keys=keys)
    if found is None or not found[0].scope:
        return None
    token, user = found
    limited = scope.read(token.scope or "")
    patient_id = patients.get_own_id(user.id)
    return Link(_standing(token, user, limited, patient_id, at), user.id, patient_id, limited.plan_item_id)


def _standing(token: AccountToken, user: User, limited: Scope, patient_id: uuid.UUID | None, at: datetime) -> Standing:
    if token.used_at is not None:
        return Standing.USED
    if token.superseded_at is not None:
        return Standing.REPLACED
    if token.expires_at <= at:
        return Standing.EXPIRED
    is_patient = user.role is Role.PATIENT and user.status is AccountStatus.ACTIVE
    if not is_patient or patient_id is None or not clinic.current().check_in_links:
        return Standing.OFF
    return Standing.OPEN if _is_due(patient_id, user.id, limited, at) else Standing.DONE


def _is_due(patient_id: uuid.UUID, user_id: uuid.UUID, limited: Scope, at: datetime) -> bool:
    patient = patients.get_ref(patient_id, viewer_id=user_id, at=at)
    if patient is None or patient.relation is not Relation.SELF or patient.status is not PatientStatus.ACTIVE:
        return False
    return patient.has_started and _waits(limited, due.due_of(patient, at))


def _waits(limited: Scope, found: Sequence[Due]) -> bool:
    asked = (one for one in found if one.is_now)
    return any(one.line.id == limited.plan_item_id and one.occurrence.due_on == limited.since for one in asked)
