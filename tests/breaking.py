"""The shipped application with one page that fails, so that a failure can be looked at from outside."""

from flask.typing import ResponseReturnValue

from portal.access import guard
from wsgi import app


def _break() -> ResponseReturnValue:
    raise RuntimeError("broken on purpose")


app.add_url_rule("/break", "break", guard.public(_break))
