"""What open pages that wait for news cost: `.venv/bin/python -m bench.news`.

So many patients have a thread open, each on a page that asks as `static/js/asking.js` does, in its rhythm, over a
connection of its own. Their provider answers one of them, at random, every second. Measured are the server's memory
and processor time (its own processes, without the database's), and how long it takes from the provider's "Sent" until
the words are on the patient's page. Most of that is waiting for the page's next question, so what an answer itself
takes stands beside it.
"""

import argparse
import http.client
import json
import os
import random
import re
import statistics
import threading
import time
import urllib.parse
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import current_app

from bench import people, stand
from bench.people import SignedIn
from config import ROOT
from portal import clock, db
from portal.messaging.models import Message, MessageRead, Thread
from portal.patients.models import Patient
from tests import server

MESSAGES = 12
TICKS = os.sysconf("SC_CLK_TCK")
SAID = re.compile(r"word-[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a page asks, in seconds: soon after something new, and less and less often until it is calm."""

    soon: float
    calm: float
    slower: float = 1.3

    @classmethod
    def of_page(cls) -> "Rhythm":
        """Return what `asking.js` does on the page of a thread."""
        page = (ROOT / "templates" / "messaging" / "thread.html").read_text()
        soon, calm = (re.search(rf'data-{name}="(\d+)"', page) for name in ("soon", "calm"))
        if not soon or not calm or "wait * 1.3, calm" not in (ROOT / "static" / "js" / "asking.js").read_text():
            raise LookupError("the rhythm of an open thread is written in another way")
        return cls(int(soon[1]) / 1000, int(calm[1]) / 1000)


@dataclass(slots=True)
class Seen:
    """What the pages and the provider saw."""

    sent: dict[str, float] = field(default_factory=dict)
    shown: dict[str, float] = field(default_factory=dict)
    answers: list[float] = field(default_factory=list)
    unchanged: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cost:
    """What the server's processes hold, in megabytes, and have worked, in seconds."""

    memory: float
    work: float


def main() -> None:
    """Measure on both databases and print a block for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--every", type=float, default=1, help="seconds between two answers of the provider")
    parser.add_argument("--kind", choices=("sqlite", "postgresql"), action="append")
    options = parser.parse_args()
    for kind in options.kind or ("sqlite", "postgresql"):
        print(f"{kind}: {measure(kind, options.pages, options.seconds, options.every)}", flush=True)


def measure(kind: str, pages: int, seconds: float, every: float) -> str:
    """Return in words what so many open pages cost one server with two workers."""
    with stand.database(kind) as (url, folder):
        provider, readers = prepare(url, folder, pages)
        with server.running(url, folder, workers=2) as address:
            for reader in readers[:20]:
                send(address, provider, reader, "hello")
                ask(http_to(address), reader, "")
            idle = cost()
            seen, begun = Seen(), time.perf_counter()
            wait(address, provider, readers, seen, until=begun + seconds, every=every)
            took, then = time.perf_counter() - begun, cost()
    if seen.wrong:
        raise RuntimeError(f"{len(seen.wrong)} answers were wrong, such as {seen.wrong[0]}; this measures nothing")
    return said(seen, idle, then, took)


def said(seen: Seen, idle: Cost, then: Cost, seconds: float) -> str:
    """Return the figures in words."""
    delays = sorted(seen.shown[word] - at for word, at in seen.sent.items() if word in seen.shown)
    late = len(seen.sent) - len(delays)
    percentiles = statistics.quantiles(delays, n=20, method="inclusive")
    answers = statistics.quantiles(seen.answers, n=100, method="inclusive")
    return (
        f"{len(seen.answers) / seconds:.1f} questions a second, {100 * seen.unchanged / len(seen.answers):.0f} % "
        f"nothing new; an answer {1000 * answers[49]:.1f} ms, p99 {1000 * answers[98]:.1f} ms; "
        f"memory {idle.memory:.0f} MB idle, {then.memory:.0f} MB with the pages; "
        f"processor {100 * (then.work - idle.work) / seconds:.1f} % of a core; "
        f"a message appears after {percentiles[9]:.1f} s (median), {percentiles[18]:.1f} s (19 of 20), "
        f"{delays[-1]:.1f} s at most; {len(delays)} appeared, {late} had not yet at the end"
    )


def prepare(url: str, folder: Path, pages: int) -> tuple[SignedIn, list[SignedIn]]:
    """Write one patient with a thread for each page; sign them and their provider in."""
    with stand.application(url, folder):
        provider_id = people.provider()
        ids = people.patients(pages, provider_id)
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        users = {one: db.session.get_one(Patient, one).user_id for one in ids}
        people.add(Thread, (_thread(one, provider_id) for one in ids))
        said = [row for one in ids for row in _messages(one, users[one], provider_id)]
        people.add(Message, iter(said))
        read = {"user_id": provider_id, "read_at": clock.now()}
        people.add(MessageRead, (read | {"message_id": row["id"]} for row in said if row["is_from_patient"]))
        readers = [people.sign_in(app, users[one], one, uuid.uuid5(one, "thread")) for one in ids]
        return people.sign_in(app, provider_id, ids[0], uuid.uuid4()), readers


def _thread(patient_id: uuid.UUID, provider_id: uuid.UUID) -> dict[str, Any]:
    at = clock.now()
    row = {"id": uuid.uuid5(patient_id, "thread"), "patient_id": patient_id, "subject": "How are you?"}
    return row | {"started_at": at, "started_by_id": provider_id, "last_message_at": at, "about_infusion_id": None}


def _messages(patient_id: uuid.UUID, user_id: uuid.UUID, provider_id: uuid.UUID) -> Iterator[dict[str, Any]]:
    for number in range(MESSAGES):
        is_theirs = number % 2 == 0
        yield {
            "id": uuid.uuid4(),
            "submission_id": uuid.uuid4(),
            "thread_id": uuid.uuid5(patient_id, "thread"),
            "patient_id": patient_id,
            "author_id": user_id if is_theirs else provider_id,
            "is_from_patient": is_theirs,
            "body": "The first two days were better than last time. " * 4,
            "sent_at": clock.now() - timedelta(hours=MESSAGES - number),
        }


def wait(address: str, provider: SignedIn, readers: list[SignedIn], seen: Seen, *, until: float, every: float) -> None:
    """Keep all pages open and let the provider write, until it is time."""
    rhythm = Rhythm.of_page()
    # What is sent last must still have time to appear.
    last = until - rhythm.calm * 1.2
    threads = [threading.Thread(target=page, args=(address, reader, rhythm, seen, until)) for reader in readers]
    threads.append(threading.Thread(target=write, args=(address, provider, readers, seen, last, every)))
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def page(address: str, reader: SignedIn, rhythm: Rhythm, seen: Seen, until: float) -> None:
    """Be one open page."""
    chance = random.Random(reader.patient_id.int)  # noqa: S311 - a rhythm, not a secret
    connection, state, pause = http_to(address), "", rhythm.soon
    # People do not open their pages all in one moment.
    time.sleep(rhythm.calm * chance.random())
    while time.perf_counter() < until:
        begun = time.perf_counter()
        status, news = ask(connection, reader, state)
        seen.answers.append(time.perf_counter() - begun)
        if status == http.client.OK:
            arrived, state, pause = time.perf_counter(), news["state"], rhythm.soon
            for word in SAID.findall(news["html"]):
                seen.shown.setdefault(word, arrived)
        elif status == http.client.NOT_MODIFIED:
            seen.unchanged += 1
            pause = min(pause * rhythm.slower, rhythm.calm)
        else:
            seen.wrong.append(f"news: {status}")
        time.sleep(max(0.0, min(pause * (0.85 + 0.3 * chance.random()), until - time.perf_counter())))
    connection.close()


def ask(connection: http.client.HTTPConnection, reader: SignedIn, state: str) -> tuple[int, dict[str, str]]:
    """Ask once for news of a reader's thread."""
    headers = {"Cookie": reader.headers["Cookie"], "Accept": "application/json", "If-None-Match": f'"{state}"'}
    path = f"{_path(reader)}/news"
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
    except (http.client.RemoteDisconnected, ConnectionError):
        # The server lets a connection go that said nothing for a while; a browser opens another one as well.
        connection.close()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
    body = answer.read()
    return answer.status, json.loads(body) if answer.status == http.client.OK else {}


def write(address: str, provider: SignedIn, readers: list[SignedIn], seen: Seen, until: float, every: float) -> None:
    """Answer one of the patients at random again and again, each time with a word that is found again."""
    chance = random.Random(len(readers))  # noqa: S311 - an order, not a secret
    while time.perf_counter() < until:
        word = f"word-{uuid.uuid4().hex}"
        status = send(address, provider, chance.choice(readers), word)
        seen.sent[word] = time.perf_counter()
        if status != http.client.SEE_OTHER:
            seen.wrong.append(f"sending: {status}")
        time.sleep(every)


def send(address: str, provider: SignedIn, reader: SignedIn, word: str) -> int:
    """Answer one patient; return what the server says."""
    fields = {"csrf_token": provider.csrf, "submission_id": str(uuid.uuid4()), "body": f"Thank you. {word}"}
    connection = http_to(address)
    connection.request("POST", _path(reader), urlencode(fields).encode(), provider.headers)
    status = connection.getresponse().status
    connection.close()
    return status


def _path(reader: SignedIn) -> str:
    return f"/patients/{reader.patient_id}/messages/{uuid.uuid5(reader.patient_id, 'thread')}"


def http_to(address: str) -> http.client.HTTPConnection:
    """Return a connection to the server."""
    host = urllib.parse.urlsplit(address)
    return http.client.HTTPConnection(str(host.hostname), host.port, timeout=30)


def cost() -> Cost:
    """Return what the server's processes, all of them ours, hold and have worked; shared memory counts once."""
    ids = [one for one in _descendants(os.getpid()) if b"gunicorn" in Path(f"/proc/{one}/cmdline").read_bytes()]
    memory = work = 0.0
    for one in ids:
        held = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{one}/smaps_rollup").read_text(), re.MULTILINE)
        memory += int(held[1]) / 1024 if held else 0
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        work += (int(fields[11]) + int(fields[12])) / TICKS
    return Cost(memory, work)


def _descendants(process: int) -> Iterator[int]:
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield int(child)
            yield from _descendants(int(child))


if __name__ == "__main__":
    main()
