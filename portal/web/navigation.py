"""Where each role can go: one table for the header, one for a patient's chart."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.access.policy import Actor, Relation, Role, Thing, permits
from portal.patients.queries import PatientRef
from portal.safety import desk
from portal.safety.desk import Guest

_NONE: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the table: label, endpoint, the blueprints it stands for, and which count belongs to it."""

    label: Any
    endpoint: str
    rooms: frozenset[str]
    icon: str = ""
    counts: str = ""
    kind: str = ""
    of_patient: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One link as the layouts draw it; `one` and `many` are how its count is spoken, with {count} for the number."""

    label: Any
    href: str
    current: bool
    icon: str = ""
    count: int = 0
    spoken: str = ""
    kind: str = ""
    counts: str = ""
    one: str = ""
    many: str = ""


def _entry(label: Any, endpoint: str, *rooms: str, **more: Any) -> Entry:
    return Entry(label, endpoint, frozenset(rooms), **more)


_THREADS = ("messaging", "writing", "handling", "finding", "follow_ups", "many")
_MESSAGES = _entry(_l("Messages"), "inbox.show", *_THREADS, "wording", icon="messages", counts="messages")
_TREATMENT = (
    "treatment",
    "courses",
    "screening",
    "orders",
    "flowsheet",
    "record",
    "tolerability",
    "medication",
    "allergies",
    "monitoring",
)
_DAY = _entry(_l("My day"), "day.show", "day")
_CARE = (
    _entry(_l("Caseload"), "review.caseload", "review", "patients"),
    _entry(_l("Alerts"), "safety.alerts", "safety", counts="alerts", kind="danger"),
    _MESSAGES,
)
_YOURS = (
    *("patients", "goals", "accounts", "notices", "treatment", "preparation", "medication", "events", "history"),
    "plan",
)
ENTRIES: dict[Role, tuple[Entry, ...]] = {
    Role.PATIENT: (
        _entry(_l("Today"), "checkins.today", "checkins", "corrections", icon="today", of_patient=True),
        _entry(_l("Progress"), "progress.show", "progress", icon="progress", of_patient=True),
        _entry(_l("Messages"), "messaging.index", *_THREADS, icon="messages", counts="messages", of_patient=True),
        _entry(_l("You"), "patients.overview", *_YOURS, "safety_plan", "kept_plan", icon="you", of_patient=True),
    ),
    Role.PROVIDER: (*_CARE, _DAY),
    Role.NURSE: (_DAY, *_CARE),
    Role.ADMINISTRATOR: (
        _entry(_l("People"), "accounts.index", "accounts"),
        _entry(_l("Clinic"), "clinic.settings", "clinic", "wording"),
        _entry(_l("Questionnaires"), "instruments.index", "instruments", "scales"),
        _entry(_l("On call"), "on_call.index", "on_call"),
        _entry(_l("Delivery"), "notifications.deliveries", "notifications"),
    ),
}
_DETAILS = ("patients", "goals", "history", "safety_plan", "chronic")
CHART: tuple[Entry, ...] = (
    _entry(_l("Progress"), "progress.show", "progress", "baseline", of_patient=True),
    _entry(_l("Check-ins"), "checkins.index", "checkins", "corrections", "entry", "plan", of_patient=True),
    _entry(_l("Treatment"), "treatment.index", *_TREATMENT, "events", of_patient=True),
    _entry(_l("Review"), "booster.show", "booster", of_patient=True),
    _entry(_l("Messages"), "messaging.index", *_THREADS, of_patient=True),
    _entry(_l("Details"), "patients.overview", *_DETAILS, of_patient=True),
)


def address(endpoint: str, **values: Any) -> str:
    """Return the address of an endpoint, or "" where the app does not have it.

    Also "" for what somebody who was called in may not open about the patient.
    """
    if endpoint not in current_app.view_functions or ("patient_id" in values and not _is_for_guests(endpoint)):
        return ""
    return url_for(endpoint, **values)


def _is_for_guests(endpoint: str) -> bool:
    patient = g.get("patient")
    return patient is None or patient.relation is not Relation.CALLED or may_open(endpoint)


def _spoken(counts: str, count: int) -> str:
    said = ngettext("%(num)s to take on", "%(num)s to take on", count) if counts == "alerts" else None
    return str(said or ngettext("%(num)s unread", "%(num)s unread", count))


def _items(table: Sequence[Entry], patient_id: uuid.UUID | None, counts: Mapping[str, int]) -> list[Item]:
    here, room = request.endpoint, (request.blueprint or "")
    exact = any(entry.endpoint == here for entry in table)
    found = []
    for entry in table:
        href = address(entry.endpoint, **({"patient_id": patient_id} if entry.of_patient else {}))
        if not href:
            continue
        count = counts.get(entry.counts, 0)
        current = entry.endpoint == here or (not exact and room in entry.rooms)
        spoken = _spoken(entry.counts, count) if count else ""
        kept = (_spoken(entry.counts, 1), _spoken(entry.counts, 2).replace("2", "{count}")) if entry.counts else ()
        found.append(Item(entry.label, href, current, entry.icon, count, spoken, entry.kind, entry.counts, *kept))
    return found


def entries(actor: Actor | None, patient: PatientRef | None = None, counts: Mapping[str, int] = _NONE) -> list[Item]:
    """Return the links of the header.

    Args:
        actor: who reads; nobody has no links, nor has whoever came by a link that opens one page.
        patient: the patient the page is about; a patient's own pages take their id from here or from the actor.
        counts: "alerts" (nobody has taken them on) and "messages" (unread), where they are known.
    """
    if actor is None or actor.scope is not None:
        return []
    own = actor.patient_id or (patient.id if patient and actor.role is Role.PATIENT else None)
    return _items([entry for entry in ENTRIES[actor.role] if own or not entry.of_patient], own, counts)


def chart(patient_id: uuid.UUID) -> list[Item]:
    """Return the links between the pages of one patient's chart, those that the reader may open."""
    return _items([entry for entry in CHART if may_open(entry.endpoint)], patient_id, _NONE)


def may_open(endpoint: str) -> bool:
    """Return whether the policy lets the reader open an endpoint about the patient of this request."""
    reader, patient = g.get("actor"), g.get("patient")
    marking = getattr(current_app.view_functions.get(endpoint), "access", None)
    if reader is None or marking is None:
        return False
    thing = Thing(patient.relation, patient.status) if patient else Thing()
    return marking.permission is None or permits(reader, marking.permission, thing)


def called_here() -> Guest | None:
    """Return why the reader may see the chart of this request, where they are not on its care team but were called."""
    reader, patient = g.get("actor"), g.get("patient")
    if reader is None or patient is None or patient.relation is not Relation.CALLED:
        return None
    return desk.get_called(patient.id, reader.user_id, g.at)


def register(app: Flask) -> None:
    """Let the layouts ask for addresses and for the links of a chart."""
    app.jinja_env.globals.update(address=address, chart_navigation=chart, may_open=may_open, called_here=called_here)
