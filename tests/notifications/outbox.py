"""Rows of the outbox for tests, and a mail server they are sent to."""

import asyncio
import contextlib
import socket
import threading
import uuid
from collections.abc import Iterator
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from sqlalchemy import select

from portal import db
from portal.notifications import service
from portal.notifications.models import Delivery, Kind, OutboxMessage
from portal.notifications.transports import Smtp
from portal.notifications.worker import Stop, Worker
from tests.cast import NOW, Person


def put(person: Person, kind: Kind = Kind.MESSAGE_WAITING, **options: Any) -> uuid.UUID:
    """Write a mail into the outbox, commit, and return its id."""
    before = set(db.session.scalars(select(OutboxMessage.id)))
    service.enqueue(kind, person.user_id, **{"at": NOW, **options})
    db.session.commit()
    (found,) = set(db.session.scalars(select(OutboxMessage.id))) - before
    db.session.rollback()
    return found


def row(message_id: uuid.UUID) -> OutboxMessage:
    """Return a mail as the database has it now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(OutboxMessage, message_id)


def states() -> list[Delivery]:
    """Return the states of all mails, in the order they were written."""
    db.session.rollback()
    return list(db.session.scalars(select(OutboxMessage.state).order_by(OutboxMessage.created_at, OutboxMessage.id)))


def many(person: Person, number: int, **values: Any) -> None:
    """Write so many mails into the outbox, each a second after the one before, and let them stand as given."""
    db.session.add_all(
        OutboxMessage(
            recipient_id=person.user_id,
            values={},
            created_at=NOW + timedelta(seconds=one),
            due_at=NOW,
            **{"kind": Kind.MESSAGE_WAITING, **values},
        )
        for one in range(number)
    )
    db.session.commit()


@dataclass
class Inbox:
    """What a mail server does: it answers `answers` one after the other (then 250) and keeps what it accepted."""

    rcpt: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.rcpt.pop(0) if self.rcpt else "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.data.pop(0) if self.data else "250 OK"
        if answer == "drop":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            return "421 gone"
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            with self.lock:
                self.envelopes.append(envelope)
                parsed = message_from_bytes(envelope.content, policy=policy.default)
                assert isinstance(parsed, EmailMessage)
                self.mails.append(parsed)
        return answer.removeprefix("accept and drop ")


@contextlib.contextmanager
def mail_server(inbox: Inbox) -> Iterator[int]:
    """Run a mail server on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def smtp(port: int, timeout: float = 5.0) -> Smtp:
    """Return our transport to a server on this machine."""
    return Smtp("smtp", "127.0.0.1", port, "", "", "localhost", timeout=timeout)


def worker(port: int, folder: Path, timeout: float = 5.0) -> Worker:
    """Return a worker that sends to a server on this machine."""
    return Worker(smtp(port, timeout), instance_path=str(folder))


def drain(found: Worker) -> None:
    """Let a worker send whatever is due, as `flask worker --once` does."""
    db.session.rollback()
    try:
        copy_context().run(found.run, Stop(), once=True)
    finally:
        db.session.rollback()


def drain_apart(app: Flask, found: Worker) -> threading.Thread:
    """Let a worker send whatever is due in a thread of its own."""

    def work() -> None:
        with app.app_context():
            found.run(Stop(), once=True)
            db.session.remove()

    thread = threading.Thread(target=work)
    thread.start()
    return thread
