"""The catalogue every page asks: how old it may be, and what it is while the database is away."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from portal import clock, db
from portal.instruments import catalogue, loader, queries, service
from portal.instruments.loader import UnknownInstrument
from tests.cast import NOW, Cast
from tests.instruments.clinic.scales import REST, director

Count = Callable[[Callable[[], Any]], int]


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found = [100.0]
    monkeypatch.setattr(clock, "tick", lambda: found[0])
    catalogue.forget()
    return found


def approve_elsewhere(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Approve a scale as another process would: this one is not told."""
    monkeypatch.setattr(catalogue, "forget", lambda: None)
    definition_id = service.propose_scale(REST, by=cast.cal.actor, at=NOW)
    found = queries.get_version(definition_id)
    assert found
    service.approve(definition_id, found.digest, by=director(cast.bea), at=NOW)
    db.session.commit()


def test_it_is_read_once_in_ten_seconds(cast: Cast, ticks: list[float], queries_of: Count) -> None:
    assert queries_of(catalogue.current) == 1
    ticks[0] = 109.9
    assert queries_of(catalogue.current) == 0
    ticks[0] = 110.0
    assert queries_of(catalogue.current) == 1


def test_another_process_sees_what_was_approved_within_ten_seconds(
    cast: Cast, ticks: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "own-rest" not in catalogue.current()
    approve_elsewhere(cast, monkeypatch)
    assert "own-rest" not in catalogue.current()
    ticks[0] += 10
    assert "own-rest" in catalogue.current()


def test_a_version_approved_a_second_ago_elsewhere_is_known_when_it_is_needed(
    cast: Cast, ticks: list[float], monkeypatch: pytest.MonkeyPatch, queries_of: Count
) -> None:
    known = catalogue.current()
    approve_elsewhere(cast, monkeypatch)
    assert known.get("own-rest", 1).title == "Restfulness"
    assert "own-rest" in catalogue.current()


def test_what_is_unknown_is_looked_for_once_and_then_refused(cast: Cast, ticks: list[float], queries_of: Count) -> None:
    known = catalogue.current()

    def ask() -> None:
        with pytest.raises(UnknownInstrument):
            known.get("nowhere", 1)

    assert queries_of(ask) == 1


def test_it_stays_while_the_database_is_away(cast: Cast, ticks: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable() -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    approve_elsewhere(cast, monkeypatch)
    assert "own-rest" in catalogue.current()
    ticks[0] += 100
    with monkeypatch.context() as patched:
        patched.setattr(queries, "approved", unreachable)
        assert "own-rest" in catalogue.current()
        monkeypatch.setattr(catalogue, "_remembered", None)
        assert list(catalogue.current()) == list(loader.catalogue())
    assert "own-rest" in catalogue.current()


def test_without_an_application_it_is_what_is_shipped() -> None:
    catalogue.forget()
    assert list(catalogue.current()) == list(loader.catalogue())


def test_a_definition_that_cannot_be_read_any_more_takes_nothing_else_along(
    cast: Cast, ticks: list[float], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    approve_elsewhere(cast, monkeypatch)
    broken = [one._replace(instrument="odd", source="id = 1") for one in queries.approved()]
    monkeypatch.setattr(queries, "approved", lambda: [*broken, *[]])
    assert list(catalogue.current()) == list(loader.catalogue())
    assert [record.getMessage() for record in caplog.records] == [
        "a definition of the clinic's cannot be read: version 1, id"
    ]
