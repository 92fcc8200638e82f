"""The box for a follow-up, beside the chart, under the review sheet and on a page of its own."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from portal.access import guard
from portal.access.policy import Permission, Thing, permits
from portal.follow_ups import queries, service
from portal.follow_ups.about import NOTHING, About
from portal.follow_ups.forms import FollowUpForm, offer
from portal.instruments import catalogue
from portal.messaging.attachments.forms import NOTHING as NO_MORE
from portal.messaging.attachments.forms import Offered
from portal.messaging.drafts import Draft
from portal.messaging.wording import queries as wording
from portal.messaging.wording.queries import Template
from portal.web import enclosing
from portal.web.fields import SelectChoice
from portal.web.filters import day


@dataclass(frozen=True, slots=True)
class Box:
    """What a new follow-up is written in: its form, the clinic's templates, and the draft that it goes on with."""

    form: FollowUpForm
    templates: Sequence[Template]
    draft: Draft | None = None
    draft_id: uuid.UUID | None = None


def may_write() -> bool:
    """Return whether the reader may write a follow-up to the patient of this request."""
    patient = guard.patient()
    return permits(guard.actor(), Permission.FOLLOW_UP_WRITE, Thing(patient.relation, patient.status))


def beside() -> Box | None:
    """Return a box about the latest that was given or answered; None for whoever may not write."""
    return begin(None) if may_write() else None


def begin(kept: Any, wanted: About | None = None) -> Box:
    """Return a box as it begins: with what was kept of a form or, where nothing was, with a draft's words."""
    found, templates = service.find_draft(guard.patient().id, user_id=guard.actor().user_id), wording.list_templates()
    if found is None:
        return Box(form(kept, wanted, offered=enclosing.offered()), templates)
    draft_id, draft = found
    words: dict[str, Any] = {"submission_id": str(draft_id), "subject": draft.subject, "body": draft.body}
    return Box(form(kept, wanted, offered=enclosing.offered(), **words), templates, draft, draft_id)


def sent(formdata: Any) -> Box:
    """Return a box as it was sent, with whatever it brings along taken in."""
    found = Box(form(formdata, offered=enclosing.offered()), wording.list_templates())
    enclosing.gather(found.form)
    return found


def thread_address(thread_id: uuid.UUID) -> str:
    """Return where a thread of the patient of this request is read; "" for whoever may not read it."""
    patient = guard.patient()
    may_read = permits(guard.actor(), Permission.THREAD_VIEW, Thing(patient.relation, patient.status))
    return url_for("messaging.thread", patient_id=patient.id, thread_id=thread_id) if may_read else ""


def form(
    formdata: Any,
    wanted: About | None = None,
    *,
    before: About = NOTHING,
    offered: Offered = NO_MORE,
    **values: Any,
) -> FollowUpForm:
    """Return the form as it was sent, else as it begins.

    Args:
        formdata: what was sent, None where nothing was.
        wanted: what it is to be about, where that is offered; else it is the latest that was given or answered.
        before: what the one that is changed is about, which is offered however long ago that was.
        offered: what may be sent along.
        values: what else stands in it.
    """
    patient, at = guard.patient(), guard.at()
    infusions, check_ins = queries.list_given(patient.id), queries.list_answered(patient.id)
    given = [(About(infusion_id=one.id), _infusion(one.number, day(one.at, patient.time_zone))) for one in infusions]
    answered = [(About(check_in_id=one.id), _check_in(one.instrument, day(one.on))) for one in check_ins]
    dated = [(one.at, About(infusion_id=one.id)) for one in infusions if one.at <= at]
    dated += [(one.at, About(check_in_id=one.id)) for one in check_ins]
    latest = max(dated, key=lambda one: one[0])[1] if dated else NOTHING
    things: list[SelectChoice] = offer(given, answered)
    if str(before) and str(before) not in {choice.value for choice in things}:
        things.append(SelectChoice(str(before), _("What it was about before"), optgroup=_("Earlier")))
    is_offered = wanted is not None and str(wanted) in {"", *(choice.value for choice in things)}
    begun = {"about": wanted if is_offered else latest} | values
    return FollowUpForm(formdata=formdata, things=things, offered=offered, **begun)


def _infusion(number: int, on: str) -> str:
    return str(_("Infusion %(n)s, %(day)s", n=number, day=on))


def _check_in(instrument: str, on: str) -> str:
    name = catalogue.current().get(instrument).short_title
    return str(_("%(scale)s, %(day)s", scale=name, day=on))
