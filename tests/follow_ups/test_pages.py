"""The pages: beside the chart, under the review sheet, for later, and what the chart marks."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal import db
from portal.access.policy import PatientStatus as Status
from portal.accounts.models import AccountStatus, User
from portal.follow_ups import service
from portal.follow_ups.about import About
from portal.follow_ups.models import FollowUp, State, Why
from portal.messaging.models import Thread
from portal.patients.models import Patient
from tests import factories
from tests.cast import NOW, Cast
from tests.follow_ups.planned import MORNING, go_round, plan, sent
from tests.page import Browser, Page

Open = Callable[..., Browser]


def page_of(browser: Open, cast: Cast, who: str = "bea", what: str = "follow-ups/new") -> Page:
    return browser(getattr(cast, who)).get(f"/patients/{cast.ada.own_id}/{what}")


def ups() -> list[FollowUp]:
    db.session.rollback()
    return list(db.session.scalars(select(FollowUp).order_by(FollowUp.planned_at)))


@pytest.fixture
def record(cast: Cast) -> tuple[About, About]:
    """An infusion four days ago and a check-in two days ago, as what a follow-up can be about."""
    infusion = factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW - timedelta(days=4))
    answered = factories.scored(cast.ada, "phq-9", 14, date(2026, 11, 20))
    return About(infusion_id=infusion.id), About(check_in_id=answered.id)


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize(
    ("status", "said"),
    [
        (AccountStatus.INVITED, "Ada has not accepted the invitation yet"),
        (AccountStatus.DEACTIVATED, "Ada’s account is switched off"),
        (AccountStatus.ACTIVE, None),
    ],
)
def test_wherever_staff_write_it_says_that_the_patient_cannot_read_it(
    browser: Open, cast: Cast, record: tuple[About, About], status: AccountStatus, said: str | None
) -> None:
    thread, planned = factories.thread(cast.ada, cast.ada), plan(cast)
    db.session.get_one(User, cast.ada.user_id).status = status
    db.session.commit()
    boxes = ["messages/new", f"messages/{thread.id}", "follow-ups/new", f"follow-ups/{planned.id}", "progress"]
    for where in boxes:
        text = page_of(browser, cast, what=where).text
        assert (said in text) if said else ("in the portal" not in text), where


@pytest.mark.parametrize("where", ["progress", "review"])
def test_beside_the_chart_and_the_sheet_it_goes_at_once_and_says_what_it_is_about(
    browser: Open, cast: Cast, record: tuple[About, About], where: str
) -> None:
    form = page_of(browser, cast, what=where).form("Send or plan")
    assert form.values["about"] == str(record[1])
    thread = form.submit(subject="Sleep", body="How do you sleep now?")
    assert "How do you sleep now?" in thread.text
    found = db.session.scalars(select(Thread)).one()
    assert (found.about_check_in_id, found.about_infusion_id) == (record[1].check_in_id, None)
    chart = page_of(browser, cast, what="progress")
    row = next(row for row in chart.rows(0) + chart.rows(1) if "Message" in row)
    assert row[0] == "November 22, 2026"
    assert "Follow-up about the check-in of November 20, 2026" in row
    assert "How do you sleep now?" in chart.follow("Follow-up about the check-in of November 20, 2026").text
    own = page_of(browser, cast, "ada", "progress")
    assert "Follow-up about the check-in of November 20, 2026" in own.text
    assert "Sleep" not in own.text
    assert "Write a follow-up" not in own.text


def test_the_picture_and_the_live_chart_mark_it_too(browser: Open, cast: Cast, record: tuple[About, About]) -> None:
    form = page_of(browser, cast, what="progress").form("Send or plan")
    form.submit(subject="Sleep", body="How do you sleep now?", about=str(record[0]))
    page = page_of(browser, cast, what="progress")
    said = "Message: Follow-up about infusion 1, Nov 22, 2026"
    assert said in page.html
    assert '"role":"mark-message"' in page.html
    saved = browser(cast.bea).open(f"/patients/{cast.ada.own_id}/progress.csv").get_data(as_text=True)
    assert "Message,Follow-up about infusion 1" in saved


def test_what_only_planned_is_is_not_marked(browser: Open, cast: Cast, record: tuple[About, About]) -> None:
    plan(cast, about=record[0])
    assert "Follow-up about" not in page_of(browser, cast, what="progress").text


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_what_was_withdrawn_is_marked_no_more_until_it_is_corrected(
    browser: Open, cast: Cast, record: tuple[About, About]
) -> None:
    form = page_of(browser, cast, what="progress").form("Send or plan")
    thread = form.submit(subject="Sleep", body="Take two", about=str(record[0]))
    withdrawn = thread.form("Withdraw").submit()
    for who in ("bea", "ada"):
        assert "Follow-up about" not in page_of(browser, cast, who, "progress").text
    withdrawn.form("Send").submit(body="Take one")
    assert "Follow-up about infusion 1" in page_of(browser, cast, "ada", "progress").text


def test_a_patients_own_question_about_nothing_is_no_follow_up(browser: Open, cast: Cast) -> None:
    factories.thread(cast.ada, cast.ada)
    factories.thread(cast.ada, cast.bea)
    factories.check_in(cast.ada)
    assert "Follow-up" not in page_of(browser, cast, "ada", "progress").text


def test_in_three_days_unless_a_check_in_came(
    browser: Open, cast: Cast, record: tuple[About, About], frozen: time_machine.Traveller
) -> None:
    form = page_of(browser, cast).form("Send or plan")
    ahead = form.submit(subject="Pain", body="Is it better?", when="days", days="3", unless="yes", about=str(record[0]))
    assert "Goes out on Wed, Nov 25, 9:00 AM, the patient’s time · only if no check-in has come" in ahead.text
    assert "Pain" in browser(cast.bea).get("/follow-ups").text
    assert "Pain" not in browser(cast.cal).get("/follow-ups").text
    assert "Pain" not in browser(cast.nia).get("/follow-ups").text
    assert ahead.h1 == "Follow-ups"
    assert sent() == []
    factories.check_in(cast.ada, at=NOW + timedelta(hours=1))
    frozen.move_to(MORNING)
    go_round()
    assert sent() == []
    frozen.move_to(NOW)
    for address in (f"/patients/{cast.ada.own_id}/follow-ups", "/follow-ups"):
        page = browser(cast.bea).get(address)
        assert "Not sent" in page.text
        assert "A check-in came first" in page.text


def test_planned_changed_and_cancelled(browser: Open, cast: Cast, record: tuple[About, About]) -> None:
    plan(cast, about=record[0])
    page = page_of(browser, cast, "nia", "follow-ups").follow("Change")
    assert "it goes out under your name" in page.text
    form = page.form("Save")
    assert (form.values["when"], form.values["on"], form.values["about"]) == ("day", "2026-11-25", str(record[0]))
    form.submit(body="Other words", on="2026-11-27")
    assert [(one.body, one.author_id, one.due_at) for one in ups()] == [
        ("Other words", cast.nia.user_id, datetime(2026, 11, 27, 14, tzinfo=UTC))
    ]
    again = form.submit(body="Too late", expect=409)
    assert "It was changed, sent or settled meanwhile" in again.text
    assert again.form("Save").values["body"] == "Too late"
    page = page_of(browser, cast, "bea", "follow-ups").follow("Change").form("Cancel this follow-up").submit()
    assert "It will not be sent." in page.html
    assert "Cancelled" in page.text
    assert [one.state for one in ups()] == [State.CANCELLED]


def test_what_somebody_left_behind_waits_for_the_team(browser: Open, cast: Cast) -> None:
    follow_up = plan(cast)
    follow_up.send_on = NOW.date()
    service.settle(follow_up, State.TO_DECIDE, Why.AUTHOR_LEFT, at=NOW)
    db.session.commit()
    assert "1 follow-up waits for a decision" in browser(cast.nia).get("/caseload").text
    page = browser(cast.nia).get("/follow-ups").follow("Decide")
    assert "is not on the care team any more" in page.text
    unsaid = page.form("Save").submit(expect=422)
    assert unsaid.problems == ["Choose when it goes out"]
    unsaid.form("Save").submit(when="now")
    assert sent() == [("Since then", "How are you?")]
    assert "waits for a decision" not in browser(cast.nia).get("/caseload").text


def test_of_who_left_care_nothing_waits_for_a_decision_until_they_are_back(browser: Open, cast: Cast) -> None:
    service.settle(plan(cast), State.TO_DECIDE, Why.AUTHOR_LEFT, at=NOW)
    for status, waits in ((Status.DISCHARGED, False), (Status.ACTIVE, True)):
        db.session.get_one(Patient, cast.ada.own_id).status = status
        db.session.commit()
        assert ("waits for a decision" in browser(cast.nia).get("/caseload").text) is waits
        for page in ("/follow-ups", f"/patients/{cast.ada.own_id}/follow-ups"):
            assert ("Decide" in browser(cast.nia).get(page).text) is waits


BAD = [
    ({"subject": "", "body": "Hello"}, ["Say in a few words what it is about"]),
    ({"subject": "Sleep", "body": " \x07\u202e "}, ["Write your message first"]),
    ({"subject": "Sleep", "body": "x" * 10_001}, ["Use 10,000 characters or fewer. This has 10,001."]),
    ({"when": "days"}, ["Enter in how many days, like 3"]),
    ({"when": "days", "days": "0"}, ["Enter 1 or more"]),
    ({"when": "days", "days": "9999"}, ["Enter 366 or less"]),
    ({"when": "days", "days": "soon"}, ["Enter a whole number, like 12"]),
    ({"when": "day"}, ["Enter the day on which it goes out"]),
    ({"when": "day", "on": "2026-11-22"}, ["Enter a day from November 23, 2026 to November 23, 2027"]),
    ({"when": "day", "on": "2026-02-30"}, ["Enter a real date: year, month, day, like 2026-03-27"]),
    ({"subject": "", "when": "day", "on": "2030-01-01"}, ["Say in a few words", "Enter a day from"]),
]


def test_bad_input_is_said_plainly_and_kept(browser: Open, cast: Cast, record: tuple[About, About]) -> None:
    form = page_of(browser, cast).form("Send or plan")
    for typed, said in BAD:
        page = form.submit({"subject": "Sleep", "body": "Hello"} | typed, expect=422)
        assert len(page.problems) == len(said)
        assert all(found.startswith(wanted) for found, wanted in zip(page.problems, said, strict=True)), page.problems
        kept = page.form("Send or plan").values
        assert {name: kept[name] for name in typed if name != "body"} == {k: v for k, v in typed.items() if k != "body"}
    assert ups() == []


def test_somebody_elses_infusion_is_not_on_the_list(browser: Open, cast: Cast, record: tuple[About, About]) -> None:
    theirs = factories.infusion(factories.course(cast.dot, cast.cal), cast.cal, NOW).id
    page = page_of(browser, cast, what=f"follow-ups/new?about=t-{theirs.hex}")
    assert page.form("Send or plan").values["about"] == str(record[1])
    values = dict(page.form("Send or plan").values) | {"subject": "x", "body": "y", "about": f"t-{theirs.hex}"}
    again = page.browser.post(f"/patients/{cast.ada.own_id}/follow-ups/new", values, expect=422)
    assert again.problems == ["Choose one of the infusions and check-ins shown"]


def test_a_second_tap_is_one_and_other_words_ask_first(browser: Open, cast: Cast) -> None:
    form = page_of(browser, cast).form("Send or plan")
    for _ in range(2):
        form.submit(subject="Sleep", body="Better?", when="days", days="3")
    page = form.submit(subject="Sleep", body="Worse?", when="days", days="3", expect=409)
    assert "This page wrote a follow-up before" in page.problems[0]
    assert len(ups()) == 1


def test_nobody_writes_to_somebody_who_left_care_or_is_not_theirs(browser: Open, cast: Cast) -> None:
    follow_up = plan(cast)
    where = f"/patients/{cast.ada.own_id}/follow-ups"
    for who in ("cal", "ada", "dot", "eve"):
        for address in (where, f"{where}/new", f"{where}/{follow_up.id}"):
            assert browser(getattr(cast, who)).open(address).status_code == 404
            assert browser(getattr(cast, who)).open(address, "POST").status_code in {404, 405}
    mine = f"/patients/{cast.dot.own_id}/follow-ups/{follow_up.id}"
    assert browser(cast.cal).open(mine).status_code == 404
    assert browser(cast.cal).open(f"{mine}/cancel", "POST").status_code == 404
    db.session.get_one(Patient, cast.ada.own_id).status = Status.DISCHARGED
    db.session.commit()
    assert browser(cast.bea).open(f"{where}/new").status_code == 404
    assert "Write a follow-up" not in browser(cast.bea).get(where).text
    assert [one.state for one in ups()] == [State.PLANNED]
