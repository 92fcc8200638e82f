"""Answers on record with what they come to: scored by the engine, written as the services write them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from portal import db
from portal.checkins.models import CheckIn, ScoreRow
from portal.checkins.models import ScoreState as Kept
from portal.instruments import catalogue, scoring
from tests import factories
from tests.cast import NOW, Person


def answered(
    person: Person, instrument: str, answers: Mapping[str, float | None], *, ago: int = 0, hour: int = 0, **values: Any
) -> CheckIn:
    """Return a check-in of some days ago with a row for each of its scales."""
    at = NOW - timedelta(days=ago, hours=hour)
    definition = catalogue.current().get(instrument, values.get("version", 1))
    row = factories.check_in(person, at.date(), at, instrument=instrument, answers=dict(answers), **values)
    for one in scoring.score(definition, answers).scales:
        db.session.add(
            ScoreRow(
                patient_id=row.patient_id,
                instrument=instrument,
                scale=one.code,
                for_on=row.for_on,
                check_in_id=row.id,
                at=at,
                value=one.value,
                band=one.band.code if one.band else None,
                state=Kept(one.state),
                answered=one.answered,
                asked=one.of,
                version=definition.version,
            )
        )
    db.session.commit()
    return row


def all_of(instrument: str, value: float) -> dict[str, float | None]:
    """Return the same answer to every question."""
    return {item.code: value for item in catalogue.current().get(instrument).items}
