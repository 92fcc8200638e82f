"""Signs of danger while the processes that take them are killed: `.venv/bin/python -m bench.no_sign_lost`.

Twelve patients' browsers send to the shipped server with three processes, over HTTP; a process is killed (SIGKILL) at
random moments, over and over. Every answer that was acknowledged must then have its concern, exactly once, tied to an
alert that was told. Ends with an error where one has not, or where too few were killed in the middle of something.
"""

import argparse
import time
import uuid
from pathlib import Path

from flask import current_app

from bench import people, stand
from portal import clock, db
from portal.patients.models import Patient
from tests import server
from tests.safety.promises.storm import Sender, Storm, problems

CLIENTS, WORKERS, LONGEST_SECONDS = 12, 3, 1_800.0
ANSWERS_FOR_A_KILL = 10


def main() -> None:
    """Let the storm pass over both databases and print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    print(f"seed {options.seed}\ndatabase    acknowledged  killed  at work  broken off  lost or doubled")
    wrong: list[str] = []
    for kind in ("sqlite", "postgresql"):
        if options.only in (None, kind):
            wrong += storm_over(kind, options.answers, options.seed)
    if wrong:
        raise SystemExit("\n".join(wrong[:20]))


def storm_over(kind: str, answers: int, seed: int) -> list[str]:
    """Run one storm on a fresh durable database; return what was wrong afterwards."""
    with stand.database(kind) as (url, folder):
        senders = prepare(url, folder)
        with server.running(url, folder, workers=WORKERS) as address:
            kills = max(5, answers // ANSWERS_FOR_A_KILL)
            storm = Storm(address, senders, answers, kills, LONGEST_SECONDS, seed)
            storm.run()
        with stand.application(url, folder):
            found = problems(storm.sent)
    counts = (len(storm.sent), storm.killed, storm.told_on, storm.broken, len(found))
    print("{:12}{:12}{:8}{:9}{:12}{:17}".format(kind, *counts), flush=True)
    if not storm.is_conclusive:
        found.append(f"{kind}: this proves nothing, {storm.told_on} of {kills} processes were killed at work")
    return [*storm.wrong, *found]


def prepare(url: str, folder: Path) -> list[Sender]:
    """Write a patient for each client and open their sessions."""
    with stand.application(url, folder):
        ids = people.patients(CLIENTS, people.provider())
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        users = {patient_id: db.session.get_one(Patient, patient_id).user_id for patient_id in ids}
        found = [people.sign_in(app, users[one], one, uuid.uuid5(one, "daily")) for one in ids]
    on = clock.now().date().isoformat()
    return [
        Sender(
            one.patient_id, f"/patients/{one.patient_id}/check-ins/new/{one.plan_item_id}", one.headers, one.csrf, on
        )
        for one in found
    ]


if __name__ == "__main__":
    main()
