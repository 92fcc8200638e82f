"""What every measurement stands on: durable databases, the shipped server, and a client that counts."""

import http.client
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import flask_migrate
import psycopg

from config import ROOT, Config
from portal import db
from portal.app import create_app
from portal.clinic import queries as clinic
from tests import postgresql
from tests.server import SECRET

DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


@contextmanager
def database(kind: str) -> Iterator[tuple[str, Path]]:
    """Give a migrated database of one kind, durable as in production, and a folder; both go with the block."""
    folder = Path(tempfile.mkdtemp(prefix="interval-bench-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        if kind == "sqlite":
            url = f"sqlite:///{folder / 'bench.sqlite3'}"
        else:
            address = postgresql.start(folder)
            with psycopg.connect(address, autocommit=True) as connection:
                for setting in DURABLE:
                    connection.execute(f"ALTER SYSTEM SET {setting} = on")
                connection.execute("SELECT pg_reload_conf()")
            url = address.replace("postgresql://", "postgresql+psycopg://", 1)
        migrate(url, folder)
        yield url, folder
    finally:
        postgresql.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


def migrate(url: str, folder: Path) -> None:
    """Bring an empty database to today's schema, in a process of its own."""
    command = "import sys; from bench import stand; stand.migrate_here(*sys.argv[1:])"
    subprocess.run([sys.executable, "-c", command, url, str(folder)], cwd=ROOT, check=True)


def migrate_here(url: str, folder: str) -> None:
    """Bring an empty database to today's schema."""
    app = create_app(settings(url, folder))
    with app.app_context():
        flask_migrate.upgrade(directory=str(ROOT / "migrations"))


def settings(url: str, folder: str) -> Config:
    """Return the settings the measured server runs under."""
    return Config(secret_key=SECRET, database_url=url, base_url="http://127.0.0.1", instance_path=folder)


@contextmanager
def application(url: str, folder: Path) -> Iterator[None]:
    """Open the portal's own way to the database, for writing what is measured."""
    clinic.forget()
    app = create_app(settings(url, str(folder)))
    with app.app_context():
        yield
        db.session.remove()
        db.db.engine.dispose()


@dataclass(frozen=True, slots=True)
class Request:
    """One request to be sent, with its headers and body ready."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


@dataclass(slots=True)
class Round:
    """What one round of load came to: answers a second and seconds an answer."""

    seconds: float
    latencies: list[float]
    wrong: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    @property
    def p99(self) -> float:
        """The time within which 99 of 100 answers came, in seconds."""
        return statistics.quantiles(self.latencies, n=100)[98]


def load(address: str, make: Callable[[int, int], Request], *, seconds: float, clients: int, status: int) -> Round:
    """Send requests from several clients for some time, each waiting for its answer before the next.

    Args:
        address: the server.
        make: returns the n-th request of a client.
        seconds: how long.
        clients: how many at once.
        status: what every answer must be.
    """
    result, lock = Round(seconds, []), threading.Lock()

    def run(client: int) -> None:
        latencies, wrong = drive(address, lambda number: make(client, number), until, status)
        with lock:
            result.latencies += latencies
            result.wrong += wrong

    until = time.perf_counter() + seconds
    threads = [threading.Thread(target=run, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if result.wrong:
        raise RuntimeError(f"{result.wrong} answers were not {status}; this measures nothing")
    return result


def drive(address: str, make: Callable[[int], Request], until: float, status: int) -> tuple[list[float], int]:
    """Send one client's requests over one connection; return the seconds each took, and how many went wrong."""
    host = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(str(host.hostname), host.port, timeout=30)
    latencies, wrong, number = [], 0, 0
    while time.perf_counter() < until:
        request = make(number)
        number += 1
        begun = time.perf_counter()
        connection.request(request.method, request.path, request.body, request.headers)
        answer = connection.getresponse()
        answer.read()
        latencies.append(time.perf_counter() - begun)
        wrong += answer.status != status
    connection.close()
    return latencies, wrong
