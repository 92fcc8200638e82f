"""Positive answers over real HTTP while the processes that take them are killed at random moments.

Each client sends an answer until the server has acknowledged it, as the page does: again and again with the same
submission id. What was acknowledged must be in the database: its concern once, tied to an alert that somebody was told
of. The full storm is `bench/no_sign_lost.py`.
"""

import http.client
import os
import random
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from sqlalchemy import func, select

from portal import db
from portal.checkins.models import CheckIn
from portal.notifications.models import OutboxMessage
from portal.safety.models import Alert, AlertTransition, Concern

ANSWERS = {"item_mood": "6", "item_anxiety": "3", "item_energy": "5", "item_sleep_h": "7"}
RULES = {1: "R2", 2: "R1"}
REFUSED_FOR_NOW = frozenset({500, 502, 503, 504})
ANSWERED_IN_SECONDS = 60.0
SETTLED_AFTER_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Sender:
    """A patient's browser: where it sends a daily check-in, and what it sends along."""

    patient_id: uuid.UUID
    path: str
    headers: dict[str, str]
    csrf: str
    on: str


@dataclass(frozen=True, slots=True)
class Sent:
    """One answer that the server acknowledged."""

    patient_id: uuid.UUID
    submission_id: uuid.UUID
    value: int
    is_draft: bool


@dataclass
class Storm:
    """One run: what was acknowledged, how often a connection broke, how often a process was killed."""

    address: str
    senders: Sequence[Sender]
    answers: int
    kills: int
    seconds: float
    seed: int
    sent: list[Sent] = field(default_factory=list)
    broken: int = 0
    killed: int = 0
    told_on: int = 0
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> None:
        """Send until enough was acknowledged and enough processes died while at work, or the time is up."""
        until = time.monotonic() + self.seconds
        killer = threading.Thread(target=self._kill, args=(until,))
        clients = [
            threading.Thread(target=self._send, args=(one, number, until)) for number, one in enumerate(self.senders)
        ]
        for thread in (killer, *clients):
            thread.start()
        for thread in (killer, *clients):
            thread.join()
        # A process that is only just being born does not hear that the server ends, and holds it up.
        time.sleep(SETTLED_AFTER_SECONDS)

    @property
    def is_conclusive(self) -> bool:
        """Whether enough was sent, and enough processes were killed in the middle of something."""
        return len(self.sent) >= self.answers and self.told_on >= self.kills

    def _goes_on(self, until: float) -> bool:
        return not self.wrong and not self.is_conclusive and time.monotonic() < until

    def _send(self, sender: Sender, number: int, until: float) -> None:
        chance = random.Random(self.seed + number)
        while self._goes_on(until):
            one = Sent(sender.patient_id, uuid.uuid4(), chance.choice((1, 2)), chance.random() < 0.3)
            fields = {"csrf_token": sender.csrf, "submission_id": str(one.submission_id), "on": sender.on}
            body = urlencode(fields | ANSWERS | {"item_safe": str(one.value)})
            if self._until_acknowledged(sender, sender.path + ("/draft" if one.is_draft else ""), body, one.is_draft):
                with self.lock:
                    self.sent.append(one)

    def _until_acknowledged(self, sender: Sender, path: str, body: str, is_draft: bool) -> bool:
        """Send one answer until the server has it; return False where it says something that it never should."""
        patience, status = time.monotonic() + ANSWERED_IN_SECONDS, 0
        while time.monotonic() < patience:
            try:
                status = self._post(sender, path, body)
            except (http.client.HTTPException, OSError):
                with self.lock:
                    self.broken += 1
                time.sleep(0.02)
                continue
            if status == (200 if is_draft else 303):
                return True
            if status not in REFUSED_FOR_NOW:
                break
        self.wrong.append(f"answered {status} to {path}")
        return False

    def _post(self, sender: Sender, path: str, body: str) -> int:
        where = urlsplit(self.address)
        connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=ANSWERED_IN_SECONDS)
        try:
            connection.request("POST", path, body, sender.headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def _kill(self, until: float) -> None:
        """Kill one process of the server after another; count those in whose hands something broke."""
        chance, port = random.Random(self.seed), urlsplit(self.address).port
        while self._goes_on(until):
            # So many answers apart that the server, however slow the machine, gets on between two of them.
            enough = len(self.sent) + chance.uniform(0, 1.5) * self.answers / self.kills
            while len(self.sent) < enough and self._goes_on(until):
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.1))
            workers = workers_at(port or 0)
            if len(workers) < 2:
                continue
            before = self.broken
            os.kill(chance.choice(workers), signal.SIGKILL)
            self.killed += 1
            felt_until = time.monotonic() + 0.5
            while self.broken == before and time.monotonic() < felt_until:
                time.sleep(0.005)
            self.told_on += self.broken > before


def workers_at(port: int) -> list[int]:
    """Return the processes that answer at a port of ours: the children of the server that this process started."""
    parents = {pid: parent for pid, parent, command in _processes() if f"127.0.0.1:{port}" in command}
    masters = {pid for pid, parent in parents.items() if parent == os.getpid()}
    return [pid for pid, parent in parents.items() if parent in masters]


def _processes() -> list[tuple[int, int, str]]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                found.append((int(folder.name), parent, (folder / "cmdline").read_text()))
            except OSError:
                continue
    return found


def problems(sent: Sequence[Sent]) -> list[str]:
    """Return what is wrong in the database after a storm; needs an application context."""
    db.session.rollback()
    found: list[str] = []
    rows = db.session.execute(
        select(Concern.submission_id, Concern.patient_id, Concern.rule, Concern.value, Concern.alert_id)
    ).all()
    concerns = Counter(row.submission_id for row in rows)
    by_submission = {row.submission_id: row for row in rows}
    alerts = {row.id: row for row in db.session.scalars(select(Alert))}
    opened = set(db.session.scalars(select(AlertTransition.alert_id).where(AlertTransition.before.is_(None))))
    told = set(db.session.scalars(select(OutboxMessage.alert_id)))
    for one in sent:
        row = by_submission.get(one.submission_id)
        if row is None:
            found.append(f"lost: {one}")
            continue
        alert = alerts[row.alert_id]
        is_right = (row.patient_id, row.rule, row.value) == (one.patient_id, RULES[one.value], one.value)
        if not is_right or (alert.patient_id, alert.rule) != (one.patient_id, row.rule):
            found.append(f"not what was said: {one}")
    found += [f"twice: {submission}" for submission, times in concerns.items() if times > 1]
    found += [f"an alert without its beginning or its mail: {one}" for one in alerts if one not in opened & told]
    check_ins = Counter(db.session.scalars(select(CheckIn.submission_id)))
    found += [f"no check-in, or two: {one}" for one in sent if not one.is_draft and check_ins[one.submission_id] != 1]
    return found + _open_twice()


def _open_twice() -> list[str]:
    """Return the alerts that stand beside another of the same patient, rule and day, though nobody took either on."""
    alike = (Alert.patient_id, Alert.rule, Alert.on)
    rows = db.session.execute(select(*alike, func.count()).group_by(*alike).having(func.count() > 1)).all()
    return [f"two alerts for one: {row}" for row in rows]
