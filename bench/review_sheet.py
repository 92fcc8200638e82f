"""What a review sheet costs: `.venv/bin/python -m bench.review_sheet`.

Seconds a page of PDF through headless Chromium, and the server's time of the sheet for a patient with 10 years of
check-ins and 60 infusions beside one with 90 days; rounds alternate on one server, what counts are the medians.
"""

import argparse
import re
import statistics
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import text

from bench import pages, people, stand
from portal import db
from tests import chromium, server

PAGE = re.compile(rb"/Type\s*/Page\b")
PAPERS = ("A4", "Letter")
LONG, SHORT = 3_650, 90


@dataclass(frozen=True, slots=True)
class Printed:
    """What printing one sheet came to: seconds a page and pages at most."""

    seconds: float
    pages: int


def main() -> None:
    """Measure on both databases and print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--prints", type=int, default=6)
    options = parser.parse_args()
    print("database    server, 10 years / 90 days (ms / ms)     PDF, seconds a page, 10 years / 90 days   pages")
    for kind in ("sqlite", "postgresql"):
        (large, small, _), (long, short) = measure(kind, options.rounds, options.prints)
        print(
            f"{kind:12}{large / small:5.2f}   ({large:.0f} / {small:.0f}){long.seconds:34.2f} / {short.seconds:.2f}"
            f"{max(long.pages, short.pages):21}"
        )


def measure(kind: str, rounds: int, prints: int) -> tuple[tuple[float, float, int], tuple[Printed, Printed]]:
    """Return the server's milliseconds of the large and the small sheet with the bytes of the large, and both printed.

    Args:
        kind: "sqlite" or "postgresql".
        rounds: how often each page is fetched.
        prints: how often each is printed on each paper.
    """
    with stand.database(kind) as (url, folder):
        paths, cookie = prepare(url, folder)
        headers = {"Cookie": cookie, "Accept-Encoding": "br, gzip"}
        with server.running(url, folder, workers=1) as address, sync_playwright() as driver:
            served = pages.compare(address, *((path, headers) for path in paths), rounds=rounds)
            running = driver.chromium.launch(executable_path=chromium.path(), args=list(chromium.FLAGS))
            context = running.new_context()
            name, _, value = cookie.partition("=")
            context.add_cookies([{"name": name, "value": value, "url": address}])
            page = context.new_page()
            long, short = (printed(page, address + path, prints) for path in paths)
            running.close()
    return served, (long, short)


def printed(page: Page, address: str, prints: int) -> Printed:
    """Print a page that is open on both papers, so many times each."""
    page.goto(address, wait_until="load")
    seconds, found = list[float](), list[int]()
    for number in range(prints * len(PAPERS)):
        begun = time.perf_counter()
        made = page.pdf(format=PAPERS[number % len(PAPERS)])
        found.append(len(PAGE.findall(made)))
        seconds.append((time.perf_counter() - begun) / found[-1])
    return Printed(statistics.median(seconds), max(found))


def prepare(url: str, folder: Path) -> tuple[list[str], str]:
    """Write the two patients; return where their sheets are, and the cookie of their provider."""
    with stand.application(url, folder):
        app: Any = current_app._get_current_object()  # type: ignore[attr-defined]
        provider = people.provider()
        both = people.patients(2, provider)
        for patient_id, days in zip(both, (LONG, SHORT), strict=True):
            pages.write_record(patient_id, days, provider)
        cookie = people.sign_in(app, provider, both[0], uuid.uuid4()).headers["Cookie"]
        db.session.execute(text("ANALYZE"))
        db.session.commit()
    return [f"/patients/{one}/review" for one in both], cookie


if __name__ == "__main__":
    main()
