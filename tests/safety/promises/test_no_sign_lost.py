"""Promise 1: every positive answer that the server acknowledged has its concern, once, tied to an alert.

Shortened here; `python -m bench.no_sign_lost --answers 1000` is the whole of it.
"""

from pathlib import Path

from sqlalchemy import select

from portal import db
from portal.checkins.models import PlanItem
from tests import live
from tests.cast import Person
from tests.live import Live
from tests.safety.promises.storm import Sender, Storm, problems
from tests.visitor import Visitor

ANSWERS, KILLS, SECONDS, SEED = 60, 5, 90, 20261123


def sender(portal: Live, person: Person) -> Sender:
    visitor = Visitor(portal.address)
    visitor.sign_in(person)
    with portal.reach():
        daily = select(PlanItem.id).where(PlanItem.patient_id == person.own_id, PlanItem.instrument == "daily")
        line = db.session.scalars(daily).one()
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    path = f"/patients/{person.own_id}/check-ins/new/{line}"
    return Sender(person.own_id, path, headers, visitor.csrf_token(), visitor.get(path).field("on"))


def test_no_acknowledged_sign_is_lost_or_doubled_while_processes_are_killed(kind: str, tmp_path: Path) -> None:
    with live.running(kind, tmp_path, workers=3) as portal:
        senders = [sender(portal, person) for person in (portal.cast.ada, portal.cast.dot) for _ in range(3)]
        storm = Storm(portal.address, senders, ANSWERS, KILLS, SECONDS, SEED)
        storm.run()
        assert not storm.wrong, storm.wrong
        assert storm.is_conclusive, (
            f"this proves nothing: {len(storm.sent)} answers, {storm.told_on} of {storm.killed} kills felt"
        )
        with portal.reach():
            assert problems(storm.sent) == []
