"""What a large inbox costs: `.venv/bin/python -m bench.inbox`.

A clinic in which 100,000 threads wait for an answer, and a quarter as many do not, beside a clinic of its own, with a
database and a server of its own, in which 1,000 wait. In the large one, a page far down beside the first, and who has
none, five or 1,000 of its patients, or 1,000 of whom nobody wrote, beside who has all. All take turns in each round;
what counts is the ratio of the medians. It takes about five minutes.
"""

import argparse
import http.client
import random
import signal
import statistics
import sys
import urllib.parse
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
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
from portal.messaging.models import Thread
from portal.patients.models import CareTeamMember
from tests import server

LARGE, SMALL = 100_000, 1_000
PER_PATIENT = 10
ALL, SMALLER = "all", "all of the smaller clinic"
SOME = {"0 patients": 0, "5 patients": 5, "1,000 patients": 1_000}
SILENT = "1,000 who never wrote"
FIRST, FAR, BACK = "first page", "far page", "page before that"
LISTS = ("overdue", "urgent", "mine", "answered")
Client = tuple[http.client.HTTPConnection, Provider]


def main() -> None:
    """Measure on the databases asked for and print a row for each ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=150)
    parser.add_argument("--large", type=int, default=LARGE)
    parser.add_argument("--small", type=int, default=SMALL)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    # Whoever ends it early ends its servers as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    print(f"{'database':12}{'inbox':62}ratio   (ms / ms)", flush=True)
    for kind in ("sqlite", "postgresql") if options.only is None else (options.only,):
        with clinic(kind, options.large) as large, clinic(kind, options.small) as small:
            costs = measure(large | {SMALLER: small[ALL]}, options.rounds)
        for name, (one, other) in compared(options.large, options.small).items():
            ratio = costs[one] / costs[other]
            print(f"{kind:12}{name:62}{ratio:5.2f}   ({costs[one]:.1f} / {costs[other]:.1f})", flush=True)


def compared(large: int = LARGE, small: int = SMALL) -> dict[str, tuple[tuple[str, str], tuple[str, str]]]:
    """Return which two costs each ratio is of."""
    lists = (FIRST, *LISTS)
    clinics = {f"{one}, clinic of {large:,} beside clinic of {small:,}": ((ALL, one), (SMALLER, one)) for one in lists}
    far = {f"{what} beside first page": ((ALL, what), (ALL, FIRST)) for what in (FAR, BACK)}
    fewer = {f"{one}, {who} beside all": ((who, one), (ALL, one)) for who in (*SOME, SILENT) for one in lists}
    return clinics | far | fewer


@contextmanager
def clinic(kind: str, waiting: int) -> Iterator[dict[str, Client]]:
    """Serve a clinic in which so many threads wait, and give everybody who is measured a way to ask it."""
    with stand.database(kind) as (url, folder):
        providers = prepare(url, folder, waiting)
        with server.running(url, folder, workers=1) as address:
            host = urllib.parse.urlsplit(address)
            with closing(http.client.HTTPConnection(str(host.hostname), host.port, timeout=120)) as connection:
                yield {who: (connection, provider) for who, provider in providers.items()}


def requests(provider: Provider) -> Iterator[Asked]:
    """Yield what is measured, as one person asks it."""
    yield Asked(FIRST, "GET", "/messages")
    yield Asked(FAR, "GET", f"/messages?after={provider.deep}")
    yield Asked(BACK, "GET", f"/messages?before={provider.deep}")
    for show in LISTS:
        yield Asked(show, "GET", f"/messages?show={show}")


def measure(clients: dict[str, Client], rounds: int) -> dict[tuple[str, str], float]:
    """Return the median milliseconds of each person and request that is compared, asked in turn."""
    wanted = {one for pair in compared().values() for one in pair}
    found: dict[tuple[str, str], list[float]] = {one: [] for one in wanted}
    for number in range(rounds + 3):
        for who, (connection, provider) in clients.items():
            for asked in requests(provider):
                if (who, asked.name) in wanted:
                    cost = caseload.send(connection, provider, asked)
                    found[who, asked.name] += [1000 * cost] if number >= 3 else []
    return {asked: statistics.median(costs) for asked, costs in found.items()}


def prepare(url: str, folder: Path, waiting: int) -> dict[str, Provider]:
    """Write the clinic into a database and sign everybody in who is measured."""
    with stand.application(url, folder):
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        if db.session.get_bind().dialect.name == "sqlite":
            # So much at once goes all over its indexes; the usual two megabytes would be written again and again.
            db.session.connection().exec_driver_sql("PRAGMA cache_size=-400000")
        readers = write(waiting)
        settle()
        owed = select(Thread.id).where(Thread.owed_since.is_not(None)).order_by(Thread.owed_since)
        deep = db.session.scalars(owed.offset(waiting * 3 // 4).limit(1)).one()
        return {who: _sign_in(app, user_id, deep) for who, user_id in readers.items()}


def settle() -> None:
    """Let the database know its tables, as it does by itself within minutes where it is used."""
    db.session.execute(text("ANALYZE"))
    db.session.commit()
    if db.db.engine.dialect.name == "postgresql":
        with db.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def write(waiting: int) -> dict[str, uuid.UUID]:
    """Write people of whom so many threads wait, and return who looks after all or some of them."""
    since = clock.now() - people.SINCE
    names = (ALL, *SOME, SILENT)
    rows = [people.user(Role.PROVIDER, number, since) for number, _ in enumerate(names)]
    people.add(User, iter(rows))
    readers = {name: uuid.UUID(str(row["id"])) for name, row in zip(names, rows, strict=True)}
    patients = people.patients(waiting // PER_PATIENT, readers[ALL])
    _write_threads(patients, readers[ALL])
    people.patients(len(patients) // 10, readers[SILENT], first=waiting + 1)
    for name, number in SOME.items():
        member = {"user_id": readers[name], "since": since, "until": None, "is_lead": False}
        chosen = patients[:number] if number < 10 else patients[: min(number, len(patients) // 10)]
        people.add(CareTeamMember, ({"id": uuid.uuid4(), "patient_id": one, **member} for one in chosen))
    return readers


def _write_threads(patient_ids: list[uuid.UUID], reader_id: uuid.UUID) -> None:
    """Give each patient threads, of which most wait, and some are marked or assigned."""
    pick, now = random.Random(7), clock.now()  # noqa: S311 - the same clinic every time
    never = {"about_infusion_id": None, "about_check_in_id": None, "settled_at": None, "unread_by_patient": 0}

    def threads() -> Iterator[dict[str, Any]]:
        for patient_id in patient_ids:
            for number in range(PER_PATIENT * 5 // 4):
                last = now - timedelta(minutes=pick.randrange(500_000))
                waits = number < PER_PATIENT
                yield never | {
                    "id": uuid.uuid4(),
                    "patient_id": patient_id,
                    "subject": "A question",
                    "started_at": last,
                    "started_by_id": reader_id,
                    "last_message_at": last,
                    "unread_by_team": int(waits and pick.random() < 0.5),
                    "owed_since": last if waits else None,
                    "assigned_to_id": reader_id if pick.random() < 0.3 else None,
                    "is_urgent": pick.random() < 0.1,
                    "danger_at": last if pick.random() < 0.02 else None,
                }

    people.add(Thread, threads())


def _sign_in(app: Any, user_id: uuid.UUID, deep: uuid.UUID) -> Provider:
    who = people.sign_in(app, user_id, deep, uuid.uuid4())
    return Provider(who.headers | {"Accept-Encoding": "br, gzip"}, who.csrf, deep)


if __name__ == "__main__":
    main()
