"""What people read when something fails: plain, without anything private, and with their words still there."""

import json
import logging

import pytest
from flask import Flask, abort, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import TooManyRequests

from portal import db
from portal.web.alone import render_alone
from tests.page import Browser, Page

SECRET = "CANARY-ada-note"
STATUSES = [400, 403, 404, 405, 409, 413, 422, 429, 500, 503]
FAILURES = {
    "down": OperationalError(f"SELECT {SECRET}", {"note": SECRET}, Exception(SECRET)),
    "busy": db.Busy("lock"),
    "full": OSError(28, "No space left on device", SECRET),
    "crash": RuntimeError(SECRET),
}


@pytest.fixture(autouse=True)
def routes(small: Flask) -> None:
    def fail(what: str) -> str:
        raise FAILURES[what]

    def stop(status: int) -> str:
        abort(status)

    small.add_url_rule("/stop/<int:status>", "stop", stop)
    small.add_url_rule("/fail/<what>", "fail", fail, methods=["GET", "POST"])
    small.add_url_rule("/echo", "echo", lambda: request.form["note"], methods=["POST"])


def logged(caplog: pytest.LogCaptureFixture) -> dict[str, object]:
    found: dict[str, object] = json.loads(caplog.records[-1].getMessage())
    return found


@pytest.mark.parametrize("status", STATUSES)
def test_every_error_has_a_plain_page_whose_reference_is_in_the_log(
    visitor: Browser, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    page = visitor.get(f"/stop/{status}", expect=status)
    line = logged(caplog)
    assert line["status"] == status
    assert str(line["reference"]) in page.text
    assert "local emergency number" in page.text


def test_an_error_without_words_of_its_own_still_has_a_page(visitor: Browser) -> None:
    assert "could not read" in visitor.get("/stop/418", expect=418).h1


@pytest.mark.parametrize("what", FAILURES)
def test_nothing_private_reaches_the_page_or_the_log(
    visitor: Browser, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        page = visitor.get(f"/fail/{what}?q={SECRET}", expect=500 if what == "crash" else 503)
    assert "Traceback" not in page.html
    assert SECRET not in page.html
    assert SECRET not in caplog.text
    assert "SELECT" not in caplog.text


def test_the_log_says_where_it_happened_in_our_own_files(
    small: Flask, visitor: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    def crash() -> str:
        return str(render_alone("errors/missing.html"))

    small.add_url_rule("/crash", "crash", crash)
    visitor.get("/crash", expect=500)
    assert [str(frame).split(":")[0] for frame in logged(caplog)["frames"]] == ["portal/web/alone.py"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("what", ["down", "busy", "full"])
def test_a_database_that_cannot_be_reached_asks_to_come_back(visitor: Browser, what: str) -> None:
    page = visitor.get(f"/fail/{what}", expect=503)
    assert page.response.headers["Retry-After"] == "5"


def test_the_page_is_drawn_without_asking_the_database(small: Flask, visitor: Browser) -> None:
    def ask() -> dict[str, object]:
        raise FAILURES["down"]

    small.context_processor(ask)
    assert "cannot reach" in visitor.get("/fail/down", expect=503).h1


def test_typed_words_outlive_a_database_that_is_down(visitor: Browser) -> None:
    page = visitor.post("/fail/down", {"note": "Slept badly.\nWoke at four."}, expect=503)
    assert page.form("Send it again").values["note"] == "Slept badly.\nWoke at four."


def expired(visitor: Browser, fields: dict[str, str], site: str = "same-origin") -> Page:
    answer = visitor.open("/echo", "POST", csrf=False, data=fields, headers={"Sec-Fetch-Site": site})
    return visitor.land(answer, expect=400)


def test_an_expired_form_can_be_sent_again_with_one_press(visitor: Browser) -> None:
    page = expired(visitor, {"note": "Slept badly.", "csrf_token": "old"})
    sent = page.form("Send it again")
    answer = visitor.open(sent.action, "POST", csrf=False, data=sent.values)
    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "Slept badly.")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_a_form_from_elsewhere_is_not_offered_again(visitor: Browser, site: str) -> None:
    page = expired(visitor, {"note": SECRET}, site)
    assert SECRET not in page.html
    assert not page.find("form")


def test_a_password_is_not_offered_again(visitor: Browser) -> None:
    page = expired(visitor, {"email": "ada@interval.example", "password": SECRET})
    assert SECRET not in page.html


def test_a_refusal_says_when_to_try_again_and_what_is_allowed(small: Flask, visitor: Browser) -> None:
    def limit() -> str:
        raise TooManyRequests(retry_after=30)

    small.add_url_rule("/limit", "limit", limit)
    assert visitor.get("/limit", expect=429).response.headers["Retry-After"] == "30"
    assert "POST" in visitor.get("/echo", expect=405).response.headers["Allow"]


def test_a_program_gets_json(visitor: Browser) -> None:
    answer = visitor.open("/stop/404", headers={"Accept": "application/json"})
    assert answer.mimetype == "application/json"
    assert set(answer.get_json()) == {"error", "reference"}


def test_a_crash_under_test_is_seen_and_not_painted_over(small: Flask, visitor: Browser) -> None:
    small.testing = True
    with pytest.raises(RuntimeError):
        visitor.open("/fail/crash")
