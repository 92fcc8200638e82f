"""Phones and browsers for tests, and the servers on this machine that text messages and push messages go to."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import delete

from portal import db
from portal.notifications import choosing, sealed, ways
from portal.notifications.choosing import Choices, Wish
from portal.notifications.models import Channel, ContactWay, OutboxMessage
from portal.notifications.quiet import Hours
from portal.notifications.topics import Topic
from tests.cast import NOW, Person
from tests.server import SECRET

KEYS = [SECRET]
PHONE = "+12125550134"
AUTH = bytes(range(16))
DEVICE = ec.derive_private_key(0x1234567890ABCDEF, sealed.CURVE)
BROWSER_KEYS = {"p256dh": sealed.show(sealed.point(DEVICE.public_key())), "auth": sealed.show(AUTH)}


@dataclass
class Gateway:
    """What an HTTP server does: it answers `answers` one after the other (then 201) and keeps what it accepted.

    An answer is a status, "hang" (until the test lets go), "drop" (the line after it took the message), or something
    to call before 201.
    """

    answers: list[Any] = field(default_factory=list)
    seen: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)

    @property
    def texts(self) -> list[dict[str, str]]:
        """The text messages that came, as JSON."""
        return [orjson.loads(body) for _, _, body in self.seen]

    @property
    def pushes(self) -> list[dict[str, str]]:
        """What the browser of the tests reads in the push messages that came."""
        return [orjson.loads(unseal(body)) for _, _, body in self.seen]


class Meeting:
    """Keeps whoever comes first until a second one comes, or for a moment, where nobody can."""

    def __init__(self) -> None:
        self._came: list[None] = []
        self._both = threading.Event()

    def before(self, really: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that meets, and then does what another does."""

        def meet_first(*args: Any, **kwargs: Any) -> Any:
            self._came.append(None)
            if len(self._came) == 2:
                self._both.set()
            self._both.wait(2)
            return really(*args, **kwargs)

        return meet_first


@contextlib.contextmanager
def serving(gateway: Gateway) -> Iterator[str]:
    """Run a gateway on a free port of this machine, and return its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = gateway.answers.pop(0) if gateway.answers else 201
            if answer == "hang":
                gateway.let_go.wait(20)
                return
            if not isinstance(answer, int) or answer < 300:
                gateway.seen.append((self.path, dict(self.headers), body))
            if answer == "drop":
                self.connection.close()
                return
            if not isinstance(answer, int):
                answer()
                answer = 201
            with contextlib.suppress(OSError):
                self.send_response(answer)
                if answer == 302:
                    self.send_header("Location", "http://127.0.0.1:1/")
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that was killed is no error of ours."""

    server = Quiet(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        gateway.let_go.set()
        server.shutdown()
        server.server_close()


def unseal(body: bytes) -> bytes:
    """Open a push message as the browser does that holds `DEVICE`: RFC 8291, written apart from ours."""
    salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
    public, record = body[21 : 21 + length], body[21 + length :]
    assert len(record) <= size
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    about = b"WebPush: info\0" + sealed.point(DEVICE.public_key()) + public
    secret = HKDF(SHA256(), 32, AUTH, about).derive(DEVICE.exchange(ec.ECDH(), theirs))
    key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(secret)
    nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(secret)
    plain = AESGCM(key).decrypt(nonce, record, None)
    assert plain.endswith(b"\x02")
    return plain[:-1]


def claims(authorization: str) -> dict[str, Any]:
    """Return what a VAPID header says, once its signature has been checked with the key it names."""
    words, key = authorization.removeprefix("vapid t=").split(", k=")
    head, said, signature = words.split(".")
    assert orjson.loads(sealed.read(head)) == {"typ": "JWT", "alg": "ES256"}
    raw = sealed.read(signature)
    numbers = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sealed.read(key))
    public.verify(numbers, f"{head}.{said}".encode(), ec.ECDSA(SHA256()))
    found: dict[str, Any] = orjson.loads(sealed.read(said))
    return found


def confirmed_phone(person: Person, number: str = PHONE) -> ContactWay:
    """Give somebody a phone that takes text messages; the mail in the outbox stays as it was."""
    before = NOW - timedelta(days=3)
    way = ways.add_phone(person.user_id, number, by=person.actor, at=before)
    ways.confirm(person.user_id, ways.code(way.id, before, keys=KEYS), keys=KEYS, by=person.actor, at=before)
    db.session.execute(delete(OutboxMessage).where(OutboxMessage.way_id == way.id))
    db.session.commit()
    return way


def browser_of(person: Person, endpoint: str) -> ContactWay:
    """Give somebody a browser that takes push messages."""
    device = "Firefox, Android"
    way = ways.add_browser(person.user_id, endpoint, keys=BROWSER_KEYS, device=device, by=person.actor, at=NOW)
    db.session.commit()
    return way


def wants(
    person: Person, topic: Topic, *channels: Channel, within: Hours | None = None, quiet: Hours | None = None
) -> None:
    """Let somebody choose how they are told of a topic."""
    wishes = {**choosing.get(person.user_id).wishes, topic: Wish(frozenset(channels), within)}
    choosing.choose(person.user_id, Choices(wishes, quiet), by=person.actor, at=NOW)
    db.session.commit()
