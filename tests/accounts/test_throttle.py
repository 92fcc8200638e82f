"""Slowing guessers down: tables for the pauses, stories for who is kept waiting and who is not."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import db
from portal.accounts import throttle
from portal.accounts.models import SignInAttempt
from portal.accounts.throttle import Door, pause
from portal.db import session
from tests.cast import NOW, PASSWORD, Cast
from tests.page import Browser

Open = Callable[..., Browser]
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NOTHING = timedelta()


@pytest.mark.parametrize(
    ("failures", "expected"),
    [
        (0, NOTHING),
        (9, NOTHING),
        (10, 15 * MINUTE),
        (11, 30 * MINUTE),
        (12, 60 * MINUTE),
        (16, 960 * MINUTE),
        (17, DAY),
        (60, DAY),
        (99, DAY),
        (100, 365 * DAY),
        (10_000, 365 * DAY),
    ],
)
def test_pauses_double_after_ten_tries_and_end_with_a_hundred(failures: int, expected: timedelta) -> None:
    assert pause(failures) == expected


def stand(email: str = "ada@interval.example", address: str = "203.0.113.9", device: str = "") -> Door:
    return throttle.door(email, address=address, device=device, secret="a secret of tests")


def knock(door: Door, now: datetime = NOW) -> timedelta:
    wait = throttle.knock(door, now=now)
    session.commit()
    return wait


def fail(door: Door, times: int, now: datetime = NOW) -> None:
    for _ in range(times):
        assert knock(door, now) == NOTHING


def open_up(door: Door, now: datetime = NOW) -> None:
    throttle.open_up(door, now=now)
    session.commit()


def test_a_guesser_gets_ten_tries_whatever_address_and_device_they_claim(app: Flask) -> None:
    for n in range(10):
        fail(stand(address=f"203.0.113.{n}", device=f"device {n}"), 1)
    assert knock(stand(address="198.51.100.1", device="new")) == 15 * MINUTE
    assert knock(stand(email="ADA@Interval.example ", address="198.51.100.1")) == 15 * MINUTE


def test_waiting_gives_one_more_try_and_then_a_longer_wait(app: Flask) -> None:
    fail(stand(), 10)
    assert knock(stand(), NOW + 14 * MINUTE) == MINUTE
    fail(stand(), 1, NOW + 15 * MINUTE)
    assert knock(stand(), NOW + 16 * MINUTE) == 29 * MINUTE


def test_over_a_year_a_stranger_never_gets_more_than_a_hundred_tries(app: Flask) -> None:
    now, tries = NOW, 0
    while now < NOW + 364 * DAY:
        wait = throttle.knock(stand(), now=now)
        tries += wait == NOTHING
        now += max(wait, timedelta(seconds=1))
    session.rollback()
    assert tries == 100


def test_the_owner_s_device_is_let_in_from_anywhere_while_a_stranger_guesses(app: Flask) -> None:
    open_up(stand(address="192.0.2.1", device="hers"))
    fail(stand(), 10)
    assert knock(stand()) > NOTHING
    assert knock(stand(address="198.51.100.77", device="hers")) == NOTHING


def test_the_owner_s_usual_address_is_let_in_with_another_browser(app: Flask) -> None:
    open_up(stand(address="192.0.2.1", device="hers"))
    fail(stand(), 10)
    assert knock(stand(address="192.0.2.1", device="new")) == NOTHING


def test_whoever_guesses_at_the_owner_s_own_device_is_slowed_down_too(app: Flask) -> None:
    hers = stand(address="192.0.2.1", device="hers")
    open_up(hers)
    fail(hers, 10)
    assert knock(hers) == 15 * MINUTE


def test_a_right_password_clears_what_was_mistyped_here_and_what_is_old_elsewhere(app: Flask) -> None:
    hers = stand(address="192.0.2.1", device="hers")
    open_up(hers)
    fail(hers, 9)
    fail(stand(), 10, NOW - 2 * DAY)
    open_up(hers)
    fail(hers, 9)
    fail(stand(), 10)


def test_a_right_password_does_not_give_a_guesser_of_today_more_tries(app: Flask) -> None:
    fail(stand(), 10)
    open_up(stand(address="192.0.2.1", device="hers"), NOW + MINUTE)
    assert knock(stand(), NOW + 2 * MINUTE) == 13 * MINUTE


def test_a_new_password_clears_every_wrong_try(app: Flask) -> None:
    fail(stand(), 10)
    throttle.clear(stand(address="192.0.2.1"))
    session.commit()
    fail(stand(), 1)


def test_an_address_that_tries_many_accounts_is_slowed_down_for_all_but_known_devices(app: Flask) -> None:
    open_up(stand(email="nia@interval.example", device="hers"))
    for n in range(30):
        fail(stand(email=f"somebody{n}@interval.example"), 1)
    assert knock(stand(email="another@interval.example")) == 15 * MINUTE
    assert knock(stand(email="nia@interval.example", device="hers")) == NOTHING
    assert knock(stand(email="another@interval.example", address="203.0.113.10")) == NOTHING
    assert knock(stand(email="another2@interval.example"), NOW + 15 * MINUTE) == NOTHING


def test_one_customer_s_ipv6_addresses_count_as_one(app: Flask) -> None:
    assert stand(address="2001:db8::1").address == stand(address="2001:db8::ffff").address
    assert stand(address="2001:db8::1").address != stand(address="2001:db8:0:1::1").address


def test_a_known_place_is_forgotten_after_half_a_year(app: Flask) -> None:
    open_up(stand(address="192.0.2.1", device="hers"), NOW - 181 * DAY)
    fail(stand(), 10)
    assert knock(stand(address="192.0.2.1", device="hers")) == 15 * MINUTE


def test_rows_are_forgotten_after_a_year(app: Flask) -> None:
    fail(stand(email="nobody@interval.example"), 3, NOW - 366 * DAY)
    open_up(stand(device="hers"))
    assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 2


def test_many_workers_at_once_give_no_more_tries(app: Flask) -> None:
    allowed: list[bool] = []
    session.remove()

    def try_one() -> None:
        with app.app_context():
            db.begin(write=True)
            allowed.append(throttle.knock(stand(), now=NOW) == NOTHING)
            session.commit()
            session.remove()

    threads = [threading.Thread(target=try_one) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert allowed.count(True) == 10


def test_the_sign_in_page_says_when_to_come_back_and_the_right_password_waits_too(cast: Cast, browser: Open) -> None:
    client = browser()
    for _ in range(10):
        wrong = {"email": cast.bea.email, "password": "wrong"}
        assert client.open("/sign-in", "POST", data=wrong).status_code == 422
    page = client.get("/sign-in").form("Sign in").submit(email=cast.bea.email, password=PASSWORD, expect=429)
    assert page.problems == ["Too many passwords were tried. Set a new one by email, or wait 15 minutes."]
    assert next(href for label, href in page.links if label == "Get help now").startswith("/help")


def test_an_account_that_does_not_exist_is_slowed_down_alike(cast: Cast, browser: Open) -> None:
    said = set()
    for email in (cast.bea.email, "nobody@interval.example"):
        client = browser()
        for _ in range(10):
            client.open("/sign-in", "POST", data={"email": email, "password": "wrong"})
        page = client.get("/sign-in").form("Sign in").submit(email=email, password="wrong", expect=429)
        said.add(tuple(page.problems))
    assert len(said) == 1


def test_the_owner_s_browser_stays_known_after_signing_out(cast: Cast, browser: Open) -> None:
    hers = browser()
    right = {"email": cast.bea.email, "password": PASSWORD}
    hers.open("/sign-in", "POST", data=right)
    hers.open("/sign-out", "POST")
    stranger = browser()
    elsewhere = {"REMOTE_ADDR": "203.0.113.50"}
    for _ in range(11):
        stranger.open("/sign-in", "POST", data={**right, "password": "x"}, environ_base=elsewhere)
    assert stranger.open("/sign-in", "POST", data=right, environ_base=elsewhere).status_code == 429
    moved = {"REMOTE_ADDR": "198.51.100.8"}
    assert hers.open("/sign-in", "POST", data=right, environ_base=moved).status_code == 303
