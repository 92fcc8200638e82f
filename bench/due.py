"""What due lists cost: `.venv/bin/python -m bench.due`.

The due list of one patient with ten years of daily check-ins and 200 infusions beside one with ninety days, what is
overdue of the 50 patients on a page of the caseload in a clinic of 50,000 beside one of 5,000, and of all of them as
the file of a whole caseload counts it. What counts is the ratio: of the medians of alternating rounds, for the whole
clinic of the time for each patient. Beside the time stands the ratio of our own process's work alone, which a busy
machine does not stretch.
"""

import argparse
import statistics
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text

from bench import bare, people, stand
from portal import clock, db
from portal.accounts.models import User
from portal.checkins import due
from portal.checkins.models import CheckIn, PlanItem
from portal.checkins.rhythm import Anchor, Trigger, every, to_json
from portal.patients import queries as patients
from portal.patients.models import Patient
from portal.patients.queries import PatientRef
from portal.treatment.models import Course, CourseStatus, Infusion, InfusionKind, InfusionStatus, Route, Site

LONG, SHORT = (3_650, 200), (90, 8)
LARGE, SMALL, PAGE = 50_000, 5_000, 50
PLAN: dict[str, tuple[tuple[Trigger, ...], int]] = {
    "phq-9": ((*every(14), Trigger(Anchor.PLANNED_INFUSION, hours=-72)), 3),
    "gad-7": (every(14), 0),
    "side-effects": (
        (Trigger(Anchor.INFUSION, hours=2), Trigger(Anchor.INFUSION, from_day=1), Trigger(Anchor.INFUSION, from_day=3)),
        0,
    ),
    "activation": (
        (
            Trigger(Anchor.INFUSION, from_day=1, every_days=1, until_day=7),
            Trigger(Anchor.INFUSION, from_day=14, every_days=7),
        ),
        0,
    ),
}
"""Beside the daily check-in, which everybody is asked: five rhythms, two of them on infusions, one before each."""


def main() -> None:
    """Measure on both databases and print a row for each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--large", type=int, default=LARGE)
    parser.add_argument("--small", type=int, default=SMALL)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    print("database    due lists                                          ratio   our work   (ms / ms)")
    for kind in ("sqlite", "postgresql") if options.only is None else (options.only,):
        with stand.database(kind) as (url, folder), stand.application(url, folder):
            provider = people.provider()
            long, short = one_patient(provider, options.rounds)
            print(_row(kind, "one patient, 10 years and 200 infusions / 90 days", long, short), flush=True)
            few = clinic(provider, options.small, first=10, rounds=options.rounds // 2)
            rest = options.large - options.small
            many = clinic(provider, rest, first=10 + options.small, rounds=options.rounds // 2)
            of = f"{options.large:,} / {options.small:,}"
            print(_row(kind, f"a page of 50, clinic of {of}", many[0], few[0]), flush=True)
            whole = f", whole {many[1].seconds * options.large:.0f} s"
            print(_row(kind, f"the clinic of {of}, for each patient", many[1], few[1]) + whole, flush=True)


@dataclass(frozen=True, slots=True)
class Cost:
    """What something took: seconds by the clock, and seconds that our own process worked."""

    seconds: float
    work: float

    @classmethod
    def now(cls) -> "Cost":
        """Return this moment, for `since`."""
        return cls(time.perf_counter(), time.process_time())

    @classmethod
    def since(cls, begun: "Cost") -> "Cost":
        """Return what was taken since a moment that `now` returned."""
        now = cls.now()
        return cls(now.seconds - begun.seconds, now.work - begun.work)


def one_patient(provider: uuid.UUID, rounds: int) -> tuple[Cost, Cost]:
    """Return the median cost of a due list after a long and after a short time in care."""
    ids = people.patients(2, provider)
    for patient_id, (days, infusions) in zip(ids, (LONG, SHORT), strict=True):
        write(patient_id, provider, days=days, infusions=infusions, check_ins=days)
    _analyze()
    refs = [_ref(patient_id) for patient_id in ids]
    costs: tuple[list[Cost], list[Cost]] = ([], [])
    for number in range(rounds + 10):
        for ref, into in zip(refs, costs, strict=True):
            db.begin(write=False)
            begun = Cost.now()
            due.due_of(ref, clock.now())
            if number >= 10:
                into.append(Cost.since(begun))
    return _median(costs[0]), _median(costs[1])


def clinic(provider: uuid.UUID, more: int, *, first: int, rounds: int) -> tuple[Cost, Cost]:
    """Write so many more patients; return what a page of them costs, and what all of them cost for each patient."""
    db.begin(write=True)
    for patient_id in people.patients(more, provider, first=first):
        write(patient_id, provider, days=60, infusions=3, check_ins=8)
    _analyze()
    planned = select(Patient.id, Patient.enrolled_at, Patient.status, User.time_zone)
    everybody = db.session.execute(planned.join(User, User.id == Patient.user_id)).all()
    pages = []
    for number in range(rounds):
        begun = Cost.now()
        due.count_late(everybody[number * PAGE : (number + 1) * PAGE], clock.now())
        pages.append(Cost.since(begun))
    begun = Cost.now()
    late = due.count_late(everybody, clock.now())
    whole = Cost.since(begun)
    if not any(late.values()):
        raise RuntimeError("nobody is late; this measures nothing")
    return _median(pages), Cost(whole.seconds / len(everybody), whole.work / len(everybody))


def write(patient_id: uuid.UUID, provider: uuid.UUID, *, days: int, infusions: int, check_ins: int) -> None:
    """Write a plan with all rhythms, and infusions and daily check-ins over so many days, into the next commit."""
    now = clock.now()
    _waiting[PlanItem] += [_plan_item(patient_id, name, now - timedelta(days=days)) for name in PLAN]
    course_id = uuid.uuid4()
    _waiting[Course].append(_course(course_id, patient_id, provider, now - timedelta(days=days)))
    _waiting[Infusion] += _infusions(patient_id, course_id, provider, now, days, infusions)
    _waiting[CheckIn] += _check_ins(patient_id, now, check_ins)
    if len(_waiting[CheckIn]) >= people.BLOCK:
        _flush()


_waiting: dict[Any, list[dict[str, Any]]] = {PlanItem: [], Course: [], Infusion: [], CheckIn: []}


def _flush() -> None:
    for table, rows in _waiting.items():
        people.add(table, iter(rows))
        rows.clear()


def _analyze() -> None:
    _flush()
    db.session.execute(text("ANALYZE"))
    db.session.commit()


def _ref(patient_id: uuid.UUID) -> PatientRef:
    user_id = db.session.get_one(Patient, patient_id).user_id
    found = patients.get_ref(patient_id, viewer_id=user_id, at=clock.now())
    if found is None:
        raise LookupError(patient_id)
    return found


def _plan_item(patient_id: uuid.UUID, name: str, since: datetime) -> dict[str, Any]:
    triggers, gap = PLAN[name]
    row = {"id": uuid.uuid4(), "patient_id": patient_id, "instrument": name, "triggers": to_json(triggers)}
    rest = {"extra_items": [], "starts_on": since.date(), "ends_on": None, "created_at": since, "created_by_id": None}
    return row | rest | {"min_gap_days": gap}


def _course(course_id: uuid.UUID, patient_id: uuid.UUID, provider: uuid.UUID, since: datetime) -> dict[str, Any]:
    row = {"id": course_id, "patient_id": patient_id, "indication": "bipolar", "series_planned": 6, "protocol": ""}
    status = {"status": CourseStatus.RUNNING, "started_on": since.date(), "ended_on": None}
    return row | status | {"created_at": since, "created_by_id": provider}


def _infusions(
    patient_id: uuid.UUID, course_id: uuid.UUID, provider: uuid.UUID, now: datetime, days: int, count: int
) -> Iterator[dict[str, Any]]:
    for number in range(1, count + 1):
        at = now - timedelta(days=days - 3 - (number - 1) * (days - 3) // count)
        yield {
            "id": uuid.uuid4(),
            "course_id": course_id,
            "patient_id": patient_id,
            "number": number,
            "kind": InfusionKind.BOOSTER,
            "status": InfusionStatus.COMPLETED if number < count else InfusionStatus.PLANNED,
            "planned_at": at,
            "started_at": at,
            "happens_at": at if number < count else now + timedelta(days=5),
            "route": Route.INTRAVENOUS,
            "site": Site.HOME,
            "submission_id": uuid.uuid4(),
            "recorded_at": at,
            "recorded_by_id": provider,
        }


def _check_ins(patient_id: uuid.UUID, now: datetime, count: int) -> Iterator[dict[str, Any]]:
    names = ("daily", "daily", "daily", "phq-9", "daily", "gad-7", "side-effects", "activation")
    for day in range(count):
        at = now - timedelta(days=day, hours=2)
        stamped = {"for_on": at.date(), "received_at": at, "started_at": at}
        yield bare.check_in(patient_id, uuid.uuid4(), {}) | stamped | {"instrument": names[day % len(names)]}


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(statistics.median(one.seconds for one in costs), statistics.median(one.work for one in costs))


def _row(kind: str, name: str, large: Cost, small: Cost) -> str:
    ratios = f"{large.seconds / small.seconds:7.2f}{large.work / small.work:11.2f}"
    return f"{kind:12}{name:49}{ratios}   ({1000 * large.seconds:.2f} / {1000 * small.seconds:.2f})"


if __name__ == "__main__":
    main()
