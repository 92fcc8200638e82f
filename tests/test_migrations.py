"""The schema people upgrade to is the schema the code expects, up, down and up again, with data in the tables."""

from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError

from portal import db
from portal.audit import service as audit
from portal.messaging.models import Thread
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
