"""The medical director's page: what the clinic lays down for treatment."""

from collections.abc import Sequence
from itertools import pairwise

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.treatment.problems import Refused, Stale
from portal.treatment.rules import changes, forms, problems, queries, service
from portal.treatment.rules.changes import Change
from portal.treatment.rules.forms import ANSWER_DEFAULTS, RulesForm, rules_form, typed_of
from portal.treatment.rules.queries import InForce, Version
from portal.treatment.rules.scales import list_scales
from portal.treatment.rules.values import DEFAULTS, Point, Rules
from portal.treatment.screening.items import GROUPS, ITEMS
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("rules", __name__)


@blueprint.get("/clinic/treatment-rules")
@requires(Permission.TREATMENT_RULES)
def edit() -> ResponseReturnValue:
    now = queries.current()
    form = _form(now)(formdata=kept_fields(), data=typed_of(now.rules) | {"version": now.version})
    return _page(form, now, queries.list_versions())


@blueprint.post("/clinic/treatment-rules")
@requires(Permission.TREATMENT_RULES)
def change() -> ResponseReturnValue:
    now = queries.current()
    form = _form(now)()
    if not form.validate():
        return _page(form, now, queries.list_versions()), 422
    try:
        kept = _lay_down(form, now)
    except Refused as refused:
        form.refuse(refused.problems, guard.actor().time_zone)
        return _page(form, now, queries.list_versions()), 422
    except Stale:
        return _stale_page(form, now, queries.list_versions()), 409
    forget_kept()
    if kept.version == now.version:
        flash(_("Nothing was changed: these rules are in force already."))
    else:
        flash(_("Saved. Version %(version)s is in force from now on.", version=kept.version), "good")
    return redirect(url_for("rules.edit"), 303)


def _form(now: InForce) -> type[RulesForm]:
    return rules_form(list_scales(now.rules.lines))


def _lay_down(form: RulesForm, now: InForce) -> InForce:
    return service.lay_down(
        form.rules(now.rules.lines),
        version=form.base_version,
        reason=form.reason.data or "",
        why_clear=form.why_clear.data or "",
        defaults=ANSWER_DEFAULTS,
        by=guard.actor(),
        at=guard.at(),
    )


def _stale_page(form: RulesForm, now: InForce, versions: Sequence[Version]) -> str:
    """Show what another director laid down; what was typed stays, and sending it again means it."""
    base = form.base_version
    drawn = next((one.rules for one in versions if one.version == base), DEFAULTS if base == 0 else None)
    others = changes.between(drawn, now.rules) if drawn else []
    if drawn:
        form.take_over(drawn, now.rules)
    form.version.data = str(now.version)
    return _page(form, now, versions, others=others, is_stale=True)


def _page(
    form: RulesForm,
    now: InForce,
    versions: Sequence[Version],
    others: Sequence[Change] = (),
    is_stale: bool = False,
) -> str:
    return render_template(
        "rules/edit.html",
        form=form,
        now=now,
        versions=_with_changes(versions),
        others=others,
        is_stale=is_stale,
        defaults=changes.flat(DEFAULTS),
        forms=forms,
        problems=problems,
        points=Point,
        scales=list_scales(now.rules.lines),
        lined=DEFAULTS.lines,
        typed_lines=[one for one in form.instruments if form[problems.name_of_line(one)].typed],
        groups={said: [item for item in ITEMS if item.group is group] for group, said in GROUPS.items()},
        asks_why_clear=bool(form.why_clear.errors or form.why_clear.data),
    )


def _with_changes(versions: Sequence[Version]) -> list[tuple[Version, list[Change]]]:
    """Return each version with what it changed; of the very first, what it changed of the defaults."""
    before: list[Rules] = [older.rules for _newer, older in pairwise(versions)]
    if versions and versions[-1].version == 1:
        before.append(DEFAULTS)
    found = [changes.between(older, one.rules) for one, older in zip(versions, before, strict=False)]
    return list(zip(versions, [*found, []], strict=False))
