"""Two who sign at the same moment: one sheet is signed as it was read, and whoever comes second reads again."""

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask

from portal import db
from tests.cast import Cast
from tests.page import Browser
from tests.review.booster.test_pages import address, form, on_the_team, reviews, sheet, typed_in

Open = Callable[..., Browser]


def sent_at_once(app: Flask, path: str, *sending: tuple[Browser, dict[str, Any]]) -> list[int]:
    """Send all of these at the same moment; return what was answered, the smallest status first."""
    gate, found = threading.Barrier(len(sending)), list[int]()

    def send(client: Browser, fields: dict[str, Any]) -> None:
        with app.app_context():
            gate.wait(20)
            found.append(client.open(path, "POST", data=fields).status_code)
            db.session.remove()

    db.session.rollback()
    threads = [threading.Thread(target=send, args=one) for one in sending]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(found)


def test_of_two_providers_who_sign_at_once_the_second_reads_again(app: Flask, browser: Open, cast: Cast) -> None:
    on_the_team(cast, cast.cal)
    bea, cal = typed_in(form(sheet(browser, cast))), typed_in(form(sheet(browser, cast, "cal")))
    sending = [(browser(cast.bea), bea), (browser(cast.cal), cal | {"decision": "booster"})]
    assert sent_at_once(app, address(cast.ada), *sending) == [303, 409]
    assert reviews() == 1


def test_one_page_sent_twice_at_once_is_one_review(app: Flask, browser: Open, cast: Cast) -> None:
    sent = typed_in(form(sheet(browser, cast)))
    sending = [(browser(cast.bea), sent) for _ in range(2)]
    assert sent_at_once(app, address(cast.ada), *sending) == [303, 303]
    assert reviews() == 1
