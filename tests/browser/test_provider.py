"""Bea at her desk: from a new patient to an infusion on the chart, and who sees none of it."""

import re
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from portal import clock
from tests import factories
from tests.browser.navigators import Hand, fill, stop_and_read
from tests.browser.window import DESK, Window
from tests.cast import ZONE
from tests.live import Live

# The legend draws the same sign, without words of its own.
MARK = "svg.chart:visible .c-infusion:has(> title)"
NEW_PASSWORD = "seven lamps on the pier"
FEMI = {
    "Given name": "Femi",
    "Family name": "Adler",
    "Birth date": "1990-02-03",
    "Email address": "femi@interval.example",
    "Mobile phone": "+1 212 555 0199",
    "Address": "12 Pier Street",
    "City or town": "Chicago",
    "Country": "US",
    "Time zone": "America/Chicago",
    "Name of the person to call": "Tola Adler",
    "Phone of the person to call": "+1 212 555 0142",
}


def test_a_new_patient_is_enrolled_invited_and_asked_before_anything_else(
    live: Live, window: Callable[..., Window]
) -> None:
    desk = window(DESK)
    page = desk.sign_in(live.cast.bea)
    page.get_by_role("link", name="Enrol a patient").click()
    fill(page, FEMI)
    page.get_by_role("checkbox", name="PTSD").check()
    page.get_by_role("checkbox", name="The clinic may call this person").check()
    page.get_by_role("checkbox", name="Nia Achebe").check()
    page.get_by_role("button", name="Save and send the invitation").click()
    expect(page.get_by_role("status").filter(has_text="invitation")).to_be_visible()
    chart = desk.path()
    steps = page.locator("section.card", has_text="First steps")
    expect(steps).to_contain_text("Not yet")

    mail = live.send_mail()
    assert "femi@interval.example" in mail
    link = re.search(r"http\S+/invitation/\S+", mail)
    assert link
    phone = window()
    page = phone.open(link[0].removeprefix(live.address))
    page.get_by_label("Password", exact=False).first.fill(NEW_PASSWORD)
    page.get_by_label(re.compile("again", re.IGNORECASE)).fill(NEW_PASSWORD)
    page.get_by_role("button", name="Set this password and go on").click()
    expect(page.get_by_role("heading", level=1, name="Before you start")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("not monitored around the clock")
    # Nothing else is open before that.
    phone.open(f"{chart}/progress")
    expect(page.get_by_role("heading", level=1, name="Before you start")).to_be_visible()
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Today")).to_be_visible()
    expect(page.get_by_role("link", name="Daily check-in").first).to_be_visible()

    page = desk.open(chart)
    today = clock.now().astimezone(ZoneInfo(ZONE))
    for what in ("Invited", "Agreed to care", "Read “not watched around the clock”"):
        line = steps.locator("dl.summary > div", has=page.get_by_text(what, exact=True))
        expect(line.locator("dd")).to_contain_text(f"{today:%B} {today.day}, {today.year}")
    expect(steps).not_to_contain_text("Not yet")


def test_an_infusion_is_recorded_and_stands_on_adas_chart(live: Live, window: Callable[..., Window]) -> None:
    phone = window()
    page = phone.sign_in(live.cast.ada)
    hand = Hand(page)
    hand.open_task("Daily check-in")
    hand.answer_daily()
    hand.send()
    phone.open(f"/patients/{live.cast.ada.own_id}/progress")
    expect(page.locator(MARK)).to_have_count(0)

    desk = window(DESK)
    page = desk.sign_in(live.cast.bea)
    page.get_by_role("link", name="Ada Okafor").click()
    page.get_by_role("navigation", name="This patient").get_by_role("link", name="Treatment").click()
    page.get_by_role("link", name="Start a course").click()
    page.get_by_role("radio", name="Treatment-resistant depression").check()
    began = clock.now().astimezone(ZoneInfo(ZONE)) - timedelta(days=2)
    fill(page, {"Starts on": f"{began:%Y-%m-%d}"})
    page.get_by_role("button", name="Start the course").click()
    page.get_by_role("link", name="Record an infusion").click()
    page.get_by_role("radio", name="Completed").check()
    values = {"Started on": f"{began:%Y-%m-%d}", "Started at": "10:15", "Minutes": "40"}
    fill(page, values | {"Weight": "70", "Dose in mg": "35"})
    expect(page.locator("[data-dose] output")).to_have_text("That is 0.5 mg/kg and 0.75 mg/kg/h.")
    page.get_by_role("button", name="Save", exact=True).click()
    row = page.get_by_role("table").get_by_role("row").nth(1)
    expect(row).to_contain_text("35 mg")
    expect(row).to_contain_text("0.5 mg/kg")
    page.get_by_role("link", name="Progress").click()
    expect(page.locator(MARK)).to_have_count(1)

    page = phone.page
    page.reload()
    mark = page.locator(MARK)
    expect(mark).to_have_count(1)
    expect(mark.locator("title")).to_have_text(re.compile("35 mg"))


def test_check_ins_are_marked_as_read_and_ada_sees_by_whom(live: Live, window: Callable[..., Window]) -> None:
    phone = window()
    page = phone.sign_in(live.cast.ada)
    hand = Hand(page)
    hand.open_task("Daily check-in")
    hand.answer_daily()
    hand.send()
    stop_and_read(page, "Daily check-in")
    receipt = phone.path()
    expect(page.get_by_role("main")).to_contain_text("You will see here when it was read.")

    desk = window(DESK)
    page = desk.sign_in(live.cast.bea)
    expect(page.get_by_role("row", name="Ada Okafor")).to_contain_text("1 new")
    desk.open(f"/patients/{live.cast.ada.own_id}/check-ins")
    page.get_by_role("button", name="Mark all shown as read").click()
    expect(page.get_by_role("status").filter(has_text="marked as read")).to_be_visible()
    desk.open("/caseload")
    expect(page.get_by_role("row", name="Ada Okafor")).not_to_contain_text("new")

    expect(phone.open(receipt).get_by_role("main")).to_contain_text("Read by Bea Lindqvist")


def test_nobody_else_finds_anything_of_hers(live: Live, window: Callable[..., Window]) -> None:
    with live.reach():
        at = clock.now() - timedelta(days=1)
        factories.scored(live.cast.ada, "phq-9", 17, on=at.date(), at=at)
        course = factories.course(live.cast.ada, by=live.cast.bea)
        infusion = factories.infusion(course, by=live.cast.bea, at=at)
        thread = factories.thread(live.cast.ada, by=live.cast.bea, at=at)
        own = f"/patients/{live.cast.ada.own_id}"
        paths = [own, f"{own}/progress", f"{own}/check-ins", f"{own}/messages/{thread.id}", f"{own}/treatments"]
        paths.append(f"{own}/treatments/{course.id}/{infusion.id}")
    for person, start in ((live.cast.cal, "Caseload"), (live.cast.dot, "Today"), (live.cast.eve, "Accounts")):
        other = window(DESK)
        other.forgive(404, 403)
        page = other.sign_in(person)
        expect(page.get_by_role("heading", level=1, name=start)).to_be_visible()
        # Eve runs the accounts, so she knows that there is an Ada; the others do not.
        assert ("Okafor" in page.inner_text("body")) is (person is live.cast.eve)
        for path in paths:
            other.open(path)
            expect(page.get_by_role("heading", level=1, name="We could not find that page")).to_be_visible()
            assert not re.search("Okafor|How are you|35 mg", page.inner_text("main")), path


def test_an_administrator_meets_nothing_clinical(live: Live, window: Callable[..., Window]) -> None:
    desk = window(DESK)
    page = desk.sign_in(live.cast.eve)
    navigation = page.get_by_role("navigation", name="Main").get_by_role("link")
    # Wordings are pasted by whoever runs the clinic; nobody's answers are among them.
    assert navigation.all_inner_texts() == ["People", "Clinic", "Questionnaires", "On call", "Delivery"]
    page.get_by_role("link", name="Ada Okafor").click()
    said = page.inner_text("main")
    assert not re.search("depress|infusion|score|mood|alert|check-in", said, re.IGNORECASE), said
    desk.forgive(403)
    for path in ("/caseload", "/alerts", "/messages"):
        desk.open(path)
        expect(page.get_by_role("heading", level=1, name="This page is not open to you")).to_be_visible()
