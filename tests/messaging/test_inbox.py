"""The inbox: what waits for an answer, overdue first, by list and page, for one's own patients only."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from portal import db
from portal.clinic import queries as clinic
from portal.messaging import inbox
from portal.messaging.inbox import Page, Show
from portal.messaging.models import Thread
from portal.patients.models import CareTeamMember
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser

Open = Callable[..., Browser]
DAY = timedelta(days=1)


def thread(cast: Cast, ago: timedelta, subject: str, **values: object) -> Thread:
    """A thread in which Ada wrote so long ago."""
    found = factories.thread(cast.ada, cast.ada, at=NOW - ago)
    found.subject = subject
    for name, value in values.items():
        setattr(found, name, value)
    db.session.commit()
    return found


def cutoff() -> datetime | None:
    return clinic.get().owed_too_long(NOW)


def subjects(cast: Cast, show: Show) -> list[str]:
    return [line.subject for line in inbox.list_threads(cast.bea.user_id, show, cutoff()).lines]


def test_each_list_has_what_its_name_says_and_whoever_waits_longest_is_on_top(cast: Cast) -> None:
    thread(cast, 2 * DAY, "fresh")
    thread(cast, 9 * DAY, "overdue")
    thread(cast, 8 * DAY, "mine", assigned_to_id=cast.bea.user_id)
    thread(cast, DAY, "danger", danger_at=NOW, assigned_to_id=cast.nia.user_id)
    thread(cast, 3 * DAY, "urgent", is_urgent=True)
    factories.message(thread(cast, 20 * DAY, "answered", is_urgent=True), cast.ada, cast.bea, "Yes", NOW)
    theirs = factories.thread(cast.dot, cast.dot, at=NOW - 30 * DAY)
    assert theirs.owed_since
    assert subjects(cast, Show.UNANSWERED) == ["overdue", "mine", "urgent", "fresh", "danger"]
    assert subjects(cast, Show.OVERDUE) == ["overdue", "mine"]
    assert subjects(cast, Show.URGENT) == ["urgent", "danger"]
    assert subjects(cast, Show.MINE) == ["mine"]
    assert subjects(cast, Show.ANSWERED) == ["answered"]
    assert inbox.count(cast.bea.user_id, cutoff()) == {"": 5, "overdue": 2, "urgent": 2, "mine": 1}
    assert inbox.count(cast.eve.user_id, cutoff()) == {"": 0, "overdue": 0, "urgent": 0, "mine": 0}
    assert [line.subject for line in inbox.list_pressing(cast.bea.user_id)] == ["danger", "urgent"]
    assert inbox.list_pressing(cast.eve.user_id) == []


def test_what_is_urgent_stands_above_a_page_full_of_what_waits_longer(browser: Open, cast: Cast) -> None:
    for number in range(inbox.PAGE + 1):
        thread(cast, (2 + number) * DAY, f"Waits {number}")
    thread(cast, DAY, "Tonight", danger_at=NOW)
    bea = browser(cast.bea)
    first = bea.get("/messages")
    assert "Tonight" in first.rows()[1][0]
    assert "Words of danger" in first.rows()[1][1]
    assert len(first.follow("Next").rows()) == 3, "later pages have no such block"


def test_who_left_the_care_team_sees_nothing_more(cast: Cast) -> None:
    thread(cast, DAY, "one", assigned_to_id=cast.bea.user_id)
    db.session.query(CareTeamMember).filter_by(user_id=cast.bea.user_id).update({"until": NOW})
    db.session.commit()
    assert subjects(cast, Show.UNANSWERED) == subjects(cast, Show.MINE) == []


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_overdue_begins_with_the_minute_that_was_promised(cast: Cast, seconds: int) -> None:
    """Sunday's message is promised by Tuesday evening; the clinic closes then, and it is overdue."""
    asked = datetime.fromisoformat("2026-11-22T15:00+00:00")
    promised = clinic.get().reply_by(asked)
    assert promised is not None
    found = clinic.get().owed_too_long(promised + timedelta(seconds=seconds))
    assert found is not None
    assert (asked <= found) is (seconds >= 0)


def test_a_clinic_without_hours_has_nothing_overdue(cast: Cast) -> None:
    thread(cast, 9 * DAY, "old")
    assert not inbox.list_threads(cast.bea.user_id, Show.OVERDUE, None).lines
    assert inbox.count(cast.bea.user_id, None)[Show.OVERDUE] == 0


def read(page: Page) -> Sequence[str]:
    return [line.subject for line in page.lines]


@pytest.mark.parametrize("show", [Show.UNANSWERED, Show.ANSWERED])
def test_pages_follow_each_other_both_ways_though_many_came_at_one_moment(
    cast: Cast, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "PAGE", 3)
    for number in range(8):
        found = thread(cast, (number // 3) * DAY, f"{number}")
        if show is Show.ANSWERED:
            found.owed_since = None
    db.session.commit()
    whole: list[str] = []
    pages = [inbox.list_threads(cast.bea.user_id, show, cutoff())]
    while pages[-1].next_after:
        pages.append(inbox.list_threads(cast.bea.user_id, show, cutoff(), after=pages[-1].next_after))
    whole = [subject for page in pages for subject in read(page)]
    assert (len(pages), sorted(whole)) == (3, [str(number) for number in range(8)])
    assert pages[0].previous_before is None
    back = inbox.list_threads(cast.bea.user_id, show, cutoff(), before=pages[2].previous_before)
    assert (read(back), back.next_after) == (read(pages[1]), pages[1].next_after)
    first = inbox.list_threads(cast.bea.user_id, show, cutoff(), before=back.previous_before)
    assert (read(first), first.previous_before) == (read(pages[0]), None)


def test_beside_a_thread_answered_meanwhile_stands_the_first_page(cast: Cast) -> None:
    one, _ = thread(cast, DAY, "one"), thread(cast, 2 * DAY, "two")
    factories.message(one, cast.ada, cast.bea, "Yes", NOW)
    found = inbox.list_threads(cast.bea.user_id, Show.UNANSWERED, cutoff(), after=one.id)
    assert (read(found), found.previous_before) == (["two"], None)


def test_the_page_marks_what_is_overdue_and_an_answer_takes_it_off(browser: Open, cast: Cast) -> None:
    thread(cast, 9 * DAY, "Old", is_urgent=True, danger_at=NOW, assigned_to_id=cast.nia.user_id)
    thread(cast, DAY, "New")
    bea = browser(cast.bea)
    page = bea.get("/messages")
    _, old, new = page.rows(1)
    assert page.rows()[1:] == [old], "above, and in its place"
    assert [mark in " ".join(old) for mark in ("Overdue", "Urgent", "Words of danger", "Nia Achebe")] == [True] * 4
    assert not [mark for mark in ("Overdue", "Urgent", "danger") if mark in " ".join(new)]
    assert "16 working hours" in page.text
    assert len(page.follow("Overdue 1").rows()) == 2
    page.follow("Ada Okafor").form("Send").submit(body="Now answered")
    assert len(bea.get("/messages").rows()) == 2, "nothing is urgent now"
    assert "Old" in bea.get("/messages?show=answered").text


@pytest.mark.parametrize("show", ["", "overdue", "urgent", "mine", "answered", "nonsense"])
def test_an_empty_list_says_so(show: str, browser: Open, cast: Cast) -> None:
    assert browser(cast.bea).get(f"/messages?show={show}").find("table") == []


INDEXES = {"": "owed", "overdue": "owed", "urgent": "urgent", "mine": "assigned", "answered": "last_message_at"}


def picking(cast: Cast, show: Show) -> tuple[str, Any]:
    """Return the statement that fetches a list's first page, and what goes with it."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if "picked" in statement:
            seen.append((statement, parameters))

    event.listen(db.db.engine, "before_cursor_execute", note)
    inbox.list_threads(cast.bea.user_id, show, cutoff())
    event.remove(db.db.engine, "before_cursor_execute", note)
    (found,) = seen
    return found


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("show", list(Show))
def test_every_list_is_walked_along_its_index_and_nothing_is_sorted_before_fifty_are_picked(
    cast: Cast, show: Show
) -> None:
    for number in range(60):
        thread(cast, number * DAY, "one", is_urgent=True, assigned_to_id=cast.bea.user_id)
    statement, parameters = picking(cast, show)
    told = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    plan = [row[3] for row in told]
    walked = next(line for line in plan if "INDEX ix_threads" in line)
    assert f"INDEX ix_threads_{INDEXES[show]}" in walked, plan
    sorts = [place for place, line in enumerate(plan) if "TEMP B-TREE" in line]
    # The fifty that were picked are put in order once more, after they were joined.
    assert all(place > plan.index(walked) + 2 for place in sorts), plan


# One in twenty waits, as in `bench/inbox.py`, and none of them lies where it was written first or last.
MANY = """
INSERT INTO threads (id, patient_id, subject, started_at, started_by_id, last_message_at, unread_by_team,
    unread_by_patient, owed_since, assigned_to_id, is_urgent, danger_at)
SELECT gen_random_uuid(), patient_id, subject, started_at, started_by_id, ago, 0, 0,
    CASE WHEN n %% 20 = 0 THEN ago END, CASE WHEN n %% 3 = 0 THEN started_by_id END, n %% 7 = 0,
    CASE WHEN n %% 11 = 0 THEN ago END
FROM (SELECT t.*, n, t.started_at - n * 7919 %% 20000 * interval '20 minutes' AS ago
    FROM threads t, generate_series(1, 20000) n) many
"""


@pytest.mark.parametrize("kind", ["postgresql"])
def test_postgresql_walks_the_same_indexes_through_twenty_thousand_threads(cast: Cast) -> None:
    factories.thread(cast.ada, cast.bea)
    db.session.connection().exec_driver_sql(MANY)
    db.session.connection().exec_driver_sql("ANALYZE")
    db.session.commit()
    for show in Show:
        statement, parameters = picking(cast, show)
        told = db.session.connection().exec_driver_sql(f"EXPLAIN {statement}", parameters)
        plan = [row[0] for row in told]
        assert [line for line in plan if f" ix_threads_{INDEXES[show]} " in line], (show, plan)
        assert not [line for line in plan if "Seq Scan on threads" in line], (show, plan)
