"""The front door: checking a password without holding up writers, and letting a browser in."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import Response, current_app, g, redirect, request

from config import Config
from portal import db
from portal.access import guard
from portal.accounts import devices, passwords, queries, signing_in, throttle
from portal.accounts.throttle import Door
from portal.web.session import TOKEN, replace_token

DEVICE_KNOWN_FOR = throttle.KNOWN_FOR


class TooEarly(Exception):
    """Too many passwords were tried; the next may be tried after `wait`."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(wait)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Checked:
    """A password that was right: whose, the hash it fits, and the hash to keep from now on."""

    user_id: UUID
    verified: str
    stored: str


def keys() -> list[str]:
    """Return the portal's secret keys, newest first."""
    config: Config = current_app.config["INTERVAL"]
    return [config.secret_key, *config.secret_key_fallbacks]


def address() -> str:
    """Return the network address of whoever asks."""
    return request.remote_addr or ""


def device() -> str:
    """Return what the owner of the account will call this browser."""
    return devices.describe(request.user_agent.string)


def held_session() -> UUID | None:
    """Return the live session this browser holds now."""
    visitor = guard.visitor()
    return visitor.session_id if visitor else None


def check_password(email: str, password: str) -> Checked | None:
    """Return whose password this is; None where it is wrong, or nobody can sign in with that address.

    The try is on record before the slow check, which runs in a reading transaction; a new writing one follows.

    Raises:
        TooEarly: too many passwords were tried.
    """
    with db.short_write():
        wait = throttle.knock(here(email), now=guard.at())
    found = queries.get_credentials(email)
    right = not wait and passwords.verify(found.password_hash if found else None, password)
    stored = _at_today_s_cost(found.password_hash, password) if found and right else ""
    db.begin(write=True)
    if found and right:
        return Checked(found.user_id, found.password_hash, stored)
    whose = found.user_id if found else None
    signing_in.refuse(whose, was_too_early=bool(wait), address=address(), at=guard.at())
    if wait:
        raise TooEarly(wait)
    return None


def let_in(to: str, *, email: str, token: str) -> Response:
    """Give the browser its session, remember it as one its owner uses, and send it on."""
    throttle.open_up(here(email), now=guard.at())
    replace_token(current_app, guard.browser(), token)
    response = current_app.make_response(redirect(to, 303))
    response.set_cookie(
        _device_cookie(),
        _device_token(),
        max_age=DEVICE_KNOWN_FOR,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


def let_out(to: str) -> Response:
    """Take the session from the browser with everything it stored, and send it on."""
    replace_token(current_app, guard.browser(), secrets.token_urlsafe(32))
    response = current_app.make_response(redirect(to, 303))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def here(email: str) -> Door:
    """Return where this browser stands: before this account, at this address, with this device."""
    return throttle.door(email, address=address(), device=_device_token(), secret=keys()[0])


def _at_today_s_cost(stored: str, password: str) -> str:
    return passwords.hash_password(password) if passwords.needs_rehash(stored) else stored


def _device_cookie() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-device"


def _device_token() -> str:
    """Return the token by which this browser is known at the door; a new one where it has none."""
    if "device_token" not in g:
        sent = request.cookies.get(_device_cookie(), "")
        g.device_token = sent if TOKEN.fullmatch(sent) else secrets.token_urlsafe(32)
    token: str = g.device_token
    return token
