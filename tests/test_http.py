"""What the running server keeps of its promises, seen from outside: real sockets, two workers, both databases."""

import base64
import re
import secrets
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, make_url, select, update

from portal import clock, db
from portal.accounts import passwords
from portal.accounts import service as accounts
from portal.accounts.models import AccountToken, User, UserSession
from portal.accounts.sessions import hash_token
from portal.checkins.models import CheckIn, PlanItem
from tests import live
from tests.cast import PASSWORD, Person
from tests.live import Live
from tests.visitor import COOKIE, Answer, Visitor, daily

TRIES = 12
OTHER_PASSWORD = "eleven grey herons"
MEGABYTE = 1024 * 1024
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "Interval",
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The portal on two workers; the tests of this file share it, so each leaves the cast as it found it."""
    folder = tmp_path_factory.mktemp("served")
    with live.running(str(request.param), folder, workers=2, app="tests.breaking:app") as running:
        yield running


@pytest.fixture
def signed_in(served: Live) -> Callable[[Person], Visitor]:
    """Return a function that signs somebody in."""

    def enter(person: Person) -> Visitor:
        visitor = Visitor(served.address)
        assert visitor.sign_in(person).status == 303
        return visitor

    return enter


def own_page(person: Person) -> str:
    return f"/patients/{person.patient_id}/today" if person.patient_id else "/account"


def daily_page(served: Live, person: Person) -> str:
    with served.reach():
        line = select(PlanItem.id).where(PlanItem.patient_id == person.own_id, PlanItem.instrument == "daily")
        return f"/patients/{person.own_id}/check-ins/new/{db.session.scalars(line).one()}"


def today(served: Live, person: Person, visitor: Visitor) -> str:
    """Return the day that the daily page is for."""
    return visitor.get(daily_page(served, person)).field("on")


def count_check_ins(served: Live, submission_id: str) -> int:
    with served.reach():
        same = select(func.count()).where(CheckIn.submission_id == uuid.UUID(submission_id))
        return db.session.scalar(same) or 0


# The cookie


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites_and_says_nothing(served: Live) -> None:
    visitor = Visitor(served.address)
    visitor.get("/sign-in")
    cookie = visitor.sign_in(served.cast.ada).cookie()
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    # On loopback http a cookie that demands https would never be sent back.
    assert (cookie["secure"], cookie["domain"], cookie["expires"], cookie["max-age"]) == ("", "", "", "")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", cookie.value)
    decoded = base64.urlsafe_b64decode(cookie.value + "=")
    assert len(decoded) == 32
    known = (served.cast.ada.email, str(served.cast.ada.user_id), str(served.cast.ada.patient_id))
    assert not [word for word in known if word.encode() in decoded or word in cookie.value]


def test_the_token_is_another_one_after_signing_in_and_after_a_new_password(served: Live) -> None:
    visitor = Visitor(served.address)
    visitor.get("/sign-in")
    before = visitor.cookies[COOKIE]
    visitor.sign_in(served.cast.cal)
    inside = visitor.cookies[COOKIE]
    with new_password(served, visitor):
        assert len({before, inside, visitor.cookies[COOKIE]}) == 3


def test_a_planted_token_never_becomes_a_session(served: Live) -> None:
    planted = secrets.token_urlsafe(32)
    victim = Visitor(served.address, {COOKIE: planted})
    victim.sign_in(served.cast.ada)
    assert victim.get(own_page(served.cast.ada)).status == 200
    assert_shut(Visitor(served.address, {COOKIE: planted}), served.cast.ada)


# Out means out


@contextmanager
def new_password(served: Live, visitor: Visitor) -> Iterator[None]:
    """Change Cal's password, and set the one that the other tests know at the end."""
    words = {"current": PASSWORD, "password": OTHER_PASSWORD, "again": OTHER_PASSWORD}
    assert visitor.post("/account/password", words).status == 303
    yield
    with served.reach():
        db.session.get_one(User, served.cast.cal.user_id).password_hash = passwords.hash_password(PASSWORD)


@contextmanager
def signed_out(served: Live, visitor: Visitor) -> Iterator[None]:
    assert visitor.copy().post("/sign-out", {}).status == 303
    yield


@contextmanager
def left(served: Live, visitor: Visitor) -> Iterator[None]:
    assert visitor.copy().post("/leave", {}).status == 303
    yield


@contextmanager
def deactivated(served: Live, visitor: Visitor) -> Iterator[None]:
    cast = served.cast
    with served.reach():
        accounts.deactivate(cast.cal.user_id, by=cast.eve.actor, at=clock.now())
    yield
    with served.reach():
        accounts.reactivate(cast.cal.user_id, by=cast.eve.actor, at=clock.now())


def moved(visitor: Visitor, **shifts: timedelta) -> Any:
    """Return the statement that moves moments of a visitor's session relative to now."""
    moments = {name: clock.now() + shift for name, shift in shifts.items()}
    return update(UserSession).where(UserSession.token_hash == hash_token(visitor.cookies[COOKIE])).values(moments)


def move(served: Live, visitor: Visitor, **shifts: timedelta) -> None:
    with served.reach():
        db.session.execute(moved(visitor, **shifts))


def assert_shut(visitor: Visitor, person: Person) -> None:
    """Every request is sent to sign in; over a connection each, so that both workers are asked."""
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: visitor.copy().get(own_page(person)), range(TRIES)))
    assert {(answer.status, answer.place.partition("?")[0]) for answer in answers} == {(303, "/sign-in")}


Ending = Callable[[Live, Visitor], AbstractContextManager[None]]


@pytest.mark.parametrize("ending", [signed_out, left, new_password, deactivated])
def test_a_captured_cookie_is_worth_nothing_once_its_session_ended(
    served: Live, signed_in: Callable[[Person], Visitor], ending: Ending
) -> None:
    visitor = signed_in(served.cast.cal)
    thief = visitor.copy()
    assert thief.get("/account").status == 200
    with ending(served, visitor):
        assert_shut(thief, served.cast.cal)


LIMITS = [
    ("ada", {"last_seen_at": timedelta(minutes=-19)}, {"last_seen_at": timedelta(minutes=-20, seconds=-1)}),
    ("bea", {"last_seen_at": timedelta(minutes=-14)}, {"last_seen_at": timedelta(minutes=-15, seconds=-1)}),
    ("eve", {"last_seen_at": timedelta(minutes=-14)}, {"last_seen_at": timedelta(minutes=-15, seconds=-1)}),
    ("ada", {"ends_at": timedelta(seconds=30)}, {"ends_at": timedelta(seconds=-1)}),
]


@pytest.mark.parametrize(("who", "within", "beyond"), LIMITS)
def test_a_session_ends_when_idle_and_after_half_a_day(
    served: Live,
    signed_in: Callable[[Person], Visitor],
    who: str,
    within: dict[str, timedelta],
    beyond: dict[str, timedelta],
) -> None:
    person: Person = getattr(served.cast, who)
    visitor = signed_in(person)
    move(served, visitor, **within)
    assert visitor.get(own_page(person)).status == 200
    move(served, visitor, **beyond)
    assert_shut(visitor, person)


def test_a_session_is_opened_for_half_a_day_and_no_longer(served: Live, signed_in: Callable[[Person], Visitor]) -> None:
    visitor = signed_in(served.cast.ada)
    with served.reach():
        found = db.session.scalars(
            select(UserSession).where(UserSession.token_hash == hash_token(visitor.cookies[COOKIE]))
        ).one()
        assert found.ends_at - found.created_at == timedelta(hours=12)


def test_asking_for_news_in_the_background_keeps_no_session_alive(
    served: Live, signed_in: Callable[[Person], Visitor]
) -> None:
    visitor = signed_in(served.cast.bea)
    move(served, visitor, last_seen_at=timedelta(minutes=-14))
    assert visitor.get("/alerts/open").status == 200
    move_check = select(UserSession.last_seen_at).where(UserSession.token_hash == hash_token(visitor.cookies[COOKIE]))
    with served.reach():
        seen = db.session.scalars(move_check).one()
    assert clock.now() - seen > timedelta(minutes=13)
    assert visitor.get("/caseload").status == 200
    with served.reach():
        assert clock.now() - db.session.scalars(move_check).one() < timedelta(minutes=1)


def test_a_request_on_its_way_brings_no_ended_session_back(
    served: Live, signed_in: Callable[[Person], Visitor]
) -> None:
    visitor = signed_in(served.cast.ada)
    # A minute ago, so that every request wants to note that the session was used.
    move(served, visitor, last_seen_at=timedelta(minutes=-2))
    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(visitor.copy().get, own_page(served.cast.ada)) for _ in range(10)]
        visitor.copy().post("/sign-out", {})
        assert {one.result().status for one in asked} <= {200, 303}
    assert_shut(visitor, served.cast.ada)


# Every answer


def token_less(visitor: Visitor) -> Answer:
    return visitor.send("POST", "/sign-in", {"email": "ada@interval.example"})


ANSWERS: list[tuple[int, Callable[[Visitor], Answer]]] = [
    (200, lambda visitor: visitor.get("/sign-in")),
    (200, lambda visitor: visitor.get("/help")),
    (200, lambda visitor: visitor.get("/static/css/base.css")),
    (303, lambda visitor: visitor.get("/caseload")),
    (400, token_less),
    (400, lambda visitor: visitor.get("/sign-in", Host="evil.example")),
    (404, lambda visitor: visitor.get("/nowhere")),
    (404, lambda visitor: visitor.get("/static/nowhere.css")),
    (405, lambda visitor: visitor.send("PUT", "/sign-in")),
    (500, lambda visitor: visitor.get("/break")),
]


@pytest.mark.parametrize(("status", "ask"), ANSWERS)
def test_every_answer_carries_the_same_protection(served: Live, status: int, ask: Callable[[Visitor], Answer]) -> None:
    answer = ask(Visitor(served.address))
    assert answer.status == status
    assert_protected(answer)


def assert_protected(answer: Answer) -> None:
    assert {name: answer.headers[name] for name in ALWAYS} == ALWAYS
    policy = answer.headers["Content-Security-Policy"]
    for none in ("default-src", "object-src", "base-uri", "frame-ancestors"):
        assert f"{none} 'none'" in policy
    assert re.search("form-action '(self|none)'(;|$)", policy)
    assert "unsafe" not in policy
    assert "charset=utf-8" in answer.headers["Content-Type"]
    is_static = "css" in answer.headers["Content-Type"]
    assert ("no-store" in answer.headers["Cache-Control"]) is not is_static
    assert "Traceback" not in answer.text


# Links in mail


def test_the_link_in_a_mail_leads_to_us_whatever_the_request_claims(served: Live) -> None:
    visitor = Visitor(served.address)
    claimed = {"X_Forwarded_Host": "evil.example", "Forwarded": "host=evil.example", "X_Forwarded_Proto": "https"}
    assert visitor.post("/password/forgotten", {"email": served.cast.dot.email}, **claimed).status == 303
    mail = served.send_mail()
    assert "evil" not in mail
    link = re.search(r"\S+/password/\S+", mail)
    assert link, mail
    assert link[0].startswith(f"{served.address}/password/")
    assert visitor.get(link[0].removeprefix(served.address)).status == 200


NAMES = ["evil.example", "127.0.0.1@evil.example", "evil.example:80", "127.0.0.1.evil.example"]


@pytest.mark.parametrize("host", NAMES)
def test_another_host_name_is_refused_before_anything_happens(served: Live, host: str) -> None:
    answer = Visitor(served.address).post("/password/forgotten", {"email": served.cast.nia.email}, Host=host)
    assert answer.status == 400
    with served.reach():
        assert not db.session.scalars(select(AccountToken).where(AccountToken.user_id == served.cast.nia.user_id)).all()


# Too much, twice, and not now


def multipart(token: str, size: int) -> tuple[bytes, dict[str, str]]:
    head = (
        f'--edge\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
        '--edge\r\nContent-Disposition: form-data; name="file"; filename="diary.csv"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    )
    rows = b"2026-11-01,09:00,7,a good day\n"
    body = head.encode() + rows * (size // len(rows)) + b"\r\n--edge--\r\n"
    return body, {"Content_Type": "multipart/form-data; boundary=edge"}


@pytest.mark.parametrize("page", ["history", "contact"])
def test_a_file_of_fifty_megabytes_gets_a_page_that_says_so(
    served: Live, signed_in: Callable[[Person], Visitor], page: str
) -> None:
    visitor = signed_in(served.cast.ada)
    body, kind = multipart(visitor.csrf_token(), 50 * MEGABYTE)
    answer = visitor.send("POST", f"/patients/{served.cast.ada.own_id}/{page}", body, **kind)
    assert answer.status == 413
    assert "too large" in answer.text
    assert "Nothing was saved." in answer.text
    assert_protected(answer)


def test_a_second_tap_on_send_is_the_same_check_in(served: Live, signed_in: Callable[[Person], Visitor]) -> None:
    visitor = signed_in(served.cast.ada)
    page, sent = daily_page(served, served.cast.ada), daily(on=today(served, served.cast.ada, visitor))
    first, second = visitor.post(page, sent), visitor.post(page, sent)
    assert (first.status, second.status) == (303, 303)
    assert first.place == second.place
    assert count_check_ins(served, sent["submission_id"]) == 1
    changed = visitor.post(page, sent | {"item_mood": "1"})
    assert changed.status == 409
    assert count_check_ins(served, sent["submission_id"]) == 1


def test_a_form_sent_eight_times_at_once_is_one_check_in(served: Live, signed_in: Callable[[Person], Visitor]) -> None:
    visitor = signed_in(served.cast.ada)
    page, sent = daily_page(served, served.cast.ada), daily(on=today(served, served.cast.ada, visitor))
    sent["csrf_token"] = visitor.csrf_token()
    together = threading.Barrier(8)

    def tap(_: int) -> Answer:
        together.wait()
        return visitor.copy().send("POST", page, sent)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(tap, range(8)))
    assert {answer.status for answer in answers} == {303}
    assert len({answer.place for answer in answers}) == 1
    assert count_check_ins(served, sent["submission_id"]) == 1


@contextmanager
def locked(served: Live) -> Iterator[None]:
    """Hold what a check-in needs to write, as another program on the same database would."""
    url = make_url(served.database_url)
    if url.drivername == "sqlite":
        other = sqlite3.connect(str(url.database), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
        other.close()
        return
    with psycopg.connect(served.database_url.replace("+psycopg", "")) as connection:
        connection.execute("LOCK TABLE patients, audit_events, check_ins IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


def test_while_the_database_is_locked_nothing_is_lost_and_nothing_is_claimed(
    served: Live, signed_in: Callable[[Person], Visitor]
) -> None:
    visitor = signed_in(served.cast.ada)
    page = daily_page(served, served.cast.ada)
    sent = daily(on=today(served, served.cast.ada, visitor), note="half a page of words & more")
    sent["csrf_token"] = visitor.csrf_token()
    with locked(served):
        answer = visitor.send("POST", page, sent)
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert_protected(answer)
    assert answer.field("note") == sent["note"]
    assert count_check_ins(served, sent["submission_id"]) == 0
    again = {name: answer.field(name) for name in sent}
    assert again == {**sent, "csrf_token": again["csrf_token"]}
    assert visitor.send("POST", page, again).status == 303
    assert count_check_ins(served, sent["submission_id"]) == 1


# What is locked here on PostgreSQL is locked for readers too.
@pytest.mark.parametrize("served", ["sqlite"], indirect=True)
def test_while_the_database_is_locked_a_chart_is_shown_and_the_look_is_not_forgotten(
    served: Live, signed_in: Callable[[Person], Visitor]
) -> None:
    visitor = signed_in(served.cast.bea)
    waiting = Path(served.folder) / "looks-waiting.jsonl"
    with locked(served):
        assert visitor.get(f"/patients/{served.cast.ada.own_id}/progress").status == 200
        assert str(served.cast.bea.user_id) in waiting.read_text()
        assert waiting.stat().st_mode & 0o777 == 0o600
    served.send_mail()
    assert not waiting.exists()
