"""Two addresses for machines: is everything well, and can this process serve. Neither says anything about anybody."""

from functools import cache

import orjson
from flask import Flask, Response, current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal import db, doctor
from portal.access import guard, looks
from portal.notifications import queries as notifications


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
        found = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    except (SQLAlchemyError, db.Busy):
        return _answer(database=False)
    is_risky = db.db.engine.dialect.name == "sqlite" and doctor.has_risky_sqlite()
    return _answer({"library": "old" if is_risky else "sound"}, database=True, migrated=found == _expected())


@cache
def _expected() -> str:
    return doctor.newest_migration()


def _answer(notes: dict[str, str] | None = None, **parts: bool) -> Response:
    well = all(parts.values())
    body = orjson.dumps({"status": "ok" if well else "trouble", **parts, **(notes or {})})
    return current_app.response_class(body, 200 if well else 503, mimetype="application/json")


def register(app: Flask) -> None:
    """Give the app the two addresses."""
    app.add_url_rule("/healthz", "health.alive", guard.public(alive))
    app.add_url_rule("/readyz", "health.ready", guard.public(ready))
