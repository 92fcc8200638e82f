"""What waited while the portal was upgraded: it is approved only where it can be used by the portal of today."""

import uuid
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from portal import db
from portal.instruments import catalogue, service
from portal.instruments.models import ClinicDefinition, Origin
from portal.instruments.own import files
from tests.cast import NOW, Cast
from tests.instruments.clinic.scales import REST, director
from tests.page import Browser

Open = Callable[..., Browser]


def waiting(cast: Cast, instrument: str, source: str) -> uuid.UUID:
    values = {"statement": "", "licence": "", "proposed_at": NOW, "proposed_by_id": cast.cal.user_id}
    row = ClinicDefinition(origin=Origin.OWN, instrument=instrument, version=1, source=source, **values)
    db.session.add(row)
    db.session.commit()
    return row.id


@pytest.mark.parametrize(
    ("instrument", "source", "reason"),
    [
        ("gad-2", REST.replace('id = "own-rest"', 'id = "gad-2"'), "begins with own-"),
        ("own-rest", REST + "\n[future]\n", "future: this key is not known here"),
    ],
)
def test_what_cannot_be_used_is_not_approved_and_says_why(
    cast: Cast, browser: Open, instrument: str, source: str, reason: str
) -> None:
    definition_id = waiting(cast, instrument, source)
    shipped = catalogue.current().get("gad-2")
    director(cast.bea)
    digest = {"digest": sha256(source.encode()).hexdigest()}
    page = browser(cast.bea).post(f"/clinic/questionnaires/versions/{definition_id}/approve", digest)
    assert "It cannot be approved: " in page.text
    assert reason in page.text
    catalogue.forget()
    assert catalogue.current().get("gad-2") is shipped
    assert "own-rest" not in catalogue.current()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (REST.replace("Did you wake", "Did you doze"), "version 1 of own-rest was approved with other content"),
        (REST.replace("version = 1", "version = 2"), "a later one is approved"),
    ],
)
def test_nothing_is_approved_that_would_keep_the_portal_from_starting_again(
    cast: Cast, browser: Open, tmp_path: Path, source: str, said: str
) -> None:
    (tmp_path / "own-rest.toml").write_text(REST)
    files.use(str(tmp_path))
    try:
        definition_id = service.propose_scale(source, by=cast.cal.actor, at=NOW)
        db.session.commit()
        director(cast.bea)
        digest = {"digest": sha256(source.encode()).hexdigest()}
        page = browser(cast.bea).post(f"/clinic/questionnaires/versions/{definition_id}/approve", digest)
        assert "It cannot be approved: own-rest.toml:2: version: " in page.text
        assert said in page.text
        assert "own-rest" not in catalogue.current()
    finally:
        files.use("")
