"""The shipped web server on a free port of this machine, for tests that need real HTTP."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import ROOT

START_SECONDS = 30
# A little longer than the server waits for what it is still answering.
STOP_SECONDS = 40
SECRET = "for tests only, forty-eight characters or more…"


def free_port() -> int:
    """Return a port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(database_url: str, folder: Path, *, workers: int = 1, app: str = "wsgi:app") -> Iterator[str]:
    """Serve the portal until the block ends.

    Args:
        database_url: a migrated database.
        folder: the instance folder; the server's output goes to `server.log` in it.
        workers: processes.
        app: what gunicorn loads.

    Returns:
        The address, without a slash at the end.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    wanted = environment(database_url, folder, address) | {"WEB_CONCURRENCY": str(workers)}
    command = [sys.executable, "-m", "gunicorn", "--config", "script/gunicorn.conf.py"]
    command += ["--bind", f"127.0.0.1:{port}", app]
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | wanted, stdout=log, stderr=log)
        try:
            _wait_for(port, process, folder / "server.log")
            yield address
        finally:
            process.terminate()
            process.wait(timeout=STOP_SECONDS)


def environment(database_url: str, folder: Path, address: str) -> dict[str, str]:
    """Return the settings under which a server or a worker stands at an address of this machine."""
    return {
        "HOST": "127.0.0.1",
        "PORT": address.rpartition(":")[2],
        "BASE_URL": address,
        "SECRET_KEY": SECRET,
        "DATABASE_URL": database_url.replace("+psycopg", ""),
        "INSTANCE_PATH": str(folder),
    }


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended at once: {log.read_text()[-2000:]}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the server did not start in time")
