"""The browser's cookies: an opaque token that says nothing, and short notices.

The token is looked up on the server (`accounts.sessions`). The CSRF secret is derived from it, so that a visitor
who has not signed in needs no row, and signing in, which changes the token, changes the secret as well.
"""

import hmac
import re
import secrets
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SessionInterface
from itsdangerous import BadSignature, URLSafeSerializer

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
NOTICES = "_flashes"
CSRF = "csrf_token"


class BrowserSession(SecureCookieSession):
    """What Flask calls the session; the token is the only thing in it that lasts."""

    def __init__(self, token: str, csrf_secret: str, notices: list[Any]) -> None:
        super().__init__({CSRF: csrf_secret, **({NOTICES: notices} if notices else {})})
        self.token = token
        self.had_notices = bool(notices)
        self.is_used = False

    def __getitem__(self, key: str) -> Any:
        self.is_used = self.is_used or key == CSRF
        return super().__getitem__(key)


class BrowserSessions(SessionInterface):
    """Opens and saves the two cookies."""

    def open_session(self, app: Flask, request: Request) -> BrowserSession:
        sent = request.cookies.get(_name(app), "")
        token = sent if TOKEN.fullmatch(sent) else secrets.token_urlsafe(32)
        return BrowserSession(token, csrf_secret(app, token), _notices(app, request))

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        notices = session.get(NOTICES)
        if not session.is_used and not notices and not session.had_notices:
            return
        response.vary.add("Cookie")
        options = self._options(app)
        response.set_cookie(_name(app), session.token, **options)
        if notices:
            response.set_cookie(_notice_name(app), _serializer(app).dumps(notices), **options)
        elif session.had_notices:
            response.delete_cookie(_notice_name(app), path="/", secure=options["secure"], samesite="Lax", httponly=True)

    def _options(self, app: Flask) -> dict[str, Any]:
        return {"secure": app.config["SESSION_COOKIE_SECURE"], "httponly": True, "samesite": "Lax", "path": "/"}


def replace_token(app: Flask, session: Any, token: str) -> None:
    """Make the browser hold another token from this response on, and with it another CSRF secret."""
    session.token = token
    session[CSRF] = csrf_secret(app, token)
    session.is_used = True


def csrf_secret(app: Flask, token: str) -> str:
    """Return the CSRF secret that belongs to a browser's token."""
    return hmac.new(str(app.secret_key).encode(), b"csrf:" + token.encode(), "sha256").hexdigest()


def _name(app: Flask) -> str:
    name: str = app.config["SESSION_COOKIE_NAME"]
    return name


def _notice_name(app: Flask) -> str:
    return _name(app) + "-notice"


def _serializer(app: Flask) -> URLSafeSerializer:
    return URLSafeSerializer(str(app.secret_key), salt="notices")


def _notices(app: Flask, request: Request) -> list[Any]:
    try:
        loaded = _serializer(app).loads(request.cookies.get(_notice_name(app), ""))
    except BadSignature:
        return []
    return [tuple(notice) for notice in loaded]
