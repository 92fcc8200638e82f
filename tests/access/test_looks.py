"""Every look at a record is remembered, also while the database cannot be written; refusals outlive the rollback."""

import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
import time_machine
from flask import Flask
from sqlalchemy.exc import OperationalError

from portal import db
from portal.access import looks
from portal.audit import service as audit
from portal.audit.models import AuditEvent
from tests import factories
from tests.cast import NOW, Cast
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


def test_a_refused_form_that_shows_the_record_is_a_look_too(app: Flask, cast: Cast, browser: LOOKS) -> None:
    thread = factories.thread(cast.ada, cast.ada)
    browser(cast.bea).post(f"/patients/{cast.ada.own_id}/messages/{thread.id}", {"body": ""}, expect=422)
    assert events(looks.EVENT)[-1].details == {"page": "messaging.send"}


@pytest.mark.parametrize("path", ["/caseload", "/alerts", "/messages"])
def test_opening_a_list_of_patients_is_on_record(app: Flask, cast: Cast, browser: LOOKS, path: str) -> None:
    browser(cast.bea).get(path)
    look = events(looks.LIST_EVENT)[-1]
    assert (look.actor_id, look.patient_id) == (cast.bea.user_id, None)


def test_a_line_that_was_cut_off_holds_up_nothing(app: Flask, cast: Cast, tmp_path: Path) -> None:
    whole = {"actor": str(cast.bea.user_id), "role": "provider", "address": "", "patient": str(cast.ada.own_id)}
    line = orjson.dumps(whole | {"page": "progress.show", "at": NOW.isoformat()})
    (tmp_path / "looks-waiting.jsonl").write_bytes(line + b"\n" + line[:40] + b"\n" + line + b"\n")
    assert looks.read_back() == 3
    db.session.commit()
    looks.forget_read_back()
    assert len(events(looks.EVENT)) == 2
    assert (tmp_path / "looks-waiting.unreadable").read_bytes() == line[:40] + b"\n"
    assert looks.read_back() == 0


def test_the_page_is_shown_even_where_nothing_can_be_written(
    app: Flask, cast: Cast, browser: LOOKS, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    bea = browser(cast.bea)
    with monkeypatch.context() as broken:
        broken.setattr(audit, "record", full)
        broken.setattr(looks, "_append", no_room)
        assert "Okafor" in bea.get(f"/patients/{cast.ada.own_id}").text
    assert str(cast.ada.own_id) in caplog.text
    assert "Okafor" not in caplog.text


def test_sending_forms_keeps_a_session_alive(
    app: Flask, cast: Cast, browser: LOOKS, frozen: time_machine.Traveller
) -> None:
    bea = browser(cast.bea)
    for _ in range(4):
        frozen.shift(timedelta(minutes=10))
        bea.post("/caseload", {"name": ""}, expect=422)
    assert bea.open("/caseload").status_code == 200
