"""The page on which a provider chooses what a patient's scores are compared with."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from portal.checkins.models import ScoreState
from portal.progress.baseline import queries
from tests.cast import NOW, Cast
from tests.factories import check_in, course, infusion, scored
from tests.page import Browser, Page, said
from tests.progress.answered import answered
from tests.progress.baseline.stage import FIRST, SCALE, Stage, choose, corrected, stage

Open = Callable[..., Browser]
BUTTON = "Compare with this one"
SEEN_BY = {"ada", "bea", "nia"}


@pytest.fixture
def on(cast: Cast) -> Stage:
    return stage(cast)


def progress(browser: Open, on: Stage, who: str = "bea") -> Page:
    return browser(getattr(on.cast, who)).get(f"/patients/{on.of}/progress")


def the_page(browser: Open, on: Stage, who: str = "bea") -> Page:
    return progress(browser, on, who).follow("Change")


def offered(page: Page) -> list[str]:
    radios = {id(one) for one in page.find("input") if one.get("type") == "radio"}
    return [said(label) for label in page.find("label") if any(id(one) in radios for one in label.iter())]


def test_a_provider_finds_the_page_beside_what_it_changes(browser: Open, on: Stage) -> None:
    before = progress(browser, on)
    assert "Compared with 15 on October 18, 2026." in before.text
    page = before.follow("Change")
    assert page.h1 == "What PHQ-9 is compared with"
    assert "15 on October 18, 2026, the usual one" in page.text


def test_every_complete_score_is_offered_the_likeliest_first_and_none_is_picked(browser: Open, on: Stage) -> None:
    corrected(on, scored(on.cast.ada, "phq-9", 11, date(2026, 10, 2)), 12, ScoreState.PRORATED)
    page = the_page(browser, on)
    assert offered(page) == [
        "15 on October 18, 2026Moderately severe · the usual one · compared with now",
        "24 on October 1, 2026Severe",
        "21 on September 20, 2026Severe",
        "7 on November 17, 2026Mild",
        "9 on October 27, 2026Mild",
    ]
    assert "Before the first infusion of the course" in page.text
    assert "check_in" not in page.form(BUTTON).values


def test_what_is_chosen_shows_on_the_progress_page_with_who_and_why(browser: Open, on: Stage) -> None:
    form = the_page(browser, on).form(BUTTON)
    after = form.submit(check_in=str(on.early.id), reason="the other was taken with a fever")
    assert after.h1 == "Progress"
    said_why = "Chosen by Bea Lindqvist on November 22, 2026: the other was taken with a fever"
    assert f"Compared with 21 on September 20, 2026. {said_why}" in after.text
    assert said_why in progress(browser, on, "nia").text
    own = progress(browser, on, "ada")
    assert "fever" not in own.html
    assert "Lindqvist on" not in own.text


def test_only_a_provider_of_the_team_opens_or_changes_it(browser: Open, on: Stage) -> None:
    for name, person in on.cast.everybody().items():
        client, may = browser(person), name == "bea"
        assert client.open(f"/patients/{on.of}/progress/baseline").status_code == (200 if may else 404), name
        typed = {"instrument": "phq-9", "scale": "total"}
        answer = client.open(f"/patients/{on.of}/progress/baseline", "POST", data=typed)
        assert answer.status_code == (422 if may else 404), name
        if name in SEEN_BY:
            words = [text for text, _ in progress(browser, on, name).links]
            assert ("Change what it is compared with" in words) is may, name


def test_picking_the_usual_one_takes_the_choice_back_and_both_reasons_stay(browser: Open, on: Stage) -> None:
    choose(on, on.early)
    page = the_page(browser, on)
    assert "21 on September 20, 2026Severe · compared with now" in offered(page)
    after = page.form(BUTTON).submit(check_in=str(on.usual.id), reason="no fever after all")
    assert "Compared with 15 on October 18, 2026. Change" in after.text
    text = after.follow("Change").text
    assert "Earlier choices21 on September 20, 2026" in text.replace(" 21 on", "21 on")
    assert "Chosen by Bea Lindqvist, November 22, 2026, 10:00 AM: the other was taken with a fever" in plain(text)
    assert "Taken back by Bea Lindqvist, November 22, 2026, 10:00 AM: no fever after all" in plain(text)


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace(" at ", ", ")


@pytest.mark.parametrize(
    ("typed", "problems"),
    [
        ({"check_in": "", "reason": "why"}, ["Choose a score"]),
        ({"check_in": "early", "reason": " "}, ["Say why. The care team reads it with every comparison."]),
        ({"check_in": "early", "reason": "x" * 501}, ["Use 500 characters or fewer. This has 501."]),
        (
            {"check_in": "usual", "reason": "why"},
            ["The others are compared with this one already. Choose another one, or leave it as it is."],
        ),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field_and_what_was_typed_stays(
    browser: Open, on: Stage, typed: dict[str, str], problems: list[str]
) -> None:
    picked = {"": "", "early": str(on.early.id), "usual": str(on.usual.id)}[typed["check_in"]]
    values = {"reason": typed["reason"]} | ({"check_in": picked} if picked else {})
    page = the_page(browser, on).form(BUTTON).submit(values, expect=422)
    assert page.problems == problems
    kept = page.form(BUTTON).values
    assert (kept["reason"], kept.get("check_in", "")) == (typed["reason"], picked)
    assert queries.get_standing(on.of, *SCALE) is None


def test_a_page_that_somebody_else_overtook_shows_what_stands_and_asks_again(browser: Open, on: Stage) -> None:
    page = the_page(browser, on)
    choose(on, on.middle)
    told = page.form(BUTTON).submit(check_in=str(on.early.id), reason="a quieter week", expect=409)
    assert "Somebody changed this while you had it open." in told.problems[0]
    assert "24 on October 1, 2026" in told.text
    again = told.form(BUTTON)
    assert (again.values["check_in"], again.values["reason"]) == (str(on.early.id), "a quieter week")
    assert "Compared with 21 on September 20, 2026." in again.submit().text


def test_a_score_that_was_corrected_meanwhile_is_not_taken_for_the_one_that_was_picked(
    browser: Open, on: Stage
) -> None:
    form = the_page(browser, on).form(BUTTON)
    corrected(on, on.early, 20)
    page = form.submit(check_in=str(on.early.id), reason="why", expect=422)
    assert page.problems == ["This score was changed meanwhile. Choose again."]
    assert "20 on September 20, 2026" in page.text


def test_the_same_page_sent_twice_is_one_choice(browser: Open, on: Stage) -> None:
    form = the_page(browser, on).form(BUTTON)
    for _ in range(2):
        form.submit(check_in=str(on.early.id), reason="why")
    assert queries.list_earlier(on.of, *SCALE) == []


def test_a_choice_whose_score_is_no_longer_complete_says_that_the_usual_one_counts(browser: Open, on: Stage) -> None:
    choose(on, on.early)
    corrected(on, on.early, 20, ScoreState.PRORATED)
    said_so = "On November 22, 2026 Bea Lindqvist chose another score, which is no longer complete"
    page = progress(browser, on)
    assert said_so in page.text
    assert "Compared with 15 on October 18, 2026." in page.text
    page = page.follow("Change")
    assert said_so in page.text
    page.form(BUTTON).submit(check_in=str(on.usual.id), reason="the usual one will do")
    assert said_so not in progress(browser, on).text


def test_a_choice_for_an_earlier_course_is_kept_among_the_earlier_ones(browser: Open, on: Stage) -> None:
    choose(on, on.early)
    infusion(course(on.cast.ada, on.cast.bea, started_on=date(2026, 11, 20)), on.cast.bea, NOW - timedelta(days=2))
    page = the_page(browser, on)
    assert "7 on November 17, 2026, the usual one" in page.text
    assert "For an earlier course." in page.text


def test_without_a_complete_score_there_is_nothing_to_choose_and_the_page_says_so(browser: Open, cast: Cast) -> None:
    row = answered(cast.ada, "gad-7", {"q1": 1}, ago=2)
    page = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/progress")
    assert "Compared with nothing yet: no infusion has been given." in page.text
    page = page.follow("Change")
    assert "No complete score yet" in page.text
    assert "Nothing yet: no infusion has been given." in page.text
    assert str(row.id) not in page.html


def test_without_a_score_before_the_course_the_page_says_so_and_another_can_be_chosen(
    browser: Open, cast: Cast
) -> None:
    infusion(course(cast.ada, cast.bea), cast.bea, FIRST)
    row = scored(cast.ada, "phq-9", 9, date(2026, 10, 27))
    page = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/progress")
    assert "Compared with nothing: there is no complete score before the first infusion of the course." in page.text
    page = page.follow("Change")
    assert "Nothing: there is no complete score before the first infusion of the course." in page.text
    after = page.form(BUTTON).submit(check_in=str(row.id), reason="the earliest we have")
    assert "Compared with 9 on October 27, 2026." in after.text


def test_with_no_course_at_all_the_page_says_what_to_do_first(browser: Open, cast: Cast) -> None:
    row = scored(cast.ada, "phq-9", 9, date(2026, 10, 27))
    page = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/progress").follow("Change")
    told = page.form(BUTTON).submit(check_in=str(row.id), reason="why", expect=422)
    assert told.problems == ["There is no course yet. Plan one first: what is chosen here holds for one course."]


def test_outcomes_in_an_order_and_what_nobody_answered_have_no_such_page(browser: Open, cast: Cast) -> None:
    address = f"/patients/{cast.ada.own_id}/progress/baseline"
    bea = browser(cast.bea)
    assert bea.open(address).status_code == 404
    answered(cast.ada, "asq", {"q1": 0, "q2": 0, "q3": 0, "q4": 0}, ago=2)
    assert bea.open(address).status_code == 404
    assert "Compared with" not in bea.get(f"/patients/{cast.ada.own_id}/progress").text


def test_it_stays_about_the_scale_it_was_opened_for(browser: Open, on: Stage) -> None:
    ones = {f"q{number}": 1 for number in range(1, 8)}
    first = answered(on.cast.ada, "gad-7", ones, ago=50)
    answered(on.cast.ada, "gad-7", ones | {"q1": 3}, ago=40)
    page = browser(on.cast.bea).get(f"/patients/{on.of}/progress?scale=1").follow("Change")
    assert page.h1 == "What GAD-7 is compared with"
    check_in(on.cast.ada)
    after = page.form(BUTTON).submit(check_in=str(first.id), reason="why")
    assert "Compared with 7 on October 3, 2026." in after.text
    assert queries.get_standing(on.of, *SCALE) is None


def test_of_many_scores_the_older_ones_are_folded_away_and_can_be_picked(browser: Open, on: Stage) -> None:
    rows = [scored(on.cast.ada, "phq-9", 20, date(2026, 1, 1) + timedelta(days=7 * n)) for n in range(20)]
    page = the_page(browser, on)
    assert "17 older ones" in page.text
    page.form(BUTTON).submit(check_in=str(rows[0].id), reason="why")
    opened = [one for one in the_page(browser, on).find("details") if one.get("class") == "more"]
    assert opened
    assert len(offered(the_page(browser, on))) == 25


def test_the_page_asks_the_database_as_often_for_many_scores_as_for_few(
    browser: Open, on: Stage, queries_of: Callable[..., int]
) -> None:
    bea, address = browser(on.cast.bea), f"/patients/{on.of}/progress/baseline"
    bea.get(address)
    few = queries_of(lambda: bea.get(address))
    for n in range(10):
        scored(on.cast.ada, "phq-9", 20, date(2026, 1, 1) + timedelta(days=7 * n))
    assert queries_of(lambda: bea.get(address)) == few
