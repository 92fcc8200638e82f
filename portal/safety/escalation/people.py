"""Whom an alert is told to: the care team, whoever is on call, every provider. Never an administrator."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from portal.access.policy import Role
from portal.accounts import queries as accounts
from portal.clinic import hours
from portal.patients import queries as patients
from portal.patients.models import Calling
from portal.safety.escalation.next import ON_CALL
from portal.safety.models import Severity
from portal.safety.on_call import cover as rota
from portal.safety.on_call.cover import Cover


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody an alert is told to; `why` is None for one of the care team, who needs no calling in."""

    user_id: uuid.UUID
    why: Calling | None = None


def first(patient_id: uuid.UUID, severity: int, cover: Cover, at: datetime) -> list[Told]:
    """Return who is told when an alert opens: the care team, and while the clinic is closed whoever is on call as well.

    Where nobody of the team can sign in, whoever is on call; where nobody is, every provider.

    Args:
        patient_id: whose alert.
        severity: while somebody of the team can sign in, whoever is on call hears at once only of what is urgent.
        cover: the clinic's hours, and the rota of those who can sign in.
        at: now, aware UTC.
    """
    team = _team(patient_id)
    at_once = severity >= Severity.URGENT and not hours.is_open(cover.opening, at)
    on_call = rota.who(cover, at) if at_once or not team else ()
    told = [Told(one) for one in team] + [Told(one, Calling.ON_CALL) for one in on_call if one not in team]
    return told or [Told(one, Calling.ESCALATED) for one in _providers()]


def further(ring: int, patient_id: uuid.UUID, cover: Cover, at: datetime) -> list[Told]:
    """Return who is told when nobody took an alert on: of ring 1 whoever is on call, of ring 2 every provider."""
    team, reached = _team(patient_id), rota.who(cover, at) if ring == ON_CALL else _providers()
    why = Calling.ON_CALL if ring == ON_CALL else Calling.ESCALATED
    return [Told(one, None if one in team else why) for one in reached]


def may_be_assigned(patient_id: uuid.UUID, user_id: uuid.UUID) -> Told | None:
    """Return somebody an alert may be passed to: one of the care team or any provider, who can sign in."""
    if user_id in _team(patient_id):
        return Told(user_id)
    return Told(user_id, Calling.ASSIGNED) if user_id in _providers() else None


def _team(patient_id: uuid.UUID) -> list[uuid.UUID]:
    members = patients.list_team(patient_id)
    return [one.user_id for one in members if one.is_active and one.role in (Role.PROVIDER, Role.NURSE)]


def _providers() -> list[uuid.UUID]:
    return [one.id for one in accounts.list_active_providers()]
