"""A treatment at a patient's home, on a tablet whose network comes and goes: nothing is lost, doubled or overheard."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select, update

from portal import clock, db
from portal.accounts.models import UserSession
from portal.patients.models import CareTeamMember
from portal.treatment.flowsheet.for_device import judging
from portal.treatment.flowsheet.kinds import EntryKind, Level
from portal.treatment.flowsheet.models import FlowsheetEntry
from portal.treatment.rules.values import DEFAULTS, Limits
from tests.browser.bedside import EVERYTHING, LANDSCAPE, TABLET, Nurse, prepare
from tests.browser.test_chart import COUNT_SHIFTS
from tests.browser.test_pages import AXE, RULES, WIDEST, violations
from tests.browser.window import DESK, PHONE, Window
from tests.cast import Person
from tests.live import Live

CASES = json.loads((Path(__file__).parents[1] / "treatment/flowsheet/judge_cases.json").read_text(encoding="utf-8"))
MOST_SHIFT = 0.02
JUDGED = """async ([address, cases, shared, ranges]) => {
    const { judge, problems } = await import(address);
    const limits = (own) => ({ ...Object.fromEntries(Object.keys(shared.limits).map((name) => [name, null])), ...own });
    const stages = (own) => Object.fromEntries(Object.entries(own ?? {}).map(
        ([point, { soft, hard }]) => [point, { soft: limits(soft), hard: limits(hard) }]));
    return {
        judged: cases.judged.map((one) => {
            const rules = { ...shared.rules, ...stages(one.rules) };
            const { level, reasons } = judge(one.reading, one.point, rules, limits(one.limits), one.baseline);
            return [level, reasons.map((why) => [why.level, why.sign, why.side, why.value, why.limit])];
        }),
        impossible: cases.impossible.map((one) => problems(one.reading, ranges).map(([field]) => field)),
    };
}"""


@pytest.fixture
def tablet(live: Live, window: Callable[..., Window]) -> Callable[..., Window]:
    """Return what opens a tablet in somebody's hands, with the eyes of axe and of whoever hates moving targets."""

    def opened(person: Person, size: dict[str, int] = TABLET) -> Window:
        found = window(size, has_touch=True)
        found.page.context.add_init_script(path=AXE)
        found.page.context.add_init_script(COUNT_SHIFTS)
        found.sign_in(person)
        return found

    return opened


def cut(window: Window) -> None:
    """Cut the network; what cannot be sent is no error of the page."""
    window.forgive_losses()
    window.page.context.set_offline(True)


def restore(window: Window) -> None:
    """Restore the network."""
    window.page.context.set_offline(False)


def entries(live: Live) -> list[Any]:
    """Return what the clinic has, in true order."""
    kept: Any = FlowsheetEntry.__table__
    with live.reach():
        return list(db.session.execute(select(kept).order_by(kept.c.occurred_at, kept.c.sequence)))


def nothing_is_wrong_with(page: Page) -> None:
    """Check one state of the page with axe, in both schemes and within every screen."""
    found: list[str] = []
    for scheme in RULES:
        page.emulate_media(color_scheme=scheme)
        found += violations(page, scheme)
    for size in (PHONE, DESK, LANDSCAPE, TABLET):
        page.set_viewport_size(size)
        if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
            found.append(f"{size['width']} px: {page.evaluate(WIDEST)}")
    assert not found, "\n".join(found)


def test_the_device_judges_readings_as_the_server_does(live: Live, window: Callable[..., Window]) -> None:
    page = window(DESK).open("/sign-in")
    shared = judging(DEFAULTS, Limits())
    found: Any = page.evaluate(JUDGED, ["/static/js/flowsheet-judge.js", CASES, shared, shared["ranges"]])
    wanted = [[one["level"], one["reasons"]] for one in CASES["judged"]]
    for case, said, expected in zip(CASES["judged"], found["judged"], wanted, strict=True):
        assert said == expected, case["name"]
    assert found["impossible"] == [one["fields"] for one in CASES["impossible"]]


def before_the_start(nurse: Nurse) -> None:
    form = nurse.panel("pre-check")
    form.get_by_label("Name and date of birth match").check()
    form.get_by_label("Consent is current").check()
    form.get_by_role("group", name="Is an adult with them?").get_by_label("Yes").check()
    form.get_by_label("Who").fill("Ike Okafor")
    nurse.save(form)
    form = nurse.panel("drug")
    for name, value in {"concentration_mg_ml": "50", "lot": "K-114", "drawn_mg": "35", "wasted_mg": "0"}.items():
        form.locator(f"[name={name}]").fill(value)
    nurse.save(form)
    nurse.vitals(122, 78)
    nurse.save(nurse.panel("started"))


def leave(nurse: Nurse) -> None:
    form = nurse.panel("ended")
    form.get_by_label("Completed").check()
    form.locator("[name=given_mg]").fill("35")
    nurse.save(form)
    nurse.vitals(126, 80)
    form = nurse.panel("discharge")
    for box in form.locator(".ticks input").all():
        box.check()
    form.locator("[name=adult_name]").fill("Ike Okafor")
    nurse.save(form)


def test_a_whole_treatment_with_one_stop_overridden_without_a_network(
    live: Live, tablet: Callable[..., Window], window: Callable[..., Window]
) -> None:
    path = prepare(live)
    bea = window(DESK)
    bea.sign_in(live.cast.bea)
    nia = tablet(live.cast.nia)
    page, nurse = nia.open(path), Nurse(nia.page)
    nurse.all_sent()
    assert page.evaluate("window.shifted") < MOST_SHIFT
    nothing_is_wrong_with(page)
    before_the_start(nurse)
    nurse.all_sent()
    expect(page.locator("[data-phase-words]")).to_have_text("Running")
    expect(page.locator("[data-due-words]")).to_have_text(re.compile("in 1[45] min"))

    cut(nia)
    nurse.vitals(186, 104, 96)
    stop = page.get_by_role("alert", name="Stop")
    expect(stop).to_contain_text("Upper pressure 186 mmHg: the limit is 180")
    expect(stop).to_contain_text("The provider has NOT been told: no connection.")
    expect(stop).to_contain_text("Emergency: 911.")
    expect(stop).to_be_in_viewport()
    nurse.waits(1)
    nothing_is_wrong_with(page)
    happened = clock.now()
    stop.get_by_role("link", name="Provider authorised it by phone").click()
    form = nurse.panel("authorisation")
    form.get_by_label("Which provider").fill("Bea Lindqvist")
    form.get_by_label("What they said").fill("Go on at half the rate, measure again in five minutes.")
    nurse.save(form)
    expect(stop).to_be_hidden()
    nurse.waits(2)

    restore(nia)
    nurse.all_sent()
    expect(page.get_by_text("A stop was overridden.")).to_be_visible()
    bea.open("/alerts")
    expect(bea.page.get_by_role("main")).to_contain_text("Ada Okafor")
    bea.page.get_by_role("main").get_by_role("link", name=re.compile("Ada")).first.click()
    expect(bea.page.get_by_role("main")).to_contain_text("186")

    page.reload()
    nurse.all_sent()
    assert page.evaluate("window.shifted") < MOST_SHIFT
    leave(nurse)
    nurse.all_sent()
    expect(page.locator("[data-phase-words]")).to_have_text("Finished")
    nothing_is_wrong_with(page)

    kept = entries(live)
    wanted = ["pre-check", "drug", "vitals", "started", "vitals", "authorisation", "ended", "vitals", "discharge"]
    assert [one.kind for one in kept] == [EntryKind(kind) for kind in wanted]
    assert [one.was_queued for one in kept] == [False] * 4 + [True] * 2 + [False] * 3
    assert kept[4].level is Level.HARD
    assert abs((kept[4].occurred_at - happened).total_seconds()) < 30


def test_thirty_entries_survive_a_closed_tab_sealed_and_go_once_and_in_order(
    live: Live, tablet: Callable[..., Window]
) -> None:
    path = prepare(live)
    nia = tablet(live.cast.nia)
    page, nurse = nia.open(path), Nurse(nia.page)
    nurse.all_sent()
    cut(nia)
    for number in range(30):
        nurse.vitals(101 + number, 71)
    nurse.waits(30)
    held: Any = page.evaluate(EVERYTHING)
    assert held["extractable"] is False
    assert held["names"] == [["id", "infusion", "iv", "place", "sealed", "user"]] * 30
    text = json.dumps(held["rows"])
    assert not re.search(r"systolic|vitals|patients/|mmHg", text, re.IGNORECASE)

    context = page.context
    page.close()
    restore(nia)
    again = context.new_page()
    with again.expect_response(lambda answer: answer.url.endswith("/entries") and answer.request.method == "POST"):
        again.goto(nia.address + "/caseload")
    expect(again.locator("[data-unsent]")).to_be_hidden(timeout=15_000)
    assert again.evaluate("document.cookie") == ""
    left: Any = again.evaluate(EVERYTHING)
    assert left["rows"] == []
    kept = entries(live)
    assert [one.values["systolic"] for one in kept] == list(range(101, 131))
    assert len({one.id for one in kept}) == 30
    assert all(one.was_queued for one in kept)


def test_two_devices_write_one_flowsheet_and_see_each_other(
    live: Live, tablet: Callable[..., Window], window: Callable[..., Window]
) -> None:
    path = prepare(live)
    nia = tablet(live.cast.nia)
    nia.open(path)
    nurse = Nurse(nia.page)
    nurse.all_sent()
    bea = window(LANDSCAPE)
    bea.sign_in(live.cast.bea)
    bea.open(path)
    provider = Nurse(bea.page)
    provider.all_sent()
    nurse.vitals(166, 84)
    nurse.all_sent()
    form = provider.panel("note")
    form.get_by_label("Note").fill("Bea is here too.")
    provider.save(form)
    provider.all_sent()
    expect(bea.page.locator("ol.entries").last).to_contain_text("166/84")
    expect(bea.page.get_by_role("alert", name="Stop")).to_contain_text("The provider was alerted at")
    bea.page.get_by_role("link", name="Sign for going on").click()
    bea.page.locator("#sign").get_by_role("textbox").last.fill("Nervous; measured again by hand, 138/84.")
    bea.page.get_by_role("button", name="Sign: it may go on").click()
    expect(bea.page.get_by_text("A stop was overridden.")).to_be_visible()
    nia.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(nia.page.get_by_text("A stop was overridden.")).to_be_visible()
    expect(nia.page.locator("ol.entries").last).to_contain_text("Bea is here too.")


def end_sessions(live: Live, person: Person) -> None:
    with live.reach():
        ended = update(UserSession).where(UserSession.user_id == person.user_id)
        db.session.execute(ended.values(revoked_at=clock.now()))


def test_entries_stay_when_they_cannot_be_sent_and_nobody_else_sees_or_sends_them(
    live: Live, tablet: Callable[..., Window]
) -> None:
    path = prepare(live)
    nia = tablet(live.cast.nia)
    nia.forgive(400, 401, 404)
    page, nurse = nia.open(path), Nurse(nia.page)
    nurse.all_sent()
    end_sessions(live, live.cast.nia)
    nurse.vitals(121, 79)
    expect(nurse.queue()).to_contain_text("1 entry waits on this device. You were signed out")

    other = Window(page.context.new_page(), nia.address)
    other.sign_in(live.cast.bea)
    other.open(path)
    beas = Nurse(other.page)
    expect(beas.queue()).to_contain_text("1 entry of somebody else waits here too; only they can send it.")
    assert "121" not in other.page.locator("main").inner_text()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(nurse.queue()).to_contain_text("Somebody else is signed in on this device now.")
    assert entries(live) == []
    other.page.get_by_role("button", name="Sign out").click()
    expect(other.page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()

    with live.reach():
        theirs = (CareTeamMember.user_id == live.cast.nia.user_id,)
        since = db.session.scalars(select(CareTeamMember.since).where(*theirs)).one()
        db.session.execute(delete(CareTeamMember).where(*theirs))
    other.sign_in(live.cast.nia)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(nurse.queue()).to_contain_text("You are no longer on this patient’s care team")
    other.open("/caseload")
    expect(other.page.locator("[data-unsent]")).to_contain_text("1 entry from a bedside waits on this device.")
    other.page.get_by_role("button", name="Sign out").click()
    expect(other.page.get_by_role("heading", level=1)).to_have_text("1 entry on this device is not sent yet")
    other.page.get_by_role("button", name="Sign out and keep it sealed here").click()
    expect(other.page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()

    with live.reach():
        db.session.add(CareTeamMember(patient_id=live.cast.ada.own_id, user_id=live.cast.nia.user_id, since=since))
    other.sign_in(live.cast.nia)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    nurse.all_sent()
    (kept,) = entries(live)
    assert (kept.values["systolic"], kept.was_queued, kept.recorded_by_id) == (121, True, live.cast.nia.user_id)


def test_what_cannot_be_is_said_at_once_and_what_was_refused_is_corrected_and_never_dropped(
    live: Live, tablet: Callable[..., Window]
) -> None:
    path = prepare(live)
    nia = tablet(live.cast.nia)
    page, nurse = nia.open(path), Nurse(nia.page)
    nurse.all_sent()
    form = page.locator("#fill-vitals")
    form.locator("[name=systolic]").fill("78")
    form.locator("[name=diastolic]").fill("122")
    form.get_by_role("button", name="Save the reading").click()
    expect(form).to_contain_text("122 is not below 78.")
    nurse.vitals(122, 78)
    nurse.all_sent()

    cut(nia)
    check = nurse.panel("pre-check")
    check.get_by_label("Name and date of birth match").check()
    check.get_by_role("group", name="Is an adult with them?").get_by_label("Yes").check()
    check.locator("[name=ate_time]").fill("06:30")
    check.get_by_role("button", name="Save the check").click()
    expect(check).to_contain_text("Enter the day as well")
    check.locator("[name=ate_time]").fill("")
    check.locator("[name=drank_on]").fill("2026-11-22")
    check.get_by_role("button", name="Save the check").click()
    expect(check).to_contain_text("Enter the time as well")
    page.locator("#open-pre-check").click()
    form = nurse.panel("note")
    form.get_by_label("Note").fill("x" * 5001)
    nurse.save(form)
    nurse.waits(1)
    page.get_by_role("link", name="Caseload").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("No connection: leaving would lose this page.")).to_be_visible()
    restore(nia)
    expect(nurse.queue()).to_contain_text("1 entry was not kept: correct it below.", timeout=15_000)
    nothing_is_wrong_with(page)
    page.get_by_role("button", name="Correct it").click()
    expect(form.get_by_label("Note")).to_have_value("x" * 5001)
    form.get_by_label("Note").fill("Short.")
    nurse.save(form)
    nurse.all_sent()
    assert [one.values.get("text") for one in entries(live)] == [None, "Short."]
