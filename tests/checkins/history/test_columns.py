"""The page that asks what a file's columns mean."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal import db
from portal.accounts import sessions
from portal.accounts.models import User
from portal.checkins.models import HistoryUpload
from tests.cast import NOW, Cast
from tests.checkins.history.diary import FILES, csv
from tests.checkins.history.sending import MOOD, brought, send
from tests.page import Browser, Page

Open = Callable[..., Browser]
CONTENT = csv("2026-01-05,9:00,7,0,Grey", "2026-01-06,9:00,6,-1,")
AMBIGUOUS = csv("03/04/2026,9:00,7,0,", "05/06/2026,9:00,6,-1,")


def stands(page: Page, name: str) -> list[str]:
    """Return what stands in a field of the form about columns."""
    return page.form("Check what would come in").values.getlist(name)


def test_the_first_rows_and_the_likeliest_columns_are_shown(browser: Open, cast: Cast) -> None:
    page = send(browser(cast.ada), cast.ada, CONTENT)
    assert page.rows()[:2] == [["date", "time", "mood", "down", "note"], ["2026-01-05", "9:00", "7", "0", "Grey"]]
    assert [stands(page, name) for name in ("date", "time", "time_zone", "scale-2-name", "scale-2-use")] == [
        ["date"],
        ["time"],
        ["America/New_York"],
        ["Mood"],
        [],
    ]
    assert "6 to 7 in your file" in page.text


def test_what_numbers_mean_is_never_guessed(browser: Open, cast: Cast) -> None:
    page = send(browser(cast.ada), cast.ada, CONTENT)
    assert [stands(page, f"scale-2-{part}") for part in ("minimum", "maximum", "better")] == [[""], [""], []]


def test_each_mistake_is_named_with_its_column_and_what_was_typed_stays(browser: Open, cast: Cast) -> None:
    form = send(browser(cast.ada), cast.ada, CONTENT).form("Check what would come in")
    typed = MOOD | {"scale-2-minimum": "ten", "scale-2-maximum": "", "scale-2-name": "  "}
    page = form.submit(typed, date="", expect=422)
    assert page.problems == [
        "Column with the date: This is needed.",
        "mood, Name on the chart: This is needed.",
        "mood, Lowest possible: This must be a number.",
        "mood, Highest possible: This is needed.",
    ]
    assert stands(page, "scale-2-minimum") == ["ten"]
    assert stands(page, "scale-2-better") == ["higher"]


def test_nothing_ticked_is_asked_about(browser: Open, cast: Cast) -> None:
    page = send(browser(cast.ada), cast.ada, CONTENT).form("Check what would come in").submit(expect=422)
    assert page.problems == ["mood, Bring this in: Choose at least one scale."]


def test_a_column_cannot_be_two_things(browser: Open, cast: Cast) -> None:
    form = send(browser(cast.ada), cast.ada, CONTENT).form("Check what would come in")
    page = form.submit(MOOD, time="mood", expect=422)
    assert page.problems == ["mood, Bring this in: The column “mood” is used twice."]


def test_dates_that_can_be_read_two_ways_have_to_be_explained(browser: Open, cast: Cast) -> None:
    form = send(browser(cast.ada), cast.ada, AMBIGUOUS).form("Check what would come in")
    page = form.submit(MOOD, expect=422)
    assert "Say which comes first: the day or the month." in page.problems[0]
    page = page.form("Check what would come in").submit(date_format="DD/MM/YYYY")
    assert "April 3, 2026" in page.text


def test_moods_of_ones_own_are_asked_about(browser: Open, cast: Cast) -> None:
    page = send(browser(cast.ada), cast.ada, (FILES / "daylio-scales.csv").read_bytes())
    assert "“wobbly” is like" in page.text
    page = page.form("Check what would come in").submit({"moods-0": "5"})
    assert "Would come in 2 Cannot be read 1" in page.text.replace("come in2", "come in 2 ").replace("read1", "read 1")


def test_letters_can_be_read_again_in_another_way(browser: Open, cast: Cast) -> None:
    content = "date,time,mood,note\n2026-01-05,9:00,7,Привет\n".encode("cp1251")
    page = send(browser(cast.ada), cast.ada, content)
    assert "Привет" not in page.text
    page = page.form("Read the file again").submit(encoding="cp1251")
    assert page.rows()[1] == ["2026-01-05", "9:00", "7", "Привет"]
    page = page.form("Check what would come in").submit(MOOD, note="note")
    assert "Привет" in page.text


def test_letters_that_do_not_fit_are_refused_and_the_page_stays(browser: Open, cast: Cast) -> None:
    page = send(browser(cast.ada), cast.ada, "date,time,mood\n2026-01-05,9:00,7\né\n".encode())
    page = page.form("Read the file again").submit(encoding="utf-16", expect=422)
    assert "The letters in this file are not stored as utf-16." in page.text
    assert page.rows()[0] == ["date", "time", "mood"]


def test_a_file_without_numbers_says_what_is_missing(browser: Open, cast: Cast) -> None:
    page = send(browser(cast.ada), cast.ada, b"date,words\n2026-01-05,fine\n")
    assert "We found no column of numbers in this file." in page.text


def test_the_next_file_with_the_same_columns_is_described_as_the_last_one(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    brought(ada, cast.ada, CONTENT, MOOD | {"scale-2-name": "How I felt", "note": "note"})
    page = send(ada, cast.ada, csv("2026-02-01,9:00,5,0,", "2026-02-02,9:00,4,0,"))
    parts = ("use", "name", "minimum", "maximum", "better")
    assert [stands(page, f"scale-2-{part}")[0] for part in parts] == ["yes", "How I felt", "0", "10", "higher"]
    assert [stands(page, name)[0] for name in ("note", "time_zone")] == ["note", "Europe/Amsterdam"]


def test_what_was_said_about_columns_is_there_on_coming_back(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    page = send(ada, cast.ada, CONTENT).form("Check what would come in").submit(MOOD)
    page = page.follow("Back to the columns")
    assert stands(page, "scale-2-maximum") == ["10"]


def test_what_was_typed_when_the_session_ended_is_offered_again(
    app: Flask, browser: Open, cast: Cast, frozen: time_machine.Traveller
) -> None:
    ada = browser(cast.ada)
    page = send(ada, cast.ada, CONTENT)
    form = page.form("Check what would come in")
    frozen.shift(timedelta(hours=13))
    sent = dict(form.values.items()) | MOOD | {"scale-2-name": "How I felt"}
    assert ada.open(page.url, "POST", data=sent, csrf=False).status_code == 303
    user = db.session.get_one(User, cast.ada.user_id)
    token = sessions.start(user, at=NOW + timedelta(hours=13), device="a test")
    db.session.commit()
    ada.client.set_cookie("interval", token)
    page = ada.get(page.url)
    assert "We kept what you typed." in page.text
    assert stands(page, "scale-2-name") == ["How I felt"]


@pytest.mark.parametrize("who", ["bea", "cal", "dot", "eve"])
def test_a_file_on_its_way_in_is_its_owners_only(browser: Open, cast: Cast, who: str) -> None:
    page = send(browser(cast.ada), cast.ada, CONTENT)
    other = browser(getattr(cast, who))
    for path in (page.url, f"{page.url}/check"):
        assert other.open(path).status_code == 404
        assert other.open(path, "POST").status_code == 404
    assert other.open(f"{page.url}/cancel", "POST").status_code == 404
    assert db.session.scalar(select(HistoryUpload.file_name)) == "diary.csv"
