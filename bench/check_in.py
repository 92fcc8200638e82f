"""A check-in through everything, beside a bare view that only writes it: `.venv/bin/python -m bench.check_in`.

Both run on the same server with the same lock and the same durability. Rounds alternate; what counts is the ratio of
the medians.
"""

import argparse
import statistics
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from flask import current_app

from bench import people, stand
from bench.people import SignedIn
from bench.stand import Request, Round
from portal import clock, db
from portal.patients.models import Patient
from tests import server

ANSWERS = {"item_mood": "6", "item_anxiety": "3", "item_energy": "5", "item_sleep_h": "7", "item_safe": "0"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def main() -> None:
    """Measure on both databases and print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--clients", type=int, default=6)
    options = parser.parse_args()
    print("database    throughput ratio  p99 ratio   (whole / bare: check-ins a second, p99 ms)")
    for kind in ("sqlite", "postgresql"):
        whole, bare = measure(kind, options.rounds, options.seconds, options.clients)
        rate = [statistics.median(one.rate for one in rounds) for rounds in (whole, bare)]
        p99 = [1000 * statistics.median(one.p99 for one in rounds) for rounds in (whole, bare)]
        figures = f"{rate[0]:.0f} / {rate[1]:.0f}, {p99[0]:.1f} / {p99[1]:.1f}"
        print(f"{kind:12}{rate[0] / rate[1]:16.2f}{p99[0] / p99[1]:11.2f}   ({figures})")


def measure(kind: str, rounds: int, seconds: float, clients: int) -> tuple[list[Round], list[Round]]:
    """Return the rounds of the whole portal and of the bare view."""
    with stand.database(kind) as (url, folder), stand.database(kind) as (bare_url, bare_folder):
        signed_in = prepare(url, folder, clients)
        patient_ids = [one.patient_id for one in prepare(bare_url, bare_folder, clients)]
        with (
            server.running(url, folder, workers=2) as whole,
            server.running(bare_url, bare_folder, workers=2, app="bench.bare:from_env()") as bare,
        ):
            found: tuple[list[Round], list[Round]] = ([], [])
            for number in range(rounds + 1):
                for address, make, into in (
                    (whole, whole_request(signed_in), found[0]),
                    (bare, bare_request(patient_ids), found[1]),
                ):
                    one = stand.load(address, make, seconds=seconds, clients=clients, status=303)
                    if number:
                        into.append(one)
            return found


def prepare(url: str, folder: Path, clients: int) -> list[SignedIn]:
    """Write one patient for each client and sign them in."""
    with stand.application(url, folder):
        ids = people.patients(clients, people.provider())
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        users = {patient_id: db.session.get_one(Patient, patient_id).user_id for patient_id in ids}
        return [people.sign_in(app, users[one], one, uuid.uuid5(one, "daily")) for one in ids]


def whole_request(signed_in: list[SignedIn]) -> Callable[[int, int], Request]:
    """Return what makes a check-in as a browser sends it."""
    now = clock.now()

    def make(client: int, number: int) -> Request:
        who = signed_in[client]
        fields = {"csrf_token": who.csrf, "submission_id": str(uuid.uuid4()), "started_at": now.isoformat()}
        body = urlencode(fields | {"on": now.date().isoformat(), "note": ""} | ANSWERS).encode()
        return Request("POST", f"/patients/{who.patient_id}/check-ins/new/{who.plan_item_id}", who.headers, body)

    return make


def bare_request(patient_ids: list[uuid.UUID]) -> Callable[[int, int], Request]:
    """Return what makes the same answers for the bare view."""

    def make(client: int, number: int) -> Request:
        body = urlencode({"submission_id": str(uuid.uuid4())} | ANSWERS).encode()
        return Request("POST", f"/check-ins/{patient_ids[client]}", FORM, body)

    return make


if __name__ == "__main__":
    main()
