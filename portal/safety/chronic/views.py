"""The page of a patient's personal baseline: answers a provider knows of, which wait while they stay the same."""

import uuid
from typing import Any, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.checkins import answer_queries
from portal.instruments import catalogue
from portal.instruments.definition import Item
from portal.safety import rules
from portal.safety.chronic import fits, queries, service
from portal.safety.chronic.fits import Question
from portal.safety.chronic.forms import BaselineForm, WithdrawForm
from portal.safety.chronic.queries import Standing
from portal.safety.rules import SafetyAnswer
from portal.safety.ruleset import queries as ruleset
from portal.web import filters
from portal.web.fields import SelectChoice
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("chronic", __name__)
LOOKED_AT = 20


class Known(NamedTuple):
    """An answer that can be made a baseline: to which question, its points, and in words."""

    question: Question
    value: float
    asked: str
    label: str

    @property
    def key(self) -> str:
        """Return what the form sends."""
        return f"{self.question[0]}/{self.question[1]}/{self.value:g}"


class Shown(NamedTuple):
    """A baseline with its question and answer in words."""

    standing: Standing
    title: str
    asked: str
    label: str


@blueprint.get("/patients/<uuid:patient_id>/personal-baseline")
@requires(Permission.PERSONAL_BASELINE_SET)
def show(patient_id: uuid.UUID) -> ResponseReturnValue:
    kept = kept_fields()
    deed = kept.get("deed") if kept is not None else ""
    start: dict[str, Any] = {"days": service.longest_days()}
    form = BaselineForm(kept if deed == "set" else None, data=start)
    return _page(form, WithdrawForm(kept if deed == "withdraw" else None))


@blueprint.post("/patients/<uuid:patient_id>/personal-baseline")
@requires(Permission.PERSONAL_BASELINE_SET)
def save(patient_id: uuid.UUID) -> ResponseReturnValue:
    deed = request.form.get("deed", "")
    if deed not in {"set", "withdraw"}:
        abort(400)
    return _set(patient_id) if deed == "set" else _withdraw(patient_id)


def _set(patient_id: uuid.UUID) -> ResponseReturnValue:
    form = BaselineForm()
    known = _offer(form)
    if not form.validate():
        return _page(form, WithdrawForm(None)), 422
    chosen = known[form.question.data]
    more: dict[str, Any] = {"reason": form.reason.data, "days": form.days.data, "submission_id": form.sent_as}
    more |= {"by": guard.actor(), "at": guard.at()}
    try:
        service.set_baseline(patient_id, chosen.question, chosen.value, **more)
    except service.Refused as refused:
        form.refuse(refused)
        return _page(form, WithdrawForm(None)), 422
    return _saved(_("Saved. While this answer stays the same it waits under “Unchanged”."))


def _withdraw(patient_id: uuid.UUID) -> ResponseReturnValue:
    form = WithdrawForm()
    fresh = BaselineForm(None, data={"days": service.longest_days()})
    if not form.validate():
        return _page(fresh, form), 422
    try:
        baseline_id, reason = uuid.UUID(form.baseline.data or ""), form.withdraw_reason.data
        service.withdraw(patient_id, baseline_id, reason, by=guard.actor(), at=guard.at())
    except ValueError:
        abort(400)
    except service.Refused as refused:
        form.form_errors.append(_(refused.msgid))
        return _page(fresh, form), 409
    return _saved(_("Taken back. Every answer to this question is told again."))


def _saved(said: str) -> ResponseReturnValue:
    forget_kept()
    flash(said, "good")
    return redirect(url_for(".show", patient_id=guard.patient().id), 303)


def _page(form: BaselineForm, withdraw: WithdrawForm) -> str:
    if not form.question.choices:
        _offer(form)
    found = [_in_words(one) for one in queries.list_baselines(guard.patient().id)]
    return render_template(
        "chronic/show.html",
        form=form,
        withdraw=withdraw,
        standing=[one for one in found if one.standing.holds(guard.at())],
        former=[one for one in found if not one.standing.holds(guard.at())],
        most=service.longest_days(),
    )


def _offer(form: BaselineForm) -> dict[str, Known]:
    """Offer the last answer to each question that can wait; return them by what the form sends."""
    form.days.highest = service.longest_days()
    known = {one.key: one for one in _known()}
    form.question.choices = [
        SelectChoice(key, f"{one.label}", {"hint": f"{_title(one.question[0])}: {one.asked}"})
        for key, one in known.items()
    ]
    return known


def _known() -> list[Known]:
    """Return the questions whose last answer is one that waits by the rules in force."""
    patient_id = guard.patient().id
    latest = answer_queries.list_latest({(patient_id, instrument) for instrument, _item in fits.MAY_WAIT}, LOOKED_AT)
    found = []
    for instrument, code in fits.MAY_WAIT:
        told = (one.answers[code] for one in reversed(latest.get((patient_id, instrument), [])) if code in one.answers)
        value, item = next(told, None), _item(instrument, code)
        if value is not None and item is not None and _waits(instrument, item, value):
            found.append(Known((instrument, code), value, item.text, _label(item, value)))
    return found


def _waits(instrument: str, item: Item, value: float) -> bool:
    if not fits.can_wait(instrument, item.code, value) or not item.is_safety:
        return False
    answer = SafetyAnswer(instrument, item.code, value, item.safety_state(value))
    finding = rules.find(answer, ruleset.current().answer_rules)
    return finding is not None and finding.rule.code == fits.RULE


def _in_words(one: Standing) -> Shown:
    item = _item(one.row.instrument, one.row.item)
    asked, label = (item.text, _label(item, one.row.value)) if item else ("", filters.number(one.row.value))
    return Shown(one, _title(one.row.instrument), asked, label)


def _item(instrument: str, code: str) -> Item | None:
    return next((one for one in catalogue.current().get(instrument).items if one.code == code), None)


def _title(instrument: str) -> str:
    return catalogue.current().get(instrument).short_title


def _label(item: Item, value: float) -> str:
    option = item.option(value)
    return option.label if option and option.label else filters.number(value)
