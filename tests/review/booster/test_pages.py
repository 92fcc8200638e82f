"""The review before a booster: read, decided, signed, kept."""

import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from portal import clock, db
from portal.accounts import keeping, sessions
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.patients.models import CareTeamMember, Patient
from portal.review.booster import queries, service
from portal.review.booster.models import BoosterReview
from portal.review.booster.queries import Signed
from tests import factories
from tests.cast import NOW, Cast, Person
from tests.page import Browser, Page, PageForm
from tests.review.booster import record_of

Open = Callable[..., Browser]
Counter = Callable[[Callable[[], Any]], int]
DECIDED = {"decision": "wait", "reason": "Still well at day 30.", "next_review_on": "2026-12-06"}
STATEMENTS = 73
CHANGED = "Something changed while you had this open"
OLD = "This sheet was opened too long ago"


def address(person: Person, more: str = "review") -> str:
    return f"/patients/{person.own_id}/{more}"


def sheet(browser: Open, cast: Cast, who: str = "bea") -> Page:
    return browser(getattr(cast, who)).get(address(cast.ada))


def form(page: Page) -> PageForm:
    return page.form("Sign the review")


def signed(browser: Open, cast: Cast, **changed: str) -> tuple[Page, Signed]:
    """Sign a review as Bea; return the page it leads to, and what was signed."""
    page = form(sheet(browser, cast)).submit(DECIDED | changed)
    review = queries.last_standing(cast.ada.own_id)
    assert review is not None
    return page, review


def later(app: Flask, cast: Cast) -> Browser:
    """Return a browser in which Bea signed in now, whatever the hour."""
    client = app.test_client()
    token = sessions.start(db.session.get_one(User, cast.bea.user_id), at=clock.now(), device="a test")
    db.session.commit()
    client.set_cookie("interval", token)
    return Browser(client)


def reviews() -> int:
    return db.session.scalar(select(func.count()).select_from(BoosterReview)) or 0


def score(cast: Cast, total: float, on: date = date(2026, 11, 20)) -> None:
    factories.scored(cast.ada, "phq-9", total, on)


def on_the_team(cast: Cast, person: Person) -> None:
    db.session.add(CareTeamMember(patient_id=cast.ada.own_id, user_id=person.user_id, since=NOW))
    db.session.commit()


def test_the_sheet_has_the_thirteen_elements_in_order_and_says_whose_it_is(browser: Open, cast: Cast) -> None:
    score(cast, 12)
    page = sheet(browser, cast)
    numbers = re.findall(r'<h2[^>]*><span class="sheet-number">(\d+)</span>', page.html)
    assert [int(number) for number in numbers] == list(range(1, 14))
    for said in ("Ada Okafor", "May 17, 1988", "Bea Lindqvist", "Harbour Clinic", "November 22, 2026"):
        assert said in page.text
    assert "Decided last: no review that stands has been signed yet." in page.text
    assert page.title.startswith("Review –")


def test_nothing_is_chosen_or_proposed(browser: Open, cast: Cast) -> None:
    values = form(sheet(browser, cast)).values
    assert "decision" not in values
    assert (values["reason"], values["next_review_on"]) == ("", "")


def test_a_provider_signs_a_review_and_the_sheet_is_kept(browser: Open, cast: Cast) -> None:
    score(cast, 12)
    page, review = signed(browser, cast)
    assert "The review is signed." in page.text
    assert "Wait Next review December 6, 2026 Still well at day 30. Signed by Bea Lindqvist" in page.text
    expected = ("wait", "Still well at day 30.", date(2026, 12, 6))
    assert (review.decision, review.reason, review.next_review_on) == expected
    assert (review.signed_by, review.signed_at, review.as_of) == ("Bea Lindqvist", NOW, NOW)
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.sequence.desc())).first()
    told = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "review:signed")).one()
    assert event is not None
    assert (told.patient_id, told.thing_id, told.details) == (cast.ada.own_id, review.id, {})


def test_the_kept_sheet_does_not_change_when_the_record_does(
    app: Flask, browser: Open, cast: Cast, frozen: time_machine.Traveller
) -> None:
    score(cast, 12)
    page, review = signed(browser, cast)
    _, before = queries.get_review(cast.ada.own_id, review.id) or pytest.fail("not kept")
    frozen.shift(timedelta(days=9))
    score(cast, 3, date(2026, 11, 30))
    record_of.alert(cast, ago=0)
    row = db.session.get_one(Patient, cast.ada.own_id)
    row.family_name = "Married"
    db.session.commit()
    again = later(app, cast).get(page.url)
    _, after = queries.get_review(cast.ada.own_id, review.id) or pytest.fail("not kept")
    assert after == before
    assert "PHQ-9 12" in again.text
    assert "PHQ-9 3" not in again.text
    assert "Ada Okafor" in again.text
    assert "as it was on November 22, 2026, 10:00 AM" in again.text
    assert len(after.fingerprint) == 64


def test_words_of_others_are_kept_as_words(browser: Open, cast: Cast) -> None:
    record_of.goals(cast, "<script>alert(1)</script> & peace", ago=1)
    page, review = signed(browser, cast)
    _, kept = queries.get_review(cast.ada.own_id, review.id) or pytest.fail("not kept")
    assert "<script" not in kept.markup
    assert "<script>alert(1)</script> & peace" in page.text


BAD: list[tuple[dict[str, str], str]] = [
    ({"decision": ""}, "Choose a decision"),
    ({"reason": "  "}, "Say why you decided so."),
    ({"next_review_on": ""}, "Enter the day of the next review"),
    ({"next_review_on": "2026-02-30"}, "Enter a real date: year, month, day, like 2026-03-27"),
    ({"next_review_on": "2026-11-22"}, "November 22, 2026 is not ahead. Choose a day after today."),
    ({"next_review_on": "2025-12-06"}, "December 6, 2025 is not ahead. Choose a day after today."),
    ({"next_review_on": "2028-11-23"}, "November 23, 2028 is more than two years ahead. Check the year."),
    ({"reason": 4001 * "x"}, "Use 4,000 characters or fewer. This has 4,001."),
]


@pytest.mark.parametrize(("changed", "problem"), BAD, ids=[problem for _, problem in BAD])
def test_bad_input_is_named_at_its_field_and_nothing_typed_is_lost(
    browser: Open, cast: Cast, changed: dict[str, str], problem: str
) -> None:
    typed = DECIDED | changed
    page = form(sheet(browser, cast)).submit(typed, expect=422)
    assert [one.replace(",", "") for one in page.problems] == [problem.replace(",", "")]
    values = form(page).values
    assert {name: values.get(name, "").strip() for name in typed} == {name: typed[name].strip() for name in typed}
    assert reviews() == 0


def test_everything_that_is_wrong_is_said_at_once(browser: Open, cast: Cast) -> None:
    page = form(sheet(browser, cast)).submit(DECIDED | {"reason": "", "next_review_on": "2026-11-01"}, expect=422)
    assert page.problems == [
        "Say why you decided so.",
        "November 1, 2026 is not ahead. Choose a day after today.",
    ]


def test_tomorrow_is_ahead_where_the_provider_is_as_well_as_where_the_patient_is(cast: Cast) -> None:
    late = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
    west = replace(cast.bea.actor, time_zone="America/Los_Angeles")
    assert service.earliest_day("America/New_York", west, late) == date(2026, 11, 22)
    assert service.earliest_day("America/Los_Angeles", cast.bea.actor, late) == date(2026, 11, 22)
    assert service.earliest_day("America/New_York", cast.bea.actor, late) == date(2026, 11, 23)


@pytest.mark.parametrize("day", ["2026-11-23", "2028-11-22"])
def test_the_first_and_the_last_day_can_be_chosen(browser: Open, cast: Cast, day: str) -> None:
    assert signed(browser, cast, next_review_on=day)[1].next_review_on == date.fromisoformat(day)


def test_the_same_page_sent_twice_is_one_review_and_with_other_words_is_refused(browser: Open, cast: Cast) -> None:
    asked = form(sheet(browser, cast))
    first = asked.submit(DECIDED)
    assert asked.submit(DECIDED).url == first.url
    assert reviews() == 1
    refused = asked.submit(DECIDED | {"reason": "On second thoughts"}, expect=409)
    assert "This page was signed before, with another decision." in refused.problems[0]
    assert reviews() == 1


def test_what_came_in_meanwhile_is_marked_and_asked_about_again(
    browser: Open, cast: Cast, frozen: time_machine.Traveller
) -> None:
    score(cast, 12)
    asked = form(sheet(browser, cast))
    frozen.shift(timedelta(minutes=10))
    record_of.alert(cast, ago=0)
    page = asked.submit(DECIDED, expect=409)
    assert CHANGED in page.text
    assert "1 line that was there is gone." in page.text
    marked = [one for one in page.all if one.tag == "li" and "is-new" in one.get("class", "")]
    assert marked
    assert all("new since you opened this" in "".join(one.itertext()) for one in marked)
    again = form(page)
    assert {name: again.values[name] for name in DECIDED} == DECIDED
    assert reviews() == 0
    assert "The review is signed." in again.submit().text
    kept = db.session.scalars(select(BoosterReview)).one()
    assert "new since you opened this" not in kept.sheet
    assert kept.as_of == NOW + timedelta(minutes=10)


def test_what_only_grew_older_does_not_count(app: Flask, cast: Cast, frozen: time_machine.Traveller) -> None:
    record_of.long(cast, 4)
    frozen.move_to("2026-11-23T01:00:00Z")
    asked = form(later(app, cast).get(address(cast.ada)))
    frozen.move_to("2026-11-23T12:00:00Z")
    later(app, cast).post(asked.action, typed_in(asked))
    assert db.session.scalars(select(BoosterReview)).one().as_of.isoformat() == "2026-11-23T01:00:00+00:00"


def test_a_score_that_only_the_chart_shows_counts(browser: Open, cast: Cast) -> None:
    for on, total in ((date(2026, 9, 1), 14), (date(2026, 10, 1), 13), (date(2026, 11, 20), 12)):
        score(cast, total, on)
    asked = form(sheet(browser, cast))
    score(cast, 13, date(2026, 10, 9))
    assert "What the charts are drawn from changed." in asked.submit(DECIDED, expect=409).text


@pytest.mark.parametrize("ago", [timedelta(hours=12, minutes=1), timedelta(days=40)])
def test_a_sheet_that_was_opened_too_long_ago_is_read_again(
    app: Flask, browser: Open, cast: Cast, frozen: time_machine.Traveller, ago: timedelta
) -> None:
    asked = form(sheet(browser, cast))
    frozen.shift(ago)
    page = later(app, cast).post(asked.action, typed_in(asked) | {"next_review_on": "2027-03-01"}, expect=409)
    assert OLD in page.text
    assert reviews() == 0
    assert "The review is signed." in form(page).submit().text


def typed_in(asked: PageForm) -> dict[str, Any]:
    """Return a decision as a form would send it, from whichever browser."""
    return {name: value for name, value in asked.values.items() if name != "csrf_token"} | DECIDED


@pytest.mark.parametrize(
    "changed",
    [
        {"as_of": "2026-11-22T15:00:01+00:00"},
        {"as_of": "2026-11-22T15:00:00"},
        {"as_of": "x"},
        {"as_of": ""},
        {"last": "x"},
    ],
    ids=["in the future", "nowhere", "nonsense", "blank", "a decision that is none"],
)
def test_a_page_that_does_not_say_what_was_read_is_asked_again(
    browser: Open, cast: Cast, changed: dict[str, str]
) -> None:
    sent = typed_in(form(sheet(browser, cast))) | changed
    page = browser(cast.bea).post(address(cast.ada), sent, expect=409)
    assert OLD in page.text
    assert reviews() == 0
    assert "The review is signed." in form(page).submit().text


def test_what_else_is_wrong_does_not_hide_that_something_changed(browser: Open, cast: Cast) -> None:
    asked = form(sheet(browser, cast))
    record_of.alert(cast, ago=0)
    page = asked.submit(DECIDED | {"reason": ""}, expect=409)
    assert CHANGED in page.text
    assert page.problems == ["Say why you decided so."]


def test_two_providers_at_once_are_both_kept_and_the_second_knows_of_the_first(browser: Open, cast: Cast) -> None:
    on_the_team(cast, cast.cal)
    bea, cal = form(sheet(browser, cast)), form(sheet(browser, cast, "cal"))
    bea.submit(DECIDED)
    page = cal.submit(DECIDED | {"decision": "booster"}, expect=409)
    assert "A review was signed or withdrawn meanwhile" in page.text
    assert "Decided last: Wait: Still well at day 30. Signed by Bea Lindqvist" in page.text
    form(page).submit()
    assert [one.decision for one in queries.list_reviews(cast.ada.own_id)][-1:] != []
    assert {one.signed_by for one in queries.list_reviews(cast.ada.own_id)} == {"Bea Lindqvist", "Cal Moreno"}


def test_a_review_is_withdrawn_with_a_reason_and_stays(browser: Open, cast: Cast) -> None:
    page, review = signed(browser, cast)
    refused = page.form("Withdraw the review").submit(expect=422)
    assert refused.problems == ["Say why you withdraw it."]
    after = refused.form("Withdraw the review").submit(reason="The wrong patient")
    assert "Withdrawn: signed in error by Bea Lindqvist" in after.text
    assert "The wrong patient" in after.text
    assert queries.last_standing(cast.ada.own_id) is None
    assert [one.id for one in queries.list_reviews(cast.ada.own_id)] == [review.id]
    listed = browser(cast.bea).get(address(cast.ada, "reviews"))
    assert "Withdrawn by Bea Lindqvist: The wrong patient" in listed.text
    again = browser(cast.bea).post(page.url, {"reason": "again", "submission_id": str(uuid.uuid4())}, expect=422)
    assert "This review has been withdrawn already." in again.text
    events = db.session.scalars(select(AuditEvent.event).where(AuditEvent.event.like("review:%"))).all()
    assert sorted(events) == ["review:signed", "review:withdrawn"]


def test_every_review_is_listed_the_latest_first(browser: Open, cast: Cast, frozen: time_machine.Traveller) -> None:
    nobody = browser(cast.nia).get(address(cast.ada, "reviews"))
    assert "No review has been signed yet" in nobody.text
    for decision in ("wait", "booster", "refer"):
        form(sheet(browser, cast)).submit(DECIDED | {"decision": decision})
        frozen.shift(timedelta(minutes=1))
    page = browser(cast.nia).get(address(cast.ada, "reviews"))
    assert [row[1] for row in page.rows()[1:]] == ["Refer", "Booster", "Wait"]
    assert page.rows()[1][2:] == ["Still well at day 30.", "Bea Lindqvist", "December 6, 2026"]
    assert "Wait Next review" in page.follow("10:00").text


def test_what_was_typed_when_a_session_ended_is_offered_with_what_changed_since(browser: Open, cast: Cast) -> None:
    asked = form(sheet(browser, cast))
    fields = {name: [str(value)] for name, value in typed_in(asked).items()}
    keeping.keep(cast.bea.user_id, path=address(cast.ada), fields=fields, at=NOW)
    db.session.commit()
    record_of.alert(cast, ago=0)
    page = sheet(browser, cast)
    assert CHANGED in page.text
    assert {name: form(page).values[name] for name in DECIDED} == DECIDED
    form(page).submit()
    assert reviews() == 1
    assert form(sheet(browser, cast)).values["reason"] == ""


@pytest.mark.parametrize("weeks", [4, 60])
def test_a_sheet_takes_so_many_statements_however_long_the_record(
    browser: Open, cast: Cast, queries_of: Counter, weeks: int
) -> None:
    record_of.long(cast, weeks)
    client = browser(cast.bea)
    client.get(address(cast.ada))
    assert queries_of(lambda: client.get(address(cast.ada))) == STATEMENTS
