"""What a large clinic costs its caseload: `.venv/bin/python -m bench.caseload`.

The first page, a page far down, each filter, finding by name and the file, of a provider with 100,000 patients beside
one with 1,000. Both are on one server and take turns; what counts is the ratio of the medians.
"""

import argparse
import http.client
import random
import statistics
import time
import urllib.parse
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import bindparam, select, text, update

from bench import people, stand
from portal import clock, db
from portal.access.policy import Role
from portal.accounts.models import User
from portal.review.models import CaseloadEntry
from portal.review.need import Need
from tests import server

LARGE, SMALL = 100_000, 1_000
GIVEN = ("Ada", "Ben", "Chidi", "Dana", "Emil", "Fatima", "Greta", "Hugo", "Ines", "Jun", "Kofi", "Lena", "Mia", "Noor")
FAMILY = ("Okafor", "Lindqvist", "Moreno", "Tanaka", "Vasquez", "Achebe", "Ellery", "Feld", "Cole", "Sousa", "Ito")
FIRST = "first page"


class Asked(NamedTuple):
    """One request: what it is called, and how one provider sends it."""

    name: str
    method: str
    path: str
    body: str = ""


class Provider(NamedTuple):
    """Somebody signed in, with the headers their browser sends and a patient far down their list."""

    headers: dict[str, str]
    csrf: str
    deep: uuid.UUID


def main() -> None:
    """Measure on the databases asked for and print a row for each request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--large", type=int, default=LARGE)
    parser.add_argument("--small", type=int, default=SMALL)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    print(f"database    caseload, {options.large:,} / {options.small:,}           ratio   (ms / ms)")
    for kind in ("sqlite", "postgresql") if options.only is None else (options.only,):
        with stand.database(kind) as (url, folder):
            large, small = prepare(url, folder, options.large, options.small)
            with server.running(url, folder, workers=1) as address:
                for name, pair in measure(address, large, small, options.rounds).items():
                    ratio = pair[0] / pair[1]
                    print(f"{kind:12}{name:36}{ratio:5.2f}   ({pair[0]:.1f} / {pair[1]:.1f})", flush=True)


def requests(provider: Provider) -> Iterator[Asked]:
    """Yield what is measured, as one provider asks it."""
    yield Asked(FIRST, "GET", "/caseload")
    yield Asked("a page far down", "GET", f"/caseload?after={provider.deep}")
    yield Asked("the page before that", "GET", f"/caseload?before={provider.deep}")
    for show in ("mine", "due", "worsening", "silent", "induction", "others"):
        yield Asked(show, "GET", f"/caseload?show={show}")
    for name, typed in (("find, many", "okafor"), ("find, one", "zzyzx"), ("find, nobody", "qqqq")):
        body = urllib.parse.urlencode({"name": typed, "csrf_token": provider.csrf})
        yield Asked(f"{name} of this name", "POST", "/caseload", body)


def measure(
    address: str,
    large: Provider,
    small: Provider,
    rounds: int,
    asks: Callable[[Provider], Iterator[Asked]] = requests,
) -> dict[str, tuple[float, float]]:
    """Return for each request the median milliseconds of the large and of the small clinic, asked in turn."""
    host = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(str(host.hostname), host.port, timeout=120)
    found: dict[str, tuple[list[float], list[float]]] = {}
    for number in range(rounds + 3):
        for asked in zip(asks(large), asks(small), strict=True):
            costs = [send(connection, *one) for one in zip((large, small), asked, strict=True)]
            if number >= 3:
                into = found.setdefault(asked[0].name, ([], []))
                for cost, among in zip(costs, into, strict=True):
                    among.append(1000 * cost)
    return {name: (statistics.median(one[0]), statistics.median(one[1])) for name, one in found.items()}


def send(connection: http.client.HTTPConnection, provider: Provider, asked: Asked) -> float:
    """Send one request and return the seconds until its answer was whole."""
    begun = time.perf_counter()
    connection.request(asked.method, asked.path, asked.body or None, provider.headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{asked.path} answered {answer.status}; this measures nothing")
    return time.perf_counter() - begun


def prepare(url: str, folder: Path, large: int, small: int) -> tuple[Provider, Provider]:
    """Write both clinics into one database and sign both providers in."""
    with stand.application(url, folder):
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        row = people.user(Role.PROVIDER, 1, clock.now() - people.SINCE)
        people.add(User, iter([row]))
        ids = (people.provider(), uuid.UUID(str(row["id"])))
        written = (people.patients(large, ids[0]), people.patients(small, ids[1], first=large + 1))
        for patients in written:
            mark(patients)
        db.session.execute(text("ANALYZE"))
        db.session.commit()
        return _sign_in(app, ids[0], large), _sign_in(app, ids[1], small)


def mark(patient_ids: list[uuid.UUID]) -> None:
    """Give patients names and marks as a clinic has them: of the same share on every list, one name there is once."""
    pick, now = random.Random(7), clock.now()  # noqa: S311 - the same clinic every time
    marks: list[dict[str, Any]] = []
    for number, patient_id in enumerate(patient_ids):
        given, family = ("Zara", "Zzyzx") if not number else (pick.choice(GIVEN), pick.choice(FAMILY))
        in_care = pick.random() < 0.9
        marks.append(
            {
                "patient": patient_id,
                "new_rank": pick.choice((1, 2, 3, 4, 5, 6, 7, 7, 8, 8)) if in_care else Need.NOT_IN_CARE,
                "new_name": f"{family} {given} {number:06}".casefold(),
                "lead": in_care and pick.random() < 0.5,
                "worse": in_care and pick.random() < 0.1,
                "induction": in_care and pick.random() < 0.2,
                "review": (now + timedelta(days=pick.randrange(-20, 60))).date() if in_care else None,
                "heard": now - timedelta(days=pick.randrange(20)) if in_care else None,
            }
        )
    entry: Any = CaseloadEntry.__table__
    names = {"rank": "new_rank", "sort_name": "new_name", "is_lead": "lead", "is_worsening": "worse"}
    names |= {"in_induction": "induction", "review_on": "review", "heard_at": "heard"}
    values: dict[str, Any] = {column: bindparam(name) for column, name in names.items()}
    statement = update(entry).where(entry.c.patient_id == bindparam("patient")).values(values)
    for first in range(0, len(marks), people.BLOCK):
        db.session.connection().execute(statement, marks[first : first + people.BLOCK])
        db.session.commit()


def _sign_in(app: Any, provider_id: uuid.UUID, count: int) -> Provider:
    in_care = (CaseloadEntry.user_id == provider_id, CaseloadEntry.rank < Need.NOT_IN_CARE)
    entries = select(CaseloadEntry.patient_id).where(*in_care)
    entries = entries.order_by(CaseloadEntry.rank, CaseloadEntry.sort_name).offset(count // 2).limit(1)
    deep = db.session.scalars(entries).one()
    who = people.sign_in(app, provider_id, deep, uuid.uuid4())
    return Provider(who.headers | {"Accept-Encoding": "br, gzip"}, who.csrf, deep)


if __name__ == "__main__":
    main()
