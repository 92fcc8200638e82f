"""The rota's page: who sees it, who changes it, and what it warns of while there is time."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from portal import db
from portal.accounts.models import AccountStatus, User
from portal.clinic import service as clinic
from portal.clinic.hours import OnCall
from portal.safety.on_call import queries, service
from tests.cast import NOW, Cast, Person
from tests.page import Browser, Page
from tests.page import said as words_of

Open = Callable[..., Browser]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FRIDAY_NIGHT = {"starts_on": "2026-11-27", "starts": "18:00", "ends_on": "2026-11-28", "ends": "08:00", "weeks": "1"}


def ask_for(on_call: OnCall, cast: Cast) -> None:
    clinic.change({"on_call": on_call}, by=cast.eve.actor, at=NOW)
    db.session.commit()


def direct(person: Person) -> None:
    db.session.get_one(User, person.user_id).is_medical_director = True
    db.session.commit()


def add(page: Page, who: Person, *, expect: int = 200, **changed: str) -> Page:
    return page.form("Add to the rota").submit(user_id=str(who.user_id), **FRIDAY_NIGHT | changed, expect=expect)


def on_call(cast: Cast, who: Person, start: timedelta, end: timedelta) -> None:
    service.add(who.user_id, [(NOW + start, NOW + end)], by=cast.eve.actor, at=NOW)
    db.session.commit()


def test_staff_see_the_rota_and_who_keeps_it_changes_it(cast: Cast, browser: Open) -> None:
    direct(cast.cal)
    on_call(cast, cast.bea, HOUR, 2 * HOUR)
    [line] = queries.list_shifts(NOW, NOW + DAY)
    db.session.rollback()
    for name, person in cast.everybody().items():
        client = browser(person)
        sees, changes = name in {"bea", "cal", "eve", "nia"}, name in {"cal", "eve"}
        assert client.open("/on-call").status_code == (200 if sees else 403), name
        assert client.open("/on-call", "POST", data={}).status_code == (422 if changes else 403), name
        gone = client.open(f"/on-call/{line.id}/remove", "POST")
        assert gone.status_code == (303 if changes else 403), name
    assert "Add to the rota" not in browser(cast.bea).get("/on-call").text


def test_an_administrator_reads_names_and_times_and_nothing_of_patients(cast: Cast, browser: Open) -> None:
    on_call(cast, cast.bea, -HOUR, 8 * HOUR)
    page = browser(cast.eve).get("/").follow("On call")
    assert page.title.startswith("On call")
    assert "Bea Lindqvist until Sun, Nov 22, 6:00 PM" in page.text
    assert "Okafor" not in page.html


def test_a_shift_is_typed_on_the_clinic_s_clock_and_stands_on_its_days(cast: Cast, browser: Open) -> None:
    page = add(browser(cast.eve).get("/on-call"), cast.bea)
    assert "Saved. It is on the rota." in page.text
    [shift] = queries.get_cover(NOW).shifts
    assert shift.starts_at == NOW.replace(day=27, hour=23)
    days = {row[0]: row[-1] for row in page.rows(0)}
    assert days["Fri, Nov 27"] == "Bea Lindqvist from 6:00 PM"
    assert days["Sat, Nov 28"] == "Bea Lindqvist until 8:00 AM"
    assert [row[:2] for row in page.rows(1)[1:]] == [["Bea Lindqvist", "Fri, Nov 27, 6:00 PM to Sat, Nov 28, 8:00 AM"]]
    page = page.form("Take Bea Lindqvist off").submit()
    assert "Nobody is on the rota." in page.text
    assert "1 shift was taken off the rota" in page.text
    assert "taken off by Eve Tanaka" in page.text


def test_a_shift_week_after_week_keeps_its_time(cast: Cast, browser: Open) -> None:
    page = add(browser(cast.eve).get("/on-call"), cast.bea, weeks="3")
    assert [row[1] for row in page.rows(1)[1:]] == [
        "Fri, Nov 27, 6:00 PM to Sat, Nov 28, 8:00 AM",
        "Fri, Dec 4, 6:00 PM to Sat, Dec 5, 8:00 AM",
        "Fri, Dec 11, 6:00 PM to Sat, Dec 12, 8:00 AM",
    ]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"ends_on": "2026-11-27", "ends": "17:00"}, "The shift must end after it starts."),
        (
            {"ends_on": "2026-12-05"},
            "One shift is 7 days at most. Divide it between several people, or add it in parts.",
        ),
        (
            {"starts_on": "2027-03-14", "starts": "02:30", "ends_on": "2027-03-14"},
            "The clocks go forward on March 14, 2027, and 02:30 does not exist on that day. Choose another time.",
        ),
        ({"starts_on": "2026-11-20", "ends_on": "2026-11-21"}, "This shift is over already. Check the day."),
        ({"weeks": "0"}, "Enter 1 or more"),
        ({"weeks": "60"}, "Enter 53 or less"),
        ({"starts": "6 pm"}, "Enter a time, hours and minutes, like 14:30"),
        ({"ends_on": ""}, "Enter the day on which the shift ends"),
    ],
)
def test_what_cannot_be_a_shift_is_refused_and_everything_typed_stays(
    cast: Cast, browser: Open, changed: dict[str, str], problem: str
) -> None:
    page = add(browser(cast.eve).get("/on-call"), cast.bea, expect=422, **changed)
    assert page.problems == [problem]
    typed = dict(page.form("Add to the rota").values)
    assert {**FRIDAY_NIGHT, **changed}.items() <= typed.items()
    assert queries.get_cover(NOW).shifts == ()


def test_a_page_sent_again_with_another_shift_is_asked_once_more_and_keeps_both(cast: Cast, browser: Open) -> None:
    page = browser(cast.eve).get("/on-call")
    add(page, cast.bea)
    again = add(page, cast.cal, expect=422)
    assert "This page was saved before, with another shift." in again.text
    again.form("Add to the rota").submit()
    assert {one.user_id for one in queries.get_cover(NOW).shifts} == {cast.bea.user_id, cast.cal.user_id}


def test_one_person_twice_at_once_is_refused_by_name_and_time(cast: Cast, browser: Open) -> None:
    page = add(browser(cast.eve).get("/on-call"), cast.bea)
    page = add(page, cast.bea, starts="20:00", expect=422)
    said = "Bea Lindqvist is on call already from November 27, 2026, 6:00 PM to November 28, 2026, 8:00 AM."
    assert page.problems == [said]


def test_nobody_but_a_provider_who_can_sign_in_is_offered(cast: Cast, browser: Open) -> None:
    db.session.get_one(User, cast.cal.user_id).status = AccountStatus.DEACTIVATED
    db.session.commit()
    form = browser(cast.eve).get("/on-call").form("Add to the rota")
    with pytest.raises(AssertionError):
        form.submit(user_id=str(cast.nia.user_id), **FRIDAY_NIGHT)
    with pytest.raises(AssertionError):
        form.submit(user_id=str(cast.cal.user_id), **FRIDAY_NIGHT)


def test_holes_are_named_in_words_while_there_is_time(cast: Cast, browser: Open) -> None:
    ask_for(OnCall.WHEN_CLOSED, cast)
    on_call(cast, cast.bea, -HOUR, 28 * HOUR)
    text = browser(cast.eve).get("/on-call").text
    assert "The next 14 days have 10 holes" in text
    assert "Nobody is on call from Mon, Nov 23, 5:00 PM to Tue, Nov 24, 9:00 AM." in text
    assert "Nobody until 9:00 AM" in text


def test_a_hole_that_is_there_already_says_until_when(cast: Cast, browser: Open) -> None:
    ask_for(OnCall.ALWAYS, cast)
    on_call(cast, cast.bea, 8 * HOUR, 20 * DAY)
    assert "Nobody is on call now, until Sun, Nov 22, 6:00 PM." in browser(cast.eve).get("/on-call").text
    ask_for(OnCall.NEVER, cast)
    assert "This clinic has not asked for anybody to be on call" in browser(cast.eve).get("/on-call").text


def test_a_rota_without_holes_says_so(cast: Cast, browser: Open) -> None:
    ask_for(OnCall.ALWAYS, cast)
    on_call(cast, cast.bea, -HOUR, 20 * DAY)
    assert "Somebody is there all through the next 14 days" in browser(cast.eve).get("/on-call").text


def test_the_shift_of_an_account_that_was_switched_off_is_shown_as_a_hole(cast: Cast, browser: Open) -> None:
    ask_for(OnCall.ALWAYS, cast)
    on_call(cast, cast.cal, -HOUR, 20 * DAY)
    db.session.get_one(User, cast.cal.user_id).status = AccountStatus.DEACTIVATED
    db.session.commit()
    page = browser(cast.eve).get("/on-call")
    assert "account switched off" in page.text
    assert "Nobody is on call now" in page.text
    assert all("Cal Moreno" not in row[-1] for row in page.rows(0))


@pytest.mark.parametrize(("who", "warned"), [("eve", True), ("cal", True), ("bea", False), ("nia", False)])
def test_who_keeps_the_rota_is_warned_of_a_hole_on_every_page(
    cast: Cast, browser: Open, who: str, warned: bool
) -> None:
    direct(cast.cal)
    ask_for(OnCall.ALWAYS, cast)
    on_call(cast, cast.bea, -HOUR, 3 * DAY)
    on_call(cast, cast.bea, 4 * DAY, 5 * DAY)
    page = browser(getattr(cast, who)).get("/account")
    said = "Nobody is on call from Wed, Nov 25, 10:00 AM to Thu, Nov 26, 10:00 AM."
    text = words_of(page.find("body")[0])
    assert (said in text) is warned
    assert ("There is one more such time in the next 14 days." in text) is warned
    if warned:
        assert page.follow("See the rota").h1 == "On call"


def test_the_warning_costs_who_keeps_the_rota_one_statement_and_others_none(
    cast: Cast, browser: Open, queries_of: Callable[[Callable[[], Any]], int]
) -> None:
    direct(cast.cal)
    counts = {}
    for wanted in (OnCall.NEVER, OnCall.ALWAYS):
        ask_for(wanted, cast)
        for name in ("eve", "cal", "bea"):
            client = browser(getattr(cast, name))
            client.get("/account")
            counts[name, wanted] = queries_of(partial(client.get, "/account"))
    more = {name: counts[name, OnCall.ALWAYS] - counts[name, OnCall.NEVER] for name in ("eve", "cal", "bea")}
    assert more == {"eve": 1, "cal": 1, "bea": 0}


def test_the_page_costs_the_same_however_long_the_rota_is(
    cast: Cast, browser: Open, queries_of: Callable[[Callable[[], Any]], int]
) -> None:
    ask_for(OnCall.ALWAYS, cast)
    eve = browser(cast.eve)
    eve.get("/on-call")
    few = queries_of(lambda: eve.get("/on-call"))
    spans = [(NOW + n * DAY, NOW + (n + 1) * DAY) for n in range(300)]
    service.add(cast.bea.user_id, spans, by=cast.eve.actor, at=NOW)
    db.session.commit()
    assert queries_of(lambda: eve.get("/on-call")) == few
    assert "These are the first 200." in eve.get("/on-call").text


def test_what_was_typed_survives_a_session_that_ended(cast: Cast, browser: Open) -> None:
    form = browser(cast.eve).get("/on-call").form("Add to the rota")
    assert {"user_id", "starts_on", "starts", "ends_on", "ends", "weeks", "submission_id"} <= form.names
