"""Signing in and out, one's own account, and everybody's accounts."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.access import guard
from portal.access.guard import public, requires
from portal.access.policy import Permission, Role
from portal.accounts import queries, service, signing_in
from portal.accounts.forms import (
    AccountForm,
    ChangePasswordForm,
    ForgottenForm,
    NewAccountForm,
    NewPasswordForm,
    OwnForm,
    SearchForm,
    SignInForm,
)
from portal.accounts.models import AccountStatus, TokenPurpose, User
from portal.accounts.service import AddressTaken, LastAdministrator, NotPossible, OwnAccount
from portal.accounts.signing_in import Outdated
from portal.clinic import queries as clinic
from portal.patients.team_service import LeftAlone, switch_off
from portal.web import destination, door, speaking, unsent
from portal.web.alone import render_alone
from portal.web.door import TooEarly
from portal.web.kept import forget_kept, typed

blueprint = Blueprint("accounts", __name__)
BOTH = ["GET", "POST"]
START_PAGES = {Role.PROVIDER: "review.caseload", Role.NURSE: "day.show", Role.ADMINISTRATOR: "accounts.index"}


@blueprint.get("/")
@requires(Permission.HOME)
def home() -> ResponseReturnValue:
    actor = guard.actor()
    if actor.patient_id is not None:
        return redirect(url_for("checkins.today", patient_id=actor.patient_id))
    return redirect(url_for(START_PAGES.get(actor.role, "accounts.own")))


@blueprint.route("/sign-in", methods=BOTH)
@public
def sign_in() -> ResponseReturnValue:
    form = SignInForm(next=request.args.get("next", ""))
    to = destination.after_sign_in(form.next.data or "")
    if request.method == "GET" and (visitor := guard.visitor()) and visitor.scope is None:
        return redirect(to)
    if not form.validate_on_submit():
        return _page("accounts/sign_in.html", form)
    try:
        token = door.sign_in(form.email.data, form.password.data)
    except TooEarly as early:
        return _page("accounts/sign_in.html", form, 429, said=str(early))
    except Outdated:
        said = _("That email address and password do not belong together. Check both and try again.")
        return _page("accounts/sign_in.html", form, 422, said=said)
    return door.let_in(to, email=form.email.data, token=token)


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    return unsent.warn_first(guard.visitor()) or _end_session("accounts.sign_in", _("You are signed out."))


@blueprint.post("/leave")
@public
def leave() -> ResponseReturnValue:
    return _end_session("accounts.left")


@blueprint.get("/left")
@public
def left() -> ResponseReturnValue:
    return render_alone("accounts/left.html", address=clinic.leave_address())


@blueprint.route("/password/forgotten", methods=BOTH)
@public
def forgotten() -> ResponseReturnValue:
    form = ForgottenForm()
    if not form.validate_on_submit():
        return _page("accounts/forgotten.html", form)
    door.request_reset(form.email.data)
    flash(_("If an account has this address, a link is on its way there. It works for 30 minutes."))
    return redirect(url_for("accounts.sign_in"), 303)


@blueprint.route("/password/<token>", methods=BOTH)
@public
def reset(token: str) -> ResponseReturnValue:
    link = door.open_link(token, TokenPurpose.PASSWORD_RESET)
    form = NewPasswordForm(about=[link.name, link.email, clinic.display_name()])
    if not form.validate_on_submit():
        return _page("accounts/reset.html", form, link=link)
    door.reset(link, form.password.data)
    flash(_("Your new password is set. Sign in with it now."), "good")
    return redirect(url_for("accounts.sign_in"), 303)


@blueprint.route("/invitation/<token>", methods=BOTH)
@public
def accept(token: str) -> ResponseReturnValue:
    link = door.open_link(token, TokenPurpose.INVITATION)
    form = NewPasswordForm(about=[link.name, link.email, clinic.display_name()])
    if not form.validate_on_submit():
        return _page("accounts/accept.html", form, link=link)
    opened = door.accept(link, form.password.data)
    return door.let_in(url_for("accounts.home"), email=link.email, token=opened)


@blueprint.errorhandler(Outdated)
def link_ended(_ended: Outdated) -> ResponseReturnValue:
    return render_template("accounts/link_ended.html"), 404


@blueprint.route("/account", methods=BOTH)
@requires(Permission.OWN_ACCOUNT)
def own() -> ResponseReturnValue:
    actor = guard.actor()
    form = OwnForm(typed(), name=actor.name, time_zone=actor.time_zone, language=actor.language)
    if actor.role is Role.PATIENT:
        del form.name
    else:
        del form.language
    if form.validate_on_submit():
        values = {field.name: field.data for field in form.visible if field.data}
        service.change_own(actor.user_id, values=values, by=actor, at=guard.at())
        speaking.change_to(values.get("language", actor.language))
        forget_kept()
        flash(_("Saved."), "good")
        return redirect(url_for("accounts.own"), 303)
    live = queries.list_sessions(actor.user_id, role=actor.role, at=guard.at())
    return _page("accounts/own.html", form, sessions=live)


@blueprint.route("/account/password", methods=BOTH)
@requires(Permission.OWN_ACCOUNT)
def password() -> ResponseReturnValue:
    user = _account(guard.actor().user_id)
    email, form = user.email, ChangePasswordForm(about=[user.name, user.email, clinic.display_name()])
    if not form.validate_on_submit():
        return _page("accounts/password.html", form, email=email)
    try:
        door.change_password(email, form.current.data, form.password.data)
    except TooEarly as early:
        return _page("accounts/password.html", form, 429, said=str(early), email=email)
    except Outdated:
        form.current.errors = [_("That is not the password you use now")]
        return _page("accounts/password.html", form, 422, email=email)
    flash(_("Your new password is set. You are signed out everywhere else."), "good")
    return redirect(url_for("accounts.own"), 303)


@blueprint.post("/account/sessions/end")
@requires(Permission.OWN_ACCOUNT)
def end_sessions() -> ResponseReturnValue:
    signing_in.sign_out_elsewhere(guard.actor(), at=guard.at())
    flash(_("You are signed out everywhere else."), "good")
    return redirect(url_for("accounts.own"), 303)


@blueprint.get("/accounts")
@requires(Permission.ACCOUNT_MANAGE)
def index() -> ResponseReturnValue:
    role, status = request.args.get("role", type=Role), request.args.get("status", type=AccountStatus)
    number = min(max(request.args.get("page", 1, type=int), 1), 100_000)
    found = queries.list_accounts(role=role, status=status, page=number)
    return _list(SearchForm(None), page=found, role=role, status=status)


@blueprint.post("/accounts")
@requires(Permission.ACCOUNT_MANAGE, keeps=False)
def find() -> ResponseReturnValue:
    form = SearchForm()
    text: str = form.text.data if form.validate() else ""
    return _list(form, page=queries.list_accounts(text=text), found=True)


@blueprint.route("/accounts/new", methods=BOTH)
@requires(Permission.ACCOUNT_MANAGE)
def new() -> ResponseReturnValue:
    form = NewAccountForm(typed(), time_zone=clinic.current().time_zone)
    if not form.validate_on_submit():
        return _page("accounts/new.html", form)
    values = {"name": form.name.data, "email": form.email.data, "time_zone": form.time_zone.data}
    try:
        service.invite(**values, role=Role(form.role.data), by=guard.actor(), at=guard.at())
    except AddressTaken:
        return _taken("accounts/new.html", form)
    forget_kept()
    flash(_("Saved. An invitation is on its way to %(email)s. It works for 14 days.", email=form.email.data), "good")
    return redirect(url_for("accounts.index"), 303)


@blueprint.route("/accounts/<uuid:user_id>", methods=BOTH)
@requires(Permission.ACCOUNT_MANAGE)
def edit(user_id: uuid.UUID) -> ResponseReturnValue:
    user = _account(user_id)
    form = AccountForm(typed(), name=user.name, email=user.email)
    if user.role is Role.PATIENT or not form.validate_on_submit():
        return _page("accounts/edit.html", form, user=user)
    try:
        service.change(user_id, name=form.name.data, email=form.email.data, by=guard.actor(), at=guard.at())
    except AddressTaken:
        return _taken("accounts/edit.html", form, user=user)
    forget_kept()
    flash(_("Saved."), "good")
    return redirect(url_for("accounts.edit", user_id=user_id), 303)


@blueprint.post("/accounts/<uuid:user_id>/invite")
@requires(Permission.ACCOUNT_MANAGE)
def invite(user_id: uuid.UUID) -> ResponseReturnValue:
    done = _("A new invitation is on its way. The old one no longer works.")
    return _change_status(user_id, service.invite_again, done)


@blueprint.post("/accounts/<uuid:user_id>/deactivate")
@requires(Permission.ACCOUNT_MANAGE)
def deactivate(user_id: uuid.UUID) -> ResponseReturnValue:
    try:
        return _change_status(user_id, switch_off, _("The account is switched off. Nobody can sign in with it."))
    except LeftAlone as error:
        said = ngettext(
            "%(num)s patient has no other provider. Another one joins their care team first.",
            "%(num)s patients have no other provider. Others join their care teams first.",
            error.patients,
        )
        flash(said, "attention")
        return redirect(url_for("accounts.edit", user_id=user_id), 303)


@blueprint.post("/accounts/<uuid:user_id>/reactivate")
@requires(Permission.ACCOUNT_MANAGE)
def reactivate(user_id: uuid.UUID) -> ResponseReturnValue:
    return _change_status(user_id, service.reactivate, _("The account is switched on again."))


@blueprint.post("/accounts/<uuid:user_id>/duty")
@requires(Permission.ACCOUNT_MANAGE)
def duty(user_id: uuid.UUID) -> ResponseReturnValue:
    given = request.form.get("director") == "yes"
    done = (
        _("This provider is a medical director now.") if given else _("This provider is no longer a medical director.")
    )
    return _change_status(user_id, partial(service.set_duty, is_medical_director=given), done)


def _page(template: str, form: Any, code: int = 0, *, said: str = "", **values: Any) -> ResponseReturnValue:
    """Draw a form: with 422 where it has errors, and what is wrong with the whole of it in `said`."""
    if said:
        form.form_errors.append(said)
    return render_template(template, form=form, **values), code or (422 if form.errors else 200)


def _list(form: SearchForm, **values: Any) -> ResponseReturnValue:
    return _page("accounts/index.html", form, roles=list(Role), statuses=list(AccountStatus), **values)


def _taken(template: str, form: AccountForm, **values: Any) -> ResponseReturnValue:
    form.email.errors = [_("There is an account with this email address already. Find it in the list of accounts.")]
    return _page(template, form, **values)


def _account(user_id: uuid.UUID) -> User:
    return queries.get_user(user_id) or abort(404)


def _change_status(user_id: uuid.UUID, verb: Callable[..., Any], done: str) -> ResponseReturnValue:
    _account(user_id)
    try:
        verb(user_id, by=guard.actor(), at=guard.at())
        flash(done, "good")
    except OwnAccount:
        flash(_("You cannot switch off the account you are signed in with. Ask another administrator."), "attention")
    except LastAdministrator:
        flash(_("This is the last administrator. Somebody has to be left who runs the accounts."), "attention")
    except NotPossible:
        flash(_("That no longer fits this account. Look at how it stands now."), "attention")
    return redirect(url_for("accounts.edit", user_id=user_id), 303)


def _end_session(endpoint: str, said: str = "") -> ResponseReturnValue:
    if said:
        flash(said)
    visitor = guard.visitor()
    if visitor is not None:
        signing_in.sign_out(visitor, at=guard.at())
    return door.let_out(url_for(endpoint))
