"""What people read when something went wrong, and the one line we keep about it.

The page and the log line share a reference. Neither holds what the person typed, whose page it was, or where in the
code or the database it happened beyond our own file names.
"""

import errno
import logging
import secrets
import traceback
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from flask import Flask, Response, current_app, request
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError

from portal import clock, db
from portal.web import leaving, nearest
from portal.web.alone import render_alone

JSON = "application/json"
RETRY_AFTER_SECONDS = 5
LONGEST_REPLAY = 100_000
_KEPT_HEADERS = frozenset({"Allow", "Retry-After"})
_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_SECRET_WORDS = ("password", "code", "token", "secret")
_PACKAGE = Path(__file__).resolve().parent.parent
_log = logging.getLogger("portal.errors")


class Words(NamedTuple):
    """The heading and what happens next."""

    title: Any
    next: Any


_TRY_AGAIN = _l("Nothing you did is wrong, and we have made a note of it. Please try again in a few minutes.")
_WORDS = {
    400: Words(_l("We could not read that"), _l("Go back and try once more. If it happens again, tell the clinic.")),
    403: Words(_l("This page is not open to you"), _l("If you think it should be, ask the clinic.")),
    404: Words(_l("We could not find that page"), _l("The address may be mistyped, or the page may have moved.")),
    405: Words(_l("That does not work here"), _l("Go back to the page you came from and use its buttons.")),
    409: Words(
        _l("Somebody changed this in the meantime"), _l("Go back, load the page again, and look before you save.")
    ),
    413: Words(_l("That is too large"), _l("Nothing was saved. Send a smaller file, or less text at once.")),
    422: Words(_l("We could not save that"), _l("Go back, check what you entered, and send it again.")),
    429: Words(_l("Too many tries"), _l("Please wait a few minutes before you try again.")),
    500: Words(_l("Something went wrong on our side"), _TRY_AGAIN),
    503: Words(_l("We cannot reach your records right now"), _TRY_AGAIN),
}
_RESEND = Words(
    _l("That was not sent yet"),
    _l("The page was open for a long time, or you signed out or in again elsewhere. Nothing you typed is lost."),
)
_RESEND_LOST = Words(
    _l("That was not sent"),
    _l("The page was open for a long time, or you signed out elsewhere. Go back, load it again, and send it."),
)
_NOT_OUR_NAME = _l("The portal is not at this address. Check the address and try again.")


class Replay(NamedTuple):
    """A form that did not arrive, ready to be sent again by the person who filled it in."""

    action: str
    fields: list[tuple[str, str]]


def register(app: Flask) -> None:
    """Answer every error of the app with one of our pages."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(Exception, _crash)
    for unavailable in (OperationalError, InterfaceError, PoolTimeout, db.Busy):
        app.register_error_handler(unavailable, _unavailable)


def _http(error: HTTPException) -> Response:
    if isinstance(error, SecurityError):
        return _not_our_name(error)
    response = _answer(error.code or 500, error)
    response.headers.extend([(name, value) for name, value in error.get_headers() if name in _KEPT_HEADERS])
    return response


def _not_our_name(error: SecurityError) -> Response:
    """Answer whoever asks under a host name that is not ours; no page of ours can be drawn, as it has links."""
    _note(secrets.token_hex(4).upper(), 400, error)
    return Response(f"{_NOT_OUR_NAME}\n", 400, mimetype="text/plain")


def _csrf(error: CSRFError) -> Response:
    if leaving.is_leaving():
        return leaving.let_go()
    replay = _replay(generate_csrf()) if request.headers.get("Sec-Fetch-Site") == "same-origin" else None
    return _answer(400, error, words=_RESEND if replay else _RESEND_LOST, replay=replay)


def _unavailable(error: Exception) -> Response:
    if leaving.is_leaving():
        _note(secrets.token_hex(4).upper(), 503, error)
        return leaving.let_go()
    response = _answer(503, error, replay=_replay(request.form.get("csrf_token", "")))
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _crash(error: Exception) -> Response:
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if lost or (isinstance(error, OSError) and error.errno == errno.ENOSPC):
        return _unavailable(error)
    if current_app.testing and current_app.config["PROPAGATE_EXCEPTIONS"] is not False:
        raise error
    return _answer(500, error)


def _answer(status: int, error: Exception, words: Words | None = None, replay: Replay | None = None) -> Response:
    reference = secrets.token_hex(4).upper()
    _note(reference, status, error)
    said = words or _WORDS.get(status) or _WORDS[400 if status < 500 else 500]
    if request.accept_mimetypes.best == "application/json":
        return Response(orjson.dumps({"error": str(said.title), "reference": reference}), status, mimetype=JSON)
    if status < 500:
        nearest.look_up_reader()
    page = render_alone("errors/error.html", words=said, reference=reference, replay=replay)
    return Response(page, status, mimetype="text/html")


def _note(reference: str, status: int, error: Exception) -> None:
    line: dict[str, Any] = {
        "event": "error",
        "at": clock.now().isoformat(timespec="milliseconds"),
        "reference": reference,
        "status": status,
        "method": request.method,
        "rule": request.url_rule.rule if request.url_rule else None,
        "kind": type(error).__name__,
    }
    if status >= 500:
        line["frames"] = _frames(error)
    _log.log(logging.ERROR if status >= 500 else logging.WARNING, "%s", orjson.dumps(line).decode())


def _frames(error: Exception) -> list[str]:
    """Return where it happened: our own files, lines and functions, never values or messages."""
    found = traceback.extract_tb(error.__traceback__)
    own = [(Path(frame.filename), frame) for frame in found if Path(frame.filename).is_relative_to(_PACKAGE)]
    return [f"{path.relative_to(_PACKAGE.parent)}:{frame.lineno} {frame.name}" for path, frame in own]


def _replay(token: str) -> Replay | None:
    """Return what was sent, to be sent again by hand; None where that is a file, a secret, or too much."""
    is_form = request.method == "POST" and request.mimetype in _FORMS
    if not is_form or (request.content_length or 0) > LONGEST_REPLAY or request.path.startswith("//"):
        return None
    if any(one.filename for one in request.files.values()):
        return None
    sent = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    if any(word in name for name, _ in sent for word in _SECRET_WORDS):
        return None
    return Replay(request.full_path.rstrip("?"), [("csrf_token", token), *sent])
