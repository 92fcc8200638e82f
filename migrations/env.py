"""How Alembic reaches the portal's database and tables."""

import importlib

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from portal.db import Base

ROOMS = (
    "audit",
    "clinic",
    "notifications",
    "accounts",
    "instruments",
    "patients",
    "patients.goals",
    "safety",
    *(f"safety.{part}" for part in ("ruleset", "on_call", "chronic", "plan", "silence")),
    "languages",
    "treatment",
    *(
        f"treatment.{part}"
        for part in ("rules", "screening", "orders", "flowsheet", "medication", "events", "monitoring", "preparation")
    ),
    "checkins",
    "checkins.requests",
    "messaging",
    "follow_ups",
    "follow_ups.many",
    "messaging.wording",
    "messaging.attachments",
    "reminders",
    "progress.baseline",
    "review",
    "review.booster",
)

for room in ROOMS:
    importlib.import_module(f"portal.{room}.models")


def run() -> None:
    """Migrate over one connection, in one transaction where the database allows it."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        _let_tables_be_copied(connection)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        _check_what_was_copied(connection)


def _let_tables_be_copied(connection: Connection) -> None:
    """On SQLite some changes copy a table and drop the old one, which rows that refer to it would forbid."""
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")


def _check_what_was_copied(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        cursor = connection.connection.cursor()
        broken = cursor.execute("PRAGMA foreign_key_check").fetchall()
        cursor.execute("PRAGMA foreign_keys=ON")
        if broken:
            raise RuntimeError(f"rows refer to what is not there: {broken[:5]}")


if context.is_offline_mode():
    raise SystemExit("Interval migrates a database it can reach; there is no offline mode.")
run()
