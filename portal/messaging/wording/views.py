"""The clinic's templates for messages, and its words of danger."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.messaging.wording import forms, queries, service
from portal.messaging.wording.forms import TemplateForm, WordListForm
from portal.messaging.wording.queries import Template
from portal.web.kept import forget_kept, typed

blueprint = Blueprint("wording", __name__)


@blueprint.get("/clinic/message-templates")
@requires(Permission.MESSAGE_WORDING)
def index() -> ResponseReturnValue:
    return render_template(
        "messaging/wording/index.html",
        templates=queries.list_templates(),
        retired=queries.list_templates(retired=True),
        languages=forms.LANGUAGES,
    )


@blueprint.route("/clinic/message-templates/new", methods=["GET", "POST"])
@requires(Permission.MESSAGE_WORDING)
def new() -> ResponseReturnValue:
    form = TemplateForm(typed())
    if not form.validate_on_submit():
        return _new_page(form)
    words = {"title": form.title.data, "body": form.body.data}
    try:
        service.add_template(form.language.data, **words, submission_id=form.sent_as, by=guard.actor(), at=guard.at())
    except service.UnknownFields as unknown:
        form.refuse_unknown(unknown.names)
        return _new_page(form)
    except service.AddedAlready:
        form.say_added_already()
        return _new_page(form)
    except service.TooMany:
        form.form_errors.append(_("There are as many templates as there can be. Take one out of use first."))
        return _new_page(form)
    return _saved()


@blueprint.route("/clinic/message-templates/<uuid:template_id>", methods=["GET", "POST"])
@requires(Permission.MESSAGE_WORDING)
def edit(template_id: uuid.UUID) -> ResponseReturnValue:
    found = queries.get_template(template_id) or abort(404)
    form = TemplateForm.of(found, typed())
    if not form.validate_on_submit():
        return _edit_page(found, form)
    words = {"title": form.title.data, "body": form.body.data}
    try:
        service.change_template(template_id, form.base_version, **words, by=guard.actor(), at=guard.at())
    except service.UnknownFields as unknown:
        form.refuse_unknown(unknown.names)
        return _edit_page(found, form)
    except service.Stale:
        form.version.data = str(found.version)
        form.form_errors.append(
            _("Somebody changed this template meanwhile: see below how. Send again to put your wording in its place.")
        )
        return _edit_page(found, form)
    return _saved()


@blueprint.post("/clinic/message-templates/<uuid:template_id>/retire")
@requires(Permission.MESSAGE_WORDING)
def retire(template_id: uuid.UUID) -> ResponseReturnValue:
    return _set_retired(template_id, retired=True)


@blueprint.post("/clinic/message-templates/<uuid:template_id>/restore")
@requires(Permission.MESSAGE_WORDING)
def restore(template_id: uuid.UUID) -> ResponseReturnValue:
    return _set_retired(template_id, retired=False)


@blueprint.route("/clinic/words-to-notice/<listed>", methods=["GET", "POST"])
@requires(Permission.SAFETY_RULES)
def word_list(listed: str) -> ResponseReturnValue:
    if listed not in forms.LANGUAGES:
        abort(404)
    now = queries.get_danger_words(listed)
    form = WordListForm.of(now, typed())
    if not form.validate_on_submit():
        return _words_page(form, listed)
    by, at = guard.actor(), guard.at()
    try:
        service.change_danger_words(listed, form.base_version, words=form.lines, reason=form.reason.data, by=by, at=at)
    except service.Unusable as unusable:
        form.refuse(unusable.words)
        return _words_page(form, listed)
    except service.TooMany:
        form.words.errors = [_("There can be %(most)s entries at most.", most=service.MOST_WORDS)]
        return _words_page(form, listed)
    except service.Stale:
        form.version.data = str(now.version)
        form.form_errors.append(
            _("Somebody changed this list meanwhile: see below how. Send again to put yours in its place.")
        )
        return _words_page(form, listed)
    forget_kept()
    flash(_("Saved. The list is in force from now on."), "good")
    return redirect(url_for("wording.word_list", listed=listed), 303)


def _set_retired(template_id: uuid.UUID, *, retired: bool) -> ResponseReturnValue:
    if queries.get_template(template_id) is None:
        abort(404)
    if service.set_retired(template_id, retired=retired, by=guard.actor(), at=guard.at()):
        flash(_("Taken out of use.") if retired else _("In use again."), "good")
    return redirect(url_for("wording.index"), 303)


def _saved() -> ResponseReturnValue:
    forget_kept()
    flash(_("Saved."), "good")
    return redirect(url_for("wording.index"), 303)


def _new_page(form: TemplateForm) -> ResponseReturnValue:
    return _page("messaging/wording/template.html", form, template=None, versions=[])


def _edit_page(template: Template, form: TemplateForm) -> ResponseReturnValue:
    versions = queries.list_versions(template.id)
    return _page("messaging/wording/template.html", form, template=template, versions=versions)


def _words_page(form: WordListForm, listed: str) -> ResponseReturnValue:
    lists = queries.list_danger_words(listed)
    return _page("messaging/wording/word_list.html", form, listed=listed, versions=lists)


def _page(template_name: str, form: Any, **shown: Any) -> ResponseReturnValue:
    page = render_template(template_name, form=form, languages=forms.LANGUAGES, **shown)
    return page, 422 if request.method == "POST" else 200
