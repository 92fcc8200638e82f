"""The portal as it runs for people, with the cast in it, for tests that come from outside."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import make_url

from config import ROOT
from portal import clock, db
from portal.accounts import passwords
from portal.app import create_app
from portal.checkins import planning
from portal.clinic import queries as clinic_queries
from portal.clinic.models import Clinic
from portal.review import service as review
from tests import cast as people
from tests import databases, server
from tests.cast import PASSWORD, ZONE, Cast
from tests.conftest import settings

# A whole number of fortnights, so that everything is due today.
ASKED_FOR = timedelta(days=28)
KEPT = "kept.sqlite3"


@dataclass(frozen=True, slots=True)
class Live:
    """The running portal with its cast."""

    address: str
    app: Flask
    cast: Cast
    folder: Path
    database_url: str

    def keep(self) -> None:
        """Remember how the database is now."""
        _copy(self.app, self._file, self.folder / KEPT)

    def begin_anew(self) -> None:
        """Put the database back to how `keep` found it, while the server runs on; SQLite only."""
        (self.folder / "looks-waiting.jsonl").unlink(missing_ok=True)
        _copy(self.app, self.folder / KEPT, self._file)

    @property
    def _file(self) -> Path:
        return Path(str(make_url(self.database_url).database))

    @contextmanager
    def reach(self) -> Iterator[None]:
        """Reach the same database from the test; what is written is kept when the block ends."""
        with self.app.app_context():
            db.begin(write=True)
            yield
            db.session.commit()

    def let_clinic_be_forgotten(self) -> None:
        """Wait until no process remembers the clinic as it was before the test changed it."""
        time.sleep(clinic_queries.REMEMBERED_SECONDS + 0.5)

    def send_mail(self) -> str:
        """Let the worker send what waits, and return everything it sent as one text."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi:app", "worker", "--once"]
        wanted = server.environment(self.database_url, self.folder, self.address) | {"MAIL_URL": "console:"}
        done = subprocess.run(command, cwd=ROOT, env=os.environ | wanted, capture_output=True, text=True, check=True)
        return done.stdout


@contextmanager
def running(kind: str, folder: Path, *, workers: int = 1, app: str = "wsgi:app") -> Iterator[Live]:
    """Serve a fresh database with the cast in it until the block ends; Ada and Dot have been asked for four weeks.

    Args:
        kind: "sqlite" or "postgresql".
        folder: where the portal keeps its files.
        workers: processes.
        app: what gunicorn loads.
    """
    with databases.fresh(kind, folder) as url:
        clinic_queries.forget()
        portal = create_app(settings(url, folder))
        with portal.app_context():
            cast = _furnish()
        with server.running(url, folder, workers=workers, app=app) as address:
            running = Live(address, portal, cast, folder, url)
            if kind == "sqlite":
                running.keep()
            yield running
        with portal.app_context():
            db.db.engine.dispose()


def _copy(app: Flask, source: Path, target: Path) -> None:
    """Copy a SQLite database that is in use over another one that is, row for row, triggers and all."""
    with app.app_context():
        library: Any = db.db.engine.dialect.loaded_dbapi
    with closing(library.connect(source)) as from_here, closing(library.connect(target)) as to_there:
        from_here.backup(to_there)


def _furnish() -> Cast:
    at, before = clock.now(), clock.now() - ASKED_FOR
    clinic = db.session.get_one(Clinic, 1)
    clinic.display_name, clinic.time_zone, clinic.country = "Harbour Clinic", ZONE, "US"
    cast = people.assemble(password_hash=passwords.hash_password(PASSWORD))
    for patient, provider in ((cast.ada, cast.bea), (cast.dot, cast.cal)):
        planning.start_default_plan(patient.own_id, (), by=provider.actor, at=before)
    review.refresh([cast.ada.own_id, cast.dot.own_id], at=at)
    db.session.commit()
    return cast
