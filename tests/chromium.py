"""Finding Chromium, and how it is started."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# Without these it looks for updates and for hosts of its own.
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    *(("--no-sandbox",) if os.geteuid() == 0 else ()),
)


def path() -> str:
    """Return the browser to use: CHROMIUM where it is set, else one on the path, else an application of macOS.

    Raises:
        RuntimeError: none was found.
    """
    wanted = os.environ.get("CHROMIUM")
    found = wanted or next(filter(None, map(shutil.which, NAMES)), None)
    found = found or next((one for one in APPLICATIONS if Path(one).exists()), None)
    if found is None:
        raise RuntimeError("no Chromium found; set CHROMIUM to its path")
    return found
