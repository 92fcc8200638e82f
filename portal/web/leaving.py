"""Leaving quickly where something fails: whoever wants to be gone is let out, whatever does not work."""

import contextlib

from flask import Response, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from portal import db
from portal.access import guard
from portal.accounts import signing_in
from portal.web import door

_LEAVING, _LEFT = "accounts.leave", "accounts.left"
_OWN_SITE = frozenset({"same-origin", "none"})


def is_leaving() -> bool:
    """Return whether somebody wants to be gone, and it is they who want it and no other site."""
    is_theirs = request.headers.get("Sec-Fetch-Site", "none") in _OWN_SITE
    return request.method == "POST" and request.endpoint == _LEAVING and is_theirs


def let_go() -> Response:
    """Take the sign-in from the browser, and end it on the server where that can be reached."""
    with contextlib.suppress(SQLAlchemyError, db.Busy):
        visitor = guard.visitor()
        if visitor is not None:
            with db.short_write():
                signing_in.sign_out(visitor, at=guard.at())
    return door.let_out(url_for(_LEFT))
