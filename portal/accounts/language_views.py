"""Choosing the language before signing in: open to everybody, kept in the browser."""

from flask import Blueprint, make_response, redirect, request
from flask.typing import ResponseReturnValue

from portal.access.guard import public
from portal.web import destination, speaking

blueprint = Blueprint("language", __name__)


@blueprint.post("/language")
@public
def speak() -> ResponseReturnValue:
    wanted = request.form.get("language", "")
    response = make_response(redirect(destination.after_sign_in(request.form.get("next", "")), 303))
    return speaking.remember(response, wanted) if wanted in speaking.known() else response
