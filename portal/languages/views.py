"""The texts in other languages, side by side with the English, for whoever answers for them."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.languages import queries, service, texts
from portal.languages.forms import SignForm
from portal.languages.queries import Standing
from portal.languages.service import Reworded
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("languages", __name__)


@blueprint.get("/clinic/languages")
@requires(Permission.TEXT_VIEW)
def index() -> ResponseReturnValue:
    found = [(code, queries.list_standing(code)) for code in texts.languages()]
    return render_template("languages/index.html", languages=found)


@blueprint.get("/clinic/languages/<language>/<text>")
@requires(Permission.TEXT_VIEW)
def show(language: str, text: str) -> ResponseReturnValue:
    return _page(_standing(language, text), SignForm(kept_fields()))


@blueprint.post("/clinic/languages/<language>/<text>")
@requires(Permission.TEXT_REVIEW)
def sign(language: str, text: str) -> ResponseReturnValue:
    standing, form = _standing(language, text), SignForm()
    if not form.validate():
        return _page(standing, form), 422
    said = {"fingerprint": form.fingerprint.data, "knows_by": form.knows_by.data, "submission_id": form.sent_as}
    try:
        service.sign(text, language, **said, by=guard.actor(), at=guard.at())
    except Reworded:
        form.form_errors.append(_("The words have changed since you opened this page. Read them again, then sign."))
        return _page(standing, form), 409
    forget_kept()
    flash(_("Signed. Patients read it as it is; other words wait for a review again."), "good")
    return redirect(url_for(".index"), 303)


@blueprint.post("/clinic/languages/<language>/<text>/withdraw")
@requires(Permission.TEXT_REVIEW)
def withdraw(language: str, text: str) -> ResponseReturnValue:
    _standing(language, text)
    if service.withdraw(text, language, by=guard.actor(), at=guard.at()):
        flash(_("Taken back. The text awaits clinical review again."))
    return redirect(url_for(".show", language=language, text=text), 303)


def _standing(language: str, text: str) -> Standing:
    if language not in texts.languages() or text not in texts.TEXTS:
        abort(404)
    return next(one for one in queries.list_standing(language) if one.text.key == text)


def _page(standing: Standing, form: SignForm) -> str:
    key, language = standing.text.key, standing.language
    form.fingerprint.data = texts.fingerprint(key, language)
    return render_template("languages/text.html", standing=standing, lines=texts.lines(key, language), form=form)
