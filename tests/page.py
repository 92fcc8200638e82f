"""A browser for the tests; every page it fetches is checked: valid, labelled, silent about health, on its own host."""

import re
import secrets
from collections import Counter
from collections.abc import Mapping
from contextvars import copy_context
from itertools import pairwise
from typing import Any
from urllib.parse import urljoin, urlsplit

import html5lib
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from portal import db
from portal.safety import crisis
from portal.web.session import csrf_secret
from tests.telling import ON_SCREEN, told

Element = Any
OFF_HOST = {urlsplit(line.href).hostname for code in crisis.country_codes() for line in crisis.for_country(code).lines}
REDIRECTS = {301, 302, 303, 307, 308}
CONTROLS = {"input", "select", "textarea"}
SILENT_INPUTS = {"hidden", "submit", "button", "image", "reset"}
ADDRESSES = ("href", "src", "action", "formaction", "poster", "data", "srcset", "{http://www.w3.org/1999/xlink}href")
IDREFS = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "list")


def said(element: Element) -> str:
    """Return the text of an element with its white space collapsed."""
    return " ".join("".join(element.itertext()).split())


class Browser:
    """Fetches pages through the test client; every page it returns has passed every check."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def open(self, path: str, method: str = "GET", *, csrf: bool = True, **options: Any) -> TestResponse:
        """Return the bare answer: no page check, no redirect followed; unsafe methods carry a valid CSRF token."""
        if csrf and method not in {"GET", "HEAD", "OPTIONS"}:
            options["headers"] = {**options.get("headers", {}), "X-CSRFToken": self.csrf_token()}
        if "sqlalchemy" in self.client.application.extensions:
            db.session.rollback()  # What the test has read so far would hold the one write lock.
        return copy_context().run(self._open_apart, path, method, options)

    def get(self, path: str, *, expect: int = 200) -> "Page":
        """Fetch a page, following redirects."""
        return self.land(self.open(path), expect)

    def post(self, path: str, data: Mapping[str, Any] | None = None, *, expect: int = 200) -> "Page":
        """Send what no form of ours would send, with a valid CSRF token, and follow redirects."""
        return self.land(self.open(path, "POST", data=data or {}), expect)

    def land(self, response: TestResponse, expect: int = 200) -> "Page":
        """Follow redirects from an answer to the page they lead to."""
        for _ in range(5):
            if response.status_code not in REDIRECTS:
                break
            response = self.open(urljoin(response.request.full_path, response.headers["Location"]))
        return Page(response, self, expect)

    def csrf_token(self) -> str:
        """Return a CSRF token that fits the browser's cookie."""
        app = self.client.application
        name = app.config["SESSION_COOKIE_NAME"]
        cookie = self.client.get_cookie(name)
        token = cookie.value if cookie else secrets.token_urlsafe(32)
        if cookie is None:
            self.client.set_cookie(name, token)
        return str(URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token").dumps(csrf_secret(app, token)))

    def _open_apart(self, path: str, method: str, options: dict[str, Any]) -> TestResponse:
        # A context of its own: else requests would share `g`, the session and "may write" with the test around them.
        with self.client.application.app_context():
            return self.client.open(path, method=method, buffered=True, **options)


class Page:
    """One HTML page that has passed every check; `text` is what it says, `forms` and `links` are what it offers."""

    def __init__(self, response: TestResponse, browser: Browser, expect: int = 200) -> None:
        self.response, self.browser = response, browser
        self.status_code = response.status_code
        self.url = response.request.full_path.rstrip("?")
        self.html = response.get_data(as_text=True)
        assert self.status_code == expect, f"{self.url} answered {self.status_code}: {self.html[:2000]}"
        assert response.mimetype == "text/html", f"{self.url} is {response.mimetype}"
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        self.root: Element = parser.parse(self.html)
        self.all: list[Element] = [one for one in self.root.iter() if isinstance(one.tag, str)]
        assert not parser.errors, [(self.html.splitlines()[p[0] - 1][:200], code) for p, code, _ in parser.errors]
        check(self)

    def find(self, tag: str) -> list[Element]:
        """Return the elements with a tag, in the order of the page."""
        return [one for one in self.all if one.tag == tag]

    def by_id(self, wanted: str) -> Element:
        """Return the element with an id."""
        return next(one for one in self.all if one.get("id") == wanted)

    @property
    def title(self) -> str:
        return said(self.find("title")[0])

    @property
    def h1(self) -> str:
        return said(self.find("h1")[0])

    @property
    def text(self) -> str:
        """What the page says between its header and its footer."""
        return said(self.find("main")[0])

    @property
    def problems(self) -> list[str]:
        """The lines of the error summary."""
        summary = [one for one in self.all if one.get("id") == "problems"]
        return [said(line) for one in summary for line in one.iter("li")]

    @property
    def links(self) -> list[tuple[str, str]]:
        """The links as (text, address)."""
        return [(said(one), one.get("href")) for one in self.find("a")]

    def rows(self, table: int = 0) -> list[list[str]]:
        """Return the texts of a table, row by row, its head first."""
        rows = self.find("table")[table].iter("tr")
        return [[said(cell) for cell in row if cell.tag in {"th", "td"}] for row in rows]

    def follow(self, text: str, *, expect: int = 200) -> "Page":
        """Follow the first link that says this; a part of its text will do where no link says exactly this."""
        exact = [href for label, href in self.links if label == text]
        found = exact or [href for label, href in self.links if text in label]
        assert found, f"no link says {text!r}; there are {[label for label, _ in self.links]}"
        return self.browser.get(urljoin(self.url, found[0]), expect=expect)

    def form(self, wanted: str = "") -> "PageForm":
        """Return the first form of the main part (else of the page) whose button says this or whose action holds it."""
        main = list(self.find("main")[0].iter("form"))
        for form in [*main, *(one for one in self.find("form") if one not in main)]:
            labels = [said(button) for button in form.iter("button")]
            if wanted in labels or wanted in form.get("action", "") or any(wanted in label for label in labels):
                return PageForm(self, form)
        raise AssertionError(f"no form for {wanted!r} on {self.url}")


class PageForm:
    """One form as a person would send it: everything that stands in it, changed only where they change it."""

    def __init__(self, page: Page, form: Element) -> None:
        self.page, self.form = page, form
        self.action = urljoin(page.url, form.get("action") or page.url)
        self.method = form.get("method", "get").upper()
        self.controls = [one for one in form.iter() if one.tag in CONTROLS and one.get("name")]
        self.names = {one.get("name") for one in self.controls}

    @property
    def values(self) -> MultiDict[str, Any]:
        """What would be sent now."""
        return MultiDict([(one.get("name"), value) for one in self.controls for value in _stands_in(one)])

    def submit(
        self, changes: Mapping[str, Any] | None = None, *, button: str = "", expect: int = 200, **values: Any
    ) -> Page:
        """Change what stands in the form, send it, and follow to the next page; a list ticks several boxes."""
        sent = self.values
        for name, value in {**(changes or {}), **values}.items():
            self._can_take(name, value)
            sent.setlist(name, value if isinstance(value, list) else [value])
        action = self.action
        for one in self.form.iter("button"):
            if button and said(one) == button:
                action = urljoin(self.page.url, one.get("formaction") or action)
                if one.get("name"):
                    sent.add(one.get("name"), one.get("value", ""))
        key = "query_string" if self.method == "GET" else "data"
        options: dict[str, Any] = {key: sent, "csrf": False}
        if self.form.get("enctype"):
            options["content_type"] = self.form.get("enctype")
        return self.page.browser.land(self.page.browser.open(action, self.method, **options), expect)

    def _can_take(self, name: str, value: Any) -> None:
        assert name in self.names, f"no field {name!r}; there are {sorted(self.names)}"
        kinds = {one.get("type", one.tag) for one in self.controls if one.get("name") == name}
        if not kinds & {"radio", "checkbox", "select"}:
            return
        offered = {one.get("value", "on") for one in self.controls if one.get("name") == name and one.tag == "input"}
        for select in (one for one in self.controls if one.get("name") == name and one.tag == "select"):
            offered |= {option.get("value", said(option)) for option in select.iter("option")}
        wanted = set(value if isinstance(value, list) else [value])
        assert wanted <= offered | {""}, f"{name!r} offers {sorted(offered)}, not {wanted}"


def _stands_in(control: Element) -> list[str]:
    kind = control.get("type", "text")
    if control.tag == "textarea":
        return ["".join(control.itertext()).removeprefix("\n")]
    if control.tag == "select":
        options = list(control.iter("option"))
        chosen = [one for one in options if one.get("selected") is not None] or options[:1]
        return [one.get("value", said(one)) for one in chosen]
    if kind in {"radio", "checkbox"}:
        return [control.get("value", "on")] if control.get("checked") is not None else []
    return [] if kind in {"submit", "file", "image", "button"} else [control.get("value", "")]


def check(page: Page) -> None:
    """Fail where a page is not what every page of ours must be."""
    for one in (_says_what_it_is, _tells_nothing, _points_at_what_is_there, _names_its_controls, _keeps_to_its_host):
        one(page)
    assert "no-store" in page.response.headers.get("Cache-Control", ""), f"{page.url} may stay in a cache"


def _says_what_it_is(page: Page) -> None:
    assert page.find("html")[0].get("lang"), "no language"
    assert len(page.find("h1")) == 1, f"{page.url} has {len(page.find('h1'))} h1"
    assert page.h1, "an empty h1"
    for tag in ("main", "header", "footer"):
        assert len(page.find(tag)) == 1, f"{page.url} has {len(page.find(tag))} {tag}"
    assert all(nav.get("aria-label") for nav in page.find("nav")), "a nav without a name"
    levels = [int(one.tag[1]) for one in page.all if re.fullmatch(r"h[1-6]", one.tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels)), f"headings {levels}"


def _tells_nothing(page: Page) -> None:
    name, _, clinic = page.title.partition(" – ")
    assert name, f"{page.url} has no title"
    assert clinic, f"{page.title!r} does not say whose page it is"
    assert not told(ON_SCREEN, page.title), f"the title {page.title!r} tells"
    assert not told(ON_SCREEN, page.url), f"the address {page.url!r} tells"


def _points_at_what_is_there(page: Page) -> None:
    ids = Counter(one.get("id") for one in page.all if one.get("id"))
    assert not [found for found, times in ids.items() if times > 1], f"ids twice: {ids.most_common(3)}"
    wanted = {word for one in page.all for name in IDREFS for word in one.get(name, "").split()}
    wanted |= {href[1:] for _, href in page.links if href and href.startswith("#")}
    assert wanted <= set(ids), f"{wanted - set(ids)} is pointed at and not there"


def _names_its_controls(page: Page) -> None:
    labels = {one.get("for") for one in page.find("label")} - {None}
    inside = {
        id(control) for label in page.find("label") if _says_more_than_its_control(label) for control in label.iter()
    }
    for one in page.all:
        if one.tag in CONTROLS and one.get("type") not in SILENT_INPUTS:
            named = one.get("id") in labels or id(one) in inside or one.get("aria-label") or one.get("aria-labelledby")
            assert named, f"{one.get('name')!r} has no label"
        if one.tag in {"a", "button"}:
            spoken = said(one) or one.get("aria-label") or any(image.get("alt") for image in one.iter("img"))
            assert spoken, f"a {one.tag} that says nothing: {one.attrib}"
    grouped = {id(radio) for group in page.find("fieldset") if list(group.iter("legend")) for radio in group.iter()}
    assert all(id(one) in grouped for one in page.find("input") if one.get("type") == "radio"), (
        "radios without a legend"
    )
    assert all(one.get("alt") is not None for one in page.find("img")), "an image without alt"
    assert all(one.get("scope") for one in page.find("th")), "a th without scope"


def _says_more_than_its_control(label: Element) -> bool:
    own = " ".join(said(control) for control in label.iter() if control.tag in CONTROLS)
    return bool(said(label).replace(own, ""))


def _keeps_to_its_host(page: Page) -> None:
    for one in page.all:
        kind = one.tag.rpartition("}")[2]
        assert kind != "style", "an inline style sheet"
        loud = [name for name in one.attrib if name == "style" or name.startswith("on")]
        assert not loud, f"{one.tag} has {loud}"
        assert kind != "script" or one.get("src") or one.get("type") == "application/json", "an inline script"
        for name in ADDRESSES:
            target = urlsplit(one.get(name, ""))
            assert target.scheme not in {"javascript", "data", "vbscript"}, f"{one.tag} leads to {target.geturl()!r}"
            crisis_link = target.hostname in OFF_HOST and "noreferrer" in one.get("rel", "")
            assert not target.hostname or crisis_link, f"{one.tag} leads to {target.geturl()!r}"
