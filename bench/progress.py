"""What ten years on one chart cost: `.venv/bin/python -m bench.progress`.

Ten years of daily check-ins, a PHQ-9 every fortnight and 60 infusions. Three things are measured, in rounds that
alternate: processor time for the timeline (read from SQLite), the figure, the picture and the floor, which is the same
points written as JSON and nothing more; the bytes of the page and its parts after brotli; and the time to the drawn
chart in Chromium with the processor slowed four times, on this machine's own network and on slow 4G, beside a patient
with ninety days. What counts is the ratio of the medians. `--visits 0` leaves the browser out.
"""

import argparse
import http.client
import statistics
import time
import urllib.parse
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
import orjson
from flask import current_app
from playwright.sync_api import sync_playwright

from bench import first_visit, pages, people, stand
from portal import clock, db
from portal.patients import queries as patients
from portal.patients.models import Patient
from portal.patients.queries import PatientRef
from portal.progress import figures, queries
from portal.progress.svg import chart, overlay
from portal.progress.timeline import Timeline
from portal.web import speech
from tests import chromium, server

LONG, SHORT, OK = 3_650, 90, 200
Point = tuple[str, float | None]
NETWORKS: dict[str, dict[str, Any] | None] = {"this machine": None, "slow 4G": first_visit.SLOW_4G}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--visits", type=int, default=5)
    options = parser.parse_args()
    with stand.database("sqlite") as (url, folder):
        people_of, cookies = prepare(url, folder)
        with stand.application(url, folder):
            measure(people_of[LONG], options.rounds)
        with server.running(url, folder, workers=1) as address:
            weigh(address, people_of, cookies)
            if options.visits:
                draw(address, people_of, cookies, options.visits)


def prepare(url: str, folder: Path) -> tuple[dict[int, uuid.UUID], dict[int, str]]:
    """Write a patient with ten years and one with ninety days; return them and their cookies, by days."""
    with stand.application(url, folder):
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        provider = people.provider()
        found = dict(zip((LONG, SHORT), people.patients(2, provider), strict=True))
        cookies = {}
        for days, patient_id in found.items():
            pages.write_record(patient_id, days, provider)
            who = db.session.get_one(Patient, patient_id).user_id
            cookies[days] = people.sign_in(app, who, patient_id, uuid.uuid4()).headers["Cookie"].partition("=")[2]
    return found, cookies


def measure(patient_id: uuid.UUID, rounds: int) -> None:
    """Print the processor time of each part against the floor, all of ten years shown."""
    with current_app.test_request_context():
        ref = patients.get_ref(patient_id, viewer_id=db.session.get_one(Patient, patient_id).user_id, at=clock.now())
        if ref is None:
            raise RuntimeError("the patient is not there")
        words, shown = speech.words(), _shown(ref)
        points = points_of(shown)
        work: dict[str, Callable[[], object]] = {
            "floor: the same points as JSON": lambda: orjson.dumps(points),
            "timeline, read from the database": lambda: _shown(ref),
            "figure, as JSON": lambda: orjson.dumps(figures.by_date(shown, words)),
            "picture, wide": lambda: chart.draw(shown, words, chart.WIDE),
            "picture, narrow": lambda: chart.draw(shown, words, chart.NARROW),
            "intervals laid over each other, wide": lambda: overlay.draw(shown, words, overlay.WIDE),
        }
        spent = {name: [0.0] * 0 for name in work}
        for number in range(rounds + 2):
            for name, done in work.items():
                begun = time.process_time()
                done()
                if number >= 2:
                    spent[name].append(1000 * (time.process_time() - begun))
    floor = statistics.median(spent["floor: the same points as JSON"])
    count = sum(map(len, points.values()))
    print(f"{count:,} points, {rounds} rounds; processor time")
    for name, times in spent.items():
        middle = statistics.median(times)
        print(f"  {name:38}{middle:9.2f} ms{middle / floor:9.1f} times the floor")


def _shown(ref: PatientRef) -> Timeline:
    db.session.expire_all()
    return queries.get_progress(ref, at=clock.now(), wanted_range="all")[1]


def points_of(timeline: Timeline) -> dict[str, list[Point]]:
    """Return every point of a timeline as plain values: when, and how much."""
    found: dict[str, list[Point]] = {}
    found |= {series.code: [(one.at.isoformat(), one.value) for one in series.points] for series in timeline.daily}
    found["scores"] = [(one.at.isoformat(), one.value) for one in timeline.shown_scores]
    found["infusions"] = [(one.at.isoformat(), one.dose_mg) for one in timeline.shown_infusions]
    return found


def weigh(address: str, people_of: dict[int, uuid.UUID], cookies: dict[int, str]) -> None:
    """Print the bytes on the wire of the page and, compressed alike, of what it holds."""
    host = urllib.parse.urlsplit(address)
    print("bytes after brotli")
    for days, patient_id in people_of.items():
        connection = http.client.HTTPConnection(str(host.hostname), host.port, timeout=60)
        headers = {"Cookie": f"interval={cookies[days]}", "Accept-Encoding": "br"}
        connection.request("GET", f"/patients/{patient_id}/progress?range=all", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != OK:
            raise RuntimeError(f"the page answered {answer.status}")
        page = brotli.decompress(body)
        parts = {"page": len(body), "figure": _size(page, b'<script type="application/json">', b"</script>")}
        parts |= {name: _size(page, f'class="chart chart-{name}"'.encode(), b"</svg>") for name in ("wide", "narrow")}
        print(f"  {days:,} days: " + ", ".join(f"{name} {size:,}" for name, size in parts.items()))


def _size(page: bytes, begin: bytes, end: bytes) -> int:
    start = page.find(begin)
    return len(brotli.compress(page[start : page.find(end, start)], quality=5)) if start >= 0 else 0


def draw(address: str, people_of: dict[int, uuid.UUID], cookies: dict[int, str], visits: int) -> None:
    """Print how long a slowed phone takes to the drawn chart, ten years beside ninety days."""
    print(f"drawn chart, processor slowed {first_visit.SLOWED} times, empty cache, {visits} visits each")
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium.path(), args=list(chromium.FLAGS))
        for name, network in NETWORKS.items():
            found: dict[int, list[dict[str, float]]] = {days: [] for days in people_of}
            for _ in range(visits):
                for days, patient_id in people_of.items():
                    path = f"/patients/{patient_id}/progress?range=all"
                    found[days].append(first_visit.visit(running, address, path, cookies[days], network=network))
            for days, seen in found.items():
                middle = {key: statistics.median(one[key] for one in seen) for key in seen[0]}
                print(
                    f"  {name}, {days:,} days: {middle['drawn']:.0f} ms, blocked {middle['blocked']:.0f} ms, "
                    f"layout shift {middle['shift']:.3f}, "
                    f"{middle['bytes']:,.0f} bytes in {middle['requests']:.0f} requests"
                )
        running.close()


if __name__ == "__main__":
    main()
