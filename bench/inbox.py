"""What a large inbox costs: `.venv/bin/python -m bench.inbox`.

The first page, a page far down and each list, of a provider whose patients have 100,000 threads beside one with 1,000,
and of a nurse with twenty patients in that same large clinic. All are on one server and take turns; what counts is the
ratio of the medians.
"""

import argparse
import random
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select, text

from bench import caseload, people, stand
from bench.caseload import Asked, Provider
from portal import clock, db
from portal.access.policy import Role
from portal.accounts.models import User
from portal.messaging.models import Message, Thread
from portal.patients.models import CareTeamMember
from tests import server

LARGE, SMALL = 100_000, 1_000
PER_PATIENT = 50
OF_NURSE = 20
LISTS = ("overdue", "urgent", "mine", "answered")


def main() -> None:
    """Measure on the databases asked for and print a row for each request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--large", type=int, default=LARGE)
    parser.add_argument("--small", type=int, default=SMALL)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    print(f"database    inbox, {options.large:,} / {options.small:,} threads      ratio   (ms / ms)")
    for kind in ("sqlite", "postgresql") if options.only is None else (options.only,):
        with stand.database(kind) as (url, folder):
            large, small, nurse = prepare(url, folder, options.large, options.small)
            with server.running(url, folder, workers=1) as address:
                for who, pair in (("", (large, small)), (", nurse", (nurse, small))):
                    for name, cost in caseload.measure(address, *pair, options.rounds, requests).items():
                        said = f"{kind:12}{name + who:36}{cost[0] / cost[1]:5.2f}   ({cost[0]:.1f} / {cost[1]:.1f})"
                        print(said, flush=True)


def requests(provider: Provider) -> Iterator[Asked]:
    """Yield what is measured, as one person asks it."""
    yield Asked(caseload.FIRST, "GET", "/messages")
    yield Asked("a page far down", "GET", f"/messages?after={provider.deep}")
    yield Asked("the page before that", "GET", f"/messages?before={provider.deep}")
    for show in LISTS:
        yield Asked(show, "GET", f"/messages?show={show}")


def prepare(url: str, folder: Path, large: int, small: int) -> tuple[Provider, Provider, Provider]:
    """Write both inboxes into one database, and sign in their readers and a nurse of the large one."""
    with stand.application(url, folder):
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        rows = [people.user(role, number, clock.now() - people.SINCE) for number, role in enumerate(_ROLES)]
        people.add(User, iter(rows))
        ids = [uuid.UUID(str(row["id"])) for row in rows]
        patients = people.patients(large // PER_PATIENT, ids[0])
        write(patients, ids[0])
        write(people.patients(small // PER_PATIENT, ids[1], first=large + 1), ids[1])
        member = {"user_id": ids[2], "since": clock.now() - people.SINCE, "until": None, "is_lead": False}
        people.add(CareTeamMember, ({"id": uuid.uuid4(), "patient_id": one, **member} for one in patients[:OF_NURSE]))
        db.session.execute(text("ANALYZE"))
        db.session.commit()
        first, second, third = (_sign_in(app, one) for one in ids)
        return first, second, third


_ROLES = (Role.PROVIDER, Role.PROVIDER, Role.NURSE)


def write(patient_ids: list[uuid.UUID], reader_id: uuid.UUID) -> None:
    """Give each patient threads as a clinic has them: one in twenty waits, of those some are marked or assigned."""
    pick, now = random.Random(7), clock.now()  # noqa: S311 - the same clinic every time
    threads: list[dict[str, Any]] = []
    for patient_id in patient_ids:
        for _ in range(PER_PATIENT):
            last = now - timedelta(minutes=pick.randrange(500_000))
            waits = pick.random() < 0.05
            threads.append(
                {
                    "id": uuid.uuid4(),
                    "patient_id": patient_id,
                    "subject": "A question",
                    "started_at": last,
                    "started_by_id": reader_id,
                    "last_message_at": last,
                    "unread_by_team": int(waits and pick.random() < 0.5),
                    "unread_by_patient": 0,
                    "owed_since": last if waits else None,
                    "assigned_to_id": reader_id if pick.random() < 0.3 else None,
                    "is_urgent": pick.random() < 0.1,
                    "danger_at": last if pick.random() < 0.02 else None,
                }
            )
    people.add(Thread, iter(threads))
    people.add(Message, (_message(one, reader_id) for one in threads))


def _message(thread: dict[str, Any], author_id: uuid.UUID) -> dict[str, Any]:
    return {
        "id": uuid.uuid4(),
        "submission_id": uuid.uuid4(),
        "thread_id": thread["id"],
        "patient_id": thread["patient_id"],
        "author_id": author_id,
        "is_from_patient": thread["owed_since"] is not None,
        "body": "How are you?",
        "parcel": [],
        "sent_at": thread["last_message_at"],
    }


def _sign_in(app: Any, user_id: uuid.UUID) -> Provider:
    mine = select(CareTeamMember.patient_id).where(CareTeamMember.user_id == user_id)
    waiting = select(Thread.id).where(Thread.owed_since.is_not(None), Thread.patient_id.in_(mine))
    ids = db.session.scalars(waiting.order_by(Thread.owed_since)).all()
    who = people.sign_in(app, user_id, ids[0], uuid.uuid4())
    return Provider(who.headers | {"Accept-Encoding": "br, gzip"}, who.csrf, ids[len(ids) * 3 // 4])


if __name__ == "__main__":
    main()
