"""The clinic's own settings: who changes them, what they may be, and how fast everybody sees it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from portal import clock
from portal.audit.models import AuditEvent
from portal.clinic import queries, service
from portal.clinic.hours import OnCall
from portal.clinic.service import AlreadyHoliday
from portal.db import session
from tests.cast import NOW, Cast
from tests.page import Browser, Page

Open = Callable[..., Browser]


def settings(browser: Open, cast: Cast, expect: int = 200, **changed: str) -> Page:
    return browser(cast.eve).get("/clinic").form("Save").submit(changed, expect=expect)


def details() -> list[tuple[str, dict[str, object]]]:
    rows = session.execute(select(AuditEvent.event, AuditEvent.details).order_by(AuditEvent.sequence)).all()
    session.rollback()
    return [(row.event, row.details) for row in rows if not row.event.startswith("access")]


def test_only_an_administrator_keeps_the_settings(cast: Cast, browser: Open) -> None:
    for name, person in cast.everybody().items():
        client, allowed = browser(person), name == "eve"
        assert client.open("/clinic").status_code == (200 if allowed else 403), name
        for path in [] if allowed else ("/clinic", "/clinic/holidays"):
            sent = {"display_name": "Changed", "on": "2026-12-25", "name": "Christmas"}
            assert client.open(path, "POST", data=sent).status_code == 403, name
    assert queries.get().display_name == "Harbour Clinic"


def test_a_new_name_is_on_the_next_page_and_only_its_field_name_on_record(cast: Cast, browser: Open) -> None:
    page = settings(browser, cast, display_name="Shore House", phone="+1 202 555 0134")
    assert "Shore House" in page.title
    assert details() == [("clinic:changed", {"fields": ["display_name", "phone"]})]
    assert settings(browser, cast).url == "/clinic"
    assert len(details()) == 1


def test_the_hours_are_kept_day_by_day(cast: Cast, browser: Open) -> None:
    page = settings(browser, cast, fri_opens="", fri_closes="", sat_opens="10:00", sat_closes="12:30")
    values = page.form("Save").values
    assert (values["sat_closes"], values["fri_opens"], values["mon_opens"]) == ("12:30", "", "09:00")
    assert sorted(queries.get().opening.week) == ["mon", "sat", "thu", "tue", "wed"]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"display_name": " "}, "Enter the clinic's name"),
        ({"mon_opens": "17:00", "mon_closes": "09:00"}, "Enter a time after the opening time"),
        ({"mon_opens": "09:00", "mon_closes": "09:00"}, "Enter a time after the opening time"),
        (
            {"sat_opens": "10:00"},
            "Give both times, or leave both blank for a day on which the clinic is closed",
        ),
        ({"mon_opens": "9 o'clock"}, "Enter a time, hours and minutes, like 14:30"),
        ({"past_days": "61"}, "Enter 60 or less"),
        ({"reply_within_hours": "0"}, "Enter 1 or more"),
        ({"review_within_hours": "two"}, "Enter a whole number, like 12"),
        ({"reply_within_hours": ""}, "Enter a whole number"),
        ({"phone": "ring us"}, "Enter a phone number, like +1 202 555 0134"),
        ({"phone": "-- (..) --"}, "Enter a phone number, like +1 202 555 0134"),
    ],
)
def test_what_cannot_be_is_refused_and_everything_typed_stays(
    cast: Cast, browser: Open, changed: dict[str, str], problem: str
) -> None:
    page = settings(browser, cast, 422, **{"display_name": "Typed", **changed})
    assert page.problems == [problem]
    assert changed.items() <= dict(page.form("Save").values).items() or changed == {"display_name": " "}
    assert queries.get().display_name == "Harbour Clinic"


@pytest.mark.parametrize(
    ("address", "works"),
    [
        ("https://www.weather.example", True),
        ("https://www.weather.example/today?place=a&b=1", True),
        ("http://www.weather.example", False),
        ("javascript:alert(1)", False),
        ("//www.weather.example", False),
        ("https://user@www.weather.example", False),
        ('https://www.weather.example/"><script>', False),
        ("https://www.weather.example/'x", False),
        ("https://[", False),
        ("https://", False),
    ],
)
def test_leaving_quickly_leads_to_https_only(cast: Cast, browser: Open, address: str, works: bool) -> None:
    settings(browser, cast, 200 if works else 422, leave_address=address)
    left = browser().open("/left").get_data(as_text=True)
    assert ('http-equiv="refresh"' in left) is works
    assert queries.get().leave_address == (address if works else "")


def test_when_somebody_is_to_be_on_call_is_said_in_plain_words_and_kept(cast: Cast, browser: Open) -> None:
    page = browser(cast.eve).get("/clinic")
    assert "What comes in while the clinic is closed goes to the care team, then to every provider." in page.text
    assert page.form("Save").values["on_call"] == "never"
    page = page.form("Save").submit(on_call="when-closed")
    assert page.form("Save").values["on_call"] == "when-closed"
    assert queries.get().on_call is OnCall.WHEN_CLOSED
    assert details() == [("clinic:changed", {"fields": ["on_call"]})]
    settings(browser, cast, on_call="when-closed")
    assert len(details()) == 1
    assert page.follow("See the rota").url == "/on-call"


def test_what_is_no_time_to_be_on_call_is_refused(cast: Cast, browser: Open) -> None:
    eve = browser(cast.eve)
    sent = {name: value for name, value in eve.get("/clinic").form("Save").values.items() if name != "csrf_token"}
    page = eve.post("/clinic", {**sent, "on_call": "sometimes"}, expect=422)
    assert page.problems == ["Choose one of the answers shown"]
    assert queries.get().on_call is OnCall.NEVER


def test_holidays_are_added_once_and_taken_away(cast: Cast, browser: Open) -> None:
    client = browser(cast.eve)
    page = client.get("/clinic").form("Add").submit(on="2026-12-25", name="Christmas Day")
    assert ["December 25, 2026", "Christmas Day", "Remove"] in page.rows()
    again = page.form("Add").submit(on="2026-12-25", name="Once more", expect=422)
    assert again.problems == ["The clinic is closed on this day already"]
    assert queries.current().opening.holidays == {date(2026, 12, 25)}
    session.rollback()
    page = page.form("Remove").submit()
    assert "No holidays are planned." in page.text
    assert queries.current().opening.holidays == frozenset()
    assert [event for event, _ in details()] == ["holiday:added", "holiday:removed"]
    assert details()[0][1] == {}


def test_removing_a_holiday_twice_does_no_harm(cast: Cast) -> None:
    service.add_holiday(date(2026, 12, 25), "Christmas", by=cast.eve.actor, at=NOW)
    with pytest.raises(AlreadyHoliday):
        service.add_holiday(date(2026, 12, 25), "Christmas", by=cast.eve.actor, at=NOW)
    holiday = queries.list_holidays(date(2026, 1, 1))[0]
    assert service.remove_holiday(holiday.id, by=cast.eve.actor, at=NOW)
    assert not service.remove_holiday(holiday.id, by=cast.eve.actor, at=NOW)


def test_promises_are_counted_in_the_clinic_s_hours(cast: Cast) -> None:
    service.add_holiday(date(2026, 11, 26), "Thanksgiving", by=cast.eve.actor, at=NOW)
    clinic = queries.current()
    assert clinic.review_by(NOW) == datetime(2026, 11, 24, 22, tzinfo=UTC)
    assert clinic.reply_by(datetime(2026, 11, 25, 20, tzinfo=UTC)) == datetime(2026, 11, 30, 20, tzinfo=UTC)


def test_another_process_sees_a_change_within_ten_seconds(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = [100.0]
    monkeypatch.setattr(clock, "tick", lambda: ticks[0])
    queries.forget()
    assert queries.display_name() == "Harbour Clinic"
    change = {"display_name": "Shore House"}
    monkeypatch.setattr(queries, "forget", lambda: None)
    service.change(change, by=cast.eve.actor, at=NOW)
    ticks[0] = 109.9
    assert queries.display_name() == "Harbour Clinic"
    ticks[0] = 110.0
    assert queries.display_name() == "Shore House"


def test_pages_keep_a_name_while_the_database_cannot_be_reached(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable() -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    assert queries.display_name() == "Harbour Clinic"
    later = clock.tick() + 11
    monkeypatch.setattr(clock, "tick", lambda: later)
    monkeypatch.setattr(queries, "get", unreachable)
    assert queries.display_name() == "Harbour Clinic"
    queries.forget()
    assert queries.display_name() == "Interval"
    assert queries.leave_address() == ""


def test_days_before_today_are_not_listed_as_holidays(cast: Cast) -> None:
    today = NOW.date()
    for days in (-1, 0, 1):
        service.add_holiday(today + timedelta(days=days), "A day", by=cast.eve.actor, at=NOW)
    assert [one.on for one in queries.list_holidays(today)] == [today, today + timedelta(days=1)]
