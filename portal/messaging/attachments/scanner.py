"""The clinic's own virus scanner, where it has named one: a command that is given the path of a file."""

import shlex
import subprocess
from pathlib import Path

SECONDS = 60
CLEAN, FOUND = 0, 1
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_named: list[str] = []


class Infected(Exception):
    """The scanner refuses a file."""


class CannotScan(Exception):
    """The scanner did not say what it thinks of a file."""


def use(command: str) -> None:
    """Say once, when the portal starts, which command is asked; "" for none."""
    _named[:] = shlex.split(command)


def is_named() -> bool:
    """Return whether the clinic has named a scanner."""
    return bool(_named)


def check(path: Path) -> None:
    """Ask the scanner about a file.

    Raises:
        Infected: it ends with 1.
        CannotScan: it ends with anything else but 0, does not end, or cannot be run.
    """
    if not _named:
        return
    try:
        # It gets nothing of the portal's own surroundings, which hold the key.
        done = subprocess.run(  # noqa: S603 - the command is the operator's own
            [*_named, str(path)],
            env={"PATH": _PATH},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotScan from error
    if done.returncode == FOUND:
        raise Infected
    if done.returncode != CLEAN:
        raise CannotScan
