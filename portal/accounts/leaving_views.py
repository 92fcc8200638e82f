"""What leaving quickly does, and what it cannot do: open to everybody."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.access.guard import public
from portal.web.alone import render_alone

blueprint = Blueprint("leaving", __name__)


@blueprint.get("/leaving")
@public
def show() -> ResponseReturnValue:
    return render_alone("accounts/leaving.html")
