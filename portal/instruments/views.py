"""Questionnaires: what everybody may know about them, and what the clinic adds to them."""

import uuid

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from portal import db
from portal.access import guard
from portal.access.guard import public, requires
from portal.access.policy import Permission, Thing, permits
from portal.instruments import catalogue, forms, loader, own_words, queries, service, shelves, wording
from portal.instruments.definition import WORDINGS_PER_VERSION, Definition
from portal.instruments.forms import WordingForm
from portal.instruments.loinc import allow_list
from portal.instruments.queries import State, Version
from portal.instruments.tables import DefinitionError
from portal.web.kept import forget_kept, typed

blueprint = Blueprint("instruments", __name__)
blueprint.add_app_template_filter(forms.language_name, "language_name")
blueprint.add_app_template_filter(forms.printed, "printed")


@blueprint.app_template_filter("version_name")
def version_name(version: int) -> str:
    """Return a version as people say it: "2", or "2, wording 3" for a clinic's wording of version 2."""
    structure, wording_number = divmod(version, WORDINGS_PER_VERSION)
    return str(_("%(version)s, wording %(number)s", version=structure, number=wording_number) if structure else version)


@blueprint.get("/questionnaires")
@public
def about() -> ResponseReturnValue:
    shelf = shelves.public(catalogue.current(), queries.list_versions())
    return render_template("instruments/about.html", shelves=shelf, worded=_worded, notice=allow_list().notice)


def _worded(definition: Definition) -> Definition:
    """Return an instrument in the words that the reader reads, where they are Interval's own."""
    return own_words.worded(definition, str(get_locale().language))


@blueprint.get("/clinic/questionnaires")
@requires(Permission.INSTRUMENT_EDIT)
def index() -> ResponseReturnValue:
    shelf = shelves.clinic(catalogue.current(), queries.list_versions())
    return render_template("instruments/index.html", shelf=shelf)


@blueprint.route("/clinic/questionnaires/<key>", methods=["GET", "POST"])
@requires(Permission.INSTRUMENT_EDIT, keeps=False)
def show(key: str) -> ResponseReturnValue:
    one = _known(key)
    mine = (own for own in queries.list_versions_of(one.id) if own.version == one.version)
    return _definition_page(one, next(mine, None))


@blueprint.route("/clinic/questionnaires/versions/<uuid:definition_id>", methods=["GET", "POST"])
@requires(Permission.INSTRUMENT_EDIT, keeps=False)
def version(definition_id: uuid.UUID) -> ResponseReturnValue:
    found = queries.get_version(definition_id) or abort(404)
    try:
        return _definition_page(found.definition, found)
    except DefinitionError as error:
        flash(_("This version of the portal cannot read it: %(reason)s", reason=str(error)), "attention")
        return redirect(url_for(".index"), 303)


@blueprint.route("/clinic/questionnaires/<key>/wording", methods=["GET", "POST"])
@requires(Permission.INSTRUMENT_EDIT)
def words(key: str) -> ResponseReturnValue:
    definition = _pasteable(key)
    source = catalogue.structure_of(definition.id)
    form = forms.wording_form(definition, wording.blanks(source), typed(), _words_in_force(definition))
    if request.method == "GET":
        return _words_page(definition, form)
    is_saved = request.form.get("deed") == "save"
    if not (form.validate() if is_saved else form.has_words()):
        return _words_page(definition, form), 422
    try:
        if is_saved:
            return _attest(definition, form)
        filled = wording.fill(source, form.texts, version=WORDINGS_PER_VERSION, language=form.language.data)
        shown = loader.load_text(filled, service.PASTED, shipped=False)
    except DefinitionError as error:
        form.refuse(error)
        return _words_page(definition, form), 422
    return _words_page(definition, form, shown)


@blueprint.post("/clinic/questionnaires/versions/<uuid:definition_id>/retire")
@requires(Permission.INSTRUMENT_EDIT)
def retire(definition_id: uuid.UUID) -> ResponseReturnValue:
    try:
        service.retire(definition_id, by=guard.actor(), at=guard.at())
    except service.NotPossible:
        return _too_late()
    flash(_("This wording is not asked any more. Answers given so far stay as they are."), "good")
    return redirect(url_for(".index"), 303)


@blueprint.post("/clinic/questionnaires/versions/<uuid:definition_id>/approve")
@requires(Permission.INSTRUMENT_APPROVE)
def approve(definition_id: uuid.UUID) -> ResponseReturnValue:
    try:
        service.approve(definition_id, request.form.get("digest", ""), by=guard.actor(), at=guard.at())
    except service.ChangedMeanwhile:
        flash(_("It was changed in the meantime. Please read it again before you approve it."), "attention")
        return redirect(url_for(".version", definition_id=definition_id), 303)
    except (service.NotPossible, service.NotNewer):
        return _too_late()
    except DefinitionError as error:
        flash(_("It cannot be approved: %(reason)s", reason=str(error)), "attention")
        return redirect(url_for(".index"), 303)
    flash(_("Approved. It can be asked from now on."), "good")
    return redirect(url_for(".index"), 303)


@blueprint.post("/clinic/questionnaires/versions/<uuid:definition_id>/withdraw")
@requires(Permission.INSTRUMENT_APPROVE)
def withdraw(definition_id: uuid.UUID) -> ResponseReturnValue:
    try:
        service.withdraw(definition_id, by=guard.actor(), at=guard.at())
    except service.NotPossible:
        return _too_late()
    flash(_("Withdrawn. Answers given so far stay as they are."), "good")
    return redirect(url_for(".index"), 303)


def _definition_page(definition: Definition, found: Version | None) -> ResponseReturnValue:
    """Return a whole definition in plain words; with answers that were sent to try it, what they come to."""
    db.begin(write=False)
    is_tried = request.method == "POST"
    trial = forms.trial_form(definition, request.form if is_tried else None) if definition.has_wording else None
    score = trial.score() if is_tried and trial is not None and trial.validate() else None
    page = render_template(
        "instruments/version.html",
        definition=definition,
        found=found,
        trial=trial,
        score=score,
        may_approve=permits(guard.actor(), Permission.INSTRUMENT_APPROVE, Thing()),
    )
    return page, 422 if trial is not None and trial.error_summary else 200


def _words_page(definition: Definition, form: WordingForm, shown: Definition | None = None) -> str:
    trial = forms.trial_form(shown) if shown else None
    return render_template("instruments/words.html", definition=definition, form=form, shown=shown, trial=trial)


def _attest(definition: Definition, form: WordingForm) -> ResponseReturnValue:
    said = {"language": form.language.data, "statement": form.sentence, "licence": form.licence.data}
    try:
        service.attest_wording(definition.id, texts=form.texts, **said, by=guard.actor(), at=guard.at())
    except service.ChangedMeanwhile:
        form.form_errors.append(
            _("Somebody saved another wording at the same moment. Look at it before you send yours.")
        )
        return _words_page(definition, form), 409
    forget_kept()
    flash(_("Saved. It can be asked from now on."), "good")
    return redirect(url_for(".index"), 303)


def _words_in_force(definition: Definition) -> dict[str, str]:
    """Return the words in force in the language the address names, to be corrected; nothing where there are none."""
    language = request.args.get("language", "" if definition.has_wording else "en")
    mine = [one for one in queries.list_versions_of(definition.id) if one.state is State.IN_FORCE]
    found = [wording.read(one.source) | {"language": language} for one in mine if one.language == language]
    return found[-1] if found else {"language": language}


def _known(key: str) -> Definition:
    """Return the version of an instrument that is in use, by its key."""
    return next((one for one in catalogue.current() if one.key == key), None) or abort(404)


def _pasteable(key: str) -> Definition:
    """Return the shipped definition that a wording can be pasted into, by its key."""
    shipped = (one for one in loader.catalogue() if shelves.takes_wording(one))
    return next((one for one in shipped if one.key == key), None) or abort(404)


def _too_late() -> ResponseReturnValue:
    flash(_("Nothing was changed: somebody was faster, or it is not waiting any more."), "attention")
    return redirect(url_for(".index"), 303)
