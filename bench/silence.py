"""What the worker's rounds over a clinic cost: `.venv/bin/python -m bench.silence`.

The round of silence over 50,000 patients beside one over 5,000: what looking at a chunk of 500 costs, for each patient,
and what acting costs for each patient of whom something is to be done; and a look for what was left at a safety
question among as many drafts. What counts is the ratio: it must not grow with the clinic.
"""

import argparse
import statistics
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from bench import people, stand
from bench.due import write
from portal import clock, db
from portal.checkins import left_open, silence
from portal.checkins.models import CheckInDraft, PlanItem
from portal.checkins.worker import AT_ONCE

LARGE, SMALL = 50_000, 5_000
ACTED = 8


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds: a look for each patient, acting for each patient, and the longest chunk; a look at the drafts."""

    look: float
    act: float
    longest: float
    drafts: float
    found: int


def main() -> None:
    """Measure on both databases and print a row for each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", type=int, default=LARGE)
    parser.add_argument("--small", type=int, default=SMALL)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    print("database    round                                              ratio   (ms / ms)")
    for kind in ("sqlite", "postgresql") if options.only is None else (options.only,):
        with stand.database(kind) as (url, folder), stand.application(url, folder):
            provider = people.provider()
            few = clinic(provider, options.small, first=10)
            many = clinic(provider, options.large - options.small, first=10 + options.small)
            of = f"{options.large:,} / {options.small:,}"
            whole = f"   whole {many.look * options.large:.0f} s, longest chunk {1000 * many.longest:.0f} ms"
            print(_row(kind, f"silence, clinic of {of}: a look, each", many.look, few.look) + whole, flush=True)
            print(_row(kind, f"silence, {many.found:,} of them: acting, each", many.act, few.act), flush=True)
            print(_row(kind, "left at a question: a look at 200 drafts", many.drafts, few.drafts), flush=True)


def clinic(provider: uuid.UUID, more: int, *, first: int) -> Cost:
    """Write so many more patients, a third of them silent; return what the rounds over all of them cost."""
    db.begin(write=True)
    for number, patient_id in enumerate(people.patients(more, provider, first=first)):
        write(patient_id, provider, days=60, infusions=3, check_ins=8 if number % 3 else 0)
    db.session.execute(text("DELETE FROM silences"))
    _drafts()
    db.session.execute(text("ANALYZE"))
    db.session.commit()
    looks, found = _look()
    return Cost(statistics.median(looks) / silence.CHUNK, _act(found), max(looks), _look_at_drafts(), len(found))


def _look() -> tuple[list[float], list[uuid.UUID]]:
    """Look at the whole clinic; return what each chunk cost, and of whom something is to be done."""
    costs, found, after, is_first = list[float](), list[uuid.UUID](), None, True
    while is_first or after is not None:
        is_first = False
        db.begin(write=False)
        begun = time.perf_counter()
        chunk = silence.look(after, at=clock.now())
        costs.append(time.perf_counter() - begun)
        found += chunk.patient_ids
        after = chunk.next_after
    if not found:
        raise RuntimeError("nobody is silent; this measures nothing")
    return costs, found


def _act(found: list[uuid.UUID]) -> float:
    costs = []
    for number in range(ACTED):
        some = found[number * AT_ONCE : (number + 1) * AT_ONCE]
        if some:
            db.begin(write=True)
            begun = time.perf_counter()
            silence.act(some, at=clock.now())
            db.session.commit()
            costs.append((time.perf_counter() - begun) / len(some))
    return statistics.median(costs)


def _drafts() -> None:
    """Give every line of a plan that has none a draft of yesterday, of which none was left at a safety question."""
    now = clock.now()
    lines = db.session.query(PlanItem.id, PlanItem.patient_id).filter(PlanItem.instrument == "gad-7").all()
    known = {row.plan_item_id for row in db.session.query(CheckInDraft.plan_item_id)}
    rows = (
        {
            "patient_id": line.patient_id,
            "plan_item_id": line.id,
            "for_on": now.date(),
            "submission_id": uuid.uuid4(),
            "version": 1,
            "answers": {"q1": 1},
            "answered_ms": {},
            "note": "",
            "started_at": now - timedelta(days=1, seconds=number),
            "saved_at": now - timedelta(days=1, seconds=number % 80_000),
        }
        for number, line in enumerate(lines)
        if line.id not in known
    )
    people.add(CheckInDraft, rows)


def _look_at_drafts() -> float:
    costs = []
    place: left_open.Place | None = None
    for _ in range(20):
        db.begin(write=False)
        begun = time.perf_counter()
        place = left_open.look(place, at=clock.now()).last
        costs.append(time.perf_counter() - begun)
    return statistics.median(costs)


def _row(kind: str, name: str, large: float, small: float) -> str:
    return f"{kind:12}{name:49}{large / small:7.2f}   ({1000 * large:.2f} / {1000 * small:.2f})"


if __name__ == "__main__":
    main()
