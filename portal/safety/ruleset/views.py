"""The medical director's page: the safety rules with their thresholds, and the same as a file."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.safety import thresholds
from portal.safety.rules import DEFAULT_SET, RuleSet
from portal.safety.ruleset import forms, queries, rule_file, service, words
from portal.safety.ruleset.forms import RuleFileForm, RulesForm, typed_of
from portal.safety.ruleset.problems import Refused, Stale
from portal.safety.ruleset.queries import Version
from portal.safety.ruleset.rule_file import BadFile, RuleFile
from portal.safety.thresholds import Threshold
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("ruleset", __name__)
LOAD = "load"


class Change(NamedTuple):
    """A threshold that differs between two versions."""

    threshold: Threshold
    before: float
    after: float


@blueprint.get("/clinic/alert-rules")
@requires(Permission.SAFETY_RULES)
def edit() -> ResponseReturnValue:
    now = queries.get()
    return _page(RulesForm(kept_fields(), data={**typed_of(now), "version": now.version}), now)


@blueprint.post("/clinic/alert-rules")
@requires(Permission.SAFETY_RULES)
def change() -> ResponseReturnValue:
    now, form = queries.get(), RulesForm()
    if not form.validate():
        return _page(form, now), 422
    try:
        kept = service.change(form.values, form.base_version, form.reason.data or "", guard.actor(), guard.at())
    except Refused as refused:
        form.refuse(refused.problems)
        return _page(form, now), 422
    except Stale:
        return _stale_page(form, now), 409
    return _saved(now, kept)


@blueprint.get("/clinic/alert-rules/download")
@requires(Permission.SAFETY_RULES)
def download() -> ResponseReturnValue:
    now = queries.get()
    answer = Response(rule_file.write(now), content_type="application/toml; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="alert-rules-{now.version}.toml"'
    return answer


@blueprint.get("/clinic/alert-rules/file")
@requires(Permission.SAFETY_RULES)
def file() -> ResponseReturnValue:
    now = queries.get()
    return _file_page(RuleFileForm(kept_fields(), data={"version": now.version}), now)


@blueprint.post("/clinic/alert-rules/file")
@requires(Permission.SAFETY_RULES)
def send_file() -> ResponseReturnValue:
    """Check the file and show what it would change; put it into force where that was asked for."""
    now, form = queries.get(), RuleFileForm()
    text = form.read() if form.validate() else ""
    if form.error_summary:
        return _file_page(form, now), 422
    try:
        found = rule_file.read(text)
    except BadFile as error:
        form.refuse_file(error)
        return _file_page(form, now), 422
    if request.form.get("deed") == LOAD:
        return _load(form, now, found)
    form.version.data = str(now.version)
    return _file_page(form, now, found)


def _load(form: RuleFileForm, now: RuleSet, found: RuleFile) -> ResponseReturnValue:
    try:
        kept = service.change(_whole(now, found), form.base_version, form.reason.data or "", guard.actor(), guard.at())
    except Refused as refused:
        form.refuse(refused.problems)
        return _file_page(form, now, found), 422
    except Stale:
        form.version.data = str(now.version)
        form.form_errors.append(_("Another director changed the rules meanwhile. Look at what differs now, then load."))
        return _file_page(form, now, found), 409
    return _saved(now, kept)


def _saved(now: RuleSet, kept: RuleSet) -> ResponseReturnValue:
    forget_kept()
    if kept.version == now.version:
        flash(_("Nothing was changed: these rules are in force already."))
    else:
        flash(_("Saved. Version %(version)s is in force from now on.", version=kept.version), "good")
    return redirect(url_for("ruleset.edit"), 303)


def _whole(now: RuleSet, found: RuleFile) -> Mapping[str, float]:
    """Return every threshold: as the file says, and where it says nothing as it is in force."""
    return {one.name: found.values.get(one.name, now.value(one.name)) for one in thresholds.ALL}


def _stale_page(form: RulesForm, now: RuleSet) -> str:
    """Show what another director laid down; what was typed stays, and sending it again means it."""
    versions, base = queries.list_versions(), form.base_version
    drawn = next((one.rule_set for one in versions if one.version == base), DEFAULT_SET)
    form.take_over(drawn, now)
    form.version.data = str(now.version)
    return _page(form, now, others=_between(drawn, now), is_stale=True)


def _page(form: RulesForm, now: RuleSet, *, others: Sequence[Change] = (), is_stale: bool = False) -> str:
    versions = queries.list_versions()
    return render_template(
        "safety/rules.html",
        form=form,
        now=now,
        told=words.tell(now),
        name_of=forms.name_of,
        versions=_with_changes(versions),
        others=others,
        is_stale=is_stale,
    )


def _file_page(form: RuleFileForm, now: RuleSet, found: RuleFile | None = None) -> str:
    return render_template(
        "safety/rules_file.html",
        form=form,
        now=now,
        found=found,
        changes=_between(now, RuleSet(now.version, _whole(now, found))) if found else [],
        example=rule_file.write(now),
    )


def _between(before: RuleSet, after: RuleSet) -> list[Change]:
    found = (Change(one, before.value(one.name), after.value(one.name)) for one in thresholds.ALL)
    return [one for one in found if one.before != one.after]


def _with_changes(versions: Sequence[Version]) -> list[tuple[Version, list[Change]]]:
    """Return each version with what it changed; of the first, what it changed of the defaults."""
    before = [older.rule_set for _newer, older in pairwise(versions)]
    if versions and versions[-1].version == 1:
        before.append(DEFAULT_SET)
    found = [_between(older, one.rule_set) for one, older in zip(versions, before, strict=False)]
    return list(zip(versions, [*found, []], strict=False))
