"""A patient's pages in Spanish: every one they can open is asked for, and nothing on them has to be said in English."""

import uuid
from collections.abc import Callable, Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from babel.support import Translations
from flask import Flask

from portal import db
from portal.accounts.models import User
from portal.messaging import service as messaging
from tests.cast import NOW, Cast
from tests.page import Browser

Open = Callable[..., Browser]
MOST = 150
"""Pages that are looked at; a list leads to many of one kind."""


@pytest.fixture
def kind() -> str:
    """One database: what is said does not depend on it."""
    return "sqlite"


@pytest.fixture
def unsaid(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """What was looked up in Spanish and not found."""
    missing: set[str] = set()
    singular, plural = Translations.gettext, Translations.ngettext

    def gettext(self: Translations, message: str) -> str:
        if vars(self)["domain"] == "messages" and message not in self._catalog:
            missing.add(message)
        return str(singular(self, message))

    def ngettext(self: Translations, one: str, many: str, count: int) -> str:
        if vars(self)["domain"] == "messages" and (one, 0) not in self._catalog:
            missing.add(one)
        return str(plural(self, one, many, count))

    for name, method in (("gettext", gettext), ("ugettext", gettext), ("ngettext", ngettext), ("ungettext", ngettext)):
        monkeypatch.setattr(Translations, name, method)
    return missing


def walk(client: Browser, start: str) -> Iterator[str]:
    """Open every page that links lead to from the start, as far as they are ours; yield their addresses."""
    waiting, seen = [start], {start}
    while waiting and len(seen) < MOST:
        path = waiting.pop(0)
        answer = client.open(path)
        for _ in range(3):
            if answer.status_code in {302, 303}:
                answer = client.open(urljoin(path, answer.headers["Location"]))
        if answer.mimetype != "text/html":
            continue
        yield path
        page = client.land(answer, answer.status_code)
        for link in page.find("a"):
            href = urlsplit(urljoin(path, link.get("href", "")))
            found = href.path + (f"?{href.query}" if href.query else "")
            if not href.scheme and not href.netloc and found not in seen:
                seen.add(found)
                waiting.append(found)


def test_nothing_has_to_be_said_in_english(app: Flask, cast: Cast, browser: Open, unsaid: set[str]) -> None:
    db.session.get_one(User, cast.ada.user_id).language = "es"
    ada, words = cast.ada, {"subject": "Una pregunta", "body": "¿Puedo comer antes?"}
    thread = messaging.start_thread(ada.own_id, **words, submission_id=uuid.uuid4(), by=ada.actor, at=NOW)
    db.session.commit()
    opened = list(walk(browser(cast.ada), "/"))
    assert len(opened) > 15
    assert any(str(thread) in path for path in opened)
    assert unsaid == set()


@pytest.mark.parametrize("path", ["/sign-in", "/password/forgotten", "/help", "/leaving", "/left", "/no-such-page"])
def test_pages_without_signing_in_are_in_spanish(browser: Open, unsaid: set[str], path: str) -> None:
    answer = browser().open(path, headers={"Accept-Language": "es-US,es;q=0.9"})
    assert '<html lang="es">' in answer.text
    assert unsaid == set()
