"""How somebody is told: the page where they choose it, their phone, their browsers, and the link that ends a mail."""

import uuid
from typing import Any

from flask import Blueprint, abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from config import Config
from portal.access import guard
from portal.access.guard import public, public_by_link, requires
from portal.access.policy import Permission, Role
from portal.accounts import devices
from portal.clinic import queries as clinic
from portal.notifications import choosing, over_http, sealed, stopping, vapid, ways
from portal.notifications.forms import BrowserForm, ChoicesForm, CodeForm, PhoneForm
from portal.notifications.models import Channel, ContactWay
from portal.notifications.topics import OF_PATIENTS, OF_STAFF, Topic, is_fixed, topic_of
from portal.notifications.ways import NoNumber, NoTexts, TooManyCodes, WrongCode
from portal.web.kept import forget_kept, typed

blueprint = Blueprint("notices", __name__)
ABOUT: dict[Role, tuple[Topic, ...]] = {
    Role.PATIENT: OF_PATIENTS,
    Role.PROVIDER: OF_STAFF,
    Role.NURSE: OF_STAFF,
    Role.ADMINISTRATOR: (),
}


@blueprint.route("/account/notices", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def show() -> ResponseReturnValue:
    actor = guard.actor()
    form = _choices_form(typed())
    if not form.validate_on_submit():
        return _page(form, code=422 if form.errors else 200)
    choosing.choose(actor.user_id, form.chosen, by=actor, at=guard.at())
    forget_kept()
    flash(_("Saved."), "good")
    return redirect(url_for(".show"), 303)


@blueprint.post("/account/notices/phone")
@requires(Permission.OWN_ACCOUNT, keeps=False)
def add_phone() -> ResponseReturnValue:
    form = PhoneForm()
    if not _config().sms_url or not form.validate():
        return _page(phone=form, code=422)
    actor, country = guard.actor(), clinic.country() or ""
    try:
        number = ways.read_number(form.number.data, country=country)
        ways.add_phone(actor.user_id, number, by=actor, at=guard.at())
    except NoNumber:
        form.number.errors = [_("This is no phone number. Begin with + and the country, like +1 202 555 0134.")]
    except NoTexts:
        form.number.errors = [_("Text messages do not reach this number. Enter the number of a mobile phone.")]
    except TooManyCodes:
        form.number.errors = [_("We have sent five codes within a day. Try again tomorrow.")]
    else:
        flash(_("We are sending a code to your phone. Enter it below."))
        return redirect(url_for(".show", _anchor="phone"), 303)
    return _page(phone=form, code=422)


@blueprint.post("/account/notices/phone/code")
@requires(Permission.OWN_ACCOUNT, keeps=False)
def confirm() -> ResponseReturnValue:
    form, actor = CodeForm(), guard.actor()
    if not form.validate():
        return _page(code_form=form, code=422)
    keys = [_config().secret_key]
    try:
        found = ways.confirm(actor.user_id, form.code.data, keys=keys, by=actor, at=guard.at())
    except WrongCode as wrong:
        return _wrong_code(form, wrong.left)
    if found:
        flash(_("Your phone is confirmed. Choose above what we tell you by text message."), "good")
    return redirect(url_for(".show"), 303)


@blueprint.post("/account/notices/browser")
@requires(Permission.OWN_ACCOUNT, keeps=False)
def add_browser() -> ResponseReturnValue:
    """Take what our script sends; a browser without one has no notifications to add."""
    form, actor = BrowserForm(), guard.actor()
    endpoint, keys = form.endpoint.data or "", {"p256dh": form.p256dh.data or "", "auth": form.auth.data or ""}
    try:
        sealed.check(**keys)
    except sealed.BadKeys:
        flash(_("This browser gave us nothing to reach it by. Try again, or choose another way."), "attention")
        return redirect(url_for(".show"), 303)
    if not over_http.may_push_to(endpoint, _config().push_hosts):
        flash(_("This browser uses a service for notifications that we do not know. Choose another way."), "attention")
        return redirect(url_for(".show"), 303)
    device = devices.describe(request.user_agent.string)
    ways.add_browser(actor.user_id, endpoint, keys=keys, device=device, by=actor, at=guard.at())
    flash(_("Added. Choose what we tell you by a notification on this device."), "good")
    return redirect(url_for(".show"), 303)


@blueprint.post("/account/notices/<uuid:way_id>/remove")
@requires(Permission.OWN_ACCOUNT)
def remove(way_id: uuid.UUID) -> ResponseReturnValue:
    if not ways.remove(guard.actor().user_id, way_id, by=guard.actor(), at=guard.at()):
        abort(404)
    flash(_("Removed. Nothing more is sent there."), "good")
    return redirect(url_for(".show"), 303)


@blueprint.get("/told.js")
@public
def worker() -> ResponseReturnValue:
    """Return the script that shows a notification; it stands at the root because of what it may be registered for."""
    response = make_response(current_app.send_static_file("js/told-worker.js"))
    response.mimetype = "text/javascript"
    return response


@blueprint.get("/stop-mail/<token>")
@public
def stop(token: str) -> ResponseReturnValue:
    """Ask first: mail scanners open every link."""
    return render_template("notifications/stop.html", token=token, kind=_kind_of(token), done=False)


@blueprint.post("/stop-mail/<token>")
@public_by_link
def stop_now(token: str) -> ResponseReturnValue:
    found = stopping.find(token, keys=_keys()) or abort(404)
    if not choosing.switch_off(found.recipient_id, found.kind, urgent=found.is_urgent, at=guard.at()):
        abort(404)
    return render_template("notifications/stop.html", token=token, kind=found.kind, done=True)


def _kind_of(token: str) -> str:
    found = stopping.find(token, keys=_keys())
    if found is None or is_fixed(topic_of(found.kind), urgent=found.is_urgent):
        abort(404)
    return found.kind


def _wrong_code(form: CodeForm, left: int) -> ResponseReturnValue:
    if left == 0:
        flash(_("That code does not work any more. Enter your number again to get a new one."), "attention")
        return redirect(url_for(".show", _anchor="phone"), 303)
    form.code.errors = [
        ngettext(
            "That is not the code. You can try once more.",
            "That is not the code. You can try %(num)s more times.",
            left,
        )
    ]
    return _page(code_form=form, code=422)


def _choices_form(fields: Any = None) -> ChoicesForm:
    actor = guard.actor()
    usable = {way.channel for way in ways.list_live(actor.user_id) if way.confirmed_at}
    return ChoicesForm(
        fields,
        topics=ABOUT[actor.role],
        channels={Channel.EMAIL, *usable},
        choices=choosing.get(actor.user_id),
    )


def _page(
    form: ChoicesForm | None = None,
    *,
    phone: PhoneForm | None = None,
    code_form: CodeForm | None = None,
    code: int = 200,
) -> ResponseReturnValue:
    live = ways.list_live(guard.actor().user_id)
    page = render_template(
        "notifications/choices.html",
        form=form or _choices_form(),
        phone_form=phone or PhoneForm(None),
        code_form=code_form or CodeForm(None),
        browser_form=BrowserForm(None),
        phones=_of(live, Channel.SMS),
        browsers=_of(live, Channel.PUSH),
        waiting=next((way for way in live if way.confirmed_at is None), None),
        shown=ways.shown,
        sends_texts=bool(_config().sms_url),
        push_key=_push_key(),
    )
    return page, code


def _push_key() -> str:
    """Return what a browser subscribes with; "" where push messages cannot be sent, which `flask doctor` explains."""
    try:
        key = vapid.load(_config().instance_path)
    except vapid.UnsafeKey:
        return ""
    return vapid.public(key) if key else ""


def _of(live: list[ContactWay], channel: Channel) -> list[ContactWay]:
    return [way for way in live if way.channel is channel and way.confirmed_at is not None]


def _config() -> Config:
    found: Config = current_app.config["INTERVAL"]
    return found


def _keys() -> list[str]:
    return [_config().secret_key, *_config().secret_key_fallbacks]
