"""Medicines, life events, days with an open alert, and how an infusion was tolerated: on the axis and under it."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import db
from portal.progress.marks import stretches
from portal.safety.models import Alert, AlertState
from portal.treatment.events import service as events
from portal.treatment.medication import change_service
from portal.treatment.medication import service as medication
from portal.treatment.medication.models import Medicine
from portal.treatment.models import Course, Infusion, InfusionStatus
from tests.cast import NOW, Cast, Person
from tests.factories import course, infusion
from tests.page import Browser, Page
from tests.progress.answered import all_of, answered
from tests.treatment import record_rows

Opener = Callable[..., Browser]
ZONE = ZoneInfo("America/New_York")
TODAY = date(2026, 11, 22)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NUL = uuid.UUID(int=0)


def progress(browser: Opener, reader: Person, of: Person) -> Page:
    return browser(reader).get(f"/patients/{of.own_id}/progress?range=all")


def told(page: Page) -> list[list[str]]:
    """The rows of the table that are neither a score nor an infusion: day, what, words."""
    return [[row[0], row[1], row[3]] for row in page.rows(0)[1:] if row[1] in ("Medicine", "Event", "Alert")]


def start(cast: Cast, ago: int | None = 20, **values: Any) -> uuid.UUID:
    given = {"name": "sertraline", "dose": "50 mg", "started_on": None if ago is None else TODAY - ago * DAY}
    medicine_id = uuid.uuid4()
    medication.start_medicine(cast.ada.own_id, medicine_id=medicine_id, **given | values, by=cast.bea.actor, at=NOW)
    db.session.commit()
    return medicine_id


def alert(cast: Cast, opened_ago: int, closed_ago: int | None = None) -> None:
    row = Alert(patient_id=cast.ada.own_id, rule="R1", severity=3, on=TODAY - opened_ago * DAY)
    row.opened_at, row.state = NOW - opened_ago * DAY, AlertState.OPEN if closed_ago is None else AlertState.CLOSED
    row.state_at = NOW - (opened_ago if closed_ago is None else closed_ago) * DAY
    db.session.add(row)
    db.session.commit()


def test_what_was_done_with_a_medicine_stands_on_its_day_for_both(browser: Opener, cast: Cast) -> None:
    answered(cast.ada, "gad-7", all_of("gad-7", 1), ago=40)
    medicine = start(cast, note="asked about sleep")
    change = {"reason": "too little", "by": cast.bea.actor, "at": NOW}
    change_service.change_dose(
        cast.ada.own_id, medicine, change_id=uuid.uuid4(), on=TODAY - 10 * DAY, dose="100 mg", **change
    )
    change_service.stop_medicine(cast.ada.own_id, medicine, change_id=uuid.uuid4(), on=TODAY - 2 * DAY, **change)
    db.session.commit()
    for reader in (cast.bea, cast.ada):
        page = progress(browser, reader, cast.ada)
        assert told(page) == [
            ["November 20, 2026", "Medicine", "stop sertraline"],
            ["November 12, 2026", "Medicine", "now sertraline 100 mg"],
            ["November 2, 2026", "Medicine", "start sertraline 50 mg"],
        ]
        assert ">start sertraline 50 mg</text>" in page.html
        assert "too little" not in page.html
        assert "asked about sleep" not in page.html


def test_a_start_on_an_unknown_day_and_what_was_withdrawn_have_no_mark(browser: Opener, cast: Cast) -> None:
    answered(cast.ada, "gad-7", all_of("gad-7", 1), ago=4)
    start(cast, None)
    medicine = start(cast, name="lithium")
    db.session.get_one(Medicine, medicine).withdrawn_at = NOW
    db.session.commit()
    assert told(progress(browser, cast.bea, cast.ada)) == []


def test_a_life_event_stands_there_for_both_and_a_long_one_is_told_whole_in_the_table(
    browser: Opener, cast: Cast
) -> None:
    answered(cast.ada, "gad-7", all_of("gad-7", 1), ago=40)
    long = "We had the builders in for the whole of the month and nobody in the house slept at all"
    for ago, until, text in ((30, 16, long), (9, None, "Moved house")):
        days = {"on": TODAY - ago * DAY, "until": TODAY - until * DAY if until else None}
        events.add_event(cast.ada.own_id, event_id=uuid.uuid4(), text=text, **days, by=cast.ada.actor, at=NOW)
    db.session.commit()
    for reader in (cast.bea, cast.ada):
        page = progress(browser, reader, cast.ada)
        assert told(page) == [
            ["November 13, 2026", "Event", "Moved house"],
            ["October 23, 2026", "Event", f"{long}until November 6, 2026"],
        ]
        assert f">{long}</text>" not in page.html
        assert ">We had the builders" in page.html


def test_days_with_an_open_alert_are_a_stretch_for_the_team_and_nothing_at_all_for_the_patient(
    browser: Opener, cast: Cast
) -> None:
    answered(cast.ada, "gad-7", all_of("gad-7", 1), ago=40)
    before = progress(browser, cast.ada, cast.ada).html
    alert(cast, 30, 25)
    alert(cast, 3)
    page = progress(browser, cast.bea, cast.ada)
    assert told(page) == [
        ["November 19, 2026", "Alert", "still open"],
        ["October 23, 2026", "Alert", "until October 28, 2026"],
    ]
    # Two alerts and the legend that explains them, on a phone's drawing and on a desk's.
    assert page.html.count('class="c-alert"') == 6
    assert '"stretch-alert"' in page.html
    own = progress(browser, cast.ada, cast.ada).html
    assert "alert" not in own
    assert own.count("<rect") == before.count("<rect")


at = st.integers(0, 60)


@given(st.lists(st.tuples(at, st.none() | at), max_size=12))
def test_stretches_of_alerts_are_apart_in_order_and_cover_each_day_one_was_open(
    drawn: list[tuple[int, int | None]],
) -> None:
    first = datetime(2026, 9, 1, 12, tzinfo=UTC)
    spells = [(a, None if b is None else max(a, b)) for a, b in sorted(drawn, key=lambda one: one[0])]
    moments = [(first + a * DAY, None if b is None else first + b * DAY) for a, b in spells]
    today = (first + 60 * DAY).date()
    found = stretches(moments, ZONE, today)
    for before, after in pairwise(found):
        assert before.until
        assert before.until < after.on
    covered = {one.on + n * DAY for one in found if one.until for n in range((one.until - one.on).days + 1)}
    days = {(first + n * DAY).date() for a, b in spells for n in range(a, (60 if b is None else b) + 1)}
    assert covered == days
    assert any(one.goes_on for one in found) == any(b is None for _, b in spells)


@pytest.fixture
def treated(cast: Cast) -> Infusion:
    answered(cast.ada, "gad-7", all_of("gad-7", 1), ago=40)
    row = infusion(course(cast.ada, cast.bea), cast.bea, NOW - 9 * DAY)
    at = row.happens_at
    for minute, systolic, point in ((-10, 180, "before"), (15, 141, "during"), (40, 152, "during")):
        record_rows.entry(row, cast.nia, "vitals", at + minute * MINUTE, systolic=systolic, diastolic=90, point=point)
    record_rows.entry(row, cast.nia, "side-effect", at + 20 * MINUTE, effect="nausea", strength="mild")
    record_rows.entry(
        row, cast.nia, "side-effect", at + 25 * MINUTE, effect="other", other="felt like a cloud", strength="moderate"
    )
    return row


def test_an_infusion_says_its_highest_pressure_and_side_effects_to_both(
    browser: Opener, cast: Cast, treated: Infusion
) -> None:
    answered(cast.ada, "side-effects", {"nausea": 2, "vomiting": 0}, ago=9, hour=-3)
    for reader, own_words in ((cast.bea, "felt like a cloud"), (cast.ada, "something else")):
        page = progress(browser, reader, cast.ada)
        (row,) = [row for row in page.rows(1) if "infusion 1" in row[1]]
        assert row[2:4] == [
            "35 mg (0.5 mg/kg)",
            f"intravenous, 40 minutes, highest blood pressure 152/90, Nausea (moderate), {own_words} (moderate)",
        ]
        assert page.html.count("highest blood pressure 152/90") >= 2
    assert "cloud" not in progress(browser, cast.ada, cast.ada).html


def test_a_correction_of_a_reading_counts_and_the_first_does_not(
    browser: Opener, cast: Cast, treated: Infusion
) -> None:
    wrong = record_rows.entry(
        treated, cast.nia, "vitals", treated.happens_at + 50 * MINUTE, systolic=250, diastolic=90, point="during"
    )
    right = record_rows.entry(
        treated, cast.nia, "vitals", treated.happens_at + 50 * MINUTE, systolic=155, diastolic=91, point="during"
    )
    right.corrects_id = wrong.id
    db.session.commit()
    html = progress(browser, cast.bea, cast.ada).html
    assert "highest blood pressure 155/91" in html
    assert "250/90" not in html


def test_nothing_is_said_of_an_infusion_that_was_not_given_or_nobody_wrote_about(browser: Opener, cast: Cast) -> None:
    own = course(cast.ada, cast.bea)
    infusion(own, cast.bea, NOW - 9 * DAY)
    infusion(own, cast.bea, NOW - 2 * DAY, 2, status=InfusionStatus.MISSED)
    answered(cast.ada, "side-effects", {"nausea": 2}, ago=1)
    html = progress(browser, cast.bea, cast.ada).html
    assert "highest blood pressure" not in html
    assert "Nausea (" not in html


def test_the_page_asks_as_often_for_many_bedsides_as_for_one(
    browser: Opener, cast: Cast, treated: Infusion, queries_of: Callable[..., int]
) -> None:
    bea = browser(cast.bea)
    address = f"/patients/{cast.ada.own_id}/progress"
    bea.get(address)
    one = queries_of(lambda: bea.get(address))
    for number in range(2, 8):
        row = infusion(db.session.get_one(Course, treated.course_id), cast.bea, NOW - number * DAY, number)
        record_rows.entry(row, cast.nia, "side-effect", row.happens_at + MINUTE, effect="nausea", strength="mild")
        start(cast, number, name=f"medicine {number}")
        alert(cast, 3 * number, 3 * number - 1)
    assert queries_of(lambda: bea.get(address)) == one
