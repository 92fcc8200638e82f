"""The worker: sends what waits in the outbox, and says that it is alive."""

import os
import secrets
import signal
import socket
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import click
import filelock
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from config import Config
from portal import clock, db
from portal.access import looks
from portal.accounts.models import User
from portal.checkins.history import uploads
from portal.checkins.worker import LeftOpenRound, SilenceRound
from portal.follow_ups.worker import BatchRound, FollowUpRound
from portal.messaging.attachments.worker import SweepRound
from portal.notifications import backoff, carriers, choosing, mail, queue, service, ways
from portal.notifications.backoff import Patience
from portal.notifications.models import Channel
from portal.notifications.over_http import GONE, REFUSES_US
from portal.notifications.parts import Part, Round, note
from portal.notifications.queue import Claim
from portal.notifications.transports import SERVER_TROUBLE, NotSentError, Transport, from_url, send_within
from portal.notifications.wanted_worker import LINK_RAN_OUT, NOT_WANTED, why_not
from portal.reminders.worker import CheckInRound, GetReadyRound, ReviewRound
from portal.safety import delivery
from portal.safety.escalation import service as escalation
from portal.web import letters

BEAT_EVERY_SECONDS = 5.0
POLL_SECONDS = 1.0
CANNOT_BE_WRITTEN, NOT_SET_UP = "cannot-be-written", "not-set-up"
LONGEST_SEND_SECONDS = 45.0
MOST_STEPS_AT_ONCE = 50
ROUNDS: tuple[Callable[[str], Round], ...] = (
    *(LeftOpenRound, SilenceRound, CheckInRound, GetReadyRound, ReviewRound, SweepRound),
    *(FollowUpRound, BatchRound),
)
"""What is done every so often; each is made with the worker's name."""


class Stop:
    """Whether a worker is to stop.

    Not a `threading.Event`: its lock is not reentrant, so that a signal's handler which calls `set()` waits for ever
    where it interrupted `wait()`, or the handler of a signal just before.
    """

    def __init__(self) -> None:
        self.is_asked = False

    def ask(self) -> None:
        self.is_asked = True


class Worker:
    """One worker; any number may run beside each other."""

    def __init__(
        self, transport: Transport, *, instance_path: str, others: Mapping[Channel, Transport] | None = None
    ) -> None:
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self.started_at = clock.now()
        self._transports = {Channel.EMAIL: transport, **(others or {})}
        self._reading_looks = filelock.FileLock(Path(instance_path) / "looks-reading.lock")
        self._beat_at: float | None = None
        self._had_trouble = set(Channel)
        self._sent: list[Claim] = []
        self._passed_over = 0
        rounds = [make(self.name) for make in ROUNDS]
        self._parts = (
            Part("beat", self._beat),
            Part("looks", self._read_looks_back),
            Part("escalation", self._escalate),
            *(Part(type(one).__name__, one.step) for one in rounds),
            Part("mail", self.send_next),
        )

    def run(self, stop: Stop, *, once: bool = False) -> None:
        """Work until told to stop; with `once`, until nothing is due."""
        while not stop.is_asked:
            found = [part.run() for part in self._parts]
            if not any(found):
                if once:
                    return
                time.sleep(POLL_SECONDS)

    def send_next(self) -> bool:
        """Send the most pressing mail that is due; return whether there was one."""
        self._mark_sent()
        db.begin(write=True)
        held = queue.claim(self.name, at=clock.now())
        db.session.commit()
        if held is None:
            return False
        try:
            self._handle(held)
        except NotSentError as error:
            self._not_sent(held, error)
        except (SQLAlchemyError, db.Busy):
            raise
        except Exception as error:
            note("mail-cannot-be-written", kind=held.kind, error=type(error).__name__)
            self._retry(held, CANNOT_BE_WRITTEN, backoff.WITH_OURSELVES)
        self._mark_sent()
        return True

    def _handle(self, held: Claim) -> None:
        db.begin(write=False)
        user = db.session.get_one(User, held.recipient_id)
        needless = why_not(held, user, at=clock.now())
        later = choosing.not_before(user.id, held.kind, user.time_zone, urgent=held.is_urgent, at=clock.now())
        if needless is not None:
            self._pass_over(held, needless)
        elif later is not None:
            db.begin(write=True)
            queue.postpone(held, until=later)
            db.session.commit()
        elif held.channel not in self._transports:
            raise NotSentError(NOT_SET_UP, final=True)
        else:
            letter = letters.write(held, user, at=clock.now())
            db.begin(write=False)
            send_within(self._transports[held.channel], letter, seconds=LONGEST_SEND_SECONDS)
            self._sent.append(held)

    def _mark_sent(self) -> None:
        """Note what was handed over; where that fails, it is noted before anything else is sent."""
        if not self._sent:
            return
        db.begin(write=True)
        for held in self._sent:
            queue.sent(held, at=clock.now())
        for channel in {held.channel for held in self._sent} & self._had_trouble:
            queue.wake(SERVER_TROUBLE, channel, at=clock.now())
        db.session.commit()
        sent, self._sent = self._sent, []
        self._had_trouble -= {held.channel for held in sent}
        for held in sent:
            self._say_of_alert(delivery.delivered, held)

    def _not_sent(self, held: Claim, error: NotSentError) -> None:
        is_ours = error.code in SERVER_TROUBLE
        self._had_trouble |= {held.channel} if is_ours else set()
        note("mail-not-sent", kind=held.kind, channel=held.channel, error=error.code, attempts=held.attempts)
        if error.final:
            self._give_up(held, error.code)
            self._say_of_alert(delivery.delivery_failed, held)
        elif error.code in REFUSES_US:
            self._retry(held, error.code, backoff.WITH_OURSELVES)
        else:
            self._retry(held, error.code, backoff.WITH_OUR_SERVER if is_ours else backoff.WITH_THEIR_SERVER)

    def _retry(self, held: Claim, error: str, patience: Patience) -> None:
        if held.attempts >= patience.attempts:
            self._give_up(held, error)
        else:
            db.begin(write=True)
            queue.retry(held, error, at=clock.now(), patience=patience, spread=secrets.randbelow(1001) / 1000)
            db.session.commit()
        self._say_of_alert(delivery.delivery_failed, held)

    def _pass_over(self, held: Claim, why: str) -> None:
        """Note that nobody needs a message any more; whoever wants to be told another way by now is."""
        db.begin(write=True)
        service.hold(held.recipient_id)
        is_ours = (queue.fail if why == LINK_RAN_OUT else queue.drop)(held, why, at=clock.now())
        if is_ours and why == NOT_WANTED:
            service.reroute(held.id, at=clock.now())
        db.session.commit()

    def _give_up(self, held: Claim, error: str) -> None:
        """Note that a message never arrives; where a phone or a browser was at fault, its owner is told another way."""
        db.begin(write=True)
        service.hold(held.recipient_id)
        is_ours = (queue.drop if error == GONE else queue.fail)(held, error, at=clock.now())
        if is_ours and error == GONE and held.way_id is not None:
            ways.is_gone(held.way_id, at=clock.now())
        if is_ours and held.channel is not Channel.EMAIL:
            service.reroute(held.id, at=clock.now())
        db.session.commit()

    def _say_of_alert(self, say: Callable[[uuid.UUID, datetime], None], held: Claim) -> None:
        """Write into an alert's record what became of a mail about it; the desk counts on the outbox, not on this."""
        if held.alert_id is None:
            return
        try:
            db.begin(write=True)
            say(held.alert_id, clock.now())
            db.session.commit()
        except (SQLAlchemyError, db.Busy) as error:
            note("delivery-not-said", error=type(error).__name__)
            db.session.remove()

    def _escalate(self) -> bool:
        """Take whatever nobody has taken on a step further."""
        db.begin(write=False)
        if not escalation.is_due(clock.now()):
            return False
        taken = 0
        while taken < MOST_STEPS_AT_ONCE and self._step_further():
            taken += 1
        return taken > 0

    def _step_further(self) -> bool:
        """Take one step; one that fails is passed over until the others have been taken."""
        self._passed_over, before = self._passed_over + 1, self._passed_over
        db.begin(write=True)
        found = escalation.step(clock.now(), passing_over=before)
        db.session.commit()
        self._passed_over = before if found else 0
        return found

    def _beat(self) -> None:
        if self._beat_at is not None and clock.tick() - self._beat_at < BEAT_EVERY_SECONDS:
            return
        db.begin(write=True)
        service.beat(self.name, started_at=self.started_at, at=clock.now())
        uploads.sweep(clock.now())
        db.session.commit()
        self._beat_at = clock.tick()

    def _read_looks_back(self) -> None:
        """Bring looks that were set aside while the database could not be written into the audit."""
        try:
            with self._reading_looks.acquire(timeout=0):
                db.begin(write=True)
                if looks.read_back():
                    db.session.commit()
                    looks.forget_read_back()
        except filelock.Timeout:
            return


@contextmanager
def _stopped_by_signals() -> Iterator[Stop]:
    stop = Stop()
    before = {number: signal.signal(number, lambda *_: stop.ask()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@click.command("worker")
@click.option("--once", is_flag=True, help="Send what is due now, then stop.")
@with_appcontext
def command(once: bool) -> None:
    """Send the portal's mail, and keep sending until told to stop.

    Run at least one beside the web server; more do no harm. The portal shows its staff when none is alive.
    """
    config: Config = current_app.config["INTERVAL"]
    try:
        transport = from_url(config.mail_url, name=urlsplit(config.base_url).hostname or "localhost", write=click.echo)
        mail.sender(config.mail_from, clinic_name="")
        others = carriers.find(
            sms=(config.sms_url, config.sms_body, config.sms_authorization),
            push_hosts=config.push_hosts,
            folder=config.instance_path,
            contact=mail.sender_address(config.mail_from),
            write=click.echo,
        )
    except ValueError as error:
        raise click.ClickException(f"the worker did not start: {error}") from None
    with _stopped_by_signals() as stop:
        Worker(transport, instance_path=config.instance_path, others=others).run(stop, once=once)
