"""The front door: checking a password without holding up writers, and letting a browser in."""

import math
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import Response, current_app, g, redirect, request
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.exc import SQLAlchemyError

from config import Config
from portal import clock, db
from portal.access import guard
from portal.accounts import devices, passwords, queries, signing_in, throttle, tokens
from portal.accounts.models import TokenPurpose
from portal.accounts.signing_in import Outdated
from portal.accounts.throttle import Door
from portal.safety.plan import keeping
from portal.web import kept_plan, speaking, unsent
from portal.web.session import TOKEN, replace_token

LONGEST_WAIT_SAID = 120
RESET_SECONDS = 0.2


class TooEarly(Exception):
    """Too many passwords were tried; as text, it says so to whoever tries."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(wait)
        self.minutes = math.ceil(wait / timedelta(minutes=1))

    def __str__(self) -> str:
        if self.minutes > LONGEST_WAIT_SAID:
            return str(_("Too many passwords were tried. Set a new one by email, or try again tomorrow."))
        return str(
            ngettext(
                "Too many passwords were tried. Set a new one by email, or wait %(num)s minute.",
                "Too many passwords were tried. Set a new one by email, or wait %(num)s minutes.",
                self.minutes,
            )
        )


@dataclass(frozen=True, slots=True)
class Checked:
    """A password that was right: whose, the hash it fits, and the hash to keep from now on."""

    user_id: UUID
    verified: str
    stored: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link that works: what it says in the address, and whom it lets in."""

    words: str
    purpose: TokenPurpose
    name: str
    email: str


def keys() -> list[str]:
    """Return the portal's secret keys, newest first."""
    config: Config = current_app.config["INTERVAL"]
    return [config.secret_key, *config.secret_key_fallbacks]


def check_password(email: str, password: str) -> Checked | None:
    """Return whose password this is; None where it is wrong, or nobody can sign in with that address.

    The try is on record before the slow check, which runs in a reading transaction; a new writing one follows.

    Raises:
        TooEarly: too many passwords were tried.
    """
    with db.short_write():
        wait = throttle.knock(here(email), now=guard.at())
        if wait:
            signing_in.refuse(None, was_too_early=True, address=_address(), at=guard.at())
    if wait:
        raise TooEarly(wait)
    found = queries.get_credentials(email)
    right = passwords.verify(found.password_hash if found else None, password)
    stored = _at_today_s_cost(found.password_hash, password) if found and right else ""
    db.begin(write=True)
    if found and right:
        return Checked(found.user_id, found.password_hash, stored)
    signing_in.refuse(found.user_id if found else None, was_too_early=False, address=_address(), at=guard.at())
    return None


def sign_in(email: str, password: str) -> str:
    """Open a session and return its token.

    Raises:
        TooEarly: too many passwords were tried.
        Outdated: the password is wrong, or nobody can sign in with that address.
    """
    checked = check_password(email, password)
    if checked is None:
        raise Outdated
    return signing_in.sign_in(
        checked.user_id,
        verified=checked.verified,
        stored=checked.stored,
        device=_device(),
        address=_address(),
        ended=_held_session(),
        at=guard.at(),
    )


def change_password(email: str, current: str, password: str) -> None:
    """Set another password for whoever is signed in; the browser gets another token.

    Raises:
        TooEarly: too many passwords were tried.
        Outdated: the current one is wrong.
    """
    checked = check_password(email, current)
    if checked is None:
        raise Outdated
    hashed = _hash(password)
    token = signing_in.change_password(guard.actor(), verified=checked.verified, password_hash=hashed, at=guard.at())
    replace_token(current_app, guard.browser(), token)


def request_reset(email: str) -> None:
    """Send a link for a new password, if an active account has this address; it takes as long where none has."""
    until = clock.tick() + RESET_SECONDS
    with db.short_write():
        signing_in.request_reset(email, address=_address(), at=guard.at())
    time.sleep(max(0.0, until - clock.tick()))


def open_link(words: str, purpose: TokenPurpose) -> Link:
    """Return what a link opens, without using it up; the request may only read until the link is used.

    Raises:
        Outdated: the link is forged, used, replaced or too old.
    """
    db.begin(write=False)
    found = tokens.find(words, purpose, keys=keys(), at=guard.at())
    if found is None:
        raise Outdated
    speaking.use_link_of(found[1].language)
    return Link(words, purpose, found[1].name, found[1].email)


def reset(link: Link, password: str) -> None:
    """Set a new password by a link.

    Raises:
        Outdated: the link was used in the meantime.
    """
    hashed = _hash(password)
    signing_in.reset(link.words, keys=keys(), password_hash=hashed, address=_address(), at=guard.at())
    throttle.clear(here(link.email))


def accept(link: Link, password: str) -> str:
    """Accept an invitation and return the token of the session it opens.

    Raises:
        Outdated: the link was used in the meantime.
    """
    hashed = _hash(password)
    return signing_in.accept(
        link.words,
        keys=keys(),
        password_hash=hashed,
        device=_device(),
        address=_address(),
        ended=_held_session(),
        at=guard.at(),
    )


def let_in(to: str, *, email: str, token: str) -> Response:
    """Give the browser its session, remember it as one its owner uses, and send it on."""
    throttle.open_up(here(email), now=guard.at())
    replace_token(current_app, guard.browser(), token)
    response = current_app.make_response(redirect(to, 303))
    response.set_cookie(
        _device_cookie(),
        _device_token(),
        max_age=throttle.KNOWN_FOR,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


def let_out(to: str) -> Response:
    """Take the session from the browser with everything it stored, and send it on.

    What waits there to be sent, sealed, stays; whoever it belongs to. So does a plan that a patient keeps on this phone
    (ADR 10): the next page clears everything else.
    """
    replace_token(current_app, guard.browser(), secrets.token_urlsafe(32))
    response = current_app.make_response(redirect(to, 303))
    stays = unsent.is_any() or _keeps_plan()
    response.headers["Clear-Site-Data"] = '"cache"' if stays else '"cache", "storage"'
    return response


def _keeps_plan() -> bool:
    """Return whether a plan stays on this phone; while nobody can say, it does."""
    try:
        return keeping.may_keep(kept_plan.token(), at=guard.at())
    except (SQLAlchemyError, db.Busy):
        return bool(kept_plan.token())


def here(email: str) -> Door:
    """Return where this browser stands: before this account, at this address, with this device."""
    return throttle.door(email, address=_address(), device=_device_token(), secret=keys()[0])


def _hash(password: str) -> str:
    """Return what is stored of a password, made while nobody waits to write; a writing transaction follows."""
    db.begin(write=False)
    hashed = passwords.hash_password(password)
    db.begin(write=True)
    return hashed


def _address() -> str:
    return request.remote_addr or ""


def _device() -> str:
    return devices.describe(request.user_agent.string)


def _held_session() -> UUID | None:
    visitor = guard.visitor()
    return visitor.session_id if visitor else None


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
