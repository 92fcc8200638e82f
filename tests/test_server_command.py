"""`script/server`, as a new user runs it."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from config import ROOT
from portal.demo.people import STORIES
from tests import databases
from tests.server import free_port

PATIENCE_SECONDS = 180
PEOPLE = ("ada", "bea", "cal", "dot", "nia", "eve")


class Started:
    """A running `script/server`, in a process group that holds all it starts but the two it serves with."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port, self.told = free_port(), folder / "told.log"
        values = {
            "PATH": os.environ["PATH"],
            "INSTANCE_PATH": str(folder / "instance"),
            "PORT": str(self.port),
        } | settings
        with self.told.open("wb") as out:
            self.process = subprocess.Popen(
                ["script/server"], cwd=ROOT, env=values, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )

    def until(self, words: str) -> str:
        """Return what was said once it has the words in it."""
        until = time.monotonic() + PATIENCE_SECONDS
        while words not in self.told.read_text():
            assert self.process.poll() is None, self.told.read_text()
            assert time.monotonic() < until, self.told.read_text()
            time.sleep(0.05)
        return self.told.read_text()

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def is_gone(self) -> bool:
        """Return whether nothing listens any more, waiting a little for it."""
        until = time.monotonic() + PATIENCE_SECONDS
        while self.answers() and time.monotonic() < until:
            time.sleep(0.05)
        return not self.answers()


@contextmanager
def started(folder: Path, **settings: str) -> Iterator[Started]:
    server = Started(folder, **settings)
    try:
        yield server
    finally:
        server.process.terminate()
        ended = server.process.wait(timeout=PATIENCE_SECONDS)
    assert ended == 0
    assert server.is_gone()


def count(url: str, table: str) -> int:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)  # noqa: S608


def test_the_first_start_shows_a_demo_clinic_and_the_second_keeps_it(tmp_path: Path) -> None:
    with started(tmp_path, DEMO_PASSWORD="chosen by the person who starts it") as server:
        printed = tmp_path / "instance" / "printed-mail.txt"
        told = server.until(str(printed))
        last = told[told.index("Interval is at") :].split("\n\n")[0].splitlines()
        assert f"http://127.0.0.1:{server.port}" in last[0]
        assert all(f"{name}@interval.example" in "".join(last[1:-1]) for name in PEOPLE)
        assert last[-1].strip() == "password: chosen by the person who starts it"
        assert printed.exists()
        assert urlopen(f"http://127.0.0.1:{server.port}/sign-in").status == 200
    instance = tmp_path / "instance"
    patients = count(f"sqlite:///{instance / 'interval.sqlite3'}", "patients")
    assert patients == len(STORIES) == 9
    assert instance.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in instance.iterdir())
    secret = (instance / "secret-key").read_text()
    with started(tmp_path) as server:
        assert "Writing the demo clinic" not in server.until("Interval is at")
    assert count(f"sqlite:///{instance / 'interval.sqlite3'}", "patients") == patients
    assert (instance / "secret-key").read_text() == secret


def test_nothing_is_invented_in_a_database_that_somebody_named(kind: str, tmp_path: Path) -> None:
    with databases.fresh(kind, tmp_path) as url:
        settings = {"DATABASE_URL": url.replace("+psycopg", ""), "SECRET_KEY": "k" * 48}
        with started(tmp_path, **settings) as server:
            assert "@interval.example" not in server.until("Interval is at")
        assert count(url, "users") == 0
        assert not (tmp_path / "instance" / "secret-key").exists()


def test_a_half_written_demo_is_put_aside_and_begun_again(tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    instance.mkdir(mode=0o700)
    (instance / "interval.sqlite3").write_bytes(b"half a demo")
    (instance / "demo-unfinished").touch()
    with started(tmp_path) as server:
        assert "starting it afresh" in server.until("password:")
    assert (instance / "unfinished.sqlite3").read_bytes() == b"half a demo"
    assert count(f"sqlite:///{instance / 'interval.sqlite3'}", "users") > len(PEOPLE)


def refusal(folder: Path, **settings: str) -> str:
    server = Started(folder, **settings)
    assert server.process.wait(timeout=PATIENCE_SECONDS) == 1
    return server.told.read_text()


def test_a_port_in_use_is_said_plainly_and_another_is_offered(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = refusal(tmp_path, PORT=str(port))
    assert f"Cannot listen on 127.0.0.1 port {port}" in told
    assert f"PORT={port + 1}" in told
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"DATABASE_URL": "sqlite:////nonexistent/x.sqlite3"}, "SECRET_KEY must hold"),
        ({"HOST": "0.0.0.0"}, "SECRET_KEY must hold"),  # noqa: S104
        ({"HOST": "0.0.0.0", "SECRET_KEY": "k" * 48}, "served over https only"),  # noqa: S104
    ],
)
def test_beyond_a_demo_on_this_machine_nothing_is_made_up(
    settings: dict[str, str], reason: str, tmp_path: Path
) -> None:
    assert reason in refusal(tmp_path, **settings)
    assert not (tmp_path / "instance" / "secret-key").exists()


@pytest.mark.parametrize("victim", ["gunicorn", "worker"])
def test_where_one_of_the_two_dies_the_other_is_stopped(victim: str, tmp_path: Path) -> None:
    with databases.fresh("sqlite", tmp_path) as url:
        server = Started(tmp_path, DATABASE_URL=url, SECRET_KEY="k" * 48)
        server.until("Interval is at")
        children = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid=,command="], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        own = [line.split(None, 2) for line in children]
        (pid,) = (pid for pid, parent, command in own if int(parent) == server.process.pid and victim in command)
        os.kill(int(pid), signal.SIGKILL)
        assert server.process.wait(timeout=PATIENCE_SECONDS) == 1
        assert "stopped by itself" in server.told.read_text()
        assert server.is_gone()


def test_where_the_command_itself_is_killed_nothing_lives_on(tmp_path: Path) -> None:
    with databases.fresh("sqlite", tmp_path) as url:
        server = Started(tmp_path, DATABASE_URL=url, SECRET_KEY="k" * 48)
        server.until("Interval is at")
        server.process.kill()
        server.process.wait()
        assert server.is_gone()
