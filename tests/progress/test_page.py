"""The page of progress: every instrument and every scale can be chosen, by those who may see it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from portal import db
from portal.checkins import rhythm
from portal.checkins.models import CheckIn, Mode, ScoreRow
from portal.instruments import catalogue, queries, service
from portal.instruments.wording import STATEMENTS, Part, blanks
from portal.patients.models import Patient
from tests.cast import NOW, Cast, Person
from tests.factories import check_in, course, infusion, plan_item
from tests.page import Page
from tests.progress.answered import all_of, answered

Opener = Callable[..., Any]
CALM = {"q1": 0, "q2": 0, "q3": 0, "q4": 0}
POSITIVE = {"q1": 1, "q2": 0, "q3": 0, "q4": 0, "q5": 0}


def chosen(browser: Opener, reader: Person, of: Person, **picked: int | str) -> Page:
    query = "&".join(f"{key}={value}" for key, value in picked.items())
    return browser(reader).get(f"/patients/{of.own_id}/progress?{query}")  # type: ignore[no-any-return]


def offered(page: Page, about: str) -> list[str]:
    rows = [nav for nav in page.find("nav") if nav.get("aria-label") == about]
    return ["".join(link.itertext()) for nav in rows for link in nav.iter("a")]


def instruments(page: Page) -> list[str]:
    return offered(page, "Which questions are shown")


def parts(page: Page) -> list[str]:
    return offered(page, "Which part is shown")


def test_every_instrument_with_answers_can_be_chosen_the_primary_one_first(browser: Opener, cast: Cast) -> None:
    answered(cast.ada, "gad-7", all_of("gad-7", 1), ago=4)
    answered(cast.ada, "pcl-5-week", all_of("pcl-5-week", 2), ago=3)
    answered(cast.ada, "pcl-5-month", all_of("pcl-5-month", 2), ago=40)
    answered(cast.ada, "activation", all_of("activation", 0), ago=2)
    db.session.get_one(Patient, cast.ada.own_id).primary_instrument = "pcl-5-week"
    db.session.commit()
    page = chosen(browser, cast.ada, cast.ada)
    assert instruments(page) == ["PCL-5 (week)", "GAD-7", "PCL-5 (month)", "Activation"]
    assert "PCL-5 (week) was 40 on" in page.text


def test_the_month_and_the_week_are_never_on_one_line(browser: Opener, cast: Cast) -> None:
    answered(cast.ada, "pcl-5-month", all_of("pcl-5-month", 3), ago=12)
    answered(cast.ada, "pcl-5-week", all_of("pcl-5-week", 2), ago=5)
    for number, (name, total) in enumerate((("PCL-5 (month)", 60), ("PCL-5 (week)", 40))):
        page = chosen(browser, cast.bea, cast.ada, scale=number)
        assert f"{name} was {total} on" in page.text
        values = [row[2] for row in page.rows(0)[1:]]
        assert values == [str(total)]


def test_each_part_of_a_scale_has_its_own_chart_and_another_instrument_begins_with_its_whole(
    browser: Opener, cast: Cast
) -> None:
    answers = all_of("pcl-5-week", 1) | {f"q{number}": 4.0 for number in (6, 7)}
    answered(cast.ada, "pcl-5-week", answers, ago=5)
    answered(cast.ada, "gad-7", all_of("gad-7", 1), ago=4)
    page = chosen(browser, cast.bea, cast.ada, scale=1, part=2)
    assert parts(page) == ["PCL-5", "Intrusion (B)", "Avoidance (C)", "Mood and thoughts (D)", "Arousal (E)"]
    assert "PCL-5 (week): Avoidance (C) was 8 on" in page.text
    (other,) = [href for words, href in page.links if words == "GAD-7"]
    assert "part=" not in other
    assert parts(page.follow("GAD-7")) == []


@pytest.mark.parametrize(
    "picked", [{"scale": 99}, {"part": 99}, {"scale": -3}, {"part": -1}, {"scale": "x", "part": "y"}]
)
def test_a_choice_that_is_not_there_is_the_nearest_one(browser: Opener, cast: Cast, picked: dict[str, Any]) -> None:
    answered(cast.ada, "peg", {"p": 5, "e": 5, "g": 6}, ago=2)
    assert "PEG was 5.3 on" in chosen(browser, cast.ada, cast.ada, **picked).text


def test_outcomes_of_a_screening_are_shown_to_the_team_and_absent_from_the_patients_page(
    browser: Opener, cast: Cast
) -> None:
    answered(cast.ada, "asq", POSITIVE, ago=9)
    answered(cast.ada, "asq", CALM, ago=2)
    answered(cast.ada, "gad-7", all_of("gad-7", 1), ago=4)
    team = chosen(browser, cast.bea, cast.ada)
    assert instruments(team) == ["ASQ", "GAD-7"]
    assert (
        "ASQ on November 20, 2026: Negative. The result before, on November 13, 2026: Non-acute positive." in team.text
    )
    assert "Answering it alone in a portal is an extension that was not validated." in team.text
    own = chosen(browser, cast.ada, cast.ada)
    assert instruments(own) == []
    assert "GAD-7 was 7 on" in own.text
    for number in range(3):
        html = chosen(browser, cast.ada, cast.ada, scale=number).html
        assert not re.search(r"\bASQ\b|non-acute|positive", html, re.IGNORECASE)


def test_a_check_of_our_own_says_so_and_shows_the_patient_their_own_words(browser: Opener, cast: Cast) -> None:
    symptoms = dict.fromkeys(catalogue.current().get("urinary").default_items, 0) | {"urgency": 2}
    answered(cast.ada, "urinary", symptoms, ago=2)
    page = chosen(browser, cast.ada, cast.ada)
    assert "Urinary check on November 20, 2026: Moderate." in page.text
    assert "Our own questions, not a validated scale." in page.text


def test_who_entered_a_total_is_in_the_table_and_under_the_pointer(browser: Opener, cast: Cast) -> None:
    answered(cast.ada, "madrs", {"total": 30}, ago=9, mode=Mode.CLINICIAN, entered_by_id=cast.bea.user_id)
    answered(cast.ada, "madrs", {"total": 22}, ago=2, mode=Mode.CLINICIAN, entered_by_id=cast.bea.user_id)
    for reader in (cast.bea, cast.ada):
        page = chosen(browser, reader, cast.ada)
        assert [row[2:4] for row in page.rows(0)[1:]] == [
            ["22", "rated by Bea Lindqvist"],
            ["30", "rated by Bea Lindqvist"],
        ]
        assert page.html.count("MADRS 22, rated by Bea Lindqvist") >= 1


def test_the_team_reads_whose_thresholds_are_drawn(browser: Opener, cast: Cast) -> None:
    answered(cast.ada, "phq-9", all_of("phq-9", 1), ago=4)
    scale = catalogue.current().get("phq-9").primary
    assert scale.reliable_change
    assert scale.response
    sources = (scale.reliable_change.source, scale.response.source, scale.bands_source)
    assert f"Thresholds: {'; '.join(sources)}." in chosen(browser, cast.bea, cast.ada).text
    assert "Thresholds" not in chosen(browser, cast.ada, cast.ada).text


def test_what_is_missing_from_a_score_is_in_the_table(browser: Opener, cast: Cast) -> None:
    answers = all_of("gad-7", 1) | {"q3": None, "q5": None}
    answered(cast.ada, "gad-7", answers, ago=9)
    answered(cast.ada, "gad-7", answers | {"q6": None}, ago=2)
    newer, older = chosen(browser, cast.ada, cast.ada).rows(0)[1:]
    assert older[3] == "Mildprorated (5 of 7 answered)2 questions left out by choice"
    assert newer[2:4] == ["–", "too few answers for a score4 of 7 answered3 questions left out by choice"]


def test_how_well_a_scale_was_answered_is_for_the_team_only(browser: Opener, cast: Cast) -> None:
    answered(cast.ada, "gad-7", all_of("gad-7", 2), ago=2, quality=["straight-lined"])
    words = "the same answer to every question"
    assert words in chosen(browser, cast.bea, cast.ada).html
    assert words not in chosen(browser, cast.ada, cast.ada).html


def test_several_answers_of_a_day_are_each_drawn_and_the_page_says_how_they_combine(
    browser: Opener, cast: Cast
) -> None:
    for ago in (4, 3, 2):
        check_in(cast.ada, (NOW - timedelta(days=ago)).date(), NOW - timedelta(days=ago))
    said = "Several answers on one day: each is drawn, and the median takes them all."
    assert said not in chosen(browser, cast.ada, cast.ada).text
    at = NOW - timedelta(days=2, hours=3)
    check_in(cast.ada, at.date(), at, answers={"mood": 2})
    page = chosen(browser, cast.ada, cast.ada)
    assert said in page.text
    assert "2 to 62 answers" in page.text


def test_an_answer_for_a_day_before_stands_on_that_day(browser: Opener, cast: Cast) -> None:
    check_in(cast.ada, (NOW - timedelta(days=3)).date(), NOW)
    assert '"2026-11-19 12:00"' in chosen(browser, cast.ada, cast.ada).html


def wellbeing(cast: Cast) -> int:
    """Paste a made-up wording and return its version."""
    pasted = {}
    for blank in blanks(catalogue.structure_of("who-5")):
        lines = [f"Answer {value}" for value in blank.values]
        pasted[blank.key] = "\n".join(lines) if blank.part is Part.ANSWERS else f"{blank.part.value} words"
    service.attest_wording("who-5", "en", pasted, STATEMENTS[0], "A letter", by=cast.bea.actor, at=NOW)
    db.session.commit()
    catalogue.forget()
    return catalogue.current().get("who-5").version


def test_a_clinics_wording_is_charted_and_is_no_break_from_the_structure_it_is_of(browser: Opener, cast: Cast) -> None:
    version = wellbeing(cast)
    assert version > 1000
    answered(cast.ada, "who-5", all_of("who-5", 1), ago=12)
    answered(cast.ada, "who-5", all_of("who-5", 4), ago=2, version=version)
    page = chosen(browser, cast.bea, cast.ada)
    assert "WHO-5 was 20 on November 10, 2026 and 80 on November 20, 2026, before any infusion." in page.text
    assert "version 2" not in page.text
    assert "The questions or their scoring changed" not in page.text


OWN = """
id = "own-our-scale"
version = {version}
title = "Our scale"
short_title = "Ours"
neutral_title = "A few questions"
minutes = 1
validated = false
license = "Our own"
license_status = "public-domain"
attribution = "Harbour Clinic"
source = "Harbour Clinic"
verified_on = 2026-11-01

[[items]]
code = "one"
text = "How was it?"
kind = "scale"
minimum = {minimum}
maximum = {maximum}
low_label = "Bad"
high_label = "Good"

[[scales]]
code = "total"
title = "Ours"
method = "sum"
items = ["one"]
better = "lower"
"""


def test_another_version_is_marked_on_the_page_and_old_answers_stay_with_theirs(browser: Opener, cast: Cast) -> None:
    for version, minimum, maximum, ago in ((1, 0, 10, 12), (2, 1, 5, 2)):
        source = OWN.format(version=version, minimum=minimum, maximum=maximum)
        proposed = service.propose_scale(source, by=cast.bea.actor, at=NOW)
        found = queries.get_version(proposed)
        assert found
        service.approve(proposed, found.digest, by=cast.bea.actor, at=NOW)
        db.session.commit()
        catalogue.forget()
        answered(cast.ada, "own-our-scale", {"one": 5 if version == 1 else 4}, ago=ago, version=version)
    page = chosen(browser, cast.bea, cast.ada)
    assert "The questions or their scoring changed on November 20, 2026 (version 2)" in page.text
    assert "version 2 from here on" in page.html
    assert [row[1] for row in page.rows(0)[1:]][1].startswith("version 2 from here on: another version")
    assert "Our scale, version 1, 2." in page.text
    # Both fit on the axis, from the 0 to the 10 of the older version.
    for end in (0, 10):
        assert re.search(rf'class="c-scale"[^>]*>{end}<', page.html)


AT_START, AT_INFUSION = rhythm.Anchor.START, rhythm.Anchor.INFUSION
SLOWER = (rhythm.Trigger(AT_START, every_days=7, until_day=28), rhythm.Trigger(AT_START, 28, 14))
AFTER_EACH = (rhythm.Trigger(AT_INFUSION, every_days=1, until_day=7), rhythm.Trigger(AT_INFUSION, 8, 7))
ONCE = (rhythm.Trigger(AT_INFUSION, hours=2), rhythm.Trigger(AT_INFUSION, 3))


@pytest.mark.parametrize(
    ("triggers", "gap"),
    [(rhythm.every(7), 10), (rhythm.every(14), 21), (SLOWER, 21), (AFTER_EACH, 10), (ONCE, 21)],
)
def test_a_line_is_broken_where_the_plan_would_have_asked(
    browser: Opener, cast: Cast, triggers: tuple[rhythm.Trigger, ...], gap: int
) -> None:
    plan_item(cast.ada, "gad-7", triggers=triggers)
    for ago in (60, 60 - gap, 60 - 2 * gap - 1):
        answered(cast.ada, "gad-7", all_of("gad-7", 1), ago=ago)
    html = chosen(browser, cast.bea, cast.ada, range="all").html
    joined = re.findall(r'<path d="([^"]*)" class="c-score"', html)[0]
    assert (joined.count("M"), joined.count("L")) == (1, 1)


QUERIES = 31
"""Of one chart: who reads it and that they looked, what there is to choose, what is drawn, since when silence, and of
the box beside it the draft and the clinic's templates."""


def test_the_page_asks_the_database_as_often_for_ten_instruments_as_for_one(
    app: Flask, browser: Opener, cast: Cast, queries_of: Callable[..., int]
) -> None:
    plan_item(cast.ada, "gad-7", 7)
    given = course(cast.ada, cast.bea)
    infusion(given, cast.bea, datetime(2026, 10, 20, 12, tzinfo=UTC))
    check_in(cast.ada)
    answered(cast.ada, "gad-7", all_of("gad-7", 1), ago=4)
    bea = browser(cast.bea)
    address = f"/patients/{cast.ada.own_id}/progress"
    bea.get(address)
    one = queries_of(lambda: bea.get(address))
    assert one <= QUERIES
    for number, instrument in enumerate(("phq-9", "pcl-5-week", "peg", "asq", "madrs", "isi", "urinary")):
        for again in range(3):
            answers = {
                item.code: item.minimum for item in catalogue.current().get(instrument).items if not item.asked_if
            }
            answered(cast.ada, instrument, answers, ago=30 + number + again)
    assert db.session.query(ScoreRow).count() > 30
    assert db.session.query(CheckIn).count() > 20
    assert queries_of(lambda: bea.get(address)) == one
