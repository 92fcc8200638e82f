"""Two people at the same moment: what was approved is what was read, once, and nobody's words are overwritten."""

import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal import db
from portal.audit.models import AuditEvent
from portal.instruments import queries, service
from portal.instruments.service import NotNewer, NotPossible
from tests.cast import NOW, Cast
from tests.instruments.clinic.scales import REST, STATEMENT, director, rows, texts_for

LATER = NOW + timedelta(days=1)
OTHER = REST.replace("Did you wake", "Did you doze")


def proposed(cast: Cast, source: str = REST) -> tuple[uuid.UUID, str]:
    definition_id = service.propose_scale(source, by=cast.cal.actor, at=NOW)
    db.session.commit()
    found = queries.get_version(definition_id)
    db.session.rollback()
    assert found
    return definition_id, found.digest


def meanwhile(app: Flask, first: Callable[[], object], second: Callable[[], object]) -> object:
    """Do `second` while `first` is done and not committed yet; return what came of `second`."""

    def act() -> object:
        with app.app_context():
            db.begin(write=True)
            try:
                result = second()
                db.session.commit()
            except Exception as error:
                return error
            finally:
                db.session.remove()
            return result

    with ThreadPoolExecutor(1) as pool:
        db.begin(write=True)
        first()
        later: Future[object] = pool.submit(act)
        time.sleep(0.3)
        db.session.commit()
        return later.result(timeout=30)


def events() -> list[str]:
    return list(db.session.scalars(select(AuditEvent.event).order_by(AuditEvent.sequence)))


def test_a_proposal_never_changes_what_is_being_approved(app: Flask, cast: Cast) -> None:
    definition_id, digest = proposed(cast)
    bea = director(cast.bea)
    came_of_it = meanwhile(
        app,
        lambda: service.approve(definition_id, digest, by=bea, at=LATER),
        lambda: service.propose_scale(OTHER, by=cast.cal.actor, at=LATER),
    )
    assert isinstance(came_of_it, NotNewer)
    assert [(row.source, row.approved_by_id) for row in rows()] == [(REST, cast.bea.user_id)]


def test_two_directors_approve_once(app: Flask, cast: Cast) -> None:
    definition_id, digest = proposed(cast)
    bea, cal = director(cast.bea), director(cast.cal)
    came_of_it = meanwhile(
        app,
        lambda: service.approve(definition_id, digest, by=bea, at=LATER),
        lambda: service.approve(definition_id, digest, by=cal, at=LATER),
    )
    assert isinstance(came_of_it, NotPossible)
    assert [row.approved_by_id for row in rows()] == [cast.bea.user_id]
    assert events().count("scale:approved") == 1


def test_of_two_versions_approved_at_once_one_is_in_force(app: Flask, cast: Cast) -> None:
    first, read_first = proposed(cast)
    second, read_second = proposed(cast, OTHER.replace("version = 1", "version = 2"))
    bea = director(cast.bea)
    meanwhile(
        app,
        lambda: service.approve(first, read_first, by=bea, at=LATER),
        lambda: service.approve(second, read_second, by=bea, at=LATER),
    )
    assert [(row.version, row.retired_at) for row in rows()] == [(1, LATER), (2, None)]


@pytest.mark.parametrize("deed", ["approve", "withdraw"])
def test_what_was_declined_at_the_same_moment_is_declined_once(app: Flask, cast: Cast, deed: str) -> None:
    definition_id, digest = proposed(cast)
    bea = director(cast.bea)
    later: dict[str, Callable[[], object]] = {
        "approve": lambda: service.approve(definition_id, digest, by=bea, at=LATER),
        "withdraw": lambda: service.withdraw(definition_id, by=bea, at=LATER),
    }
    came_of_it = meanwhile(app, lambda: service.withdraw(definition_id, by=bea, at=LATER), later[deed])
    expected = {"approve": uuid.UUID, "withdraw": NotPossible}
    assert isinstance(came_of_it, expected[deed])
    assert events().count("scale:withdrawn") == 1


def test_a_wording_is_retired_once_and_two_corrections_leave_one_in_force(app: Flask, cast: Cast) -> None:
    def paste(mark: str) -> uuid.UUID:
        words = texts_for("epds", mark)
        return service.attest_wording("epds", "en", words, STATEMENT, "Letter", by=cast.eve.actor, at=NOW)

    paste("")
    db.session.commit()
    meanwhile(app, lambda: paste(" a"), lambda: paste(" b"))
    assert [row.retired_at is None for row in rows()] == [False, False, True]
    wording_id = rows()[-1].id
    came_of_it = meanwhile(
        app,
        lambda: service.retire(wording_id, by=cast.eve.actor, at=LATER),
        lambda: service.retire(wording_id, by=cast.eve.actor, at=LATER),
    )
    assert isinstance(came_of_it, NotPossible)
