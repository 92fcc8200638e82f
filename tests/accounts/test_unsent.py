"""Signing out while entries of a bedside wait in the browser: asked first, and never erased."""

from collections.abc import Callable

import pytest

from portal.web.unsent import COOKIE
from tests.cast import Cast
from tests.page import Browser

Open = Callable[..., Browser]

KEEPS = '"cache"'
WIPES = '"cache", "storage"'


def holding(opened: Browser, cookie: str | None) -> Browser:
    """Return the browser with what its script noted in it."""
    if cookie is not None:
        opened.client.set_cookie(COOKIE, cookie)
    return opened


def test_somebody_with_entries_waiting_is_asked_first_and_stays_signed_in(browser: Open, cast: Cast) -> None:
    tablet = holding(browser(cast.nia), f"{cast.nia.user_id}:3")
    page = tablet.post("/sign-out")
    assert page.h1 == "3 entries on this device are not sent yet"
    assert tablet.get("/account").h1
    answer = tablet.open("/sign-out", "POST", data={"and_keep": "yes"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert answer.headers["Clear-Site-Data"] == KEEPS
    assert tablet.open("/account").status_code == 303


@pytest.mark.parametrize("cookie", [None, ""])
def test_with_nothing_waiting_signing_out_asks_nothing_and_wipes(browser: Open, cast: Cast, cookie: str | None) -> None:
    answer = holding(browser(cast.nia), cookie).open("/sign-out", "POST")
    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == WIPES


@pytest.mark.parametrize("path", ["/sign-out", "/leave"])
@pytest.mark.parametrize("who", ["ada", "bea"])
def test_nobody_wipes_what_waits_for_somebody_else(browser: Open, cast: Cast, who: str, path: str) -> None:
    answer = holding(browser(cast.everybody()[who]), f"{cast.nia.user_id}:2").open(path, "POST")
    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == KEEPS


@pytest.mark.parametrize("cookie", ["rubbish", "x:1|y:2", "<script>:9", f"{'a' * 3000}:1", "|:|"])
def test_a_cookie_that_cannot_be_read_warns_of_nothing_and_keeps_what_there_is(
    browser: Open, cast: Cast, cookie: str
) -> None:
    answer = holding(browser(cast.nia), cookie).open("/sign-out", "POST")
    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == KEEPS
