"""The desk of alerts: its lists and pages, and what stands beside each alert."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from portal import clock, db
from portal.notifications.models import Delivery, OutboxMessage
from portal.patients.models import Patient
from portal.safety import desk, queries, service
from portal.safety.desk import Place, Tab
from portal.safety.models import Alert, AlertState, AlertTransition, Concern, Contact, Event, Severity
from portal.safety.over_time import Sign
from portal.safety.plan.models import SafetyPlan
from portal.web.words import words
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import Opener, only
from tests.factories import message, thread
from tests.safety.test_alerts import NO, NOT_SURE, answer, path_of

NBSP = "\xa0"


def alerts(person: Person, number: int, **values: Any) -> list[uuid.UUID]:
    """Write so many alerts of a patient straight into the database, a minute apart, each with its answer."""
    ids = []
    for place in range(number):
        at = NOW - timedelta(minutes=place + 1)
        given = {"rule": "R3", "severity": Severity.URGENT, "state": AlertState.OPEN, "due_at": NOW, **values}
        alert = Alert(patient_id=person.own_id, on=at.date(), opened_at=at, state_at=at, **given)
        db.session.add(alert)
        db.session.flush()
        step = AlertTransition(alert_id=alert.id, after=AlertState.OPEN, at=at)
        found = Concern(patient_id=person.own_id, alert_id=alert.id, submission_id=uuid.uuid4(), rule=alert.rule)
        found.instrument, found.item, found.value, found.found_at = "phq-9", "q9", 2, at
        found.severity = alert.severity
        db.session.add_all([step, found])
        ids.append(alert.id)
    db.session.commit()
    return ids


def names(page: Any) -> list[str]:
    return [href.rpartition("/")[2] for _, href in page.links if href and "/alerts/" in href]


# Lists


def test_each_alert_stands_in_its_list(browser: Opener, cast: Cast) -> None:
    (found,) = alerts(cast.ada, 1)
    (unchanged,) = alerts(cast.ada, 1, on_worklist=True, rule="R2", severity=Severity.REVIEW)
    (silent,) = alerts(cast.ada, 1, rule="R11", severity=Severity.REVIEW)
    (closed,) = alerts(cast.ada, 1, state=AlertState.CLOSED)
    bea = browser(cast.bea)
    for show, expected in {"open": found, "unchanged": unchanged, "outreach": silent, "closed": closed}.items():
        assert names(bea.get(f"/alerts?show={show}")) == [str(expected)], show
    assert desk.count_tabs(cast.bea.user_id) == {Tab.OPEN: 1, Tab.UNCHANGED: 1, Tab.OUTREACH: 1}


def test_of_the_urgent_ones_those_that_call_for_somebody_at_once_come_first(cast: Cast) -> None:
    alerts(cast.ada, 2, rule="R3")
    alerts(cast.ada, 1, rule="R8")
    alerts(cast.ada, 1, rule="R2", severity=Severity.SAME_DAY)
    alerts(cast.ada, 1, rule="R1", state=AlertState.ACKNOWLEDGED)
    found = desk.list_tab(cast.bea.user_id, Tab.OPEN, at=NOW).lines
    assert [one.rule for one in found] == ["R8", "R3", "R3", "R2", "R1"]


@pytest.mark.parametrize("tab", [Tab.OPEN, Tab.CLOSED])
def test_the_pages_hold_every_alert_once(browser: Opener, cast: Cast, tab: Tab) -> None:
    state = AlertState.CLOSED if tab is Tab.CLOSED else AlertState.OPEN
    expected = [str(one) for one in alerts(cast.ada, 2 * desk.PAGE + 3, state=state)]
    page = browser(cast.bea).get(f"/alerts?show={tab.value}")
    found = names(page)
    while "More alerts" in [label for label, _ in page.links]:
        page = page.follow("More alerts")
        found += names(page)
    assert found == expected
    assert "Back to the first" in [label for label, _ in page.links]


def test_an_alert_taken_on_meanwhile_hides_no_other_from_the_next_page(cast: Cast) -> None:
    ids = alerts(cast.ada, desk.PAGE + 2)
    first = desk.list_tab(cast.bea.user_id, Tab.OPEN, at=NOW)
    for one in ids[: desk.PAGE]:
        service.acknowledge(cast.ada.own_id, one, stamp=queries.stamp_of(one), by=cast.nia.actor, at=NOW)
    second = desk.list_tab(cast.bea.user_id, Tab.OPEN, at=NOW, after=first.next_after)
    assert {one.id for one in second.lines} >= set(ids[desk.PAGE :])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "a.b.c.d",
        "0.7.1.x",
        f"0.7.{10**30}.{uuid.UUID(int=1)}",
        "....",
        "0.7.1",
        f"0.{10**30}.1.{uuid.UUID(int=1)}",
        f"{10**30}.7.1.{uuid.UUID(int=1)}",
    ],
)
def test_an_address_that_names_no_place_shows_the_first_page(browser: Opener, cast: Cast, text: str) -> None:
    assert desk.read_place(text) is None
    browser(cast.bea).get(f"/alerts?after={text}")


def test_a_place_is_read_as_it_was_written() -> None:
    place = Place(0, 7, NOW + timedelta(microseconds=1), uuid.uuid4())
    assert desk.read_place(place.written()) == place


@pytest.mark.parametrize("show", ["open", "closed"])
def test_a_page_costs_the_same_however_many_alerts_there_are(
    browser: Opener,
    cast: Cast,
    queries_of: Callable[[Callable[[], Any]], int],
    monkeypatch: pytest.MonkeyPatch,
    show: str,
) -> None:
    monkeypatch.setattr(clock, "tick", lambda: 0.0)  # Nothing that is remembered for seconds is read anew.
    state = AlertState.CLOSED if show == "closed" else AlertState.OPEN
    bea, path = browser(cast.bea), f"/alerts?show={show}"
    alerts(cast.ada, 1, state=state)
    bea.get(path)
    one = queries_of(lambda: bea.open(path))
    alerts(cast.ada, 199, state=state)
    bea.get(path)
    assert queries_of(lambda: bea.open(path)) == one
    assert one <= 24


def test_the_page_of_an_alert_costs_the_same_with_200_others(
    browser: Opener,
    cast: Cast,
    queries_of: Callable[[Callable[[], Any]], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "tick", lambda: 0.0)
    (first,) = alerts(cast.ada, 1)
    bea, path = browser(cast.bea), f"/patients/{cast.ada.own_id}/alerts/{first}"
    bea.get(path)
    alone = queries_of(lambda: bea.open(path))
    alerts(cast.ada, 200)
    bea.get(path)
    assert queries_of(lambda: bea.open(path)) == alone
    assert alone <= 36


# What stands beside an alert


def test_the_line_tells_the_history_of_the_question(browser: Opener, cast: Cast) -> None:
    for days, value in ((21, 0), (14, 1), (7, 2), (0, 3)):
        answer(cast.ada, value, instrument="phq-9", at=NOW - timedelta(days=days))
    text = browser(cast.bea).get("/alerts").text
    assert "0Nov 1 → 1Nov 8 → 2Nov 15 → 3Nov 22" in text
    assert "Nearly every day" in text


def test_short_answers_stand_in_the_history_as_words(browser: Opener, cast: Cast) -> None:
    answer(cast.ada, 0, at=NOW - timedelta(days=1))
    answer(cast.ada, NOT_SURE)
    assert "YesNov 21 → Not sureNov 22" in browser(cast.bea).get("/alerts").text


def test_an_overdue_alert_says_since_when(browser: Opener, cast: Cast) -> None:
    alerts(cast.ada, 1, due_at=NOW - timedelta(hours=3))
    page = browser(cast.bea).get("/alerts")
    assert "Overdue for 3 hours" in page.text
    assert "One alert is overdue: nobody has taken it on in time." in page.html


def test_undelivered_mail_is_said_on_the_line_on_the_page_and_in_the_banner(browser: Opener, cast: Cast) -> None:
    answer(cast.ada)
    warning = "The mail about this could not be delivered: nobody may know. Call."
    bea = browser(cast.bea)
    assert warning not in bea.get("/alerts").text
    for row in db.session.query(OutboxMessage):
        row.state, row.last_error = Delivery.FAILED, "smtp-550"
    db.session.commit()
    page = bea.get("/alerts")
    assert warning in page.text
    assert warning in bea.get(path_of(only(Alert))).text
    assert "The mail about one alert could not be delivered." in page.html
    counts: Any = bea.open("/alerts/open").json
    assert counts["undelivered"] == 1


def test_the_banner_is_quiet_where_nothing_is_wrong(browser: Opener, cast: Cast) -> None:
    answer(cast.ada, NOT_SURE)
    page = browser(cast.bea).get("/alerts")
    (banner,) = [one for one in page.all if "data-alerts" in one.attrib]
    assert next(iter(banner)).get("hidden") is not None


def test_it_is_taken_on_from_the_list_with_one_tap(browser: Opener, cast: Cast) -> None:
    answer(cast.ada)
    page = browser(cast.bea).get("/alerts").form("I take this on").submit()
    assert "You have taken this on." in page.text
    assert "taken on by Bea Lindqvist" in page.text
    assert "Acknowledged: Bea Lindqvist, today" in browser(cast.nia).get("/alerts").text


def test_two_tap_at_once_the_second_reads_who_was_faster(browser: Opener, cast: Cast) -> None:
    answer(cast.ada)
    first, second = browser(cast.bea).get("/alerts"), browser(cast.nia).get("/alerts")
    first.form("I take this on").submit()
    page = second.form("I take this on").submit(expect=409)
    assert "Bea Lindqvist was faster" in page.text


def test_the_last_contact_is_the_later_of_a_recorded_call_and_a_message(browser: Opener, cast: Cast) -> None:
    (first,) = alerts(cast.ada, 1)
    more: dict[str, Any] = {"by": cast.nia.actor, "at": NOW - timedelta(days=3)}
    service.record_contact(cast.ada.own_id, first, Contact.NO_ANSWER, "", stamp=queries.stamp_of(first), **more)
    db.session.commit()
    bea = browser(cast.bea)
    assert "Tried to call, no answer, 3 days ago" in bea.get("/alerts").text
    said = thread(cast.ada, cast.ada, at=NOW - timedelta(days=2))
    assert "Tried to call, no answer, 3 days ago" in bea.get("/alerts").text
    message(said, cast.ada, cast.bea, "We call you.", NOW - timedelta(days=1))
    page = bea.get("/alerts")
    assert "Wrote a message, yesterday" in page.text
    assert "(Bea Lindqvist)" in page.text


def test_the_line_leads_to_the_safety_plan_that_stands(browser: Opener, cast: Cast) -> None:
    alerts(cast.ada, 1)
    numbers = {"crisis": [{"name": "A line", "phone": "988"}]}
    for days, more in ((40, {"signs": [{"what": "No sleep"}]}), (10, {}), (5, {"signs": [{"what": "No sleep"}]})):
        plan = SafetyPlan(patient_id=cast.ada.own_id, submission_id=uuid.uuid4(), sections={**numbers, **more})
        plan.written_at, plan.written_by_id = NOW - timedelta(days=days), cast.bea.user_id
        db.session.add(plan)
        db.session.commit()
        expected = "of {}" if more else "only numbers to call so far"
        assert expected.format(f"{plan.written_at:%B %-d, %Y}") in browser(cast.bea).get("/alerts").text


def test_without_a_number_the_line_says_so(browser: Opener, cast: Cast) -> None:
    alerts(cast.ada, 1)
    db.session.get_one(Patient, cast.ada.own_id).mobile_phone = ""
    db.session.commit()
    assert "No phone number on record" in browser(cast.bea).get("/alerts").text


@pytest.mark.parametrize(
    ("sign", "said"),
    [
        (
            Sign(
                "R5", "phq-9", "total", 16.0, {"since": "last", "before": 9.0, "before_on": "2026-11-08", "points": 6}
            ),
            "PHQ-9 rose from 9 (November 8, 2026) to 16. Reliable change is 6 points.",
        ),
        (
            Sign("R6", "gad-7", "total", 15.0, {"at_least": 15.0, "before": 9.0, "is_complete": True}),
            "GAD-7 went from 9 to 15. Severe is 15 or more.",
        ),
        (
            Sign("R7", "daily", "sleep_need", 2.0, {"why": "sleep-need", "nights": 2, "days": ["2026-11-21"]}),
            "Needed much less sleep 2 nights in a row. Days: November 21, 2026",
        ),
        (Sign("R10", "misuse", "use", 1.0), "is positive. Talk about it before the next infusion."),
        (
            Sign(
                "R11",
                "daily",
                details={"missed": [{"instrument": "daily", "since": "2026-11-18", "askings": 3}], "heard_on": None},
            ),
            "Daily: not answered 3 times in a row, since November 18, 2026.",
        ),
    ],
)
def test_what_was_found_over_time_reads_in_words(browser: Opener, cast: Cast, sign: Sign, said: str) -> None:
    service.note(cast.ada.own_id, [sign], submission_id=uuid.uuid4(), on=NOW.date(), at=NOW)
    db.session.commit()
    show = "outreach" if sign.rule == "R11" else "open"
    assert said in browser(cast.bea).get(f"/alerts?show={show}").text
    page = browser(cast.bea).get(path_of(only(Alert)))
    assert said in page.text
    if sign.rule == "R7":
        assert "Consider holding the next infusion." in page.text


# What is done about it


def test_a_closed_alert_is_opened_again_with_a_reason(browser: Opener, cast: Cast) -> None:
    answer(cast.ada)
    page = browser(cast.bea).get(path_of(only(Alert))).form("I take this on").submit()
    page.form("Close the alert").submit(close_how="false-alarm", close_note="A slip of the finger.")
    page = browser(cast.nia).get(path_of(only(Alert)))
    page = page.form("Open it again").submit(reopen_note="", expect=422)
    assert page.problems == ["Write why it is opened again"]
    page = page.form("Open it again").submit(reopen_note="She called back.")
    assert "The alert is open again." in page.text
    assert "She called back." in page.text
    assert only(Alert).state == "open"


def test_an_alert_is_passed_to_one_of_the_team_or_another_provider(browser: Opener, cast: Cast) -> None:
    answer(cast.ada)
    form = browser(cast.bea).get(path_of(only(Alert))).form("Pass it to somebody")
    page = form.submit(assign_to="", expect=422)
    assert page.problems == ["Choose a person"]
    sent = {"deed": "assign", "stamp": queries.stamp_of(only(Alert).id), "assign_to": str(cast.eve.user_id)}
    assert browser(cast.bea).open(path_of(only(Alert)), "POST", data=sent).status_code == 422
    page = form.submit(assign_to=str(cast.nia.user_id))
    assert "Passed to Nia Achebe." in page.text
    assert "Passed to somebody" in page.text
    assert only(Alert).assigned_to_id == cast.nia.user_id


def test_what_the_portal_did_many_times_is_told_once(browser: Opener, cast: Cast) -> None:
    (found,) = alerts(cast.ada, 1)
    for minutes in range(5):
        step = AlertTransition(alert_id=found, before=AlertState.OPEN, after=AlertState.OPEN, how=Event.ESCALATED.value)
        step.at = NOW + timedelta(minutes=minutes)
        db.session.add(step)
    db.session.commit()
    text = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/alerts/{found}").text
    assert text.count("Told further: nobody had taken it on in time") == 1
    assert "5 times, last then" in text


@pytest.mark.parametrize("event", Event)
def test_every_event_has_its_words(app: Flask, browser: Opener, cast: Cast, event: Event) -> None:
    (found,) = alerts(cast.ada, 1)
    step = AlertTransition(alert_id=found, before=AlertState.OPEN, after=AlertState.OPEN, at=NOW, how=event.value)
    db.session.add(step)
    db.session.commit()
    page = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/alerts/{found}")
    with app.test_request_context():
        assert words(event) in page.text


def test_the_caseload_names_it_first(browser: Opener, cast: Cast) -> None:
    answer(cast.ada, NO)
    assert "Ada Okafor" in browser(cast.bea).get("/caseload").text
