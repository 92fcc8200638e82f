"""The page about mail that could not be sent."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from portal import db
from portal.notifications import service
from portal.notifications.models import Delivery, Kind, OutboxMessage
from tests.cast import NOW, Cast
from tests.notifications.outbox import many, put, row
from tests.page import Browser

Open = Callable[..., Browser]
ACTION = re.compile(r"/deliveries/([0-9a-f-]{36})/drop")


def failed(cast: Cast, error: str = "smtp-550", kind: Kind = Kind.MESSAGE_WAITING) -> OutboxMessage:
    found = db.session.get_one(OutboxMessage, put(cast.bea, kind, patient_id=cast.ada.own_id))
    found.state, found.last_error, found.attempts, found.settled_at = Delivery.FAILED, error, 1, NOW
    db.session.commit()
    return found


def test_the_administrator_sees_what_failed_for_whom_and_why_and_nothing_of_what_it_was_about(
    browser: Open, cast: Cast
) -> None:
    failed(cast, kind=Kind.ALERT_WAITING)
    page = browser(cast.eve).get("/deliveries")
    assert page.rows()[1][:4] == [
        "Something to look at Email",
        "Bea Lindqvist",
        "November 22, 2026, 10:00 AM",
        "The receiving server refused it (550) 1 try",
    ]
    assert "Okafor" not in page.html
    assert "alert" not in page.text.lower()


def test_what_failed_is_sent_again_or_dropped(browser: Open, cast: Cast) -> None:
    again, never = failed(cast).id, failed(cast).id
    eve = browser(cast.eve)
    page = eve.get("/deliveries").form(f"{again}/resend").submit()
    assert "being sent again" in page.text
    page = page.form(f"{never}/drop").submit()
    assert "Nothing was given up" in page.text
    assert (row(again).state, row(never).state) == (Delivery.WAITING, Delivery.DROPPED)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_failed_is_paged_through_to_its_last(browser: Open, cast: Cast) -> None:
    many(cast.bea, 203, state=Delivery.FAILED, last_error="smtp-550", settled_at=NOW)
    page = browser(cast.eve).get("/deliveries")
    assert "1 to 100 of 203" in page.text
    seen = ACTION.findall(page.html)
    for _ in range(2):
        page = page.follow("Next")
        seen += ACTION.findall(page.html)
    assert len(set(seen)) == 203
    assert "201 to 202 of 202" in page.form("/drop").submit().text
    for beyond in ("0", "-4", "99999999999999999999", "x"):
        assert "of 202" in browser(cast.eve).get(f"/deliveries?page={beyond}").text


@pytest.mark.parametrize("kind", ["sqlite"])
def test_of_what_is_tried_again_it_says_how_much_there_is(browser: Open, cast: Cast) -> None:
    many(cast.bea, 101, state=Delivery.WAITING, last_error="unreachable")
    assert "1 to 100 of 101" in browser(cast.eve).get("/deliveries").text


@pytest.mark.parametrize("action", ["resend", "drop"])
def test_what_did_not_fail_is_not_there_to_be_decided(browser: Open, cast: Cast, action: str) -> None:
    waits = put(cast.bea)
    assert browser(cast.eve).open(f"/deliveries/{waits}/{action}", "POST").status_code == 404
    assert browser(cast.eve).open(f"/deliveries/{cast.bea.user_id}/{action}", "POST").status_code == 404
    assert row(waits).state is Delivery.WAITING


def test_it_says_when_nothing_is_being_sent(browser: Open, cast: Cast) -> None:
    eve = browser(cast.eve)
    assert "No mail is being sent" in eve.get("/deliveries").text
    service.beat("one", started_at=NOW, at=NOW)
    db.session.commit()
    assert "No mail is being sent" not in eve.get("/deliveries").text


def test_it_says_when_mail_is_stuck_and_what_is_being_tried(browser: Open, cast: Cast) -> None:
    service.beat("one", started_at=NOW, at=NOW)
    found = db.session.get_one(OutboxMessage, put(cast.bea, at=NOW - timedelta(hours=3)))
    found.last_error, found.attempts = "unreachable", 4
    db.session.commit()
    page = browser(cast.eve).get("/deliveries")
    assert "Mail is stuck" in page.text
    assert "The server it goes through could not be reached" in page.text
    assert "the oldest for 3 hours" in page.text


def test_only_the_administrator_sees_and_decides(browser: Open, cast: Cast) -> None:
    found = failed(cast).id
    for person in (cast.ada, cast.bea, cast.cal, cast.nia):
        somebody = browser(person)
        assert somebody.open("/deliveries").status_code == 403
        assert somebody.open(f"/deliveries/{found}/resend", "POST").status_code == 403
        assert somebody.open(f"/deliveries/{found}/drop", "POST").status_code == 403
    assert row(found).state is Delivery.FAILED
