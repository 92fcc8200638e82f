"""The audit: append-only, each row sealed to the one before."""

import threading
import uuid
from contextvars import copy_context
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from portal import db
from portal.audit import service as audit
from portal.audit.models import AuditEvent, AuditHead
from tests.cast import NOW, Cast

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
    max_leaves=8,
)


def write(cast: Cast, number: int) -> None:
    for step in range(number):
        moment = NOW + timedelta(microseconds=step + 1)
        audit.record(
            "thing:done", by=cast.bea.actor, at=moment, patient_id=cast.ada.own_id, thing_id=uuid.uuid4(), n=step
        )
    db.session.commit()


@pytest.fixture
def unlocked(app: Flask, kind: str, cast: Cast) -> None:
    """What somebody does who owns the database: the triggers are gone."""
    write(cast, 5)
    if kind == "sqlite":
        for action in ("update", "delete"):
            db.session.execute(text(f"DROP TRIGGER audit_events_no_{action}"))
    else:
        db.session.execute(text("DROP TRIGGER audit_events_no_change ON audit_events"))
    db.session.commit()


def test_what_is_recorded_fits_together(cast: Cast) -> None:
    write(cast, 3)
    audit.record("access:refused", by=None, at=NOW, outcome=audit.REFUSED, address="127.0.0.1", page="x")
    db.session.commit()
    assert audit.first_broken() is None
    rows = db.session.scalars(select(AuditEvent).order_by(AuditEvent.sequence)).all()
    assert [row.sequence for row in rows] == [1, 2, 3, 4]
    assert (rows[0].actor_id, rows[0].actor_role, rows[0].outcome) == (cast.bea.user_id, "provider", "done")
    assert (rows[3].actor_id, rows[3].outcome, rows[3].address) == (None, "refused", "127.0.0.1")


@pytest.mark.parametrize("statement", ["UPDATE audit_events SET event = 'other'", "DELETE FROM audit_events"])
def test_no_statement_of_ours_changes_or_removes_a_row(cast: Cast, statement: str) -> None:
    write(cast, 2)
    with pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(text(statement))
    db.session.rollback()
    assert audit.first_broken() is None


TAMPERING = [
    ("UPDATE audit_events SET event = 'other' WHERE sequence = 3", 3),
    ("UPDATE audit_events SET actor_id = patient_id WHERE sequence = 2", 2),
    ("UPDATE audit_events SET outcome = 'refused' WHERE sequence = 1", 1),
    ("DELETE FROM audit_events WHERE sequence = 3", 3),
    ("DELETE FROM audit_events WHERE sequence = 1", 1),
    ("DELETE FROM audit_events WHERE sequence = 5", 5),
    ("DELETE FROM audit_events", 1),
    ("UPDATE audit_events SET sequence = 9 WHERE sequence = 4", 4),
]


@pytest.mark.parametrize(("statement", "first"), TAMPERING)
def test_a_row_changed_by_hand_is_found_and_named(unlocked: None, statement: str, first: int) -> None:
    assert audit.first_broken() is None
    db.session.execute(text(statement))
    db.session.commit()
    assert audit.first_broken() == first


def test_a_row_put_in_by_hand_is_found(unlocked: None, cast: Cast) -> None:
    last = db.session.scalars(select(AuditEvent).where(AuditEvent.sequence == 5)).one()
    columns = {column.name: getattr(last, column.name) for column in AuditEvent.__table__.columns}
    db.session.add(AuditEvent(**{**columns, "sequence": 6}))
    db.session.commit()
    assert audit.first_broken() == 6


@given(details=st.dictionaries(st.text("abcdef", min_size=1), VALUES, max_size=4))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_metadata_is_sealed_as_it_comes_back(cast: Cast, details: dict[str, Any]) -> None:
    audit.record("thing:done", by=cast.bea.actor, at=NOW, **{f"x_{name}": value for name, value in details.items()})
    db.session.commit()
    assert audit.first_broken() is None


def test_what_is_rolled_back_leaves_no_gap(cast: Cast) -> None:
    audit.record("thing:done", by=cast.bea.actor, at=NOW)
    db.session.rollback()
    write(cast, 1)
    assert audit.first_broken() is None
    assert db.session.get_one(AuditHead, 1).sequence == 1


def test_writers_at_the_same_time_make_one_chain(app: Flask, cast: Cast) -> None:
    def work() -> None:
        with app.app_context():
            for _ in range(10):
                db.begin(write=True)
                audit.record("thing:done", by=cast.bea.actor, at=NOW)
                db.session.commit()

    db.session.rollback()
    threads = [threading.Thread(target=copy_context().run, args=(work,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == 40
    assert audit.first_broken() is None
