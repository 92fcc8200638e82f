"""The inbox: what waits for an answer, overdue first, by list and page, for one's own patients only."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, select

from bench import inbox as bench
from portal import db
from portal.clinic import queries as clinic
from portal.messaging import inbox, inbox_news
from portal.messaging.inbox import Page, Show
from portal.messaging.models import Thread
from portal.patients.models import CareTeamMember
from portal.review import waiting
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


def test_words_of_danger_rise_though_their_thread_waits_among_many_urgent_ones(browser: Open, cast: Cast) -> None:
    """Owed an answer long before they were written, and so neither first nor last on any list."""
    for number in range(inbox.PAGE + 1):
        thread(cast, (20 + number) * DAY, f"Waits longer {number}", is_urgent=True)
        thread(cast, DAY, f"Later {number}", is_urgent=True)
    thread(cast, 9 * DAY, "Danger of yesterday", danger_at=NOW - DAY)
    thread(cast, 10 * DAY, "Danger of today", danger_at=NOW)
    rows = browser(cast.bea).get("/messages").rows()
    assert ["Danger of today" in rows[1][0], "Danger of yesterday" in rows[2][0]] == [True, True]
    assert len(rows) == 1 + inbox.PRESSING


def test_the_mark_on_every_page_says_no_more_than_was_counted(browser: Open, cast: Cast) -> None:
    thread(cast, DAY, "Many", unread_by_team=inbox.COUNTED + 20)
    assert "99+ unread" in browser(cast.bea).get("/messages").text


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


INDEXES = {"": "owed", "overdue": "owed", "urgent": "urgent", "mine": "assigned", "answered": "answered"}
WAITING = 20_000
MOST, MOST_TO_COUNT = 6_000, {"sqlite": 1_500, "postgresql": 4_000}
"""Rows that may be touched for one list: walked to find the end, walked again with a look at the care team, joined."""


@pytest.fixture
def readers(cast: Cast) -> dict[str, uuid.UUID]:
    """A clinic in which 20,000 threads wait: who looks after all its patients, and who after few, or none who wrote."""
    found = bench.write(WAITING)
    bench.settle()
    return found


def walks(call: Callable[[], object]) -> list[tuple[str, Any]]:
    """Return the statements that look for threads, and what goes with them."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if ("LIMIT" in statement or "sum(" in statement) and "threads" in statement:
            seen.append((statement, parameters))

    event.listen(db.db.engine, "before_cursor_execute", note)
    call()
    event.remove(db.db.engine, "before_cursor_execute", note)
    return seen


def explained(statement: str, parameters: Any) -> str:
    way = "EXPLAIN QUERY PLAN" if db.db.engine.dialect.name == "sqlite" else "EXPLAIN"
    told = db.session.connection().exec_driver_sql(f"{way} {statement}", parameters)
    return "\n".join(str(row[-1]) for row in told)


def touched(node: dict[str, Any]) -> int:
    """Return how many rows PostgreSQL read for a plan, those that it threw away too."""
    read = node["Actual Rows"] + node.get("Rows Removed by Filter", 0) if "Relation Name" in node else 0
    return int(read * node["Actual Loops"]) + sum(touched(one) for one in node.get("Plans", ()))


def work(call: Callable[[], object]) -> int:
    """Return about how many rows a call touches: PostgreSQL says it, of SQLite the steps of its machine are counted."""
    connection = db.session.connection()
    if db.db.engine.dialect.name == "sqlite":
        steps: list[int] = []
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(lambda: steps.append(1), 50)
        call()
        driver.set_progress_handler(None, 0)
        return len(steps)
    total = 0
    for statement, parameters in walks(call):
        told = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).scalar_one()
        total += touched(told[0]["Plan"])
    return total


def test_lists_are_walked_along_their_index_and_never_sorted_whole(readers: dict[str, uuid.UUID]) -> None:
    deep = db.session.scalars(select(Thread.id).where(Thread.owed_since.is_not(None)).offset(WAITING // 2)).first()
    for show in Show:
        for where in ({}, {"after": deep}, {"before": deep}):
            seen = walks(partial(inbox.list_threads, readers["all"], show, NOW, **where))
            assert seen
            for statement, parameters in seen:
                plan = explained(statement, parameters)
                assert f" ix_threads_{INDEXES[show]} " in plan, (show, plan)
                assert not [word for word in ("TEMP B-TREE", "Sort", "Seq Scan", "SCAN threads\n") if word in plan], (
                    plan
                )


def test_no_list_costs_more_in_a_larger_clinic_whoever_looks(readers: dict[str, uuid.UUID]) -> None:
    waiting = select(Thread.id).where(Thread.owed_since.is_not(None)).order_by(Thread.owed_since)
    deep = db.session.scalars(waiting.offset(WAITING * 3 // 4)).first()
    for who, user_id in readers.items():
        lists = [partial(inbox.list_threads, user_id, show, NOW) for show in Show]
        far = [partial(inbox.list_threads, user_id, Show.UNANSWERED, NOW, **{way: deep}) for way in ("after", "before")]
        for call in (*lists, *far, partial(inbox.list_pressing, user_id)):
            assert work(call) < MOST, (who, call, work(call))
        assert work(partial(inbox.count, user_id, NOW)) < 3 * MOST, who
        assert work(partial(inbox_news.get_standing, user_id, NOW)) < 5 * MOST, who


def test_what_nobody_has_read_is_counted_at_a_cost_no_clinic_raises(readers: dict[str, uuid.UUID], kind: str) -> None:
    most = MOST_TO_COUNT[kind]
    for who, user_id in readers.items():
        unread = select(Thread.unread_by_team).join(CareTeamMember, CareTeamMember.patient_id == Thread.patient_id)
        exactly = sum(db.session.scalars(unread.where(CareTeamMember.user_id == user_id)))
        badge = partial(waiting.for_team_member, user_id, at=NOW)
        assert min(badge().messages, inbox.COUNTED) == min(exactly, inbox.COUNTED), who
        assert work(badge) < most, (who, work(badge))


def test_who_has_few_patients_finds_the_same_as_who_walks_the_whole_list(
    readers: dict[str, uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = readers["5 patients"]

    def found() -> list[object]:
        pages = [inbox.list_threads(user_id, show, NOW - DAY) for show in Show]
        second = inbox.list_threads(user_id, Show.UNANSWERED, NOW, after=pages[0].lines[30].id)
        before = inbox.list_threads(user_id, Show.ANSWERED, NOW, before=pages[-1].lines[-1].id)
        return [*pages, second, before, inbox.list_pressing(user_id), inbox.count(user_id, NOW - DAY)]

    few = found()
    monkeypatch.setattr(inbox, "WALKED", 2 * WAITING)
    assert found() == few
    assert few[-1] == {"": 50, "overdue": 50, "urgent": few[-1]["urgent"], "mine": 0}  # type: ignore[index]
