"""The demo clinic: alive, repeatable, whole, and shown to nobody but this machine."""

from pathlib import Path

import pytest
from flask import Flask

from config import ConfigurationError
from portal import db
from portal.accounts.models import User
from portal.app import create_app
from portal.audit import service as audit
from portal.checkins.models import CheckIn
from portal.demo import course_of_illness as illness
from portal.demo.people import STORIES, Story
from portal.instruments import loader, scoring
from portal.notifications.models import Delivery, OutboxMessage
from portal.review import queries
from portal.safety.models import Alert, AlertState
from portal.treatment.models import Infusion
from tests.conftest import settings


def run(app: Flask, *words: str) -> tuple[int, str]:
    db.session.rollback()
    result = app.test_cli_runner().invoke(args=list(words))
    return result.exit_code, result.output


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    """The year of seven people takes seconds to write: once, on the database the demo runs on."""
    return "sqlite"


def test_the_demo_is_alive_and_whole(app: Flask, database_url: str, tmp_path: Path) -> None:
    assert run(app, "demo", "seed")[0] == 0
    assert db.session.query(CheckIn).count() > 1_000
    assert db.session.query(Infusion).count() > 40
    waiting = (OutboxMessage.state == Delivery.WAITING) | (OutboxMessage.state == Delivery.LEASED)
    assert db.session.query(OutboxMessage).filter(waiting).count() == 0
    assert db.session.query(Alert).filter(Alert.state == AlertState.OPEN).count() == 1
    assert audit.first_broken() is None
    bea = db.session.query(User).filter_by(email="bea@interval.example").one()
    lines = queries.list_caseload(bea.id).lines
    assert lines[0].name == "Ruth Ellery"
    assert all(line.new_since_look for line in lines)
    code, said = run(app, "demo", "people")
    assert (code, "ada@interval.example" in said, "harbour-at-dusk" in said) == (0, True, True)

    code, said = run(app, "demo", "seed")
    assert (code, "empty" in said) == (1, True)
    db.session.rollback()
    with pytest.raises(ConfigurationError, match="loopback"):
        create_app(settings(database_url, tmp_path, base_url="https://portal.example", host="192.0.2.1"))


def test_the_same_seed_gives_the_same_year() -> None:
    for story in STORIES:
        assert illness.live(story, 1) == illness.live(story, 1)
    assert illness.live(STORIES[0], 1) != illness.live(STORIES[0], 2)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.key)
def test_every_answer_of_a_story_can_be_given(story: Story) -> None:
    days = illness.live(story, 1)
    daily = loader.catalogue().get("daily")
    asked = [*daily.default_items, "pain"]
    for day in days:
        assert day.answers is None or not scoring.validate(daily, day.answers, asked)
        answers = illness.phq9(days, day.number, seed="x", last_item=day.number % 3)
        assert not scoring.validate(loader.catalogue().get("phq-9"), answers)
        assert not scoring.validate(loader.catalogue().get("gad-7"), illness.gad7(days, day.number, seed="x"))


def test_a_lasting_responder_lasts_and_a_non_responder_does_not_respond() -> None:
    def mean_of_last_month(key: str) -> float:
        story = next(one for one in STORIES if one.key == key)
        days = illness.live(story, 1)[-30:]
        return sum(day.severity for day in days) / len(days) / story.severity

    assert mean_of_last_month("ada") < 0.5
    assert mean_of_last_month("ruth") > 0.85
