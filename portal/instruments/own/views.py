"""Adding a scale of the clinic's own: typed on a page or brought as a file, looked at, tried, and proposed."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.instruments import loader, queries, service
from portal.instruments.definition import Definition
from portal.instruments.forms import trial_form
from portal.instruments.own import draft, files
from portal.instruments.own.forms import ScaleForm, TomlForm
from portal.instruments.own.lines import BadLines
from portal.instruments.queries import State, Version
from portal.instruments.tables import DefinitionError
from portal.web.kept import forget_kept, kept_fields, typed

blueprint = Blueprint("scales", __name__)
SAVE, TRY = "save", "try"


@blueprint.route("/clinic/questionnaires/new", methods=["GET", "POST"])
@requires(Permission.INSTRUMENT_EDIT)
def new() -> ResponseReturnValue:
    form = ScaleForm(typed(), data={"language": "en", "method": "sum", "missing_allowed": 0})
    if request.method == "GET":
        return _page("instruments/new.html", form)
    if not form.validate():
        return _page("instruments/new.html", form), 422
    wanted = form.draft
    try:
        source = _as_toml(wanted)
        shown = _checked(source)
    except BadLines as error:
        form.refuse_lines(error)
    except DefinitionError as error:
        form.refuse(error)
    else:
        return _answer("instruments/new.html", form, source, shown)
    return _page("instruments/new.html", form), 422


@blueprint.get("/clinic/questionnaires/new/file")
@requires(Permission.INSTRUMENT_EDIT)
def file() -> ResponseReturnValue:
    kept = kept_fields()
    wanted = request.args.get("of", type=uuid.UUID)
    known = queries.get_version(wanted) if wanted else None
    return _page("instruments/file.html", TomlForm(kept, data={"toml": known.source if known else ""}))


@blueprint.post("/clinic/questionnaires/new/file")
@requires(Permission.INSTRUMENT_EDIT)
def send_file() -> ResponseReturnValue:
    form = TomlForm()
    source = form.read() if form.validate() else ""
    if not form.error_summary:
        try:
            return _answer("instruments/file.html", form, source, _checked(source))
        except DefinitionError as error:
            form.refuse(error)
    return _page("instruments/file.html", form), 422


def _as_toml(wanted: draft.Draft) -> str:
    """Return the scale as TOML: in the version it has where the same one waits already, else in the next one."""
    for one in queries.list_versions_of(wanted.id):
        if one.state is State.WAITING and one.source == draft.build(wanted, one.version):
            return one.source
    return draft.build(wanted, queries.next_version(wanted.id))


def _checked(source: str) -> Definition:
    shown = loader.load_text(source, service.PROPOSED, shipped=False)
    files.refuse_other_ids(shown, service.PROPOSED, source)
    return shown


def _answer(template: str, form: ScaleForm | TomlForm, source: str, shown: Definition) -> ResponseReturnValue:
    """Propose what was sent, or show it, with what the answers given to try it come to."""
    deed = request.form.get("deed")
    if deed == SAVE:
        return _propose(template, form, source, shown)
    return _page(template, form, shown, is_tried=deed == TRY)


def _propose(template: str, form: ScaleForm | TomlForm, source: str, shown: Definition) -> ResponseReturnValue:
    try:
        definition_id = service.propose_scale(source, by=guard.actor(), at=guard.at())
    except service.NotNewer as error:
        why = _("This version was approved, and that never changes. Make it version %(next)s.", next=error.next_version)
        form.form_errors.append(why)
    except service.ChangedMeanwhile:
        form.form_errors.append(_("Somebody saved another one at the same moment. Please send it again."))
    else:
        forget_kept()
        flash(_("Saved. It is asked once the medical director has approved it."), "good")
        return redirect(url_for("instruments.version", definition_id=definition_id), 303)
    return _page(template, form, shown), 409


def _page(template: str, form: ScaleForm | TomlForm, shown: Definition | None = None, *, is_tried: bool = False) -> str:
    trial = trial_form(shown, request.form) if shown and shown.has_wording else None
    score = trial.score() if trial is not None and is_tried and trial.validate() else None
    before = _before(shown) if shown else None
    return render_template(
        template, form=form, shown=shown, before=before, trial=trial, score=score, example=files.example()
    )


def _before(shown: Definition) -> Version | None:
    earlier = [one for one in queries.list_versions_of(shown.id) if one.version < shown.version]
    return earlier[-1] if earlier else None
