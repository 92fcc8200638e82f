"""Fresh migrated databases for tests: migrated once a run, copied for each test, on SQLite and on PostgreSQL.

The processes of a run share one folder. Whoever first needs a template makes it, under a lock.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import filelock
import psycopg
import pytest
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from psycopg import sql
from sqlalchemy import make_url

from config import ROOT
from tests import postgresql

ROOM = 4 * 1024**3


@dataclass(frozen=True)
class Copy:
    """A PostgreSQL database that one test at a time may use, and our own way into it."""

    name: str
    url: str
    connection: psycopg.Connection


_folder = Path()
_spare: list[Copy] = []
_keeper: "subprocess.Popen[bytes] | None" = None


def open_run(config: pytest.Config) -> None:
    """Join the folder of this run; the controlling process makes it, and a keeper that outlives it."""
    global _folder, _keeper
    shared = getattr(config, "workerinput", {}).get("run_folder")
    if shared:
        _folder = Path(shared)
        return
    _folder = Path(tempfile.mkdtemp(prefix="interval-tests-", dir=_base()))
    _folder.chmod(0o755)
    _keeper = postgresql.keep(_folder)
    config.option.basetemp = config.option.basetemp or str(_folder / "tests")


def share_run(node: Any) -> None:
    """Tell a worker process the folder of this run."""
    node.workerinput["run_folder"] = str(_folder)


def close_run() -> None:
    """End the run: in the controlling process its databases, its server and its folder go."""
    for copy in _spare:
        copy.connection.close()
    _spare.clear()
    if _keeper is None or _keeper.stdin is None:
        return
    if "TEST_DATABASE_URL" in os.environ and (_folder / "server").exists():
        _drop_all(os.environ["TEST_DATABASE_URL"])
    _keeper.stdin.close()
    _keeper.wait(timeout=60)


def own_folder() -> Path:
    """Return where this process has its database, at the same address in every test."""
    folder = _folder / str(os.getpid())
    folder.mkdir(exist_ok=True)
    return folder


def compiled_templates() -> BytecodeCache:
    """Return where the apps of this run share what they compiled: each test has an app of its own."""
    folder = _folder / "templates"
    folder.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


@contextmanager
def fresh(kind: str, folder: Path) -> Iterator[str]:
    """Give one test a migrated database of its own.

    Args:
        kind: "sqlite" or "postgresql".
        folder: where the test keeps its files.
    """
    if kind == "sqlite":
        for left in folder.glob("test.sqlite3*"):
            left.unlink()
        yield f"sqlite:///{shutil.copyfile(_sqlite_template(), folder / 'test.sqlite3')}"
        return
    copy = _spare.pop() if _spare else _copy(_postgresql_template())
    try:
        yield copy.url
    finally:
        if _reset(copy):
            _spare.append(copy)
        else:
            copy.connection.close()
            _do(_postgresql_template(), "DROP DATABASE {} WITH (FORCE)", copy.name)


def _base() -> str:
    """In memory where it has room, because SQLite waits for the disk at every commit.

    Not TMPDIR: that may lie in a home, which PostgreSQL's own user cannot enter, and be too long for a socket.
    """
    memory = "/dev/shm"  # noqa: S108
    if os.access(memory, os.W_OK):
        found = os.statvfs(memory)
        if not found.f_flag & os.ST_NOEXEC and found.f_bavail * found.f_frsize > ROOM:
            return memory
    return "/tmp"  # noqa: S108


def _sqlite_template() -> Path:
    path = _folder / "template.sqlite3"
    with filelock.FileLock(_folder / "sqlite.lock"):
        if not path.exists():
            building = _folder / "building.sqlite3"
            _migrate(f"sqlite:///{building}")
            building.rename(path)
    return path


def _postgresql_template() -> str:
    ready = _folder / "server"
    with filelock.FileLock(_folder / "postgresql.lock"):
        if not ready.exists():
            server = os.environ.get("TEST_DATABASE_URL") or postgresql.start(_folder)
            _do(server, "CREATE DATABASE {}", _name("template"))
            _migrate(_address(server, _name("template")))
            _prepare_to_reset(server, _name("template"))
            ready.write_text(server)
    return ready.read_text()


def _copy(server: str) -> Copy:
    name = _name(uuid.uuid4().hex[:12])
    _do(server, "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, _name("template"))
    return Copy(name, _address(server, name), _connected(server, name))


def _prepare_to_reset(server: str, name: str) -> None:
    with suppress(psycopg.errors.InsufficientPrivilege), _connected(server, name) as connection:
        connection.execute((ROOT / "tests" / "reset.sql").read_bytes())


def _reset(copy: Copy) -> bool:
    """Return a copy to the state of the template, or say that it cannot be."""
    try:
        return copy.connection.execute("SELECT keeping.reset()").fetchone() == (True,)
    except psycopg.Error:
        return False


def _name(of: str) -> str:
    return f"{_folder.name.replace('-', '_')}_{of}"


def _address(server: str, name: str) -> str:
    url = make_url(server).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)


def _connected(server: str, name: str | None = None) -> psycopg.Connection:
    return psycopg.connect(server, dbname=name, autocommit=True)


def _do(server: str, statement: LiteralString, *names: str) -> None:
    with _connected(server) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _drop_all(server: str) -> None:
    with _connected(server) as connection:
        ours = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [_name("")])
        for (name,) in ours.fetchall():
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _migrate(url: str) -> None:
    """Run the command that a clinic runs, so that tests stand on what it makes."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi:app", "db", "upgrade"]
    settings = {"DATABASE_URL": url, "SECRET_KEY": "for tests only: " + 32 * "k", "INSTANCE_PATH": str(_folder)}
    done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"`flask db upgrade` failed on {url}:\n{done.stdout}{done.stderr}")
