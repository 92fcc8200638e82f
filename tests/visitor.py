"""A browser reduced to its sockets: it keeps cookies as text, follows nothing, and shows what really came back."""

import contextlib
import http.client
import re
import uuid
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.cast import PASSWORD, Person

COOKIE = "interval"
SECONDS = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def place(self) -> str:
        """Where it leads, "" where it leads nowhere."""
        return self.headers.get("Location", "")

    def cookie(self, name: str = COOKIE) -> Any:
        """Return a cookie that was set, with its attributes."""
        jar: SimpleCookie = SimpleCookie()
        for line in self.headers.get_all("Set-Cookie", []):
            jar.load(line)
        return jar[name]

    def field(self, name: str) -> str:
        """Return what a hidden field of the page holds."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, f"no field {name!r} in {self.text[:2000]}"
        return unescape(found[1])


@dataclass
class Visitor:
    """Somebody who asks, each time over a connection of its own, so that every worker gets its turn."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, fields: dict[str, str] | bytes | None = None, **headers: str) -> Answer:
        """Send one request and return the answer; underscores in header names stand for hyphens."""
        where = urlsplit(self.address)
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        if isinstance(fields, dict):
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        body = urlencode(fields) if isinstance(fields, dict) else fields
        connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=SECONDS)
        try:
            # Whoever is refused in the middle of sending still gets to read why.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return self._keep(Answer(answer.status, answer.headers, answer.read().decode()))
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a page."""
        return self.send("GET", path, None, **headers)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        """Send a form, with the token that belongs to this visitor's cookie."""
        return self.send("POST", path, {"csrf_token": self.csrf_token(), **fields}, **headers)

    def csrf_token(self) -> str:
        """Return the token that this visitor's forms carry, signed in or not."""
        return self.get("/password/forgotten").field("csrf_token")

    def sign_in(self, person: Person) -> Answer:
        """Sign in as somebody of the cast."""
        page = self.get("/sign-in")
        typed = {"csrf_token": page.field("csrf_token"), "email": person.email, "password": PASSWORD}
        return self.send("POST", "/sign-in", typed)

    def copy(self) -> "Visitor":
        """Return somebody else who knows the same cookies."""
        return Visitor(self.address, dict(self.cookies))

    def _keep(self, answer: Answer) -> Answer:
        jar: SimpleCookie = SimpleCookie()
        for line in answer.headers.get_all("Set-Cookie", []):
            jar.load(line)
        self.cookies |= {name: cookie.value for name, cookie in jar.items()}
        return answer


def daily(mood: int = 6, safe: int = 0, **more: str) -> dict[str, str]:
    """Return the answers of a daily check-in as a browser sends them, with a submission id of their own."""
    answers = {"mood": mood, "anxiety": 3, "energy": 5, "sleep_h": 7, "safe": safe}
    filled = {f"item_{code}": str(value) for code, value in answers.items()}
    return filled | {"submission_id": str(uuid.uuid4())} | more
