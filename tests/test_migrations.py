"""The schema people upgrade to is the schema the code expects, up, down and up again, with data in the tables."""

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Uuid, bindparam, inspect, select, text, update
from sqlalchemy.exc import DBAPIError

from portal import db
from portal.audit import service as audit
from portal.messaging import retraction, service
from portal.messaging.models import Message, Thread
from portal.review import service as review
from portal.review.models import CaseloadEntry, CaseloadRow
from portal.review.need import Need
from portal.safety.models import Alert, AlertState, Severity
from tests import factories
from tests.cast import NOW, Cast

FOLDER = str(Path(__file__).resolve().parent.parent / "migrations")


def test_the_migrated_schema_is_the_one_in_the_models(app: Flask) -> None:
    with db.db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.Base.metadata) == []


def test_down_and_up_again_with_data_in_the_tables(app: Flask, cast: Cast) -> None:
    factories.check_in(cast.ada)
    factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW)
    db.session.remove()
    downgrade(directory=FOLDER, revision="base")
    assert inspect(db.db.engine).get_table_names() == ["alembic_version"]
    upgrade(directory=FOLDER)
    assert db.session.scalar(text("select count(*) from clinics")) == 1


def test_what_was_open_before_escalation_was_known_goes_further_at_once(app: Flask, cast: Cast) -> None:
    for rule, state in (("R2", "open"), ("R4", "open"), ("R1", "closed")):
        alert = Alert(patient_id=cast.ada.own_id, rule=rule, severity=Severity.SAME_DAY, state=AlertState(state))
        alert.on, alert.opened_at, alert.state_at = NOW.date(), NOW, NOW
        db.session.add(alert)
    db.session.commit()
    db.session.remove()
    downgrade(directory=FOLDER, revision="0006")
    upgrade(directory=FOLDER)
    rows = db.session.execute(select(Alert.rule, Alert.due_at, Alert.escalate_at).order_by(Alert.rule)).all()
    assert [tuple(row) for row in rows] == [("R1", None, None), ("R2", NOW, NOW), ("R4", NOW, None)]


def test_what_waited_for_an_answer_before_it_was_counted_is_owed_one(app: Flask, cast: Cast) -> None:
    hour = timedelta(hours=1)
    asked, answered, again = (factories.thread(cast.ada, by, at=NOW) for by in (cast.ada, cast.ada, cast.bea))
    for thread, by, hours in (
        (asked, cast.ada, 1),
        (answered, cast.bea, 1),
        (again, cast.ada, 2),
        (again, cast.ada, 3),
    ):
        factories.message(thread, cast.ada, by, "and", NOW + hours * hour)
    ids = {asked.id: NOW, answered.id: None, again.id: NOW + 2 * hour}
    db.session.remove()
    downgrade(directory=FOLDER, revision="0007")
    upgrade(directory=FOLDER)
    rows = db.session.execute(select(Thread.id, Thread.owed_since)).all()
    assert {row.id: row.owed_since for row in rows} == ids


def test_what_was_withdrawn_does_not_stand_again_as_if_sent(app: Flask, cast: Cast) -> None:
    only, one = factories.thread(cast.ada, cast.ada, "Only words"), factories.thread(cast.ada, cast.ada, "Stays")
    meant = factories.message(one, cast.ada, cast.ada, "Not meant", NOW + timedelta(seconds=1))
    first = db.session.scalars(select(Message).where(Message.thread_id == only.id)).one()
    for thread, message in ((only, first), (one, meant)):
        retraction.retract(cast.ada.own_id, thread.id, message.id, by=cast.ada.actor, at=NOW)
        assert thread.subject == (retraction.NO_SUBJECT if thread is only else "A question")
    service.send(cast.ada.own_id, only.id, body="Again", submission_id=uuid.uuid4(), by=cast.ada.actor, at=NOW)
    again = db.session.scalars(select(Message).where(Message.body == "Again")).one()
    retraction.retract(cast.ada.own_id, only.id, again.id, by=cast.ada.actor, at=NOW)
    assert only.subject == retraction.NO_SUBJECT
    db.session.commit()
    db.session.remove()
    downgrade(directory=FOLDER, revision="0007")
    bodies = db.session.scalars(text("select body from messages order by body")).all()
    subjects = set(db.session.scalars(text("select subject from threads")))
    db.session.remove()
    upgrade(directory=FOLDER)
    assert bodies == ["(withdrawn)", "(withdrawn)", "(withdrawn)", "Stays"]
    assert subjects == {"A question"}


@pytest.mark.parametrize(
    ("row", "rank"),
    [
        ({"unread": 1}, 4),
        ({"trend": "worse"}, 5),
        ({"unreviewed": 1}, 6),
        ({}, 7),
        ({"status": "paused"}, 8),
    ],
)
def test_who_was_only_owed_an_answer_goes_back_in_the_order(
    app: Flask, cast: Cast, row: dict[str, object], rank: int
) -> None:
    factories.thread(cast.ada, cast.ada)
    db.session.flush()
    review.refresh([cast.ada.own_id], at=NOW)
    mine = CaseloadRow.patient_id == cast.ada.own_id
    db.session.execute(update(CaseloadRow).where(mine).values({"unread": 0, "trend": None} | row))
    assert ranks_of(cast) == [Need.MESSAGE]
    db.session.commit()
    db.session.remove()
    downgrade(directory=FOLDER, revision="0013")
    ranks = ranks_of(cast)
    db.session.remove()
    upgrade(directory=FOLDER)
    assert ranks == [rank]


def ranks_of(cast: Cast) -> list[int]:
    """Return Ada's place in the order of the caseload, of whichever schema it is."""
    wanted = text("select distinct rank from caseload_entries where patient_id = :own")
    return list(db.session.scalars(wanted.bindparams(bindparam("own", cast.ada.own_id, Uuid))))


@pytest.mark.parametrize(
    ("severity", "owes", "before", "after"),
    [
        (3, True, 1, Need.URGENT_ALERT),
        (2, True, 2, Need.DANGER),
        (1, True, 3, Need.DANGER),
        (0, True, 4, Need.DANGER),
        (2, False, 2, Need.SAME_DAY_ALERT),
        (0, False, 7, Need.NOTHING_NEW),
    ],
)
def test_words_of_danger_rise_in_the_order_and_everybody_else_keeps_their_place(
    app: Flask, cast: Cast, severity: int, owes: bool, before: int, after: Need
) -> None:
    if owes:
        thread = factories.thread(cast.ada, cast.ada)
        thread.danger_at, thread.unread_by_team = NOW, 0
    if severity:
        alert = Alert(patient_id=cast.ada.own_id, rule="R1", severity=Severity(severity), state=AlertState.OPEN)
        alert.on, alert.opened_at, alert.state_at = NOW.date(), NOW, NOW
        db.session.add(alert)
    review.refresh([cast.ada.own_id], at=NOW)
    db.session.commit()
    now_and_then = [ranks_of(cast)]
    db.session.remove()
    downgrade(directory=FOLDER, revision="0014")
    now_and_then.append(ranks_of(cast))
    db.session.remove()
    upgrade(directory=FOLDER)
    assert [*now_and_then, ranks_of(cast)] == [[after], [before], [after]]
    marks = db.session.scalars(select(CaseloadEntry.is_in_danger).where(CaseloadEntry.patient_id == cast.ada.own_id))
    assert set(marks) == {owes}


@pytest.mark.parametrize("change", ["UPDATE audit_events SET event = 'x'", "DELETE FROM audit_events"])
def test_the_database_itself_refuses_to_change_the_audit(app: Flask, cast: Cast, change: str) -> None:
    audit.record("test:happened", by=cast.bea.actor, at=NOW)
    db.session.commit()
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text(change))


def test_a_read_cannot_write(app: Flask, cast: Cast) -> None:
    db.begin(write=False)
    with pytest.raises(DBAPIError, match=r"read.?only"):
        db.session.execute(text("DELETE FROM heartbeats"))
    db.begin(write=True)
