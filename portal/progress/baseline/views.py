"""The page on which a provider chooses what a patient's scores are compared with."""

import uuid
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.progress import describe, reading
from portal.progress import queries as progress
from portal.progress.baseline import compared, options, queries, service
from portal.progress.baseline.forms import BaselineForm
from portal.progress.baseline.options import Option
from portal.progress.baseline.values import Seen
from portal.progress.scores import list_offers
from portal.progress.timeline import InstrumentView, ScorePoint, Timeline
from portal.progress.words import message
from portal.treatment.problems import Refused, Stale
from portal.web import speech
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("baseline", __name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """The scale the page is about: its whole timeline, its place on the progress page, and what stands."""

    timeline: Timeline
    view: InstrumentView
    instrument: str
    scale: str
    place: dict[str, Any]
    seen: Seen

    @property
    def which(self) -> tuple[uuid.UUID, str, str]:
        """Whose scores of what."""
        return guard.patient().id, self.instrument, self.scale


@blueprint.get("/patients/<uuid:patient_id>/progress/baseline")
@requires(Permission.BASELINE_CHOOSE)
def show(patient_id: uuid.UUID) -> ResponseReturnValue:
    kept = kept_fields()
    shown = _named(kept.get("instrument"), kept.get("scale")) if kept else _asked_for()
    form = BaselineForm(kept, data={"instrument": shown.instrument, "scale": shown.scale})
    if kept is None:
        form.show(shown.seen)
    return _page(form, shown)


@blueprint.post("/patients/<uuid:patient_id>/progress/baseline")
@requires(Permission.BASELINE_CHOOSE)
def choose(patient_id: uuid.UUID) -> ResponseReturnValue:
    form = BaselineForm()
    shown = _named(form.instrument.data, form.scale.data)
    _offer(form, shown)
    if not form.validate():
        return _page(form, shown), 422
    try:
        _keep(form, shown)
    except Refused as refused:
        form.refuse(refused.problems, guard.patient().time_zone)
        return _page(form, shown), 422
    except Stale:
        form.start_again(shown.seen)
        return _page(form, shown), 409
    forget_kept()
    flash(_("Saved. The chart and every comparison use it from now on."), "good")
    return redirect(url_for("progress.show", patient_id=patient_id, **shown.place), 303)


def _keep(form: BaselineForm, shown: Shown) -> None:
    how: dict[str, Any] = {"reason": form.reason.data, "seen": form.seen, "by": guard.actor(), "at": guard.at()}
    usual = compared.default_baseline(shown.timeline)
    if usual is None or usual.check_in_id != form.picked:
        service.choose(*shown.which, form.picked, submission_id=form.sent_as, **how)
    else:
        service.take_back(*shown.which, **how)


def _asked_for() -> Shown:
    return _shown(request.args.get("scale", 0, type=int), request.args.get("part", 0, type=int)) or abort(404)


def _named(instrument: str | None, scale: str | None) -> Shown:
    """Return the scale that a form is about, wherever its place is by now."""
    places = {
        (offer.definition.id, one.code): (number, part)
        for number, offer in enumerate(list_offers(guard.patient(), for_team=True))
        for part, one in enumerate(offer.scales)
    }
    place = places.get((instrument or "", scale or ""))
    return (_shown(*place) if place else None) or abort(404)


def _shown(number: int, part: int) -> Shown | None:
    """Return one scale; None where there is none, or where its outcomes are no amounts that could be compared."""
    patient = guard.patient()
    whole, _range, choice = progress.get_progress(
        patient, at=guard.at(), instrument=number, part=part, for_team=True, wanted_range="all"
    )
    if whole.instrument is None or whole.instrument.has_levels or choice.instrument is None or choice.part is None:
        return None
    place = {"scale": choice.instruments.index(choice.instrument), "part": choice.parts.index(choice.part)}
    names = (choice.instrument.id, choice.part.code)
    return Shown(whole, whole.instrument, *names, place, queries.get_seen(patient.id, *names))


def _offer(form: BaselineForm, shown: Shown) -> None:
    found = options.list_options(shown.timeline, queries.list_serving(*shown.which))
    has_begun = compared.first_of_course(shown.timeline) is not None
    form.offer([(one.check_in_id, _score(shown, one.point), _group(one, has_begun), _hint(one)) for one in found])


def _score(shown: Shown, point: ScorePoint) -> str:
    score = describe.amount(shown.view, point.value)
    return speech.say(message("%(score)s on %(on)s", score=score, on=point.on))


def _group(one: Option, has_begun: bool) -> str:
    if not has_begun:
        return str(_("Scores so far"))
    return str(_("Before the first infusion of the course") if one.is_before else _("Since the first infusion"))


def _hint(one: Option) -> str:
    said = [one.point.band, _("the usual one") if one.is_usual else "", _("compared with now") if one.is_used else ""]
    return " · ".join(filter(None, said))


def _page(form: BaselineForm, shown: Shown) -> str:
    if not form.check_in.choices:
        _offer(form, shown)
    return render_template(
        "baseline/show.html",
        form=form,
        timeline=shown.timeline,
        place=shown.place,
        earlier=queries.list_earlier(*shown.which),
        view=shown.view,
        usual=compared.default_baseline(shown.timeline),
        is_of_older_version=_is_of_older_version(shown.timeline),
        has_begun=compared.first_of_course(shown.timeline) is not None,
        amount=describe.amount,
        message=message,
        words=speech.words(),
    )


def _is_of_older_version(timeline: Timeline) -> bool:
    newest = reading.latest(timeline)
    return bool(timeline.baseline and newest and newest.version != timeline.baseline.version)
