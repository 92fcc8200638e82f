"""A message through everything, beside a bare view that only inserts it: `.venv/bin/python -m bench.messages`.

Patients write in their threads: the guard, the form, the words that suggest danger, the team's mail, the caseload row
and the audit are all in it. Both run on the same server with the same lock and the same durability. Rounds alternate;
what counts is the ratio of the medians. Afterwards every message that was answered for is counted in the database.
"""

import argparse
import statistics
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, current_app, redirect, request
from sqlalchemy import func, insert, select

from bench import bare, people, stand
from bench.people import SignedIn
from bench.stand import Request, Round
from config import from_environment
from portal import clock, db
from portal.messaging.models import Message, Thread
from portal.patients.models import Patient
from tests import server

WORDS = "The first two days were better than last time.\n\nI slept through, and walked to the harbour on Sunday. " * 2
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ADD: Any = insert(Message.__table__)  # type: ignore[arg-type]
Writer = tuple[SignedIn, uuid.UUID]


def main() -> None:
    """Measure on both databases and print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument("--kind", choices=("sqlite", "postgresql"), action="append")
    options = parser.parse_args()
    print("database    throughput ratio  p99 ratio   (whole / bare: messages a second, p99 ms)  kept")
    for kind in options.kind or ("sqlite", "postgresql"):
        whole, plain, kept = measure(kind, options.rounds, options.seconds, options.clients)
        rate = [statistics.median(one.rate for one in rounds) for rounds in (whole, plain)]
        p99 = [1000 * statistics.median(one.p99 for one in rounds) for rounds in (whole, plain)]
        figures = f"({rate[0]:.0f} / {rate[1]:.0f}, {p99[0]:.1f} / {p99[1]:.1f})"
        print(f"{kind:12}{rate[0] / rate[1]:16.2f}{p99[0] / p99[1]:11.2f}   {figures:42}{kept}")


def measure(kind: str, rounds: int, seconds: float, clients: int) -> tuple[list[Round], list[Round], str]:
    """Return the rounds of the whole portal and of the bare view, and how many of the portal's messages are kept."""
    with stand.database(kind) as (url, folder), stand.database(kind) as (bare_url, bare_folder):
        writers, others = prepare(url, folder, clients), prepare(bare_url, bare_folder, clients)
        with (
            server.running(url, folder, workers=2) as whole,
            server.running(bare_url, bare_folder, workers=2, app="bench.messages:from_env()") as plain,
        ):
            found: tuple[list[Round], list[Round]] = ([], [])
            for _ in range(rounds + 1):
                for address, make, into in (
                    (whole, whole_request(writers), found[0]),
                    (plain, bare_request(others), found[1]),
                ):
                    into.append(stand.load(address, make, seconds=seconds, clients=clients, status=303))
        answered = sum(len(one.latencies) for one in found[0])
        kept = f"{count(url, folder)} of {answered}"
    # The first round warms up.
    return found[0][1:], found[1][1:], kept


def prepare(url: str, folder: Path, clients: int) -> list[Writer]:
    """Write one patient with a thread for each client and sign them in."""
    with stand.application(url, folder):
        ids = people.patients(clients, people.provider())
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        users = {one: db.session.get_one(Patient, one).user_id for one in ids}
        writers = [(people.sign_in(app, users[one], one, uuid.uuid5(one, "daily")), thread(one)) for one in ids]
        people.add(Thread, (_thread(who, thread_id, clock.now()) for who, thread_id in writers))
        return writers


def thread(patient_id: uuid.UUID) -> uuid.UUID:
    """Return the id of a patient's thread."""
    return uuid.uuid5(patient_id, "thread")


def _thread(who: SignedIn, thread_id: uuid.UUID, at: datetime) -> dict[str, Any]:
    row = {"id": thread_id, "patient_id": who.patient_id, "subject": "How are you?", "started_by_id": who.user_id}
    return row | {"started_at": at, "last_message_at": at, "about_infusion_id": None}


def whole_request(writers: list[Writer]) -> Callable[[int, int], Request]:
    """Return what sends a message as a browser does."""

    def make(client: int, number: int) -> Request:
        who, thread_id = writers[client]
        fields = {"csrf_token": who.csrf, "submission_id": str(uuid.uuid4()), "body": WORDS}
        return Request(
            "POST", f"/patients/{who.patient_id}/messages/{thread_id}", who.headers, urlencode(fields).encode()
        )

    return make


def bare_request(writers: list[Writer]) -> Callable[[int, int], Request]:
    """Return what sends the same words to the bare view."""

    def make(client: int, number: int) -> Request:
        who, thread_id = writers[client]
        ids = {"patient_id": who.patient_id, "thread_id": thread_id, "author_id": who.user_id}
        fields = ids | {"submission_id": uuid.uuid4(), "body": WORDS}
        return Request("POST", "/messages", FORM, urlencode(fields).encode())

    return make


def count(url: str, folder: Path) -> int:
    """Return how many messages are kept."""
    with stand.application(url, folder):
        return db.session.scalar(select(func.count()).select_from(Message)) or 0


def from_env() -> Flask:
    """Build the bare application from the environment, as gunicorn does."""
    config = from_environment()
    app = bare.create_app(config.database_url, config.instance_path)
    with app.app_context():
        engine = db.db.engine

    @app.post("/messages")
    def take_message() -> Response:
        ids = {
            name: uuid.UUID(request.form[name]) for name in ("submission_id", "thread_id", "patient_id", "author_id")
        }
        row = {"id": uuid.uuid4(), "is_from_patient": True, "body": request.form["body"], "sent_at": clock.now()}
        with engine.begin() as connection:
            connection.execute(ADD, ids | row)
        return redirect("/done", 303)  # type: ignore[return-value]

    return app


if __name__ == "__main__":
    main()
