"""What every test stands on: the migrated schema on both databases, the cast, and a frozen clock."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Playwright, sync_playwright
from sqlalchemy import event

from config import Config
from portal import db
from portal.accounts import passwords, sessions
from portal.accounts.models import User
from portal.app import create_app, heed
from portal.clinic import queries as clinic_queries
from portal.clinic.models import Clinic
from portal.instruments import catalogue
from portal.review import service as review
from portal.safety.ruleset import queries as safety_rules
from tests import cast as people
from tests import chromium, databases
from tests.cast import NOW, ZONE, Cast, Person
from tests.page import Browser
from tests.server import SECRET

KINDS = ("sqlite", "postgresql")
# How long an example takes says how busy the machine is, and nothing about the code.
TOO_SLOW = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile("any-machine", deadline=None, suppress_health_check=TOO_SLOW)
hypothesis.settings.load_profile("any-machine")
_assembled: dict[str, tuple[Flask, dict[str, Any]]] = {}


def pytest_configure(config: pytest.Config) -> None:
    databases.open_run(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    databases.share_run(node)


def pytest_unconfigure() -> None:
    databases.close_run()


def settings(url: str, folder: Path, **changed: Any) -> Config:
    """Return the settings tests run under: cheap password hashes, everything else as shipped."""
    values: dict[str, Any] = {
        "secret_key": SECRET,
        "database_url": url,
        "base_url": "http://localhost",
        "instance_path": str(folder),
        "argon2_time_cost": 1,
        "argon2_memory_kib": 8,
    }
    return Config(**values | changed)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The database of this run of the test; every test that touches one runs on both."""
    return str(request.param)


@pytest.fixture
def database_url(kind: str) -> Iterator[str]:
    """A fresh migrated database."""
    with databases.fresh(kind, databases.own_folder()) as url:
        yield url


@pytest.fixture
def frozen() -> Iterator[time_machine.Traveller]:
    """The clock, stopped at `NOW`; `move_to` and `shift` turn it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def assemble(config: Config) -> Flask:
    """Return an app made anew."""
    portal = create_app(config)
    portal.jinja_env.bytecode_cache = databases.compiled_templates()
    return portal


def assemble_once(config: Config) -> Flask:
    """Return the app of a database, with settings as if it had been made anew, which takes longer than most tests."""
    if config.database_url not in _assembled:
        portal = assemble(config)
        _assembled[config.database_url] = portal, dict(portal.config)
        return portal
    portal, at_first = _assembled[config.database_url]
    portal.config.clear()
    portal.config.update(at_first, INTERVAL=config)
    heed(portal, config)
    return portal


@pytest.fixture
def assembled() -> Callable[[Config], Flask]:
    """How a test comes by its app; whoever changes more of one than its settings wants `assemble`."""
    return assemble_once


@pytest.fixture
def app(
    database_url: str, tmp_path: Path, frozen: time_machine.Traveller, assembled: Callable[[Config], Flask]
) -> Iterator[Flask]:
    """The portal on a fresh database, with an application context open for the test's own reading and writing."""
    clinic_queries.forget()
    catalogue.forget()
    safety_rules.forget()
    portal = assembled(settings(database_url, tmp_path))
    with portal.app_context():
        clinic = db.session.get_one(Clinic, 1)
        clinic.display_name, clinic.time_zone, clinic.country = "Harbour Clinic", ZONE, "US"
        db.session.commit()
        yield portal
        db.session.rollback()
        db.session.remove()
        db.db.engine.dispose()


@pytest.fixture
def cast(app: Flask) -> Cast:
    """The six people, in the database."""
    found = people.assemble(password_hash=passwords.hash_password(people.PASSWORD))
    review.refresh([found.ada.own_id, found.dot.own_id], at=NOW)
    db.session.commit()
    return found


@pytest.fixture
def browser(app: Flask) -> Callable[..., Browser]:
    """Return a page-checking browser: signed in as a person, or as nobody."""

    def signed_in(person: Person | None = None) -> Browser:
        client = app.test_client()
        if person is not None:
            user = db.session.get_one(User, person.user_id)
            token = sessions.start(user, at=NOW, device="a test")
            db.session.commit()
            client.set_cookie("interval", token)
        return Browser(client)

    return signed_in


@pytest.fixture
def key() -> Callable[[], str]:
    """Return a fresh submission id."""
    return lambda: str(uuid.uuid4())


@pytest.fixture
def queries_of(app: Flask) -> Callable[[Callable[[], Any]], int]:
    """Return a function that says how many statements something takes, those about the connection left out."""
    about_the_connection = ("PRAGMA", "BEGIN", "SET ", "SHOW", "SELECT pg_catalog", "select pg_catalog", "SAVEPOINT")

    def count(action: Callable[[], Any]) -> int:
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if not statement.startswith(about_the_connection):
                seen.append(statement)

        event.listen(db.db.engine, "before_cursor_execute", note)
        try:
            action()
        finally:
            event.remove(db.db.engine, "before_cursor_execute", note)
        return len(seen)

    return count


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium_browser(playwright: Playwright) -> Iterator[Chromium]:
    running = playwright.chromium.launch(executable_path=chromium.path(), args=list(chromium.FLAGS))
    yield running
    running.close()
