"""Handing a message over by HTTP: to a gateway for text messages, and to the push service of a browser."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
import urllib3
from cryptography.hazmat.primitives.asymmetric import ec
from urllib3.exceptions import HTTPError, SSLError
from urllib3.exceptions import TimeoutError as TookTooLong
from urllib3.util import parse_url

from portal import clock
from portal.notifications import sealed, vapid
from portal.notifications.transports import (
    LOOPBACK,
    NO_SECRECY,
    NO_SIGN_IN,
    TIMED_OUT,
    TIMEOUT_SECONDS,
    UNREACHABLE,
    NotSentError,
)

GONE, NOT_ALLOWED = "push-gone", "push-host-not-allowed"
REFUSES_US = frozenset({"push-401", "push-403"})
"""Our key or our clock is wrong, or a browser was added under another key: tried again soon and not for long, because
its owner is told another way then; no reason to forget a browser."""
_IS_GONE = frozenset({404, 410})
_KEPT_A_DAY = "86400"
_LATER = frozenset({408, 425, 429})
_READS_AT_MOST = 65_536


@dataclass(frozen=True, slots=True)
class Text:
    """One text message; `id` is the outbox row's, so that a gateway which remembers sends it once."""

    to: str
    text: str
    id: str


@dataclass(frozen=True, slots=True)
class Push:
    """One push message for one browser."""

    endpoint: str
    p256dh: str
    auth: str
    payload: Mapping[str, str]
    id: str
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class TextConsole:
    """Prints the text message, so that a demo needs no gateway."""

    write: Callable[[str], object]

    def send(self, message: Text) -> None:
        rule = "-" * 72
        self.write(f"{rule}\nText to: {message.to}\n\n{message.text}\n{rule}")


@dataclass(frozen=True, slots=True)
class TextGateway:
    """Posts text messages to an address; `body` is JSON or a form, with {to}, {text} and {id} in its values."""

    url: str
    body: str
    authorization: str = field(default="", repr=False)
    timeout: float = TIMEOUT_SECONDS

    def send(self, message: Text) -> None:
        words = {"to": message.to, "text": message.text, "id": message.id}
        kind, body = fill(self.body, words)
        headers = {"Content-Type": kind, "Idempotency-Key": message.id}
        if self.authorization:
            headers["Authorization"] = self.authorization
        status = _post(self.url, body, headers, self.timeout)
        if status in {401, 403}:
            raise NotSentError(NO_SIGN_IN)
        if status >= 300:
            raise NotSentError(f"sms-{status}", final=400 <= status < 500 and status not in _LATER)


@dataclass(frozen=True, slots=True)
class PushServices:
    """Hands sealed messages to the push services of browsers, those that are on the list and no other host."""

    key: ec.EllipticCurvePrivateKey = field(repr=False)
    hosts: Sequence[str]
    contact: str
    timeout: float = TIMEOUT_SECONDS

    def send(self, message: Push) -> None:
        if not may_push_to(message.endpoint, self.hosts):
            raise NotSentError(NOT_ALLOWED, final=True)
        body = sealed.seal(orjson.dumps(message.payload), p256dh=message.p256dh, auth=message.auth)
        headers = {
            "Authorization": vapid.header(self.key, message.endpoint, contact=self.contact, at=clock.now()),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": _KEPT_A_DAY,
            "Urgency": "high" if message.is_urgent else "normal",
            "Topic": message.id.replace("-", ""),
        }
        try:
            status = _post(message.endpoint, body, headers, self.timeout)
        except NotSentError as error:
            # Their trouble, not ours: other browsers' services may well be there.
            raise NotSentError(f"push-{error.code}") from None
        if status in _IS_GONE:
            raise NotSentError(GONE, final=True)
        if status >= 300:
            is_final = 400 <= status < 500 and status not in _LATER | {401, 403}
            raise NotSentError(f"push-{status}", final=is_final)


def may_push_to(endpoint: str, hosts: Sequence[str]) -> bool:
    """Return whether an address is one of a push service that we know: whoever adds a browser names it.

    Args:
        endpoint: what a browser gave.
        hosts: names; one that begins with a dot stands for everything under it. Only over https, and on its own
            port, unless it is this machine.
    """
    # Without a backslash: some take it for the end of a host's name, as browsers do, and some for a part of it.
    if not re.fullmatch(r"[\x21-\x5b\x5d-\x7e]{1,1000}", endpoint):
        return False
    try:
        # Read by whoever makes the request, so that the host which is judged is the host that is spoken to.
        to = parse_url(endpoint)
    except ValueError:
        return False
    name = (to.host or "").strip("[]")
    if to.auth is not None or "%" in name:
        return False
    known = any(name == host or (host.startswith(".") and name.endswith(host)) for host in hosts)
    if name in LOOPBACK:
        return known and to.scheme in {"http", "https"}
    return known and to.scheme == "https" and to.port in {None, 443}


def fill(template: str, words: Mapping[str, str]) -> tuple[str, bytes]:
    """Return the content type and the body of a request: words are put into values, where they can break out of none.

    Args:
        template: JSON, or a form like `To={to}&Body={text}`.
        words: what stands for {to}, {text} and {id}.

    Raises:
        ValueError: it is neither, or holds no {to} or no {text}.
    """
    if "{to}" not in template or "{text}" not in template:
        raise ValueError("SMS_BODY must hold {to} and {text}")
    if template.lstrip().startswith("{"):
        try:
            return "application/json", orjson.dumps(_filled(orjson.loads(template), words))
        except orjson.JSONDecodeError:
            raise ValueError("SMS_BODY begins like JSON and is none") from None
    pairs = [(name, _filled(value, words)) for name, value in parse_qsl(template, keep_blank_values=True)]
    return "application/x-www-form-urlencoded", urlencode(pairs).encode()


def gateway(
    url: str, *, body: str, authorization: str, write: Callable[[str], object] = print
) -> TextConsole | TextGateway | None:
    """Return what sends text messages; None where no gateway is set up.

    Args:
        url: "" for none, `console:`, or the gateway's https address.
        body: see `fill`.
        authorization: the whole header's value; "" for none.
        write: where `console:` prints.

    Raises:
        ValueError: a setting is wrong, or would send phone numbers in the clear to another machine.
    """
    if not url:
        return None
    if url == "console:":
        return TextConsole(write)
    to = urlsplit(url)
    if to.scheme != "https" and not (to.scheme == "http" and to.hostname in LOOPBACK):
        raise ValueError("SMS_URL must be console: or an https address")
    fill(body, {"to": "", "text": "", "id": ""})
    return TextGateway(url, body, authorization)


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(one, words) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, words) for one in value]
    if not isinstance(value, str):
        return value
    return re.sub(r"\{(to|text|id)\}", lambda found: words[found[1]], value)


@cache
def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager(num_pools=20, maxsize=4, retries=False)


def _post(url: str, body: bytes, headers: Mapping[str, str], seconds: float) -> int:
    """Post once, follow nowhere, and return the status.

    Raises:
        NotSentError: nobody answered.
    """
    limit = urllib3.Timeout(connect=seconds, read=seconds)
    try:
        answer = _pool().request(
            "POST", url, body=body, headers=dict(headers), timeout=limit, redirect=False, preload_content=False
        )
        # What is read to its end leaves the line free for the next message.
        (answer.close if len(answer.read(_READS_AT_MOST)) == _READS_AT_MOST else answer.release_conn)()
    except SSLError:
        raise NotSentError(NO_SECRECY) from None
    except TookTooLong:
        raise NotSentError(TIMED_OUT) from None
    except (HTTPError, OSError):
        raise NotSentError(UNREACHABLE) from None
    return int(answer.status)
