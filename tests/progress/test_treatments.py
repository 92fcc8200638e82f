"""The section about each treatment on the page of progress: the same for the patient and the team, for nobody else."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from portal.treatment.models import InfusionKind, InfusionStatus
from tests import factories
from tests.cast import NOW, Cast, Person
from tests.page import Page, said

Opener = Callable[..., Any]


def ago(days: int, hours: int = 0) -> datetime:
    return NOW - timedelta(days=days, hours=hours)


def history(cast: Cast, answers: tuple[tuple[int, int], ...], boosters: tuple[int, ...] = (60,)) -> None:
    """Two infusions of a series 120 and 118 days ago, boosters so many days ago, and PHQ-9 totals."""
    course = factories.course(cast.ada, cast.bea)
    for number, days in enumerate((120, 118), start=1):
        factories.infusion(course, cast.bea, ago(days), number, dose_mg=35 if number == 1 else 40)
    for number, days in enumerate(boosters, start=3):
        factories.infusion(course, cast.bea, ago(days), number, kind=InfusionKind.BOOSTER)
    for days, total in answers:
        factories.scored(cast.ada, "phq-9", total, ago(days).date(), ago(days, 1))


HELPED = ((121, 19), (110, 8), (96, 7), (82, 12), (68, 14), (50, 8), (36, 6), (22, 9), (9, 9))


def progress(browser: Opener, reader: Person, of: Person, query: str = "") -> Page:
    return browser(reader).get(f"/patients/{of.own_id}/progress{query}")  # type: ignore[no-any-return]


def table(page: Page, number: int = 0) -> list[list[str]]:
    found = [one for one in page.find("table") if one.get("class") == "responses"]
    return [[said(cell) for cell in row if cell.tag in ("th", "td")] for row in list(found[number].iter("tr"))[1:]]


def section(page: Page) -> str:
    return said(next(one for one in page.find("section") if one.get("class") == "response"))


def test_patient_and_team_read_the_same_of_each_treatment(browser: Opener, cast: Cast) -> None:
    history(cast, HELPED)
    pages = [progress(browser, reader, cast.ada) for reader in (cast.ada, cast.bea, cast.nia)]
    assert len({section(page) for page in pages}) == 1
    assert table(pages[0]) == [
        [
            "Booster, infusion 3Sep 23, 2026, 35 mg",
            "14Sep 15, 2026",
            "6Oct 17, 2026, day 24",
            "−8 (57%)reliably improved",
            "still below 10, 51 days so far",
            "–",
        ],
        [
            "First series, infusions 1–2Jul 25 – 27, 2026, 35 to 40 mg",
            "19Jul 24, 2026",
            "7Aug 18, 2026, day 22",
            "−12 (63%)reliably improved",
            "back to 10 or above on day 36 (last below 10 on day 22)",
            "58 days",
        ],
    ]
    words = section(pages[0])
    assert words.startswith("Response to each treatment PHQ-9 was below 10 after each of the 2 treatments with scores.")
    assert "that takes 4 treatments to compare, and there are 2." in words
    assert "Line 10: " in words


def test_the_headline_says_what_the_table_says(browser: Opener, cast: Cast) -> None:
    history(cast, HELPED)
    page = progress(browser, cast.bea, cast.ada)
    headline = said(page.by_id("progress-headline"))
    assert headline == (
        "PHQ-9 fell from 19 to 7 after the series; the last booster has held 51 days so far, the series 36."
    )


def test_the_days_held_are_drawn_with_words_for_who_cannot_see_them(browser: Opener, cast: Cast) -> None:
    history(cast, HELPED)
    page = progress(browser, cast.ada, cast.ada)
    assert '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 ' in page.html
    assert 'class="chart chart-held" role="img" aria-labelledby="held-title held-about"' in page.html
    assert said(page.by_id("held-title")) == "How long PHQ-9 stayed below 10"
    assert "Booster, infusion 3: still below 10, 51 days so far" in said(page.by_id("held-about"))


def test_what_cannot_be_told_apart_has_no_figure(browser: Opener, cast: Cast) -> None:
    history(cast, (*HELPED[:5], (63, 12), (58, 6), (50, 9)), boosters=(66, 60))
    newest = table(progress(browser, cast.bea, cast.ada))[0]
    assert newest[1:3] == ["12Sep 20, 2026", "6Sep 25, 2026, day 2"]
    assert newest[3] == "cannot be told apartthe answers look back over another infusion"


def test_an_infusion_stopped_early_says_so_and_a_missed_one_is_not_there(browser: Opener, cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    status = {"kind": InfusionKind.BOOSTER, "status": InfusionStatus.STOPPED_EARLY}
    factories.infusion(course, cast.bea, ago(40), 7, **status)
    factories.infusion(course, cast.bea, ago(20), 8, **status | {"status": InfusionStatus.MISSED})
    factories.scored(cast.ada, "phq-9", 19, ago(41).date(), ago(41))
    (row,) = table(progress(browser, cast.bea, cast.ada))
    assert row[0] == "Booster, infusion 7Oct 13, 2026, 35 mg, stopped early"
    assert row[2:5] == ["–", "cannot be saidno score after it", "not known: no score after it"]


def test_of_many_treatments_the_newest_six_stand_first_and_the_others_are_folded_away(
    browser: Opener, cast: Cast
) -> None:
    history(cast, ((121, 19), (5, 8)), boosters=tuple(range(112, 40, -8)))
    page = progress(browser, cast.ada, cast.ada)
    assert [row[0][:20] for row in table(page)][:2] == ["Booster, infusion 11", "Booster, infusion 10"]
    assert (len(table(page)), len(table(page, 1))) == (6, 4)
    assert "4 earlier treatments" in page.text


def test_without_a_treatment_there_is_no_such_section(browser: Opener, cast: Cast) -> None:
    factories.scored(cast.ada, "phq-9", 12, ago(9).date(), ago(9))
    assert "Response to each treatment" not in progress(browser, cast.ada, cast.ada).text


def test_another_scale_has_its_own_responses_and_without_a_line_none_is_held(browser: Opener, cast: Cast) -> None:
    history(cast, HELPED)
    factories.scored(cast.ada, "isi", 20, ago(121).date(), ago(121))
    factories.scored(cast.ada, "isi", 9, ago(90).date(), ago(90))
    page = progress(browser, cast.bea, cast.ada, "?scale=1")
    assert "so how long it held cannot be said" in section(page)
    assert table(page)[-1][1:3] == ["20Jul 24, 2026", "9Aug 24, 2026, day 28"]
    assert "chart-held" not in page.html


def test_the_range_that_is_shown_changes_nothing_in_it(browser: Opener, cast: Cast) -> None:
    history(cast, HELPED)
    words = {
        section(progress(browser, cast.ada, cast.ada, f"?range={name}")) for name in ("all", "interval", "3-months")
    }
    assert len(words) == 1


@pytest.mark.parametrize("name", ["ada", "bea", "cal", "dot", "eve", "nia"])
def test_only_the_patient_and_their_team_see_it(browser: Opener, cast: Cast, name: str) -> None:
    history(cast, HELPED)
    may = name in {"ada", "bea", "nia"}
    answer = browser(cast.everybody()[name]).open(f"/patients/{cast.ada.own_id}/progress")
    assert answer.status_code == (200 if may else 404)
    assert ("Response to each treatment" in answer.text) is may
