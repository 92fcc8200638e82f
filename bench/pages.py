"""What a long record and a large clinic cost a page: `.venv/bin/python -m bench.pages`.

The progress page of a patient with ten years of daily check-ins beside one with ninety days, and the caseload of a
provider with 50,000 patients beside one with 50. Rounds alternate on one server; what counts is the ratio of the
medians.
"""

import argparse
import http.client
import statistics
import time
import urllib.parse
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import text

from bench import bare, people, stand
from portal import clock, db
from portal.access.policy import Role
from portal.accounts.models import User
from portal.checkins.models import CheckIn, ScoreRow, ScoreState
from portal.patients.models import CareTeamMember, Patient
from portal.treatment.models import Course, CourseStatus, Infusion, InfusionKind, InfusionStatus, Route, Site
from tests import server

LONG, SHORT = 3_650, 90
LARGE, SMALL = 50_000, 50
COUNT_OF_INFUSIONS = 60


def main() -> None:
    """Measure on both databases and print a row for each page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--large", type=int, default=LARGE)
    options = parser.parse_args()
    print("database    page                                  ratio   (ms / ms)      bytes on the wire")
    for kind in ("sqlite", "postgresql"):
        for name, found in measure(kind, options.rounds, options.large).items():
            big, small, size = found
            print(f"{kind:12}{name:38}{big / small:5.2f}   ({big:.1f} / {small:.1f}){size:16,}")


def measure(kind: str, rounds: int, large: int) -> dict[str, tuple[float, float, int]]:
    """Return for each page the milliseconds of the large and the small case, and the bytes of the large one."""
    with stand.database(kind) as (url, folder):
        paths = prepare(url, folder, large)
        with server.running(url, folder, workers=1) as address:
            return {name: compare(address, *pair, rounds=rounds) for name, pair in paths.items()}


def compare(address: str, large: Any, small: Any, *, rounds: int) -> tuple[float, float, int]:
    """Fetch two pages in turn; return the median milliseconds of each and the bytes of the first."""
    host = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(str(host.hostname), host.port, timeout=60)
    seconds: tuple[list[float], list[float]] = ([], [])
    size = 0
    for number in range(rounds + 3):
        for (path, headers), into in zip((large, small), seconds, strict=True):
            begun = time.perf_counter()
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            if number >= 3:
                into.append(time.perf_counter() - begun)
            if answer.status != 200:
                raise RuntimeError(f"{path} answered {answer.status}")
            size = len(body) if path == large[0] else size
    return 1000 * statistics.median(seconds[0]), 1000 * statistics.median(seconds[1]), size


def prepare(url: str, folder: Path, large: int) -> dict[str, tuple[Any, Any]]:
    """Write the large and the small case of each page; return what to fetch."""
    with stand.application(url, folder):
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        busy, quiet = people.provider(), _another_provider()
        many = people.patients(large, busy)
        few = people.patients(SMALL, quiet, first=large + 1)
        for patient_id, days in ((few[0], LONG), (few[1], SHORT)):
            write_record(patient_id, days, quiet)
        headers = {}
        for who in (busy, quiet):
            found = dict(people.sign_in(app, who, many[0], uuid.uuid4()).headers)
            headers[who] = {"Cookie": found["Cookie"], "Accept-Encoding": "br, gzip"}
        owners = [db.session.get_one(Patient, one).user_id for one in few[:2]]
        own = [
            people.sign_in(app, who, one, uuid.uuid4()).headers["Cookie"] for who, one in zip(owners, few, strict=False)
        ]
        cookies = [{"Cookie": cookie, "Accept-Encoding": "br, gzip"} for cookie in own]
        progress = [f"/patients/{one}/progress" for one in few[:2]]
        whole = [f"{path}?range=all" for path in progress]
        db.session.execute(text("ANALYZE"))
        db.session.commit()
    return {
        "progress, 10 years / 90 days": ((progress[0], cookies[0]), (progress[1], cookies[1])),
        "progress, all of it, 10 years / 90 days": ((whole[0], cookies[0]), (whole[1], cookies[1])),
        f"caseload, {large:,} / {SMALL}": (("/caseload", headers[busy]), ("/caseload", headers[quiet])),
    }


def _another_provider() -> uuid.UUID:
    row = people.user(Role.PROVIDER, 1, clock.now() - people.SINCE)
    people.add(User, iter([row]))
    found: uuid.UUID = row["id"]
    return found


def write_record(patient_id: uuid.UUID, days: int, provider_id: uuid.UUID) -> None:
    """Write daily check-ins, a PHQ-9 every fortnight and infusions over this many days."""
    rows = list(_check_ins(patient_id, days))
    people.add(CheckIn, iter(rows))
    people.add(ScoreRow, (score for row in rows for score in _scores(row)))
    _treat(patient_id, days, provider_id)
    assert db.session.query(CareTeamMember).filter_by(patient_id=patient_id).count() == 1


def _check_ins(patient_id: uuid.UUID, days: int) -> Iterator[dict[str, Any]]:
    today = clock.now()
    for day in range(days):
        at = today - timedelta(days=day, hours=2)
        answers: dict[str, float] = dict(zip(bare.ITEMS, (day * 7 % 11, day * 5 % 11, day * 3 % 11, 7, 0), strict=True))
        stamped = {"for_on": at.date(), "received_at": at, "started_at": at, "reviewed_at": at, "reviewed_by_id": None}
        yield bare.check_in(patient_id, uuid.uuid4(), answers) | stamped
        if day % 14 == 0:
            asked = {f"q{number}": (day + number) % 4 for number in range(1, 9)} | {"q9": 0}
            own = {"instrument": "phq-9", "asked": list(asked), "answers": asked}
            yield bare.check_in(patient_id, uuid.uuid4(), {}) | stamped | own


def _scores(row: dict[str, Any]) -> list[dict[str, Any]]:
    if row["instrument"] == "daily":
        return bare.scores(row, row["answers"])
    total = float((row["for_on"].toordinal() // 14) * 5 % 28)
    template = bare.scores(row, dict.fromkeys(bare.ITEMS, 0.0))[0]
    return [template | {"scale": "total", "value": total, "state": ScoreState.COMPLETE, "answered": 9, "asked": 9}]


def _treat(patient_id: uuid.UUID, days: int, provider_id: uuid.UUID) -> None:
    now = clock.now()
    course = Course(patient_id=patient_id, indication="treatment-resistant-depression", series_planned=6)
    course.started_on, course.created_at, course.created_by_id = now.date(), now, provider_id
    course.status = CourseStatus.RUNNING
    db.session.add(course)
    db.session.flush()
    every = max(7, days // COUNT_OF_INFUSIONS)
    for number, day in enumerate(range(days - 5, 3, -every), start=1):
        at = now - timedelta(days=day)
        db.session.add(
            Infusion(
                course_id=course.id,
                patient_id=patient_id,
                number=number,
                kind=InfusionKind.INDUCTION if number <= 6 else InfusionKind.BOOSTER,
                status=InfusionStatus.COMPLETED,
                planned_at=at,
                started_at=at,
                happens_at=at,
                dose_mg=35,
                minutes=40,
                route=Route.INTRAVENOUS,
                site=Site.HOME,
                submission_id=uuid.uuid4(),
                recorded_at=at,
                recorded_by_id=provider_id,
            )
        )
    db.session.commit()


if __name__ == "__main__":
    main()
