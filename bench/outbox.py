"""Draining the outbox, while a worker is killed every second: `.venv/bin/python -m bench.outbox`.

One, two and four workers send what waits to a mail server on this machine; every second one of them is killed
(SIGKILL) and another one begins in its place. They are forked from this process, because a worker that is started anew
would be killed before it has read its own code. Counted are the mails a second, those lost and those that came twice.
Ends with an error where one was lost, or where more came twice than workers were killed. What a killed worker held
waits five minutes; here those leases are cut short once the rest is sent.
"""

import argparse
import os
import signal
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, update

from bench import people, stand
from portal import clock, db
from portal.notifications.models import Channel, Delivery, Kind, OutboxMessage
from portal.notifications.worker import Stop, Worker
from tests.notifications.outbox import Inbox, mail_server, smtp

LONGEST_SECONDS, KILL_EVERY_SECONDS = 600.0, 1.0


@dataclass
class Crew:
    """Workers that stand in for one another."""

    port: int
    folder: Path
    running: list[int] = field(default_factory=list)
    killed: int = 0

    def begin(self) -> None:
        """Let one more worker begin."""
        db.session.remove()
        child = os.fork()
        if child:
            self.running.append(child)
            return
        db.db.engine.dispose(close=False)
        stop = Stop()
        signal.signal(signal.SIGTERM, lambda *_: stop.ask())
        Worker(smtp(self.port), instance_path=str(self.folder)).run(stop)
        os._exit(0)

    def kill_one(self) -> None:
        """Kill the worker that has worked longest, and let another begin."""
        self.killed += 1
        oldest = self.running.pop(0)
        os.kill(oldest, signal.SIGKILL)
        os.waitpid(oldest, 0)
        self.begin()

    def end(self) -> None:
        """Let every worker finish."""
        for one in self.running:
            os.kill(one, signal.SIGTERM)
        for one in self.running:
            os.waitpid(one, 0)


def main() -> None:
    """Drain on both databases with one, two and four workers, undisturbed and with kills, and print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=1000)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    print("database    workers  mails/s  with kills/s  killed  lost  doubled")
    wrong: list[str] = []
    for kind in ("sqlite", "postgresql"):
        for workers in (1, 2, 4):
            if options.only in (None, kind):
                calm = drain(kind, workers, options.mails, kills=False)
                wild = drain(kind, workers, options.mails, kills=True)
                shown = (kind, workers, calm[0], wild[0], wild[1], calm[2] + wild[2], calm[3] + wild[3])
                print("{:12}{:7}{:9.0f}{:14.0f}{:8}{:6}{:9}".format(*shown), flush=True)
                if calm[2] or wild[2] or calm[3] or wild[3] > wild[1]:
                    wrong.append(f"{kind}, {workers} workers: lost or doubled too many")
    if wrong:
        raise SystemExit("\n".join(wrong))


def drain(kind: str, workers: int, mails: int, *, kills: bool) -> tuple[float, int, int, int]:
    """Let workers send so many mails; return mails a second, workers killed, mails lost and mails that came twice."""
    inbox = Inbox()
    with stand.database(kind) as (url, folder), mail_server(inbox) as port, stand.application(url, folder):
        ids, crew = write(mails), Crew(port, folder)
        start = time.monotonic()
        try:
            for _ in range(workers):
                crew.begin()
            wait(crew, kills=kills)
            rate = len(inbox.mails) / (time.monotonic() - start)
            cut_short(crew)
            wait(crew, kills=False, held_too=True)
        finally:
            crew.end()
    came = Counter(str(mail["Message-ID"]).strip("<>").partition("@")[0] for mail in inbox.mails)
    return rate, crew.killed, len(ids - set(came)), sum(came.values()) - len(came)


def write(mails: int) -> set[str]:
    """Put so many mails into the outbox; return their ids."""
    db.begin(write=True)
    reader, at = people.provider(), clock.now()
    shared: dict[str, Any] = {"kind": Kind.MESSAGE_WAITING, "recipient_id": reader, "channel": Channel.EMAIL}
    shared |= {"values": {}, "is_urgent": False, "created_at": at, "due_at": at, "attempts": 0}
    rows = [{"id": uuid.uuid4(), "state": Delivery.WAITING, **shared} for _ in range(mails)]
    db.session.execute(insert(OutboxMessage), rows)
    db.session.commit()
    return {str(row["id"]) for row in rows}


def wait(crew: Crew, *, kills: bool, held_too: bool = False) -> None:
    """Wait until nothing is left but what the dead hold, killing a worker every second where that is asked."""
    until, next_kill = time.monotonic() + LONGEST_SECONDS, time.monotonic() + KILL_EVERY_SECONDS
    while time.monotonic() < until and left(crew, held_too):
        time.sleep(0.1)
        if kills and time.monotonic() >= next_kill:
            next_kill += KILL_EVERY_SECONDS
            crew.kill_one()


def left(crew: Crew, held_too: bool) -> int:
    """Return how many mails wait, or are held by a worker that lives; with `held_too` by any."""
    db.begin(write=False)
    rows = db.session.execute(
        select(OutboxMessage.state, OutboxMessage.leased_by, func.count()).group_by("state", "leased_by")
    )
    found = sum(
        count
        for state, by, count in rows
        if state is Delivery.WAITING or (held_too and state is Delivery.LEASED) or is_alive(crew, state, by)
    )
    db.session.rollback()
    return found


def is_alive(crew: Crew, state: Delivery, by: str | None) -> bool:
    """Return whether a lease is held by a worker of the crew."""
    return state is Delivery.LEASED and by is not None and int(by.split(":")[1]) in crew.running


def cut_short(crew: Crew) -> None:
    """Let the leases of the dead run out now."""
    db.begin(write=True)
    held = db.session.scalars(select(OutboxMessage.leased_by).where(OutboxMessage.state == Delivery.LEASED)).all()
    dead = {by for by in held if not is_alive(crew, Delivery.LEASED, by)}
    past = clock.now() - timedelta(seconds=1)
    db.session.execute(update(OutboxMessage).where(OutboxMessage.leased_by.in_(dead)).values(leased_until=past))
    db.session.commit()


if __name__ == "__main__":
    main()
