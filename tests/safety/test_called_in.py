"""Somebody who was called to an alert: what they may open, for how long, and what the patient reads of it."""

import uuid
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from flask import Flask
from werkzeug.exceptions import HTTPException

from portal import db
from portal.access import looks
from portal.access.policy import PatientStatus, Relation, Thing, permits
from portal.accounts import sessions
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.patients.models import CalledIn, Calling
from portal.safety import queries, service
from portal.safety.models import Alert, Closing
from portal.treatment.events import service as events
from portal.treatment.medication import allergy_service
from portal.treatment.medication import service as medication
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import Opener, count, only
from tests.factories import check_in, course, infusion, plan_item, thread
from tests.page import Browser, Page, said
from tests.safety.escalation.stage import provider
from tests.safety.test_alerts import answer, path_of

DAY = timedelta(hours=24)
A_MINUTE = timedelta(minutes=1)


def call_in(person: Person, why: Calling = Calling.ESCALATED) -> Any:
    """Call somebody to the one alert there is; return the alert's id."""
    alert = only(Alert)
    db.session.add(CalledIn(patient_id=alert.patient_id, alert_id=alert.id, user_id=person.user_id, why=why, since=NOW))
    db.session.commit()
    return alert.id


def deal_with(cast: Cast) -> None:
    """Take the one alert on and close it."""
    alert = only(Alert)
    more: dict[str, Any] = {"by": cast.bea.actor, "at": NOW}
    service.acknowledge(alert.patient_id, alert.id, stamp=queries.stamp_of(alert.id), **more)
    service.close(alert.patient_id, alert.id, Closing.SAFE, "Safe.", stamp=queries.stamp_of(alert.id), **more)
    db.session.commit()


def later(app: Flask, person: Person, at: datetime) -> Browser:
    """Return the browser of somebody who signed in at another moment than the rest."""
    client = app.test_client()
    token = sessions.start(db.session.get_one(User, person.user_id), at=at, device="a test")
    db.session.commit()
    client.set_cookie("interval", token)
    return Browser(client)


def urgent(browser: Any) -> int:
    counts: dict[str, int] = browser.open("/alerts/open").json
    return counts["urgent"]


def chart(cast: Cast) -> str:
    return f"/patients/{cast.ada.own_id}"


def test_who_was_called_finds_the_alert_on_the_desk_and_in_the_count(browser: Opener, cast: Cast) -> None:
    answer(cast.ada)
    cal = browser(cast.cal)
    assert urgent(cal) == 0
    call_in(cast.cal)
    assert urgent(cal) == 1
    page = cal.get("/alerts")
    assert "Ada Okafor" in page.text
    assert "Called in: Cal Moreno" in page.text
    assert "Ada Okafor" in cal.get("/caseload").text
    taken = page.form("I take this on").submit()
    assert "taken on by Cal Moreno" in taken.text
    assert only(Alert).state == "acknowledged"


@pytest.mark.parametrize("place", ["", "/progress", "/check-ins", "/treatments", "/plan"])
def test_who_was_called_sees_the_chart_and_is_told_until_when(browser: Opener, cast: Cast, place: str) -> None:
    answer(cast.ada)
    browser(cast.cal).get(chart(cast) + place, expect=404)
    call_in(cast.cal)
    page = browser(cast.cal).get(chart(cast) + place)
    assert "You can see this chart until a day after the alert is closed." in " ".join(map(said, page.find("p")))
    assert {label for label, _ in page.links}.isdisjoint({"Review"})
    assert f"{chart(cast)}/messages" not in [href for _, href in page.links]
    assert count(AuditEvent, event=looks.EVENT, actor_id=cast.cal.user_id) > 0


def test_the_patient_reads_of_everybody_who_was_called_however_many_they_are(browser: Opener, cast: Cast) -> None:
    everybody = [provider(f"doc{number:02}") for number in range(30)]
    answer(cast.ada, 1)
    alert = only(Alert)
    for user_id in everybody:
        called = {"patient_id": alert.patient_id, "alert_id": alert.id, "user_id": user_id, "why": Calling.ESCALATED}
        db.session.add(CalledIn(**called, since=NOW))
    db.session.commit()
    shown = browser(cast.ada).get(chart(cast)).text
    assert [number for number in range(30) if f"Doc{number:02}" not in shown] == []


@pytest.mark.parametrize("place", ["/messages", "/messages/new", "/review", "/edit", "/contact", "/status", "/team"])
def test_who_was_called_reads_no_messages_and_edits_nothing(browser: Opener, cast: Cast, place: str) -> None:
    answer(cast.ada)
    call_in(cast.cal)
    browser(cast.cal).get(chart(cast) + place, expect=404)


def test_no_page_offers_them_what_they_may_not_do(app: Flask, browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada)
    plan_item(cast.ada, "phq-9", 7)
    check_in(cast.ada)
    running = course(cast.ada, cast.bea)
    infusion(running, cast.bea, NOW - timedelta(days=3))
    thread(cast.ada, cast.ada)
    who: dict[str, Any] = {"by": cast.bea.actor, "at": NOW}
    medication.start_medicine(cast.ada.own_id, medicine_id=uuid.uuid4(), name="Lithium", **who)
    allergy_service.add_allergy(cast.ada.own_id, allergy_id=uuid.uuid4(), substance="Latex", **who)
    more: dict[str, Any] = {"event_id": uuid.uuid4(), "on": NOW.date(), "until": None, "text": "Moved house."}
    events.add_event(cast.ada.own_id, **more, **who)
    db.session.commit()
    answer(cast.ada, 2, instrument="phq-9")
    call_in(cast.cal)
    wrong, seen = crawl(app, browser(cast.cal), cast.cal, chart(cast))
    assert len(seen) > 10
    assert not wrong, "\n".join(wrong)


def crawl(app: Flask, browser: Any, person: Person, start: str) -> tuple[list[str], set[str]]:
    """Open one page of every kind that the pages lead to; return what they offer and the policy forbids."""
    adapter, wrong, seen, waiting = app.url_map.bind("localhost"), [], set(), [start]
    while waiting:
        page = browser.get(waiting.pop(0))
        for label, address, method in offers(page):
            path = urlsplit(urljoin(page.url, address)).path
            try:
                endpoint, values = adapter.match(path, method)
            except HTTPException:
                continue
            if "patient_id" not in values:
                continue
            permission = app.view_functions[endpoint].access.permission
            if not permits(person.actor, permission, Thing(Relation.CALLED, PatientStatus.ACTIVE)):
                wrong.append(f"{page.url.replace(start, '…')}: {label!r} leads to {endpoint}")
            elif method == "GET" and endpoint not in seen and not path.endswith((".csv", ".svg", ".png", ".json")):
                seen.add(endpoint)
                waiting.append(path)
    return sorted(set(wrong)), seen


def offers(page: Page) -> list[tuple[str, str, str]]:
    links = [(label, href, "GET") for label, href in page.links if href and not href.startswith(("tel:", "#"))]
    forms = [
        (said(form), form.get("action") or page.url, form.get("method", "get").upper()) for form in page.find("form")
    ]
    return links + forms


def test_it_ends_a_day_after_the_alert_was_closed(app: Flask, cast: Cast, frozen: time_machine.Traveller) -> None:
    answer(cast.ada)
    alert_id = call_in(cast.cal)
    alert_page = f"{chart(cast)}/alerts/{alert_id}"
    deal_with(cast)
    frozen.move_to(NOW + DAY - A_MINUTE, tick=False)
    cal = later(app, cast.cal, NOW + DAY - A_MINUTE)
    page = cal.get(alert_page)
    assert "You can see this chart until November 23, 2026" in " ".join(map(said, page.find("p")))
    assert "Ada Okafor" in cal.get("/alerts?show=closed").text
    frozen.move_to(NOW + DAY, tick=False)
    for path in (alert_page, chart(cast), f"{chart(cast)}/progress"):
        cal.get(path, expect=404)
    sent = {"deed": "reopen", "stamp": queries.stamp_of(alert_id), "reopen_note": "Again."}
    assert cal.open(alert_page, "POST", data=sent).status_code == 404
    assert only(Alert).state == "closed"
    assert "Ada Okafor" not in cal.get("/alerts?show=closed").text


def test_somebody_neither_on_the_team_nor_called_finds_nothing(browser: Opener, cast: Cast) -> None:
    answer(cast.ada)
    alert = only(Alert)
    cal = browser(cast.cal)
    cal.get(path_of(alert), expect=404)
    for deed in ("acknowledge", "contact", "assign", "close", "reopen"):
        sent = {"deed": deed, "stamp": queries.stamp_of(alert.id)}
        assert cal.open(path_of(alert), "POST", data=sent).status_code == 404
    assert only(Alert).state == "open"
    assert "Ada Okafor" not in cal.get("/alerts").text


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (Calling.ON_CALL, "They were on call."),
        (Calling.ESCALATED, "Your care team could not be reached in time."),
        (Calling.ASSIGNED, "Your care team asked them to."),
    ],
)
def test_the_patient_reads_who_was_called_when_why_and_until_when(
    browser: Opener, cast: Cast, why: Calling, words: str
) -> None:
    answer(cast.ada, 1)
    call_in(cast.cal, why)
    text = browser(cast.ada).get(chart(cast)).text
    assert f"Cal Moreno, November 22, 2026. {words}" in text
    assert "until a day after this is settled" in text
    assert "alert" not in text.lower()
    deal_with(cast)
    assert "They can see your record until November 23, 2026" in browser(cast.ada).get(chart(cast)).text


def test_the_team_reads_it_in_the_details(browser: Opener, cast: Cast) -> None:
    answer(cast.ada)
    call_in(cast.cal)
    text = browser(cast.bea).get(chart(cast)).text
    assert "Cal Moreno" in text
    assert "Nobody of the care team had taken it on in time" in text


def test_an_alert_passed_to_a_provider_calls_them_in(browser: Opener, cast: Cast) -> None:
    answer(cast.ada)
    page = browser(cast.bea).get(path_of(only(Alert)))
    page.form("Pass it to somebody").submit(assign_to=str(cast.cal.user_id))
    assert only(CalledIn).why is Calling.ASSIGNED
    page = browser(cast.cal).get(path_of(only(Alert)))
    assert "Passed to Cal Moreno" in page.text
