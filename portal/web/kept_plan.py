"""The cookie by which a phone that keeps a copy of a plan knows itself; it opens nothing and says nothing."""

from datetime import timedelta

from flask import Flask, Response, current_app, request

_FOR = timedelta(days=400)
"""As long as browsers keep a cookie; each contact renews it."""


def token() -> str:
    """Return this browser's token; "" where it keeps no copy."""
    return request.cookies.get(_name(), "")


def remember(response: Response, kept_as: str) -> None:
    """Let the browser know itself by a token from now on."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(_name(), kept_as, max_age=_FOR, secure=secure, httponly=True, samesite="Lax", path="/")


def forget(response: Response) -> None:
    """Take the token from the browser."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.delete_cookie(_name(), secure=secure, httponly=True, samesite="Lax", path="/")


def register(app: Flask) -> None:
    """Let the layouts ask whether this browser keeps a copy, without asking the database."""
    app.jinja_env.globals["keeps_plan"] = lambda: bool(token())


def _name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-plan"
