"""Promise 2: the desk says within a minute that mail is not delivered, and the alert goes further all the same."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from portal import db
from portal.notifications import queries
from portal.notifications.models import Delivery
from portal.safety.models import Alert
from tests.cast import NOW, Cast
from tests.notifications.outbox import Inbox, drain, mail_server, states, worker
from tests.page import Browser
from tests.safety.escalation.stage import answer, everyone, hows, reload, told

A_MINUTE, SOON = timedelta(minutes=1), timedelta(minutes=15)
Server = Callable[[], contextlib.AbstractContextManager[int]]


@contextlib.contextmanager
def nobody_there() -> Iterator[int]:
    """A port at which nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        yield int(unused.getsockname()[1])


@contextlib.contextmanager
def silent() -> Iterator[int]:
    """A server that takes the connection and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(16)
        yield int(listening.getsockname()[1])


@contextlib.contextmanager
def dripping() -> Iterator[int]:
    """A server that says a little every so often, so that no single wait is too long, and never comes to an end."""
    over = threading.Event()

    def serve(line: socket.socket) -> None:
        with contextlib.suppress(OSError), line:
            while not over.wait(0.05):
                line.sendall(b"220-one moment, please\r\n")

    def welcome() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listening.accept()[0],), daemon=True).start()

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(16)
        threading.Thread(target=welcome, daemon=True).start()
        yield int(listening.getsockname()[1])
        over.set()


def refusing(*, rcpt: str = "", data: str = "") -> Server:
    """A real mail server that refuses everything."""
    return lambda: mail_server(Inbox(rcpt=[rcpt] * 99 if rcpt else [], data=[data] * 99 if data else []))


SERVERS = {
    "nobody is there": nobody_there,
    "says nothing": silent,
    "never ends": dripping,
    "not now": refusing(rcpt="451 later"),
    "never": refusing(rcpt="550 nobody of that name"),
    "drops the line": refusing(data="drop"),
}


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.notifications.worker.LONGEST_SEND_SECONDS", 0.5)


def let_the_worker_try(server: Server, folder: Path) -> None:
    db.session.rollback()
    with server() as port:
        drain(worker(port, folder, timeout=0.3))


@pytest.mark.parametrize("why", SERVERS)
def test_the_desk_says_at_once_that_mail_was_refused_and_the_alert_goes_further(
    browser: Callable[..., Browser], cast: Cast, tmp_path: Path, frozen: Any, why: str
) -> None:
    frozen.move_to(NOW)
    alert = answer(cast.ada, at=NOW)
    let_the_worker_try(SERVERS[why], tmp_path)
    assert Delivery.SENT not in states()
    assert queries.undelivered_alerts([alert.id], at=NOW + A_MINUTE) == {alert.id}
    assert hows(alert) == ["", "not-delivered"]
    assert is_said_on_the_desk(browser, cast, alert)
    frozen.move_to(NOW + SOON)
    let_the_worker_try(SERVERS[why], tmp_path)
    assert reload(alert).ring == 2
    assert hows(alert) == ["", "not-delivered", "escalated"]
    assert told(NOW + SOON) == everyone(cast.bea, cast.cal)


def is_said_on_the_desk(browser: Callable[..., Browser], cast: Cast, alert: Alert) -> bool:
    db.session.rollback()
    pages = [browser(cast.bea).get("/alerts"), browser(cast.bea).get(f"/patients/{alert.patient_id}/alerts/{alert.id}")]
    said = ["The mail about this could not be delivered" in page.text for page in pages]
    assert len(set(said)) == 1, said
    return said[0]


def test_the_desk_says_within_a_minute_that_nothing_has_gone_out_without_any_worker(
    browser: Callable[..., Browser], cast: Cast, frozen: Any
) -> None:
    frozen.move_to(NOW)
    alert = answer(cast.ada, at=NOW)
    assert queries.undelivered_alerts([alert.id], at=NOW + A_MINUTE) == set()
    assert not is_said_on_the_desk(browser, cast, alert)
    frozen.move_to(NOW + A_MINUTE + timedelta(seconds=1))
    assert is_said_on_the_desk(browser, cast, alert)


def test_once_the_mail_went_out_after_all_it_is_said_no_more(
    browser: Callable[..., Browser], cast: Cast, tmp_path: Path, frozen: Any
) -> None:
    frozen.move_to(NOW)
    alert = answer(cast.ada, at=NOW)
    let_the_worker_try(nobody_there, tmp_path)
    frozen.move_to(NOW + 5 * A_MINUTE)
    let_the_worker_try(lambda: mail_server(Inbox()), tmp_path)
    assert set(states()) == {Delivery.SENT}
    assert hows(alert) == ["", "not-delivered", "delivered"]
    assert not is_said_on_the_desk(browser, cast, alert)
