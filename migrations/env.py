"""How Alembic reaches the portal's database and tables."""

import importlib

from alembic import context
from flask import current_app

from portal.db import Base

ROOMS = (
    "audit",
    "clinic",
    "notifications",
    "accounts",
    "instruments",
    "patients",
    "safety",
    "treatment",
    "checkins",
    "messaging",
    "review",
)

for room in ROOMS:
    importlib.import_module(f"portal.{room}.models")


def run() -> None:
    """Migrate over one connection, in one transaction where the database allows it."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Interval migrates a database it can reach; there is no offline mode.")
run()
