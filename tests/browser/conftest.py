"""A real Chromium against the real server: every page it opens is held to the same rules."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from portal import db
from portal.accounts import passwords
from portal.app import create_app
from portal.clinic import queries as clinic_queries
from portal.clinic.models import Clinic
from portal.review import service as review
from tests import cast as people
from tests import chromium, databases, server
from tests.cast import NOW, PASSWORD, ZONE, Cast, Person
from tests.conftest import settings

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@dataclass
class Live:
    """The running portal with its cast; `app` reaches the same database from the test."""

    address: str
    app: Flask
    cast: Cast


@dataclass
class Window:
    """One browser window and everything that must not happen in it."""

    page: Page
    address: str
    wrong: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note script errors, console errors (a refused style or script is one) and requests to other hosts."""
        self.page.on("pageerror", lambda error: self.wrong.append(f"script error: {error}"))
        self.page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)
        self.page.on("request", lambda request: self._check(request.url))

    def _check(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:", "about:")):
            self.wrong.append(f"asked another host: {url}")

    def open(self, path: str) -> Page:
        """Go to a page of the portal."""
        self.page.goto(self.address + path)
        return self.page

    def sign_in(self, person: Person) -> Page:
        """Sign in through the page, as a person would."""
        self.open("/sign-in")
        self.page.get_by_label("Email").fill(person.email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        return self.page


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium_browser(playwright: Playwright) -> Iterator[Browser]:
    running = playwright.chromium.launch(executable_path=chromium.path(), args=list(chromium.FLAGS))
    yield running
    running.close()


@pytest.fixture
def kind() -> str:
    """Browser journeys run on SQLite; the ones that name PostgreSQL override this."""
    return "sqlite"


@pytest.fixture
def live(kind: str, tmp_path: Path) -> Iterator[Live]:
    """The shipped server on a fresh database with the cast in it."""
    with databases.fresh(kind, tmp_path) as url:
        clinic_queries.forget()
        app = create_app(settings(url, tmp_path))
        with app.app_context():
            clinic = db.session.get_one(Clinic, 1)
            clinic.display_name, clinic.time_zone, clinic.country = "Harbour Clinic", ZONE, "US"
            cast = people.assemble(password_hash=passwords.hash_password(PASSWORD))
            review.refresh([cast.ada.own_id, cast.dot.own_id], at=NOW)
            db.session.commit()
            db.session.remove()
            with server.running(url, tmp_path) as address:
                yield Live(address, app, cast)
            db.session.remove()
            db.db.engine.dispose()


@pytest.fixture
def window(chromium_browser: Browser, live: Live) -> Iterator[Callable[..., Window]]:
    """Return a function that opens a window: `window()` a phone, `window(DESK, color_scheme="dark")` a dark desk."""
    contexts: list[BrowserContext] = []
    windows: list[Window] = []

    def opened(size: dict[str, int] = PHONE, **options: Any) -> Window:
        context = chromium_browser.new_context(
            viewport={"width": size["width"], "height": size["height"]}, timezone_id=ZONE, locale="en-US", **options
        )
        contexts.append(context)
        found = Window(context.new_page(), live.address)
        found.page.set_default_timeout(10_000)
        found.watch()
        windows.append(found)
        return found

    yield opened
    for context in contexts:
        context.close()
    assert not [wrong for one in windows for wrong in one.wrong]


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where pages are kept as pictures, for people to look at after a run."""
    folder = Path(__file__).resolve().parents[2] / "instance" / "screenshots"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
