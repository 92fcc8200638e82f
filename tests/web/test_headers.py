"""Check 17: the same protection on every answer, whatever it is."""

import pytest
from flask import Flask, redirect
from werkzeug.wrappers import Response

from tests.page import Browser

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
FILE = "/static/css/base.css"
SAVED = {"Content-Disposition": 'attachment; filename="picture.svg"'}
PATHS = {"/fine": 200, "/moved": 302, "/nowhere": 404, "/broken": 500, FILE: 200}


@pytest.fixture(autouse=True)
def routes(small: Flask) -> None:
    def broken() -> str:
        raise RuntimeError

    small.add_url_rule("/fine", "fine", lambda: "fine")
    small.add_url_rule("/moved", "moved", lambda: redirect("/fine"))
    small.add_url_rule("/broken", "broken", broken)
    small.add_url_rule("/saved", "saved", lambda: Response("<svg/>", content_type="image/svg+xml", headers=SAVED))


def policy(response: Response) -> dict[str, str]:
    parts = [part.partition(" ") for part in response.headers["Content-Security-Policy"].split("; ")]
    return {name: sources for name, _, sources in parts}


@pytest.mark.parametrize(("path", "status"), PATHS.items())
def test_every_answer_carries_every_header(visitor: Browser, path: str, status: int) -> None:
    response = visitor.open(path)
    assert response.status_code == status
    assert {name: response.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    assert path == FILE or "camera=()" in response.headers["Permissions-Policy"]
    assert "charset=utf-8" in response.headers["Content-Type"]
    assert "Server" not in response.headers


@pytest.mark.parametrize("path", PATHS)
def test_the_policy_lets_nothing_in_from_anywhere_else(visitor: Browser, path: str) -> None:
    found = policy(visitor.open(path))
    assert {found[name] for name in ("default-src", "object-src", "base-uri", "frame-ancestors")} == {"'none'"}
    if path != FILE:
        assert found["style-src"] == f"'self' {EMPTY_STYLE}"
        assert found["script-src"] == found["form-action"] == found["connect-src"] == "'self'"
    assert not [sources for sources in found.values() if "unsafe" in sources or "http" in sources]


def test_a_file_to_be_saved_does_nothing_where_somebody_opens_it_instead(visitor: Browser) -> None:
    answer = visitor.open("/saved")
    found = policy(answer)
    assert "script-src" not in found
    assert (found["default-src"], found["sandbox"]) == ("'none'", "")
    assert {name: answer.headers[name] for name in EVERYWHERE} == EVERYWHERE
    assert answer.headers["Cache-Control"] == "no-store"


def test_pages_stay_in_no_cache_and_static_files_may(visitor: Browser) -> None:
    kept = {path: "no-store" in visitor.open(path).headers.get("Cache-Control", "") for path in PATHS}
    assert kept == {path: path != "/static/css/base.css" for path in PATHS}


def test_a_file_that_everybody_may_keep_carries_nobodys_cookie(visitor: Browser) -> None:
    found = visitor.open(f"{FILE}?v=1")
    assert "Set-Cookie" not in found.headers
    assert "Cookie" not in found.headers.get("Vary", "")
    assert "immutable" in found.headers["Cache-Control"]


def test_a_file_asked_for_by_its_bare_name_is_asked_for_again_after_an_upgrade(visitor: Browser) -> None:
    bare = visitor.open(FILE)
    assert bare.headers["Cache-Control"] == "no-cache"
    assert visitor.open(FILE, headers={"If-None-Match": bare.headers["ETag"]}).status_code == 304


def test_https_is_remembered_for_a_year_and_http_is_not(visitor: Browser) -> None:
    secure = visitor.open("/fine", base_url="https://localhost").headers["Strict-Transport-Security"]
    assert int(secure.split("max-age=")[1].split(";")[0]) >= 31_536_000
    assert "includeSubDomains" in secure
    assert "Strict-Transport-Security" not in visitor.open("/fine").headers
