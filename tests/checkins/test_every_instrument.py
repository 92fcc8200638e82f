"""Every questionnaire, its wording shipped or pasted, can be asked, answered, scored, heard, read back and charted.

On one database: nothing here depends on which, and there are many of them.
"""

from typing import Any

import pytest
from sqlalchemy import select

from portal import db
from portal.checkins.models import CheckIn, ScoreRow
from portal.instruments import catalogue, loader, service
from portal.instruments.definition import Definition, FilledBy, ItemKind, Wording
from portal.instruments.scoring import score
from portal.instruments.skips import shown
from portal.safety.models import Concern
from tests.cast import NOW, Cast
from tests.checkins.sheets import Opener, count, only, typed
from tests.factories import plan_item
from tests.instruments.clinic.scales import STATEMENT, texts_for

ASKED = [definition.id for definition in loader.catalogue() if definition.filled_by is FilledBy.PATIENT]
TOTALS = [definition.id for definition in loader.catalogue() if definition.filled_by is FilledBy.CLINICIAN]
OVER_TIME = {"R5", "R6", "R7", "R10"}
"""Rules that look at what a questionnaire came to, not at one answer."""
one_database = pytest.mark.parametrize("kind", ["sqlite"])


def ready(cast: Cast, instrument: str) -> Definition:
    """Return the instrument as it is asked, with made-up words pasted where none are shipped."""
    definition = loader.catalogue().get(instrument)
    if definition.wording is Wording.SHIPPED:
        return definition
    texts, licence = texts_for(instrument), "Letter of 2 May 2026"
    service.attest_wording(instrument, "en", texts, STATEMENT, licence, by=cast.eve.actor, at=NOW)
    db.session.commit()
    return catalogue.current().get(instrument)


def quiet(definition: Definition) -> dict[str, Any]:
    """Answer everything that is asked with the least."""
    answers: dict[str, Any] = {}
    for item in definition.asked():
        if item.code in shown(definition, answers):
            answers[item.code] = 7 if item.kind is ItemKind.HOURS else int(item.minimum)
    return answers


def severe(definition: Definition) -> dict[str, Any]:
    """Answer everything that is asked with the most."""
    answers: dict[str, Any] = {}
    for item in definition.asked():
        if item.code in shown(definition, answers):
            answers[item.code] = 7 if item.kind is ItemKind.HOURS else int(item.maximum)
    return answers


@one_database
@pytest.mark.parametrize("instrument", ASKED)
@pytest.mark.parametrize("fill", [quiet, severe], ids=["least", "most"])
def test_it_is_asked_answered_scored_heard_read_back_and_charted(
    browser: Opener, cast: Cast, instrument: Any, fill: Any
) -> None:
    definition = ready(cast, instrument)
    item = plan_item(cast.ada, instrument, 7)
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}")
    assert page.h1 == definition.neutral_title
    for question in definition.asked():
        assert " ".join(question.text.split()) in page.text
    assert ("not validated" in page.text.lower()) == (not definition.is_validated)

    answers = fill(definition)
    page.form("Send").submit(typed(answers))
    stored = only(CheckIn)
    assert (stored.instrument, stored.version, stored.answers) == (instrument, definition.version, answers)
    expected = score(definition, answers)
    assert count(ScoreRow) == len(expected.scales)
    for scale in expected.scales:
        row = only(ScoreRow, scale=scale.code)
        assert (row.value, row.state) == (scale.value, scale.state)
    heard = {code for code, state in expected.safety.items() if state == "positive"}
    found = [one.item for one in db.session.scalars(select(Concern)) if one.rule not in OVER_TIME]
    assert sorted(found) == sorted(heard)

    read = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/check-ins/{stored.id}")
    for question in (definition.item(code) for code in answers):
        assert " ".join(question.text.split()) in read.text

    chart = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/progress")
    assert definition.short_title.lower() in chart.text.lower()
    assert "November 22, 2026" in chart.text


@one_database
@pytest.mark.parametrize("instrument", TOTALS)
def test_a_total_is_entered_by_a_clinician_refused_out_of_range_read_back_and_charted(
    browser: Opener, cast: Cast, instrument: Any
) -> None:
    definition, bea = loader.catalogue().get(instrument), browser(cast.bea)
    most = int(definition.item("total").maximum)
    page = bea.get(f"/patients/{cast.ada.own_id}/check-ins/enter").follow(definition.title)
    wrong = page.form("Save").submit({"item_total": str(most + 1)}, expect=422)
    assert wrong.problems == [f"Total – Enter a number from 0 to {most}"]
    assert count(CheckIn) == 0

    read = wrong.form("Save").submit({"item_total": str(most)})
    stored, row = only(CheckIn), only(ScoreRow)
    assert (stored.answers, stored.entered_by_id) == ({"total": most}, cast.bea.user_id)
    assert (row.scale, row.value, row.state) == ("total", most, "complete")
    assert "Bea Lindqvist" in read.text
    assert definition.short_title in bea.get(f"/patients/{cast.ada.own_id}/progress").text
