"""Two addresses for machines: is everything well, and can this process serve. Neither says anything about anybody."""

import re
from functools import cache
from pathlib import Path

import orjson
from flask import Flask, Response, current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from config import ROOT
from portal import db
from portal.access import guard, looks
from portal.notifications import queries as notifications

# SQLite before this can corrupt a write-ahead log that several processes write (https://sqlite.org/wal.html).
FIRST_SOUND_SQLITE = (3, 51, 3)
_VERSIONS = ROOT / "migrations" / "versions"


def alive() -> Response:
    """Answer 200 where all is well; 503 where staff have to do something: database, disk, worker or mail."""
    try:
        db.begin(write=False)
        mail = notifications.health(guard.at())
    except (SQLAlchemyError, db.Busy):
        return _answer(database=False)
    return _answer(database=True, writable=not looks.are_waiting(), worker=mail.is_alive, mail=mail.mail_flows)


def ready() -> Response:
    """Answer 200 where this process can serve: the database answers and has the tables this code expects."""
    try:
        db.begin(write=False)
        found = set(db.session.scalars(text("SELECT version_num FROM alembic_version")))
    except (SQLAlchemyError, db.Busy):
        return _answer(database=False)
    is_sound = db.db.engine.dialect.name != "sqlite" or db.sqlite_version() >= FIRST_SOUND_SQLITE
    return _answer({"library": "sound" if is_sound else "old"}, database=True, migrated=found == newest(_VERSIONS))


@cache
def newest(folder: Path) -> frozenset[str]:
    """Return the revisions that no other one follows; read from the files, because importing Alembic costs 37 MB."""
    texts = [path.read_text() for path in folder.glob("*.py")]
    revisions = {found for source in texts for found in re.findall(r'^revision\b.*= "(\w+)"', source, re.MULTILINE)}
    followed = {found for source in texts for found in re.findall(r'^down_revision\b.*= "(\w+)"', source, re.MULTILINE)}
    return frozenset(revisions - followed)


def _answer(notes: dict[str, str] | None = None, **parts: bool) -> Response:
    well = all(parts.values())
    body = orjson.dumps({"status": "ok" if well else "trouble", **parts, **(notes or {})})
    return current_app.response_class(body, 200 if well else 503, mimetype="application/json")


def register(app: Flask) -> None:
    """Give the app the two addresses."""
    app.add_url_rule("/healthz", "health.alive", guard.public(alive))
    app.add_url_rule("/readyz", "health.ready", guard.public(ready))
