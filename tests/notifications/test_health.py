"""What the portal tells machines about itself."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy.exc import OperationalError

from portal import db
from portal.access import looks
from portal.notifications import queries, service
from portal.notifications.models import OutboxMessage
from portal.web import health
from tests.cast import NOW, Cast
from tests.notifications.outbox import put
from tests.page import Browser

Open = Callable[..., Browser]


def ask(browser: Open, path: str = "/healthz") -> tuple[int, dict[str, Any]]:
    answer = browser().open(path)
    return answer.status_code, orjson.loads(answer.data)


def beat() -> None:
    service.beat("one", started_at=NOW, at=NOW)
    db.session.commit()


def test_all_is_well(browser: Open, cast: Cast) -> None:
    beat()
    assert ask(browser) == (200, {"status": "ok", "database": True, "writable": True, "worker": True, "mail": True})


def test_a_silent_worker_is_trouble_after_a_minute_and_over_when_one_beats(
    browser: Open, cast: Cast, frozen: Any
) -> None:
    beat()
    frozen.shift(timedelta(seconds=61))
    status, said = ask(browser)
    assert (status, said["worker"], said["mail"]) == (503, False, True)
    service.beat("two", started_at=NOW, at=NOW + timedelta(seconds=61))
    db.session.commit()
    assert ask(browser)[0] == 200


@pytest.mark.parametrize(("error", "flows"), [("unreachable", False), ("timed-out", False), ("smtp-451", True)])
def test_our_mail_server_being_away_is_trouble_and_one_recipients_is_not(
    browser: Open, cast: Cast, error: str, flows: bool
) -> None:
    beat()
    found = db.session.get_one(OutboxMessage, put(cast.bea))
    found.last_error, found.due_at = error, NOW + timedelta(minutes=1)
    db.session.commit()
    assert ask(browser)[1]["mail"] is flows


def test_mail_that_nobody_takes_up_is_trouble(browser: Open, cast: Cast, frozen: Any) -> None:
    put(cast.bea)
    frozen.shift(timedelta(minutes=3))
    assert ask(browser)[1]["mail"] is False


def test_looks_that_could_not_be_written_are_trouble(browser: Open, cast: Cast) -> None:
    beat()
    looks._set_aside(cast.bea.actor, cast.ada.own_id, "progress.show", NOW)
    assert ask(browser)[1]["writable"] is False


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_database_that_does_not_answer_is_said_without_falling_over(
    browser: Open, cast: Cast, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(queries, "health", away)
    monkeypatch.setattr(db.session, "scalar", away)
    assert ask(browser, path) == (503, {"status": "trouble", "database": False})


def test_it_is_ready_with_the_tables_this_code_expects(
    browser: Open, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, said = ask(browser, "/readyz")
    assert (status, said["migrated"]) == (200, True)
    monkeypatch.setattr(health, "_expected", lambda: "another")
    status, said = ask(browser, "/readyz")
    assert (status, said["migrated"]) == (503, False)
