"""The box for a follow-up, beside the chart, under the review sheet and on a page of its own."""

import uuid
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from portal.access import guard
from portal.access.policy import Permission, Thing, permits
from portal.follow_ups import queries
from portal.follow_ups.about import NOTHING, About
from portal.follow_ups.forms import FollowUpForm, offer
from portal.instruments import catalogue
from portal.web.fields import SelectChoice
from portal.web.filters import day


def may_write() -> bool:
    """Return whether the reader may write a follow-up to the patient of this request."""
    patient = guard.patient()
    return permits(guard.actor(), Permission.FOLLOW_UP_WRITE, Thing(patient.relation, patient.status))


def beside() -> FollowUpForm | None:
    """Return an empty box about the latest that was given or answered; None for whoever may not write."""
    return form(None) if may_write() else None


def thread_address(thread_id: uuid.UUID) -> str:
    """Return where a thread of the patient of this request is read; "" for whoever may not read it."""
    patient = guard.patient()
    may_read = permits(guard.actor(), Permission.THREAD_VIEW, Thing(patient.relation, patient.status))
    return url_for("messaging.thread", patient_id=patient.id, thread_id=thread_id) if may_read else ""


def form(formdata: Any, wanted: About | None = None, *, before: About = NOTHING, **values: Any) -> FollowUpForm:
    """Return the form as it was sent, else as it begins.

    Args:
        formdata: what was sent, None where nothing was.
        wanted: what it is to be about, where that is offered; else it is the latest that was given or answered.
        before: what the one that is changed is about, which is offered however long ago that was.
        values: what else stands in it.
    """
    patient, at = guard.patient(), guard.at()
    infusions, check_ins = queries.list_given(patient.id), queries.list_answered(patient.id)
    given = [(About(infusion_id=one.id), _infusion(one.number, day(one.at, patient.time_zone))) for one in infusions]
    answered = [(About(check_in_id=one.id), _check_in(one.instrument, day(one.on))) for one in check_ins]
    dated = [(one.at, About(infusion_id=one.id)) for one in infusions if one.at <= at]
    dated += [(one.at, About(check_in_id=one.id)) for one in check_ins]
    latest = max(dated, key=lambda one: one[0])[1] if dated else NOTHING
    offered: list[SelectChoice] = offer(given, answered)
    if str(before) and str(before) not in {choice.value for choice in offered}:
        offered.append(SelectChoice(str(before), _("What it was about before"), optgroup=_("Earlier")))
    is_offered = wanted is not None and str(wanted) in {"", *(choice.value for choice in offered)}
    begun = {"about": wanted if is_offered else latest} | values
    return FollowUpForm(formdata=formdata, offered=offered, **begun)


def _infusion(number: int, on: str) -> str:
    return str(_("Infusion %(n)s, %(day)s", n=number, day=on))


def _check_in(instrument: str, on: str) -> str:
    name = catalogue.current().get(instrument).short_title
    return str(_("%(scale)s, %(day)s", scale=name, day=on))
