"""Mail that could not be sent, for the people who run the portal."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.notifications import queries, service
from portal.notifications.models import Channel, Kind
from portal.patients import queries as patients

blueprint = Blueprint("notifications", __name__)
KINDS: dict[str, Any] = {
    Kind.INVITATION: _l("Invitation"),
    Kind.PASSWORD_RESET: _l("Link for a new password"),
    Kind.PASSWORD_CHANGED: _l("Note about an account"),
    Kind.ADDRESS_CHANGED: _l("Note to a former address"),
    Kind.MESSAGE_WAITING: _l("Something to look at"),
    Kind.ALERT_WAITING: _l("Something to look at"),
    Kind.CHECK_IN_WAITING: _l("Something to look at"),
    Kind.CHECK_IN_DUE: _l("Reminder"),
    Kind.GET_READY: _l("Reminder"),
    Kind.REVIEW_WAITING: _l("Reminder"),
    Kind.PHONE_CODE: _l("Code for a phone"),
}
CHANNELS: dict[Channel, Any] = {
    Channel.EMAIL: _l("Email"),
    Channel.SMS: _l("Text message"),
    Channel.PUSH: _l("Notification"),
}
REASONS: dict[str, Any] = {
    "unreachable": _l("The server it goes through could not be reached"),
    "timed-out": _l("The server it goes through did not answer in time"),
    "no-tls": _l("No safe connection to the server it goes through"),
    "sign-in-refused": _l("The server it goes through refused our sign-in"),
    "address-not-supported": _l("The mail server cannot send to this address"),
    "cannot-be-written": _l("The mail could not be put together"),
    "link-ran-out": _l("The link in it ran out. Send a new invitation instead."),
    "not-set-up": _l("This way of sending is not set up"),
    "push-host-not-allowed": _l("This browser uses a service that is not on the list"),
    "push-unreachable": _l("The browser’s service could not be reached"),
    "push-timed-out": _l("The browser’s service did not answer in time"),
    "push-no-tls": _l("No safe connection to the browser’s service"),
}


def reason(code: str) -> str:
    """Return what an error code means, in words."""
    number = code.rpartition("-")[2]
    return str(REASONS.get(code) or _("The receiving server refused it (%(code)s)", code=number))


@blueprint.get("/deliveries")
@requires(Permission.DELIVERY_VIEW)
def deliveries() -> ResponseReturnValue:
    outbox = queries.count(guard.at())
    number = min(max(request.args.get("page", 1, type=int), 1), outbox.pages)
    failed, troubled = queries.list_failed(number), queries.list_troubled()
    return render_template(
        "notifications/deliveries.html",
        outbox=outbox,
        number=number,
        first=(number - 1) * queries.SHOWN + 1,
        health=queries.health(guard.at()),
        failed=failed,
        troubled=troubled,
        people=patients.list_names(queries.recipients([*failed, *troubled])),
        kinds=KINDS,
        channels=CHANNELS,
        reason=reason,
    )


@blueprint.post("/deliveries/<uuid:message_id>/resend")
@requires(Permission.DELIVERY_VIEW)
def resend(message_id: uuid.UUID) -> ResponseReturnValue:
    if not service.resend(message_id, by=guard.actor(), at=guard.at()):
        abort(404)
    flash(_("It is being sent again."), "good")
    return _back()


@blueprint.post("/deliveries/<uuid:message_id>/drop")
@requires(Permission.DELIVERY_VIEW)
def drop(message_id: uuid.UUID) -> ResponseReturnValue:
    if not service.drop(message_id, by=guard.actor(), at=guard.at()):
        abort(404)
    flash(_("It will not be sent."), "good")
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(url_for(".deliveries", page=request.args.get("page", type=int)), 303)
