"""The page behind a link in a reminder: looking at it does nothing, its button opens the check-in, once."""

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import guard
from portal.access.guard import public
from portal.accounts import by_link, devices
from portal.accounts.signing_in import Outdated
from portal.reminders import links
from portal.reminders.links import Link, Standing
from portal.web import door
from portal.web.session import replace_token

blueprint = Blueprint("check_in_link", __name__)
GONE = 410


@blueprint.get("/link/<token>")
@public
def show(token: str) -> ResponseReturnValue:
    return _page(_link(token))


@blueprint.post("/link/<token>")
@public
def follow(token: str) -> ResponseReturnValue:
    link, visitor = _link(token), guard.visitor()
    if link.standing is not Standing.OPEN:
        return _page(link)
    to = url_for("checkins.new", patient_id=link.patient_id, plan_item_id=link.plan_item_id)
    if visitor is not None and visitor.user_id == link.user_id and visitor.scope is None:
        return redirect(to, 303)
    try:
        opened = by_link.sign_in(
            token,
            keys=door.keys(),
            device=devices.describe(request.user_agent.string),
            address=request.remote_addr or "",
            ended=visitor.session_id if visitor else None,
            at=guard.at(),
        )
    except Outdated:
        return _page(_link(token))
    replace_token(current_app, guard.browser(), opened)
    answer: Response = current_app.make_response(redirect(to, 303))
    return answer


def _link(token: str) -> Link:
    return links.read(token, keys=door.keys(), at=guard.at()) or abort(404)


def _page(link: Link) -> ResponseReturnValue:
    is_open = link.standing is Standing.OPEN
    return render_template("reminders/link.html", standing=link.standing.value), 200 if is_open else GONE
