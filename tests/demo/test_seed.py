"""The demo clinic: alive, repeatable, whole, and shown to nobody but this machine."""

import re
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask

from config import ConfigurationError
from portal import clock, db
from portal.accounts.models import User
from portal.app import create_app
from portal.audit import service as audit
from portal.checkins.models import CheckIn, PlanItem
from portal.demo import answers, talk
from portal.demo import course_of_illness as illness
from portal.demo.people import STORIES, Story
from portal.instruments import loader, scoring
from portal.notifications.models import Delivery, OutboxMessage
from portal.patients.models import Patient
from portal.review import queries
from portal.review.lists import Clock, Show
from portal.treatment.models import Infusion
from tests.conftest import settings
from tests.demo import followed, safe, told, treated


def run(app: Flask, *words: str) -> tuple[int, str]:
    db.session.rollback()
    result = app.test_cli_runner().invoke(args=list(words))
    return result.exit_code, f"{result.output}{result.exception or ''}"


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    """The year of nine people takes seconds to write: once, on the database the demo runs on."""
    return "sqlite"


def test_the_demo_is_alive_and_whole(app: Flask, database_url: str, tmp_path: Path) -> None:
    code, said = run(app, "demo", "seed")
    assert code == 0, said
    assert db.session.query(CheckIn).count() > 1_000
    assert db.session.query(Infusion).count() > 40
    waiting = (OutboxMessage.state == Delivery.WAITING) | (OutboxMessage.state == Delivery.LEASED)
    assert db.session.query(OutboxMessage).filter(waiting).count() == 0
    _everybody_has_a_number_of_their_own()
    _shows_the_signs_of_danger()
    _shows_the_catalogue()
    _shows_the_treatment_record(app)
    _shows_how_people_follow_up()
    assert audit.first_broken() is None
    bea = db.session.query(User).filter_by(email="bea@interval.example").one()
    here = Clock.of(clock.now().date(), clock.now(), silent_days=7)
    lines = queries.list_caseload(bea.id, Show.IN_CARE, here, at=clock.now()).lines
    assert lines[0].name == "Ruth Ellery"
    assert {line.name for line in lines if not line.new_since_look} == {"Imani Cole", "Jonas Brandt"}
    assert {line.name for line in lines if line.overdue} == {"Imani Cole"}
    charts = told.charts()
    told.each_story_says_whether_it_helped_and_how_long_it_held(charts)
    told.every_filter_finds_somebody()
    told.what_was_decided_is_kept(charts)
    code, said = run(app, "demo", "people")
    assert (code, "ada@interval.example" in said, "harbour-at-dusk" in said) == (0, True, True)

    code, said = run(app, "demo", "seed")
    assert (code, "empty" in said) == (1, True)
    db.session.rollback()
    with pytest.raises(ConfigurationError, match="loopback"):
        create_app(settings(database_url, tmp_path, base_url="https://portal.example", host="192.0.2.1"))


def _everybody_has_a_number_of_their_own() -> None:
    """Also whom to call for each of them; all are numbers that are kept for stories."""
    numbers = [number for row in db.session.query(Patient) for number in (row.mobile_phone, row.emergency_phone)]
    assert len(set(numbers)) == 2 * len(STORIES)
    assert all(re.fullmatch(r"\+1 503 555 01\d\d", number or "") for number in numbers)


def _shows_the_catalogue() -> None:
    """Everybody was asked what belongs to their condition, and the team wrote some of it down."""
    names = {row.id: row.given_name for row in db.session.query(Patient)}
    rows = db.session.query(CheckIn).all()
    asked = Counter((names[row.patient_id], row.instrument) for row in rows)
    followed = [("Imani", "pcl-5-month"), ("Imani", "pcl-5-week"), ("Dot", "peg"), ("Jonas", "activation")]
    followed += [(name, scale) for name in ("Ada", "Marcus", "Ruth") for scale in ("asq", "side-effects", "urinary")]
    assert not [one for one in followed if not asked[one]]
    assert not [name for name in names.values() if asked[name, "peg"] and name != "Dot"]
    came = {(row.mode.value, names[row.patient_id], row.instrument, _who(row)) for row in rows if row.entered_by_id}
    assert ("phone", "Ada", "gad-7", "Nia Achebe") in came
    assert ("clinician", "Ruth", "madrs", "Bea Lindqvist") in came
    assert ("bedside", "Marcus", "side-effects", "Nia Achebe") in came
    marked = [(names[row.patient_id], row.instrument, row.quality) for row in rows if row.quality]
    assert ("Marcus", "gad-7", ["straight-lined"]) in marked
    assert len(marked) <= 2
    assert (asked["Imani", "pcl-5-month"], asked["Imani", "pcl-5-week"] > 5) == (1, True)
    plan = {item.instrument for item in db.session.query(PlanItem) if names[item.patient_id] == "Jonas"}
    assert plan >= {"daily", "phq-9", "activation", "urinary", "misuse"}
    assert "asrm" not in plan


def _shows_the_signs_of_danger() -> None:
    """From the answer to whoever came: something to see on every page about it."""
    safe.alerts_stand_in_every_state()
    safe.every_kind_of_step_was_taken()
    safe.people_were_called_in()
    safe.the_rota_has_one_hole_in_the_coming_weeks()
    safe.plans_rules_and_baselines_are_there()


def _shows_the_treatment_record(app: Flask) -> None:
    """From the screening to the printed sheet there is something to see, and nothing that nobody could have entered."""
    treated.rules_are_laid_down()
    treated.screenings_stand_in_every_way()
    treated.lists_matter_and_changed()
    treated.checks_are_due()
    treated.days_at_the_bedside_are_whole()
    treated.the_unusual_is_there()
    treated.everything_could_have_been_typed(app)
    treated.the_nurse_has_visits()


def _shows_how_people_follow_up() -> None:
    followed.threads_stand_in_every_state()
    followed.a_questionnaire_was_asked_for_once_and_came_back()
    followed.one_follow_up_is_planned_and_one_is_on_the_chart()
    followed.the_templates_fit_and_somebody_reads_spanish()


def _who(row: CheckIn) -> str:
    return db.session.get_one(User, row.entered_by_id).name


def test_the_same_seed_gives_the_same_year() -> None:
    for story in STORIES:
        assert illness.live(story, 1) == illness.live(story, 1)
    assert illness.live(STORIES[0], 1) != illness.live(STORIES[0], 2)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.key)
def test_every_answer_of_a_story_can_be_given(story: Story) -> None:
    days = illness.live(story, 1)
    daily = loader.catalogue().get("daily")
    asked = [*daily.default_items, *story.extra_items]
    everything = [*answers.OTHERS, *answers.BY_SEVERITY, "phq-9", "gad-7", "asq", "nida-1"]
    for day in days:
        assert day.answers is None or not scoring.validate(daily, day.answers, asked)
    for number in range(0, len(days), 5):
        for instrument in everything:
            definition = loader.catalogue().get(instrument)
            given = answers.give(instrument, days, number, seed="x", is_worried=bool(number % 3))
            assert not scoring.validate(definition, given), instrument
            assert not scoring.score(definition, given).missing, instrument


def test_what_people_wrote_fits_whatever_day_it_is_and_the_language_they_read() -> None:
    said = " ".join(said.body for talks in talk.TALKS.values() for one in talks for said in one.said)
    assert len(said) > 500
    assert not re.search(
        r"\b\d+(st|nd|rd|th)\b|january|march|april|june|july|ember\b|october|february", said, re.IGNORECASE
    )
    assert {one.key: one.sibling for one in STORIES if one.language != "en"} == {"tomas": "Hermano"}


def test_a_lasting_responder_lasts_and_a_non_responder_does_not_respond() -> None:
    def mean_of_last_month(key: str) -> float:
        story = next(one for one in STORIES if one.key == key)
        days = illness.live(story, 1)[-30:]
        return sum(day.severity for day in days) / len(days) / story.severity

    assert mean_of_last_month("ada") < 0.5
    assert mean_of_last_month("ruth") > 0.85
