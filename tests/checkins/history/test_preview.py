"""The page that shows what would come in, and bringing it in."""

from collections.abc import Callable

from sqlalchemy import func, select

from portal import db
from portal.audit.models import AuditEvent
from portal.checkins.history import queries
from portal.checkins.models import HistoryEntry, HistoryUpload
from tests.cast import Cast
from tests.checkins.history.diary import csv
from tests.checkins.history.sending import MOOD, brought, described, send
from tests.page import Browser

Open = Callable[..., Browser]
ROWS = ("2026-01-05,9:00,7,0,Grey", "2026-01-06,9:00,6,-1,")


def count_entries() -> int:
    return db.session.scalar(select(func.count()).select_from(HistoryEntry)) or 0


def test_nothing_comes_in_before_the_patient_says_so(browser: Open, cast: Cast) -> None:
    page = described(browser(cast.ada), cast.ada, csv(*ROWS))
    assert page.h1 == "Check before it comes in"
    assert "The time zone is Europe/Amsterdam." in page.text
    assert "January 5, 2026, 9:00" in page.text
    assert count_entries() == 0


def test_bringing_in_leads_to_the_result_and_deletes_the_file(browser: Open, cast: Cast) -> None:
    page = brought(browser(cast.ada), cast.ada, csv(*ROWS))
    assert page.h1 == "2 entries came in"
    assert count_entries() == 2
    assert not db.session.scalar(select(func.count()).select_from(HistoryUpload))


def test_a_row_cut_short_is_refused_with_its_line_and_the_others_come_in(browser: Open, cast: Cast) -> None:
    page = described(browser(cast.ada), cast.ada, csv(*ROWS)[:-10])
    assert "It may be cut short." in page.text
    assert page.rows()[1][0] == "–"
    assert page.rows(1)[1][0] == "3"
    assert page.form("Bring in").submit().h1 == "One entry came in"


def test_refused_rows_stand_with_line_and_reason(browser: Open, cast: Cast) -> None:
    page = described(browser(cast.ada), cast.ada, csv(*ROWS, "2026-01-07,9:00,<b>11</b>,0,", "2026-01-08,9:00,11,0,"))
    assert page.rows() == [
        ["Line", "Why"],
        ["4", "“<b>11</b>” in column “mood” is not a number."],
        ["5", "11 in column “mood” is outside 0 to 10."],
    ]


def test_a_file_that_is_here_already_offers_nothing_to_bring_in(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    brought(ada, cast.ada, csv(*ROWS))
    page = described(ada, cast.ada, csv(*ROWS))
    assert "There is nothing new in this file." in page.text
    assert "Bring in" not in page.text


def test_columns_described_later_are_offered_as_an_addition(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    brought(ada, cast.ada, csv(*ROWS))
    down = {key.replace("-2-", "-3-"): value for key, value in MOOD.items()} | {
        "scale-3-name": "Down",
        "scale-3-minimum": "-3",
        "scale-3-maximum": "3",
        "scale-3-better": "lower",
    }
    page = described(ada, cast.ada, csv(*ROWS), down)
    assert "2 numbers or notes are new for entries that are here already." in page.text
    assert page.form("Add to what is here").submit().h1 == "Entries were completed"


def test_rows_at_the_time_of_others_are_pointed_out_and_a_new_name_explained(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    brought(ada, cast.ada, csv(*ROWS))
    changed = csv("2026-01-05,9:00,3,0,Grey", ROWS[1])
    page = described(ada, cast.ada, changed, MOOD | {"scale-2-name": "How I felt"})
    assert "One new row has the time of an entry that is here already." in page.text
    assert "“How I felt”: this column came in as “Mood” before." in page.text


def test_a_second_tap_shows_the_result_and_brings_nothing_in_again(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    form = described(ada, cast.ada, csv(*ROWS)).form("Bring in")
    first, second = form.submit(), form.submit()
    assert first.url == second.url
    assert count_entries() == 2
    assert len(queries.list_imports(cast.ada.own_id)) == 1


def test_two_windows_with_the_same_file_bring_it_in_once(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    form = described(ada, cast.ada, csv(*ROWS)).form("Bring in")
    brought(ada, cast.ada, csv(*ROWS))
    assert "That file is no longer here." in form.submit().text
    assert count_entries() == 2


def test_a_step_taken_out_of_turn_leads_back_to_the_columns(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    columns = send(ada, cast.ada, csv(*ROWS))
    page = ada.get(f"{columns.url}/check", expect=422)
    assert page.h1 == "What the columns mean"
    assert ada.post(f"{columns.url}/check").h1 == "What the columns mean"
    assert count_entries() == 0


def test_the_pages_write_who_did_what_and_nothing_that_was_written(browser: Open, cast: Cast) -> None:
    brought(browser(cast.ada), cast.ada, csv(*ROWS))
    events = db.session.scalars(
        select(AuditEvent).where(AuditEvent.event.startswith("history:")).order_by("sequence")
    ).all()
    assert [event.event for event in events] == ["history:uploaded", "history:imported"]
    assert {event.actor_id for event in events} == {cast.ada.user_id}
    assert "Grey" not in str([event.details for event in events])
