"""The director's page: figures without names, what waits now, and what is missing for the next alert."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from portal import db
from portal.accounts.models import User
from portal.clinic import service as clinic
from portal.clinic.hours import OnCall
from portal.notifications.models import Delivery, OutboxMessage
from portal.patients.models import Patient
from portal.safety import crisis
from portal.safety.crisis_file import Country, Line
from portal.safety.models import Alert, AlertState, AlertTransition, Closing
from portal.safety.ruleset import queries as ruleset
from portal.safety.ruleset.models import SafetyRulesVersion
from tests.cast import NOW, Cast, Person
from tests.page import Browser, Page

Open = Callable[..., Browser]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PATH = "/alerts/figures"


def director(cast: Cast, browser: Open) -> Browser:
    db.session.get_one(User, cast.bea.user_id).is_medical_director = True
    db.session.commit()
    return browser(cast.bea)


def alert(
    cast: Cast, rule: str, ago: timedelta, *, after: timedelta | None = None, closed: str = "", **changed: Any
) -> Alert:
    opened_at = NOW - ago
    state = AlertState.CLOSED if closed else AlertState.ACKNOWLEDGED if after is not None else AlertState.OPEN
    values = {
        "patient_id": cast.ada.own_id,
        "severity": 3,
        "on": date(2026, 11, 1),
        "state": state,
        "opened_at": opened_at,
        "state_at": opened_at + (after or timedelta()),
        "acknowledged_at": None if after is None else opened_at + after,
        "due_at": opened_at + HOUR,
    }
    row = Alert(rule=rule, **values | changed)
    db.session.add(row)
    db.session.flush()
    if closed:
        db.session.add(
            AlertTransition(
                alert_id=row.id,
                before=AlertState.ACKNOWLEDGED,
                after=AlertState.CLOSED,
                at=row.state_at,
                by_id=cast.bea.user_id,
                how=closed,
            )
        )
    db.session.commit()
    return row


def rows(page: Page) -> dict[str, list[str]]:
    return {row[0]: row[1:] for row in page.rows(0)}


def test_only_a_medical_director_reads_the_figures(cast: Cast, browser: Open) -> None:
    director(cast, browser)
    for name, person in cast.everybody().items():
        for path in (PATH, f"{PATH}.csv"):
            assert browser(person).open(path).status_code == (200 if name == "bea" else 403), (name, path)


def test_the_footer_leads_there_and_the_page_names_nobody(cast: Cast, browser: Open) -> None:
    bea = director(cast, browser)
    alert(cast, "R1", DAY, after=10 * MINUTE)
    page = bea.get("/account").follow("Alert figures")
    assert page.url == PATH
    assert "Okafor" not in page.html


def test_each_rule_says_how_soon_how_late_and_how_often_for_nothing(cast: Cast, browser: Open) -> None:
    bea = director(cast, browser)
    for minutes, closed in ((5, Closing.SAFE), (10, Closing.FALSE_ALARM), (15, ""), (180, "")):
        alert(cast, "R1", DAY, after=minutes * MINUTE, closed=closed)
    alert(cast, "R1", 2 * DAY, ring=2)
    alert(cast, "R2", 5 * DAY, after=3 * DAY, severity=2, due_at=None)
    found = rows(bea.get(PATH))
    whom = next(key for key in found if key.startswith("R1"))
    assert found[whom] == ["5", "1", "10 minutes", "3 h 0 min", "2", "1", "1 of 2 closed50 %"]
    assert next(value for key, value in found.items() if key.startswith("R2"))[1:4] == ["0", "3 days", "3 days"]
    assert found["All rules"][:2] == ["6", "1"]


def test_what_told_nobody_and_what_ended_by_itself_stand_apart(cast: Cast, browser: Open) -> None:
    bea = director(cast, browser)
    alert(cast, "R2", DAY, on_worklist=True, due_at=None)
    alert(cast, "R11", DAY, closed="heard-again")
    found = rows(bea.get(PATH))
    assert found["All rules"] == ["21 ended by itself1 on the worklist", "0", "–", "–", "0", "0", "–"]


@pytest.mark.parametrize(
    ("asked", "counted"), [("", "2"), ("?days=30", "1"), ("?days=365", "3"), ("?days=7", "2"), ("?days=x", "2")]
)
def test_the_period_is_one_of_three(cast: Cast, browser: Open, asked: str, counted: str) -> None:
    bea = director(cast, browser)
    for ago in (10 * DAY, 60 * DAY, 300 * DAY, 400 * DAY):
        alert(cast, "R1", ago, after=MINUTE)
    assert rows(bea.get(PATH + asked))["All rules"][0] == counted


def test_a_clinic_without_alerts_says_so(cast: Cast, browser: Open) -> None:
    assert "No alert was opened in these 90 days." in director(cast, browser).get(PATH).text


def test_what_waits_now_is_on_top(cast: Cast, browser: Open) -> None:
    bea = director(cast, browser)
    late = alert(cast, "R1", 2 * HOUR)
    alert(cast, "R1", 2 * MINUTE)
    alert(cast, "R2", DAY, on_worklist=True)
    mail = {"kind": "alert-waiting", "recipient_id": cast.bea.user_id, "alert_id": late.id, "values": {}}
    db.session.add(OutboxMessage(**mail, state=Delivery.FAILED, created_at=NOW, due_at=NOW, last_error="refused"))
    db.session.commit()
    clinic.change({"on_call": OnCall.ALWAYS}, by=cast.eve.actor, at=NOW)
    db.session.commit()
    text = bea.get(PATH).text
    assert "1 alert should have been taken on by now" in text
    assert "1 open alert whose mail has not reached everybody" in text
    assert "2 open alerts nobody has taken on" in text
    assert "1 hole in the rota of the next 14 days" in text
    assert "Nobody is on call now, until Sun, Dec 6, 10:00 AM." in text


def test_the_rules_in_force_are_named_with_who_laid_them_down(cast: Cast, browser: Open) -> None:
    bea = director(cast, browser)
    assert "Interval’s defaults are in force" in bea.get(PATH).text
    row = SafetyRulesVersion(version=3, values={}, reason="As agreed", changed_at=NOW, changed_by_id=cast.bea.user_id)
    db.session.add(row)
    db.session.commit()
    ruleset.forget()
    page = bea.get(PATH)
    assert "Version 3, since November 22, 2026, 10:00 AM, laid down by Bea Lindqvist." in page.text
    assert page.follow("Rules for alerts").status_code == 200


@pytest.fixture
def known() -> Any:
    """The resources as shipped, put back afterwards."""
    yield
    crisis.use({})


def live_in(person: Person, country: str) -> None:
    db.session.execute(update(Patient).where(Patient.id == person.own_id).values(country=country))
    db.session.commit()


def test_a_country_without_checked_lines_is_to_be_checked(cast: Cast, browser: Open) -> None:
    bea = director(cast, browser)
    text = bea.get(PATH).text
    assert "Please check these and have them added" not in text
    assert "988" in text
    live_in(cast.dot, "NP")
    text = bea.get(PATH).text
    assert "Please check these and have them added" in text
    assert "Nepal: 1 patient in care" in text


def test_a_number_that_was_checked_long_ago_is_to_be_checked_again(cast: Cast, browser: Open, known: None) -> None:
    bea = director(cast, browser)
    line = {"kind": "call", "shown": "1166", "href": "tel:1166", "source": "the ministry"}
    old = Line(name="Old line", checked_on=date(2025, 11, 21), **line)
    new = Line(name="New line", checked_on=date(2025, 11, 22), **line)
    crisis.use({"NP": Country("NP", lines=(old, new))})
    live_in(cast.ada, "NP")
    found = [row for table in (0,) for row in bea.get(PATH).rows(table) if row[0] == "Nepal"]
    again = "more than a year ago: please check again"
    assert found == [
        ["Nepal", "Old line", "call 1166", "the ministry", f"November 21, 2025 {again}"],
        ["Nepal", "New line", "call 1166", "the ministry", "November 22, 2025"],
    ]


def test_the_download_says_the_same_without_names(cast: Cast, browser: Open) -> None:
    bea = director(cast, browser)
    alert(cast, "R1", DAY, after=90 * MINUTE, closed=Closing.FALSE_ALARM)
    alert(cast, "R1", 40 * DAY)
    answer = bea.open(f"{PATH}.csv?days=30")
    assert answer.mimetype == "text/csv"
    assert "figures-2026-11-22-30-days.csv" in answer.headers["Content-Disposition"]
    found = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert [row[0] for row in found] == ["Rule", "R1", "all"]
    assert found[1][2:] == found[2][2:] == ["1", "0", "0", "0", "1", "90.0", "90.0", "1", "0", "1", "1"]
    assert {len(row) for row in found} == {len(found[0])}


def test_two_thousand_alerts_cost_no_statement_more(
    cast: Cast, browser: Open, queries_of: Callable[[Callable[[], Any]], int]
) -> None:
    bea = director(cast, browser)
    alert(cast, "R1", DAY)
    bea.get(PATH)
    few = queries_of(lambda: bea.get(PATH))
    made = [
        Alert(
            patient_id=cast.ada.own_id,
            rule=f"R{1 + n % 9}",
            severity=1 + n % 3,
            on=date(2026, 11, 1),
            state=AlertState.OPEN if n % 4 == 0 else AlertState.ACKNOWLEDGED,
            opened_at=NOW - n * 10 * MINUTE,
            state_at=NOW,
            acknowledged_at=None if n % 4 == 0 else NOW,
            due_at=NOW,
        )
        for n in range(2_000)
    ]
    db.session.add_all(made)
    db.session.commit()
    assert queries_of(lambda: bea.get(PATH)) == few
    assert few <= 20
    assert rows(bea.get(PATH))["All rules"][0] == "2,001"
