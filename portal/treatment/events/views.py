"""What happens in a patient's life besides treatment; patient and care team share the list."""

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission, Role, Thing, permits
from portal.clinic import when
from portal.treatment import revisions
from portal.treatment.amending_forms import WithdrawForm, answer, day_of, versions
from portal.treatment.events import queries, service
from portal.treatment.events.forms import CorrectEventForm, EventForm
from portal.treatment.events.queries import EventRow
from portal.web.kept import typed

blueprint = Blueprint("events", __name__)


@blueprint.get("/patients/<uuid:patient_id>/events")
@requires(Permission.TREATMENT_VIEW)
def index(patient_id: uuid.UUID) -> ResponseReturnValue:
    today = when.local(guard.at(), guard.patient().time_zone).date()
    rows = queries.list_events(patient_id, withdrawn=True)
    events = [one for one in rows if not one.withdrawn_at]
    ahead = [one for one in events if one.on > today]
    return render_template(
        "events/index.html",
        ahead=list(reversed(ahead)),
        past=[one for one in events if one.on <= today],
        withdrawn=[one for one in rows if one.withdrawn_at],
        may_add=_may_add(),
        may_change=lambda one: _may_add() and service.may_change(one.recorded_by_id, guard.actor()),
    )


@blueprint.route("/patients/<uuid:patient_id>/events/new", methods=["GET", "POST"])
@requires(Permission.LIFE_EVENT_ADD)
def new(patient_id: uuid.UUID) -> ResponseReturnValue:
    form = EventForm(typed())

    def keep() -> object:
        return service.add_event(patient_id, event_id=form.sent_as, **_given(form), **_by())

    lead = _("Your care team reads it.") if _is_patient() else _("The patient reads it too.")
    return answer(form, keep, back=_list(patient_id), lead=lead, title=_("Add a life event"), **_page())


@blueprint.route("/patients/<uuid:patient_id>/events/<uuid:event_id>", methods=["GET", "POST"])
@requires(Permission.LIFE_EVENT_ADD)
def correct(patient_id: uuid.UUID, event_id: uuid.UUID) -> ResponseReturnValue:
    row = _event(patient_id, event_id)
    stands = {"on": row.on, "until": row.until, "text": row.text, "revision": row.revision}
    form = CorrectEventForm(typed(), data=stands)

    def keep() -> object:
        return service.correct_event(patient_id, event_id, **_given(form), **_why(form), **_by())

    return answer(
        form,
        keep,
        back=_list(patient_id),
        revision=row.revision,
        title=_("Correct a life event"),
        withdrawn=row.withdrawn_at,
        lead="" if _is_patient() else _("The patient reads it too, with your reason."),
        withdraw=url_for(".withdraw", patient_id=patient_id, event_id=event_id),
        versions=versions(revisions.list_of(patient_id, [event_id]).get(event_id, []), _said),
        **_page(),
    )


@blueprint.route("/patients/<uuid:patient_id>/events/<uuid:event_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.LIFE_EVENT_ADD)
def withdraw(patient_id: uuid.UUID, event_id: uuid.UUID) -> ResponseReturnValue:
    row = _event(patient_id, event_id)
    form = WithdrawForm(typed(), data={"revision": row.revision})

    def keep() -> object:
        return service.withdraw_event(patient_id, event_id, **_why(form), **_by())

    words = {"title": _("Withdraw a life event"), "lead": row.text, "submit": _("Withdraw it")}
    return answer(form, keep, back=_list(patient_id), revision=row.revision, **words, **_page())


def _page() -> dict[str, Any]:
    return {"page_title": _("Life events")}


def _given(form: EventForm) -> dict[str, Any]:
    return {"on": form.on.data, "until": form.until.data, "text": form.text.data}


def _by() -> dict[str, Any]:
    return {"by": guard.actor(), "at": guard.at()}


def _why(form: Any) -> dict[str, Any]:
    return {"revision": form.base_revision, "reason": form.reason.data}


def _is_patient() -> bool:
    return guard.actor().role is Role.PATIENT


def _may_add() -> bool:
    patient = guard.patient()
    return permits(guard.actor(), Permission.LIFE_EVENT_ADD, Thing(patient.relation, patient.status))


def _list(patient_id: uuid.UUID) -> str:
    return url_for("events.index", patient_id=patient_id)


def _event(patient_id: uuid.UUID, event_id: uuid.UUID) -> EventRow:
    """Return an event that whoever asks may change."""
    row = queries.get_event(patient_id, event_id)
    return row if row and service.may_change(row.recorded_by_id, guard.actor()) else abort(404)


def _said(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [(_("What"), str(values["text"])), (_("Day"), day_of(values["on"])), (_("Until"), day_of(values["until"]))]
    return [(label, text) for label, text in found if text]
