from datetime import date, timedelta
from typing import Any

import pytest

from portal import db
from portal.audit.models import AuditEvent
from portal.checkins import service
from portal.checkins.models import CheckIn
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import DAILY, PHQ_9, Opener, count, ref, sheet
from tests.factories import check_in

TODAY = date(2026, 11, 22)


def many(person: Person, number: Any) -> Any:
    return [check_in(person, TODAY - timedelta(n), NOW - timedelta(n)) for n in range(number)]


def index(browser: Opener, person: Person, patient: Person, tail: Any = "") -> Any:
    return browser(person).get(f"/patients/{patient.own_id}/check-ins{tail}")


def shown(page: Any) -> Any:
    hrefs = [href for _, href in page.links if href and "/check-ins/" in href and not href.endswith("/enter")]
    return [href.rpartition("/")[2] for href in hrefs if "?" not in href]


@pytest.mark.parametrize("name", ["ada", "bea", "nia"])
def test_check_ins_are_listed_newest_first_and_page_by_page(browser: Opener, cast: Cast, name: Any) -> None:
    rows = [str(row.id) for row in many(cast.ada, 33)]
    first = index(browser, getattr(cast, name), cast.ada)
    assert shown(first) == rows[:30]
    second = first.follow("Older")
    assert shown(second) == rows[30:]
    assert "Older" not in [label for label, _ in second.links]


def test_two_at_the_same_moment_are_neither_lost_nor_doubled_between_pages(browser: Opener, cast: Cast) -> None:
    rows = {str(check_in(cast.ada, TODAY, NOW).id) for _ in range(32)}
    first = index(browser, cast.bea, cast.ada)
    assert set(shown(first)) | set(shown(first.follow("Older"))) == rows


@pytest.mark.parametrize("after", ["nonsense", "9f0f4a1e-6d0b-4a55-9b5e-0d5c4f4f6c11"])
def test_a_page_after_nothing_known_is_the_first(browser: Opener, cast: Cast, after: Any) -> None:
    rows = [str(row.id) for row in many(cast.ada, 2)]
    assert shown(index(browser, cast.bea, cast.ada, f"?after={after}")) == rows


def test_a_place_in_another_patients_list_tells_nothing(browser: Opener, cast: Cast) -> None:
    theirs = check_in(cast.dot, TODAY, NOW - timedelta(days=1))
    mine = many(cast.ada, 2)
    assert shown(index(browser, cast.bea, cast.ada, f"?after={theirs.id}")) == [str(row.id) for row in mine]


def test_the_team_sees_numbers_words_and_alerts_and_the_patient_none_of_the_marks(browser: Opener, cast: Cast) -> None:
    for instrument, answers, note in (("daily", DAILY, "a dog at last"), ("phq-9", {**PHQ_9, "q9": 1}, "")):
        service.submit(ref(cast.ada), instrument, sheet(answers, note=note), by=cast.ada.actor, at=NOW)
    db.session.commit()
    staff = index(browser, cast.bea, cast.ada)
    assert "Mood 6 · Anxiety 3 · Energy 5 · Sleep 7" in staff.text
    assert "a dog at last" in staff.text
    assert "9 of 27, mild" in staff.text
    assert "alert" in staff.text
    own = index(browser, cast.ada, cast.ada)
    assert "Mood 6 of 10" in own.text
    assert "alert" not in own.html.lower().replace('role="alert"', "")


def test_only_the_latest_version_is_listed_and_says_that_it_was_corrected(browser: Opener, cast: Cast) -> None:
    row = check_in(cast.ada)
    service.correct(ref(cast.ada), row, sheet({**DAILY, "mood": 1}), by=cast.ada.actor, at=NOW)
    db.session.commit()
    page = index(browser, cast.bea, cast.ada)
    assert len(shown(page)) == 1
    assert str(row.id) not in shown(page)
    assert "corrected" in page.text


def test_all_that_is_shown_is_marked_as_read_and_nothing_that_came_in_since(browser: Opener, cast: Cast) -> None:
    many(cast.ada, 3)
    form = index(browser, cast.nia, cast.ada).form("Mark all shown as read")
    later = check_in(cast.ada, TODAY, NOW + timedelta(minutes=1))
    page = form.submit()
    assert "3 check-ins are marked as read." in page.text
    assert count(CheckIn, reviewed_by_id=cast.nia.user_id, reviewed_at=NOW) == 3
    assert shown(index(browser, cast.bea, cast.ada, "?show=unread")) == [str(later.id)]
    again = form.submit()
    assert "These were marked as read already" in again.text


def test_the_first_reader_stays_the_reader(browser: Opener, cast: Cast) -> None:
    row = check_in(cast.ada)
    for person in (cast.bea, cast.nia):
        browser(person).post(f"/patients/{row.patient_id}/check-ins/{row.id}/review")
    db.session.rollback()
    assert db.session.get_one(CheckIn, row.id).reviewed_by_id == cast.bea.user_id
    assert count(AuditEvent, event="check-in:reviewed") == 1


def test_another_patients_check_in_cannot_be_marked_along(browser: Opener, cast: Cast) -> None:
    mine, theirs = check_in(cast.ada), check_in(cast.dot)
    browser(cast.bea).post(f"/patients/{mine.patient_id}/check-ins/review", {"check_in": str(theirs.id)})
    answer = browser(cast.bea).open(f"/patients/{mine.patient_id}/check-ins/{theirs.id}/review", "POST")
    assert answer.status_code == 404
    assert count(CheckIn, reviewed_at=None) == 2


@pytest.mark.parametrize("name", ["ada", "cal", "dot", "eve"])
def test_nobody_but_the_team_marks_anything_as_read(browser: Opener, cast: Cast, name: Any) -> None:
    row = check_in(cast.ada)
    for path in (f"{row.id}/review", "review"):
        answer = browser(getattr(cast, name)).open(
            f"/patients/{row.patient_id}/check-ins/{path}", "POST", data={"check_in": str(row.id)}
        )
        assert answer.status_code == 404
    assert count(CheckIn, reviewed_at=None) == 1


def test_an_empty_list_says_so(browser: Opener, cast: Cast) -> None:
    assert "No check-ins here" in index(browser, cast.ada, cast.ada).text
    assert "No check-ins hereEverything is read." in index(browser, cast.bea, cast.ada, "?show=unread").text
