"""Which language a page speaks: the reader's own, else the one chosen here before, that of a link, or the browser's."""

from collections.abc import Iterator
from dataclasses import replace

from babel.core import negotiate_locale
from flask import Flask, Response, current_app, g, request
from flask_babel import refresh

from portal.access.policy import Actor
from portal.patients import regional

ENGLISH = "en"
CHOSEN_FOR = 365 * 24 * 3600


def known() -> dict[str, str]:
    """Return the languages the portal speaks, each with its name in its own words."""
    found: dict[str, str] = current_app.extensions.get("languages", {})
    return found or {ENGLISH: "English"}


def language() -> str:
    """Return what the reader of this request reads, with their country where dates are written otherwise there."""
    reader: Actor | None = g.get("actor")
    if reader is None:
        return _of_a_stranger()
    own = reader.language if reader.language in known() else ENGLISH
    return regional.locale(own, g.get("own_country") or "")


def use_link_of(code: str) -> None:
    """Speak the language of whoever a link is for, until somebody chooses another one."""
    g.link_language = code
    refresh()


def change_to(code: str) -> None:
    """Speak another language from here on, because the reader has just chosen it as theirs."""
    g.actor = replace(g.actor, language=code)
    refresh()


def remember(response: Response, code: str) -> Response:
    """Let this browser speak a language also before anybody has signed in."""
    options = {"secure": current_app.config["SESSION_COOKIE_SECURE"], "httponly": True, "samesite": "Lax", "path": "/"}
    response.set_cookie(_cookie(), code, max_age=CHOSEN_FOR, **options)
    return response


def choices() -> Iterator[tuple[str, str]]:
    """Yield the other languages a stranger may choose, by code and in their own words; none for who has signed in."""
    if g.get("actor") is None:
        now = _of_a_stranger()
        yield from ((code, name) for code, name in sorted(known().items()) if code != now)


def here() -> str:
    """Return the address of this page, to come back to it; the start where it was not fetched."""
    return request.full_path.rstrip("?") if request.method == "GET" else request.path


def register(app: Flask) -> None:
    """Find out which languages there are, and let the layouts offer them."""
    spoken = app.extensions["babel"].instance
    with app.app_context():
        found = {str(one): str(one.get_display_name()).capitalize() for one in spoken.list_translations()}
    app.extensions["languages"] = found
    app.jinja_env.globals.update(language_choices=choices, this_page=here)
    app.after_request(_speak_on)


def _speak_on(response: Response) -> Response:
    """Keep the reader's language for the pages that do not know who reads, such as signing in again."""
    reader: Actor | None = g.get("actor")
    if reader is not None and reader.language in known() and reader.language != _of_a_stranger():
        remember(response, reader.language)
    return response


def _of_a_stranger() -> str:
    codes = known()
    for wanted in (request.cookies.get(_cookie(), ""), g.get("link_language", "")):
        if wanted in codes:
            return str(wanted)
    asked = [one.replace("-", "_") for one in request.accept_languages.values()]
    return negotiate_locale(asked, sorted(codes)) or ENGLISH


def _cookie() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-language"
