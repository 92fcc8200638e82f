"""Who waits for an answer on the caseload: marked, listed, on top by how long, proven by a rebuild."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from portal import db
from portal.access.policy import PatientStatus
from portal.clinic import queries as clinic
from portal.patients.models import Patient
from portal.review import lists, queries
from portal.review import service as review
from portal.review.lists import Clock, Show
from portal.review.models import CaseloadEntry, CaseloadRow
from portal.review.need import Need, need
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser
from tests.review.test_agrees import CLI, run

DAY = timedelta(days=1)
LOOKS = Callable[..., Browser]


def clock() -> Clock:
    return Clock.of(NOW.date(), NOW, 7, clinic.get().owed_too_long(NOW))


@pytest.mark.parametrize(
    ("unread", "is_owed", "expected"), [(0, True, Need.MESSAGE), (1, False, Need.MESSAGE), (0, False, Need.NOTHING_NEW)]
)
def test_an_answer_owed_is_a_need_though_everything_was_read(unread: int, is_owed: bool, expected: Need) -> None:
    counts = {"worst_open_alert": 0, "unreviewed": 0, "is_worsening": False, "unread": unread}
    assert need(status=PatientStatus.ACTIVE, is_owed=is_owed, **counts) is expected


def test_whoever_waits_longest_stands_on_top_of_their_kind_and_the_list_counts_them(cast: Cast) -> None:
    factories.thread(cast.ada, cast.ada, at=NOW - DAY)
    like = db.session.get_one(CaseloadRow, cast.ada.own_id)
    for name, ago in (("aaron", 0), ("zoe", 9), ("maud", 4)):
        since = NOW - ago * DAY
        waits = {"owed_since": since, "waits_from": since} if ago else {}
        factories.patient_row(name, cast.bea, Need.MESSAGE, like=like, **waits)
    factories.patient_row("first", cast.bea, Need.URGENT_ALERT, like=like)
    db.session.commit()
    listed = [line.name for line in queries.list_caseload(cast.bea.user_id, Show.IN_CARE, clock(), at=NOW).lines]
    assert listed == ["first Crowd", "zoe Crowd", "maud Crowd", "Ada Okafor", "aaron Crowd"]
    waiting = [line.name for line in queries.list_caseload(cast.bea.user_id, Show.UNANSWERED, clock(), at=NOW).lines]
    assert waiting == ["zoe Crowd", "maud Crowd", "Ada Okafor"]
    assert lists.count(cast.bea.user_id, clock())[Show.UNANSWERED] == 3


def test_pages_of_a_list_by_need_follow_each_other(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    factories.thread(cast.ada, cast.ada, at=NOW - 5 * DAY)
    like = db.session.get_one(CaseloadRow, cast.ada.own_id)
    for number in range(4):
        since = NOW - number * DAY
        waits = {"owed_since": since, "waits_from": since} if number % 2 else {}
        factories.patient_row(f"p{number}", cast.bea, Need.MESSAGE, like=like, **waits)
    db.session.commit()
    pages = [queries.list_caseload(cast.bea.user_id, Show.IN_CARE, clock(), at=NOW)]
    while after := pages[-1].next_after:
        pages.append(queries.list_caseload(cast.bea.user_id, Show.IN_CARE, clock(), at=NOW, after=after))
    names = [line.name.split()[0] for page in pages for line in page.lines]
    assert names == ["Ada", "p3", "p1", "p0", "p2"]
    before = pages[2].previous_before
    back = queries.list_caseload(cast.bea.user_id, Show.IN_CARE, clock(), at=NOW, before=before)
    assert [line.name for line in back.lines] == [line.name for line in pages[1].lines]


def test_the_page_says_how_long_and_marks_what_is_overdue(browser: LOOKS, cast: Cast) -> None:
    bea = browser(cast.bea)
    thread = factories.thread(cast.ada, cast.ada, at=NOW - 9 * DAY)
    page = bea.get("/caseload?show=unanswered")
    assert "waits 9 days" in page.text
    assert "Overdue" in " ".join(page.rows()[1])
    assert "2026-11-13,yes" in bea.open("/caseload.csv").get_data(as_text=True)
    factories.message(thread, cast.ada, cast.bea, "Here we are", NOW)
    assert "waits 9 days" not in " ".join(bea.get("/caseload").rows()[1])


def test_a_question_read_in_the_thread_still_stands_on_the_caseload_of_whoever_is_not_in_care(
    browser: LOOKS, cast: Cast
) -> None:
    thread = factories.thread(cast.ada, cast.ada, at=NOW - DAY)
    db.session.get_one(Patient, cast.ada.own_id).status = PatientStatus.PAUSED
    browser(cast.bea).get(f"/patients/{cast.ada.own_id}/messages/{thread.id}")
    review.refresh([cast.ada.own_id], at=NOW)
    db.session.commit()
    (line,) = queries.list_caseload(cast.bea.user_id, Show.UNANSWERED, clock(), at=NOW).lines
    assert (line.unread, line.owed_since, line.need) == (0, NOW - DAY, Need.MESSAGE)


def test_the_rebuild_proves_since_when_an_answer_is_owed(app: Flask, cast: Cast) -> None:
    factories.thread(cast.ada, cast.ada, at=NOW - DAY)
    assert run(app, *CLI, "--check")[0] == 0
    entry = db.session.query(CaseloadEntry).filter_by(patient_id=cast.ada.own_id).first()
    assert entry is not None
    entry.waits_from = NOW
    db.session.commit()
    assert run(app, *CLI, "--check")[0] == 1
    assert run(app, *CLI)[0] == 0
    assert run(app, *CLI, "--check")[0] == 0
