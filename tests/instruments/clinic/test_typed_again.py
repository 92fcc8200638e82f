"""A scale typed on the page a second time: the same one is not proposed twice, and another one is not taken for it."""

from collections.abc import Callable
from typing import Any

from portal import db
from portal.instruments import queries, service
from tests.cast import NOW, Cast
from tests.instruments.clinic.scales import TYPED, director, rows
from tests.page import Browser

Open = Callable[..., Browser]
NEW = "/clinic/questionnaires/new"
KNOWN = "There is a scale called REST already"


def send(client: Browser, deed: str = "save", **changed: Any) -> str:
    return client.post(NEW, TYPED | {"deed": deed} | changed).text


def test_sent_twice_it_is_one_proposal(cast: Cast, browser: Open) -> None:
    client = browser(cast.cal)
    for _ in range(2):
        assert "Saved. It is asked once" in send(client)
    assert [row.version for row in rows()] == [1]


def test_it_can_be_typed_again_after_it_was_withdrawn(cast: Cast, browser: Open) -> None:
    client, bea = browser(cast.cal), director(cast.bea)
    send(client)
    found = queries.list_versions()[0]
    service.approve(found.id, found.digest, by=bea, at=NOW)
    service.withdraw(found.id, by=bea, at=NOW)
    db.session.commit()
    send(client)
    assert [row.version for row in rows()] == [1, 2]


def test_a_short_title_that_is_taken_is_said_before_it_is_saved(cast: Cast, browser: Open) -> None:
    client = browser(cast.cal)
    assert KNOWN not in send(client, "show")
    send(client)
    assert KNOWN not in send(client, "show")
    said = send(client, "show", title="Something else", questions="Is it another scale?\nIs it not?\nIs it?")
    assert f"{KNOWN}: “Restfulness”. What you typed becomes its version 2." in said
