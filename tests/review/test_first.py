"""Words of danger in the caseload's order, and what is to be answered first: named in the order of the table below."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.orm import Query

from portal import db
from portal.access.policy import PatientStatus
from portal.messaging import handling, service
from portal.messaging.models import Thread
from portal.review import first
from portal.review import service as review
from portal.review.models import CaseloadEntry, CaseloadRow
from portal.review.need import Need, need
from portal.safety.models import Alert, AlertState, Severity
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser
from tests.review.test_agrees import CLI, run

LOOKS = Callable[..., Browser]
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("worst", "status", "expected"),
    [
        (Severity.URGENT, PatientStatus.ACTIVE, Need.URGENT_ALERT),
        (Severity.SAME_DAY, PatientStatus.ACTIVE, Need.DANGER),
        (Severity.REVIEW, PatientStatus.PAUSED, Need.DANGER),
        (0, PatientStatus.DISCHARGED, Need.DANGER),
    ],
)
def test_words_of_danger_stand_right_below_an_urgent_alert(worst: int, status: PatientStatus, expected: Need) -> None:
    counts = {"worst_open_alert": worst, "unread": 1, "unreviewed": 3, "is_worsening": True}
    assert need(status=status, is_owed=True, is_in_danger=True, **counts) is expected


def alert(cast: Cast, patient_id: object, severity: Severity, *, state: AlertState = AlertState.OPEN) -> Alert:
    row = Alert(patient_id=patient_id, rule="R2", severity=severity, state=state)
    row.on, row.opened_at, row.state_at = NOW.date(), NOW - DAY, NOW - DAY
    db.session.add(row)
    db.session.flush()
    return row


def test_her_words_put_her_on_top_and_lead_to_the_thread_until_somebody_answers(browser: LOOKS, cast: Cast) -> None:
    """Below an urgent alert, above an alert of today and above who has waited for longer."""
    like = db.session.get_one(CaseloadRow, cast.ada.own_id)
    since = NOW - 9 * DAY
    factories.patient_row("longer", cast.bea, Need.MESSAGE, like=like, owed_since=since, waits_from=since)
    others = {name: factories.patient_row(name, cast.bea, rank, like=like) for name, rank in ALERTS.items()}
    alert(cast, others["today"], Severity.SAME_DAY)
    alert(cast, others["urgent"], Severity.URGENT, state=AlertState.ACKNOWLEDGED)
    db.session.commit()
    browser(cast.ada).get(f"/patients/{cast.ada.own_id}/messages/new").form("Send").submit(
        subject="Tonight", body="I want to kill myself"
    )
    bea = browser(cast.bea)
    page = bea.get("/caseload")
    assert [row[0].split()[0] for row in page.rows()[1:]] == ["urgent", "Ada", "today", "longer"]
    assert page.rows()[2][1].startswith("Words of danger")
    (box,) = [one for one in page.find("section") if one.get("aria-labelledby") == "alerts-title"]
    named = [" ".join(" ".join(line.itertext()).split()) for line in box.iter("li")]
    assert [line.split()[0] for line in named] == ["urgent", "Ada", "today"]
    assert "Words of danger" in named[1]
    assert "taken on" in named[0]
    assert "(1 to take on)" in " ".join(box.itertext()), "as many as the header says"
    found = [line for line in bea.open("/caseload.csv").get_data(as_text=True).splitlines() if line.startswith("Ada")]
    assert found[0].endswith(",yes")
    thread = page.follow("Ada Okafor")
    assert "I want to kill myself" in thread.text
    thread.form("Send").submit(body="I call you now")
    after = bea.get("/caseload")
    assert "Words of danger" not in " ".join(" ".join(row) for row in after.rows())


ALERTS = {"urgent": Need.URGENT_ALERT, "today": Need.SAME_DAY_ALERT}


def test_who_has_an_urgent_alert_as_well_is_named_with_both(browser: LOOKS, cast: Cast) -> None:
    alert(cast, cast.ada.own_id, Severity.URGENT)
    thread = factories.thread(cast.ada, cast.ada)
    thread.danger_at = NOW
    review.refresh([cast.ada.own_id], at=NOW)
    db.session.commit()
    found = first.list_first(cast.bea.user_id)
    assert [(one.need, one.thread_id) for one in found] == [(Need.URGENT_ALERT, None), (Need.DANGER, thread.id)]
    row = browser(cast.bea).get("/caseload").rows()[1]
    assert row[1].startswith("Urgent alert")
    assert "Words of danger" in " ".join(row)
    assert first.list_first(cast.cal.user_id) == []


def test_each_patient_is_named_once_with_the_words_that_have_stood_for_longest(cast: Cast) -> None:
    longest = factories.thread(cast.ada, cast.ada)
    longest.danger_at = NOW
    for minute in range(1, first.MOST + 1):
        factories.thread(cast.ada, cast.ada).danger_at = NOW + timedelta(minutes=minute)
    review.refresh([cast.ada.own_id], at=NOW)
    like = db.session.get_one(CaseloadRow, cast.ada.own_id)
    ola = factories.patient_row("Ola", cast.bea, Need.DANGER, like=like, is_in_danger=True)
    hers = Thread(patient_id=ola, subject="A question", started_at=NOW, started_by_id=cast.bea.user_id)
    hers.last_message_at = hers.owed_since = hers.danger_at = NOW
    db.session.add(hers)
    db.session.commit()
    assert {one.thread_id for one in first.list_first(cast.bea.user_id)} == {longest.id, hers.id}


def mine(cast: Cast) -> Query[CaseloadEntry]:
    return db.session.query(CaseloadEntry).filter_by(patient_id=cast.ada.own_id)


def test_the_rebuild_proves_the_mark_and_taking_it_off_takes_the_place(app: Flask, cast: Cast) -> None:
    thread_id = factories.thread(cast.ada, cast.ada).id
    service.send(cast.ada.own_id, thread_id, body="I want to die", submission_id=thread_id, by=cast.ada.actor, at=NOW)
    review.refresh(db.take_touched(), at=NOW)
    db.session.commit()
    assert {(one.rank, one.is_in_danger) for one in mine(cast)} == {(Need.DANGER, True)}
    assert run(app, *CLI, "--check")[0] == 0
    mine(cast).update({"is_in_danger": False})
    db.session.commit()
    assert run(app, *CLI, "--check")[0] == 1
    assert run(app, *CLI)[0] == 0
    service.mark_read(cast.ada.own_id, thread_id, by=cast.bea.actor, at=NOW)
    handling.mark_urgent(cast.ada.own_id, thread_id, is_urgent=False, by=cast.bea.actor, at=NOW)
    review.refresh(db.take_touched(), at=NOW)
    db.session.commit()
    assert {(one.rank, one.is_in_danger) for one in mine(cast)} == {(Need.MESSAGE, False)}
    assert run(app, *CLI, "--check")[0] == 0


def test_words_of_danger_are_found_along_their_own_index(app: Flask, cast: Cast) -> None:
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "is_in_danger" in statement:
            seen.append((statement, parameters))

    event.listen(db.db.engine, "before_cursor_execute", note)
    first.list_first(cast.bea.user_id)
    event.remove(db.db.engine, "before_cursor_execute", note)
    ((statement, parameters),) = seen
    is_sqlite = db.db.engine.dialect.name == "sqlite"
    # PostgreSQL reads so few rows as a whole unless it is told not to.
    db.session.execute(text("SELECT 1" if is_sqlite else "SET LOCAL enable_seqscan = off"))
    way = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    plan = "\n".join(str(row[-1]) for row in db.session.connection().exec_driver_sql(f"{way} {statement}", parameters))
    assert "ix_caseload_entries_is_in_danger" in plan, plan
    assert "SCAN threads\n" not in plan, plan
