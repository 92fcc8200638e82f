"""One bedside entry through everything, beside a bare view that only inserts it: `.venv/bin/python -m bench.flowsheet`.

Both run on the same server with the same lock and the same durability; rounds alternate, and what counts is the ratio
of the medians. Every treatment gets thirty entries, as a day has. Afterwards a queue of thirty is sent five times in
random order; exactly thirty rows must be there.
"""

import argparse
import json
import random
import statistics
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, jsonify, request
from sqlalchemy import func, insert, select

from bench import bare, people, stand
from bench.people import SignedIn
from bench.stand import Request, Round
from config import from_environment
from portal import clock, db
from portal.treatment.flowsheet.kinds import EntryKind, Level
from portal.treatment.flowsheet.models import FlowsheetEntry
from portal.treatment.models import Course, Infusion, InfusionKind, InfusionStatus
from tests import server

A_DAY, MOST_DAYS, REPLAYS = 30, 150, 5
FIELDS = {"point": ["during"], "systolic": ["132"], "diastolic": ["84"], "pulse": ["78"], "spo2": ["97"], "note": [""]}
READING = {"point": "during", "systolic": 132, "diastolic": 84, "pulse": 78, "spo2": 97}
ADD: Any = insert(FlowsheetEntry.__table__)  # type: ignore[arg-type]
JSON = {"Accept": "application/json", "Content-Type": "application/json"}


class Day:
    """One patient's treatments, and who records them."""

    def __init__(self, who: SignedIn, course_id: uuid.UUID, infusion_ids: list[uuid.UUID]) -> None:
        self.who, self.course_id, self.infusion_ids = who, course_id, infusion_ids

    def infusion(self, number: int) -> uuid.UUID:
        """Return the treatment that the n-th entry belongs to."""
        return self.infusion_ids[number // A_DAY % len(self.infusion_ids)]


def main() -> None:
    """Measure on both databases and print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--kind", choices=("sqlite", "postgresql"), action="append")
    options = parser.parse_args()
    print("database    throughput ratio  p99 ratio   (whole / bare: entries a second, p99 ms)  replayed")
    for kind in options.kind or ("sqlite", "postgresql"):
        whole, plain, rows = measure(kind, options.rounds, options.seconds, options.clients)
        rate = [statistics.median(one.rate for one in rounds) for rounds in (whole, plain)]
        p99 = [1000 * statistics.median(one.p99 for one in rounds) for rounds in (whole, plain)]
        figures = f"({rate[0]:.0f} / {rate[1]:.0f}, {p99[0]:.1f} / {p99[1]:.1f})"
        print(
            f"{kind:12}{rate[0] / rate[1]:16.2f}{p99[0] / p99[1]:11.2f}   {figures:42}{A_DAY} x {REPLAYS}: {rows} rows"
        )


def measure(kind: str, rounds: int, seconds: float, clients: int) -> tuple[list[Round], list[Round], int]:
    """Return the rounds of the whole portal and of the bare view, and how many rows the replayed queue left."""
    with stand.database(kind) as (url, folder), stand.database(kind) as (bare_url, bare_folder):
        days, others = prepare(url, folder, clients + 1), prepare(bare_url, bare_folder, clients)
        with (
            server.running(url, folder, workers=2) as whole,
            server.running(bare_url, bare_folder, workers=2, app="bench.flowsheet:from_env()") as plain,
        ):
            found: tuple[list[Round], list[Round]] = ([], [])
            sent = [0] * clients
            for number in range(rounds + 1):
                for address, make, into in (
                    (whole, whole_request(days, sent), found[0]),
                    (plain, bare_request(others), found[1]),
                ):
                    one = stand.load(address, make, seconds=seconds, clients=clients, status=200)
                    if number:
                        into.append(one)
            replay(whole, days[clients])
        return *found, count(url, folder, days[clients].infusion(0))


def prepare(url: str, folder: Path, clients: int) -> list[Day]:
    """Write one patient for each client with enough planned treatments, and sign their provider in."""
    with stand.application(url, folder):
        provider_id = people.provider()
        ids = people.patients(clients, provider_id)
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        return [_day(app, patient_id, provider_id) for patient_id in ids]


def _day(app: Flask, patient_id: uuid.UUID, provider_id: uuid.UUID) -> Day:
    now = clock.now()
    course = Course(id=uuid.uuid4(), patient_id=patient_id, indication="chronic-pain", series_planned=6)
    course.started_on, course.created_at, course.created_by_id = date(2026, 1, 1), now, provider_id
    db.session.add(course)
    db.session.flush()
    ids = [uuid.uuid4() for _ in range(MOST_DAYS)]
    for number, infusion_id in enumerate(ids, start=1):
        row = Infusion(id=infusion_id, course_id=course.id, patient_id=patient_id, number=number, happens_at=now)
        row.kind, row.status, row.planned_at = InfusionKind.INDUCTION, InfusionStatus.PLANNED, now
        row.submission_id, row.recorded_at, row.recorded_by_id = uuid.uuid4(), now, provider_id
        db.session.add(row)
    db.session.commit()
    who = people.sign_in(app, provider_id, patient_id, uuid.uuid4())
    return Day(who, course.id, ids)


def _sent(day: Day, infusion_id: uuid.UUID, entries: list[dict[str, Any]]) -> Request:
    body = {"device": "bench", "now": clock.now().isoformat(), "entries": entries}
    headers = {**day.who.headers, **JSON, "X-CSRFToken": day.who.csrf}
    path = f"/patients/{day.who.patient_id}/treatments/{day.course_id}/{infusion_id}/day/entries"
    return Request("POST", path, headers, json.dumps(body).encode())


def _entry(number: int, at: datetime) -> dict[str, Any]:
    found = {"id": str(uuid.uuid4()), "kind": "vitals", "sequence": number, "occurred_at": at.isoformat()}
    return found | {"queued": True, "fields": FIELDS}


def whole_request(days: list[Day], sent: list[int]) -> Callable[[int, int], Request]:
    """Return what makes one entry as a device sends it; `sent` counts them over all rounds."""

    def make(client: int, number: int) -> Request:
        day, place = days[client], sent[client]
        sent[client] += 1
        return _sent(day, day.infusion(place), [_entry(place % A_DAY, clock.now())])

    return make


def bare_request(days: list[Day]) -> Callable[[int, int], Request]:
    """Return what makes the same entry for the bare view."""

    def make(client: int, number: int) -> Request:
        day = days[client]
        ids = {"patient_id": str(day.who.patient_id), "infusion_id": str(day.infusion(number))}
        body = ids | {"user_id": str(day.who.user_id), "id": str(uuid.uuid4()), "values": READING}
        return Request("POST", "/entries", JSON, json.dumps(body).encode())

    return make


def replay(address: str, day: Day) -> None:
    """Send a queue of thirty five times, each time in another order."""
    now, chance = clock.now(), random.Random(REPLAYS)  # noqa: S311 - an order, not a secret
    queue = [_entry(number, now - timedelta(minutes=A_DAY - number)) for number in range(A_DAY)]
    requests = []
    for _ in range(REPLAYS):
        shuffled = chance.sample(queue, A_DAY)
        requests += [_sent(day, day.infusion(0), shuffled[start : start + 7]) for start in range(0, A_DAY, 7)]
    waiting = iter(requests)
    stand.load(address, lambda client, number: next(waiting, requests[-1]), seconds=1.5, clients=1, status=200)


def count(url: str, folder: Path, infusion_id: uuid.UUID) -> int:
    """Return how many rows a treatment has."""
    with stand.application(url, folder):
        of_infusion = FlowsheetEntry.infusion_id == infusion_id
        return db.session.scalar(select(func.count()).select_from(FlowsheetEntry).where(of_infusion)) or 0


def from_env() -> Flask:
    """Build the bare application from the environment, as gunicorn does."""
    config = from_environment()
    app = bare.create_app(config.database_url, config.instance_path)
    with app.app_context():
        engine = db.db.engine

    @app.post("/entries")
    def take_entry() -> Response:
        sent = request.get_json()
        with engine.begin() as connection:
            connection.execute(ADD, row(sent))
        return jsonify(kept=[sent["id"]])

    return app


def row(sent: dict[str, Any]) -> dict[str, Any]:
    """Return the row of an entry."""
    now = clock.now()
    return {
        "id": uuid.UUID(sent["id"]),
        "patient_id": uuid.UUID(sent["patient_id"]),
        "infusion_id": uuid.UUID(sent["infusion_id"]),
        "kind": EntryKind.VITALS,
        "values": sent["values"],
        "level": Level.NONE,
        "rules_version": 0,
        "occurred_at": now,
        "device": "bench",
        "sequence": 0,
        "skew_seconds": 0,
        "was_queued": True,
        "corrects_id": None,
        "reason": "",
        "recorded_at": now,
        "recorded_by_id": uuid.UUID(sent["user_id"]),
    }


if __name__ == "__main__":
    main()
