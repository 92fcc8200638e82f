"""Check 42: a worker that is killed with -9 at any step, on every channel, loses nothing and doubles at most itself."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from portal import db
from portal.notifications import carriers, queue, vapid
from portal.notifications.models import Channel, Delivery
from portal.notifications.topics import Topic
from portal.notifications.worker import Stop, Worker
from tests.cast import Cast
from tests.notifications.carried import Gateway, browser_of, confirmed_phone, serving, wants
from tests.notifications.outbox import Inbox, drain, mail_server, put, smtp, states

STEPS = ("claimed", "written", "connected", "handed over", "before it is noted")
COPIES = {"handed over": 2, "before it is noted": 2}


@contextmanager
def servers(
    folder: Path, cast: Cast, channel: Channel
) -> Iterator[tuple[Callable[[], Worker], Callable[[], list[str]]]]:
    """Yield what makes a worker, and what returns the ids of the messages that arrived on a channel."""
    inbox, held = Inbox(), Gateway()
    vapid.make(str(folder))
    with mail_server(inbox) as port, serving(held) as address:
        confirmed_phone(cast.bea)
        browser_of(cast.bea, f"{address}/bea")
        wants(cast.bea, Topic.MESSAGES, channel)
        others = carriers.find(
            sms=(address, '{"to": "{to}", "text": "{text}", "id": "{id}"}', ""),
            push_hosts=["127.0.0.1"],
            folder=str(folder),
            contact="a@b.example",
        )

        def arrived() -> list[str]:
            if channel is Channel.EMAIL:
                return [mail["Message-ID"].strip("<>").partition("@")[0] for mail in inbox.mails]
            return [one["id"] for one in held.texts] if channel is Channel.SMS else [one["tag"] for one in held.pushes]

        yield lambda: Worker(smtp(port), instance_path=str(folder), others=others), arrived


def kill_here(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed_at(step: str, worker: Worker, channel: Channel, patched: pytest.MonkeyPatch) -> None:
    """Let a process of its own work until it is killed at a step; its share of the database's lines is its own."""
    db.session.rollback()
    db.session.remove()
    child = os.fork()
    if child == 0:
        db.db.engine.dispose(close=False)
        _arm(step, worker, channel, patched)
        worker.run(Stop(), once=True)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"it came to its end without passing {step!r}"
    assert os.WTERMSIG(status) == signal.SIGKILL


def _arm(step: str, worker: Worker, channel: Channel, patched: pytest.MonkeyPatch) -> None:
    where = {"claimed": "why_not", "written": "send_within", "before it is noted": "queue.sent"}
    if step in where:
        patched.setattr(f"portal.notifications.worker.{where[step]}", kill_here)
        return
    carrier: Any = worker._transports[channel]
    if step == "connected" and channel is Channel.EMAIL:
        patched.setattr("smtplib.SMTP.send_message", kill_here)
    elif step == "connected":
        patched.setattr("http.client.HTTPConnection.endheaders", kill_here)
    else:

        class Dying:
            def send(self, message: Any) -> None:
                carrier.send(message)
                kill_here()

        worker._transports[channel] = Dying()


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("step", STEPS)
def test_it_arrives_all_the_same_and_at_most_twice_under_one_name(
    cast: Cast, tmp_path: Path, frozen: Any, step: str, channel: Channel
) -> None:
    with servers(tmp_path, cast, channel) as (worker, arrived), pytest.MonkeyPatch.context() as patched:
        sent = str(put(cast.bea))
        killed_at(step, worker(), channel, patched)
        drain(worker())
        assert states() == [Delivery.LEASED], "nobody else may take it while the lease runs"
        frozen.shift(queue.LEASE + timedelta(seconds=1))
        drain(worker())
        drain(worker())
        assert states() == [Delivery.SENT]
        assert arrived() == [sent] * COPIES.get(step, 1)


def test_what_one_of_two_left_behind_the_other_sends(cast: Cast, tmp_path: Path, frozen: Any) -> None:
    with servers(tmp_path, cast, Channel.SMS) as (worker, arrived), pytest.MonkeyPatch.context() as patched:
        ids = {str(put(cast.bea, once_key=str(number))) for number in range(6)}
        killed_at("handed over", worker(), Channel.SMS, patched)
        drain(worker())
        assert sorted(states()) == sorted([Delivery.LEASED, *[Delivery.SENT] * 5])
        frozen.shift(queue.LEASE + timedelta(seconds=1))
        drain(worker())
        assert set(states()) == {Delivery.SENT}
        assert set(arrived()) == ids
        assert len(arrived()) == 7


def test_a_signal_lets_it_finish_what_it_is_at(cast: Cast, tmp_path: Path) -> None:
    with servers(tmp_path, cast, Channel.SMS) as (worker, arrived):
        for number in range(2):
            put(cast.bea, once_key=str(number))
        stop, found = Stop(), worker()
        carrier: Any = found._transports[Channel.SMS]

        class Signalled:
            def send(self, message: Any) -> None:
                stop.ask()
                carrier.send(message)

        found._transports[Channel.SMS] = Signalled()
        db.session.rollback()
        copy_context().run(found.run, stop)
        db.session.rollback()
        assert sorted(states()) == sorted([Delivery.SENT, Delivery.WAITING])
        assert len(arrived()) == 1
