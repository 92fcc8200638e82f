"""One browser window, held to what must never happen in any: an error, or a word to another host."""

import re
from dataclasses import dataclass, field

from playwright.sync_api import Page

from tests.cast import PASSWORD, Person

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
LOST = re.compile(r"net::ERR_(FAILED|INTERNET_DISCONNECTED|NETWORK_CHANGED)")
ANSWERED = re.compile(r"responded with a status of (\d+)")


@dataclass
class Window:
    """One browser window and everything that must not happen in it."""

    page: Page
    address: str
    wrong: list[str] = field(default_factory=list)
    forgiven: set[int] = field(default_factory=set)
    may_lose: bool = False
    status: int = 0

    def watch(self) -> None:
        """Note script errors, console errors (a refused style or script is one) and requests to other hosts."""
        self.page.on("pageerror", lambda error: self.wrong.append(f"script error: {error}"))
        self.page.on("console", lambda said: self._note(said.text) if said.type == "error" else None)
        self.page.on("request", lambda request: self._check(request.url))

    def forgive(self, *statuses: int) -> None:
        """Expect answers with these statuses; Chromium calls them errors."""
        self.forgiven.update(statuses)

    def forgive_losses(self) -> None:
        """Expect requests that get no answer, at any time from now on: Chromium calls them errors, and may be late."""
        self.may_lose = True

    def open(self, path: str) -> Page:
        """Go to a page of the portal."""
        answer = self.page.goto(self.address + path)
        self.status = answer.status if answer else 0
        return self.page

    def sign_in(self, person: Person) -> Page:
        """Sign in as a person would, from wherever the window is, and wait for the page this leads to."""
        if "/sign-in" not in self.page.url:
            self.open("/sign-in")
        self.page.get_by_label("Email").fill(person.email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)
        return self.page

    def path(self) -> str:
        """Return the path of the page that is open."""
        return self.page.url.removeprefix(self.address)

    def _note(self, said: str) -> None:
        if self.may_lose and LOST.search(said):
            return
        status = ANSWERED.search(said)
        if status is None or int(status[1]) not in self.forgiven:
            self.wrong.append(said)

    def _check(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:", "about:")):
            self.wrong.append(f"asked another host: {url}")
