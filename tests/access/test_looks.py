"""Every look at a record is remembered, also while the database cannot be written; refusals outlive the rollback."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from portal import db
from portal.access import looks
from portal.audit import service as audit
from portal.audit.models import AuditEvent
from tests.cast import Cast
from tests.page import Browser

LOOKS = Callable[..., Browser]


def events(name: str) -> list[AuditEvent]:
    return db.session.query(AuditEvent).filter_by(event=name).order_by(AuditEvent.sequence).all()


def test_a_look_by_the_team_is_written_with_who_and_which_page(app: Flask, cast: Cast, browser: LOOKS) -> None:
    browser(cast.nia).get(f"/patients/{cast.ada.own_id}")
    look = events(looks.EVENT)[-1]
    assert (look.actor_id, look.patient_id) == (cast.nia.user_id, cast.ada.own_id)
    assert look.details == {"page": "patients.overview"}


def test_the_patients_own_page_is_no_look(app: Flask, cast: Cast, browser: LOOKS) -> None:
    browser(cast.ada).get(f"/patients/{cast.ada.own_id}")
    assert events(looks.EVENT) == []


def test_a_refusal_is_on_record_although_the_request_was_rolled_back(app: Flask, cast: Cast, browser: LOOKS) -> None:
    browser(cast.cal).get(f"/patients/{cast.ada.own_id}", expect=404)
    refusal = events("access:refused")[-1]
    assert (refusal.actor_id, refusal.patient_id, refusal.outcome) == (cast.cal.user_id, cast.ada.own_id, "refused")


def test_a_page_that_is_not_there_is_no_look(app: Flask, cast: Cast, browser: LOOKS) -> None:
    browser(cast.bea).get(f"/patients/{cast.ada.own_id}/check-ins/{cast.ada.own_id}", expect=404)
    assert events(looks.EVENT) == []


def test_a_look_waits_in_a_file_while_the_database_cannot_be_written(
    app: Flask, cast: Cast, browser: LOOKS, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    bea = browser(cast.bea)
    with monkeypatch.context() as broken:
        broken.setattr(audit, "record", full)
        page = bea.get(f"/patients/{cast.ada.own_id}")
        assert "Okafor" in page.text
    waiting = tmp_path / "looks-waiting.jsonl"
    assert stat.S_IMODE(waiting.stat().st_mode) == 0o600
    assert "Okafor" not in waiting.read_text()
    assert "cannot be written" in bea.open("/caseload").get_data(as_text=True)

    assert looks.read_back() == 1
    db.session.commit()
    looks.forget_read_back()
    assert events(looks.EVENT)[-1].details == {"page": "patients.overview", "was_waiting": True}
    assert "cannot be written" not in bea.open("/caseload").get_data(as_text=True)


def test_the_chain_finds_the_first_row_that_was_changed(app: Flask, cast: Cast, browser: LOOKS) -> None:
    for _ in range(3):
        browser(cast.bea).get(f"/patients/{cast.ada.own_id}")
    assert audit.first_broken() is None
    victim = events(looks.EVENT)[1]
    db.session.connection().exec_driver_sql(
        "DROP TRIGGER audit_events_no_update"
        if db.db.engine.dialect.name == "sqlite"
        else "DROP TRIGGER audit_events_no_change ON audit_events"
    )
    victim.actor_id = cast.cal.user_id
    db.session.flush()
    assert audit.first_broken() == victim.sequence
