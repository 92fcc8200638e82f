"""A tablet in trouble: no room, no key, a portal that chokes on one entry; what happened still reaches the clinic."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import update

from portal import db
from portal.treatment.models import Infusion, InfusionStatus
from tests.browser.bedside import TABLET, Nurse, prepare
from tests.browser.test_infusion_day import cut, entries, restore
from tests.browser.window import Window
from tests.live import Live

NO_DATABASE = "Object.defineProperty(window, 'indexedDB', { value: undefined })"
CLOSED_DATABASE = "if (window.IDBFactory) IDBFactory.prototype.open = () => { throw new Error('closed') }"
NO_ROOM = """() => { const add = IDBObjectStore.prototype.add;
    IDBObjectStore.prototype.add = function (...said) {
        if (this.name === "entries") throw new DOMException("full", "QuotaExceededError");
        return add.apply(this, said);
    };
}"""
LOSE_KEYS = """() => new Promise((resolve) => {
    const request = indexedDB.open("interval-bedside");
    request.onsuccess = () => {
        const work = request.result.transaction("keys", "readwrite");
        work.objectStore("keys").clear();
        work.oncomplete = () => { request.result.close(); resolve(); };
    };
})"""


@pytest.fixture
def nia(live: Live, window: Callable[..., Window]) -> Window:
    found = window(TABLET, has_touch=True)
    found.sign_in(live.cast.nia)
    return found


def at_the_bedside(live: Live, nia: Window) -> tuple[str, Nurse]:
    path = prepare(live)
    nia.open(path)
    nurse = Nurse(nia.page)
    nurse.all_sent()
    return path, nurse


def test_an_entry_the_portal_chokes_on_holds_up_none_of_the_others(live: Live, nia: Window) -> None:
    _, nurse = at_the_bedside(live, nia)
    nia.forgive(500)

    def choke(route: Route) -> None:
        if "poison" in (route.request.post_data or ""):
            route.fulfill(status=500, body="Oops")
        else:
            route.continue_()

    cut(nia)
    nurse.vitals(121, 79)
    form = nurse.panel("note")
    form.get_by_label("Note").fill("poison")
    nurse.save(form)
    nurse.vitals(186, 104)
    nurse.waits(3)
    nia.page.route("**/day/entries", choke)
    restore(nia)
    expect(nurse.queue()).to_contain_text("1 entry waits on this device.", timeout=15_000)
    expect(nurse.queue()).to_contain_text("The clinic’s portal cannot take it now.")
    assert [one.values["systolic"] for one in entries(live)] == [121, 186]
    nia.page.unroute("**/day/entries")
    nia.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    nurse.all_sent()
    assert [one.values.get("text") for one in entries(live)] == [None, "poison", None]


@pytest.mark.parametrize("script", [NO_DATABASE, CLOSED_DATABASE])
def test_a_browser_that_keeps_nothing_says_so_and_sends_each_form_by_itself(
    live: Live, nia: Window, script: str
) -> None:
    nia.page.add_init_script(script)
    path = prepare(live)
    page = nia.open(path)
    nurse = Nurse(page)
    expect(nurse.queue()).to_contain_text("This browser keeps nothing")
    for name, value in {"systolic": "121", "diastolic": "79"}.items():
        page.locator(f"#fill-vitals [name={name}]").fill(value)
    page.get_by_role("button", name="Save the reading").click()
    expect(page.locator("ol.entries").last).to_contain_text("121/79")
    assert [one.values["systolic"] for one in entries(live)] == [121]


def test_a_full_device_sends_at_once_and_says_paper_without_a_network(live: Live, nia: Window) -> None:
    at_the_bedside(live, nia)
    page = nia.page
    page.evaluate(NO_ROOM)
    cut(nia)
    form = page.locator("#fill-vitals")
    form.locator("[name=systolic]").fill("121")
    form.locator("[name=diastolic]").fill("79")
    form.get_by_role("button", name="Save the reading").click()
    expect(form).to_contain_text("Write it on paper")
    expect(form.locator("[name=systolic]")).to_have_value("121")
    restore(nia)
    form.get_by_role("button", name="Save the reading").click()
    expect(page.locator("ol.entries").last).to_contain_text("121/79")
    assert [one.values["systolic"] for one in entries(live)] == [121]


def test_what_this_browser_can_no_longer_read_is_never_called_sent(live: Live, nia: Window) -> None:
    path, nurse = at_the_bedside(live, nia)
    cut(nia)
    nurse.vitals(121, 79)
    nia.page.evaluate(LOSE_KEYS)
    context = nia.page.context
    nia.page.close()
    restore(nia)
    page = context.new_page()
    page.goto(nia.address + path)
    line = page.locator("[data-queue-line]")
    expect(line).to_contain_text("1 entry here can no longer be read")
    expect(line).not_to_contain_text("All sent.")
    page.get_by_role("button", name="Discard it").click()
    page.get_by_role("button", name="Discard it for good").click()
    expect(line).to_contain_text("All sent.")
    assert page.evaluate("document.cookie") == ""
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()


def test_a_stop_that_was_refused_stays_on_top_because_nobody_was_told(live: Live, nia: Window) -> None:
    path, nurse = at_the_bedside(live, nia)
    cut(nia)
    nurse.vitals(186, 104)
    with live.reach():
        row = db.session.get_one(Infusion, uuid.UUID(path.split("/")[-2]))
        db.session.execute(update(Infusion).where(Infusion.id == row.id).values(status=InfusionStatus.CANCELLED))
    restore(nia)
    expect(nurse.queue()).to_contain_text("1 entry was not kept", timeout=15_000)
    stop = nia.page.get_by_role("alert", name="Stop")
    expect(stop).to_contain_text("The provider has NOT been told")
    expect(stop).not_to_contain_text("no connection")
    expect(nia.page.get_by_role("button", name="Correct it")).to_be_visible()
    expect(nia.page.get_by_role("button", name="Keep it as a note")).to_have_count(0)
    assert entries(live) == []


def test_an_authorisation_without_who_and_what_closes_no_stop(live: Live, nia: Window) -> None:
    _, nurse = at_the_bedside(live, nia)
    cut(nia)
    nurse.vitals(186, 104)
    stop = nia.page.get_by_role("alert", name="Stop")
    expect(stop).to_be_visible()
    form = nurse.panel("authorisation")
    form.get_by_role("button", name="Save the authorisation").click()
    expect(form).to_contain_text("This is needed")
    expect(stop).to_be_visible()
    nurse.waits(1)
    restore(nia)
    nurse.all_sent()


def test_two_side_effects_end_without_a_network_each_once(live: Live, nia: Window) -> None:
    path, nurse = at_the_bedside(live, nia)
    for effect in ("nausea", "headache"):
        form = nurse.panel("side-effect")
        form.locator("[name=effect]").select_option(effect)
        form.get_by_label("Mild").check()
        nurse.save(form)
        nurse.all_sent()
    page = nia.open(path)
    nurse.all_sent()
    over = page.get_by_role("button", name="It is over")
    expect(over).to_have_count(2)
    cut(nia)
    over.first.click()
    expect(over).to_have_count(1)
    over.first.click()
    expect(over).to_have_count(0)
    nurse.waits(2)
    restore(nia)
    nurse.all_sent()
    ended: list[Any] = [one for one in entries(live) if one.kind == "side-effect-ended"]
    assert len({json.dumps(one.values) for one in ended}) == len(ended) == 2


def test_signing_out_asks_even_when_the_mark_of_what_waits_was_lost(live: Live, nia: Window) -> None:
    _, nurse = at_the_bedside(live, nia)
    page = nia.page
    nia.forgive(503)
    page.context.route("**/day/entries", lambda route: route.fulfill(status=503, body="Busy"))
    nurse.vitals(121, 79)
    expect(nurse.queue()).to_contain_text("The clinic’s portal does not answer.")
    page.context.clear_cookies(name="interval-unsent")
    nia.open("/caseload")
    expect(page.locator("[data-unsent]")).to_contain_text("1 entry from a bedside waits on this device.")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 entry on this device is not sent yet")


def test_two_tabs_double_taps_and_reloads_on_a_slow_tablet_make_each_entry_once(live: Live, nia: Window) -> None:
    path, nurse = at_the_bedside(live, nia)
    page = nia.page
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 6})
    other = Window(page.context.new_page(), nia.address)
    other.open(path)
    second = Nurse(other.page)
    second.all_sent()
    cut(nia)
    for number, tab in enumerate((page, other.page, page, other.page)):
        form = tab.locator("#fill-vitals")
        form.locator("[name=systolic]").fill(str(121 + number))
        form.locator("[name=diastolic]").fill("79")
        form.get_by_role("button", name="Save the reading").dblclick()
        expect(form.locator("[name=systolic]")).to_have_value("")
    restore(nia)
    for _ in range(4):
        page.reload()
        other.page.reload()
    nurse.all_sent()
    second.all_sent()
    assert [one.values["systolic"] for one in entries(live)] == [121, 122, 123, 124]
    nia.wrong[:] = [said for said in nia.wrong if "INTERNET_DISCONNECTED" not in said]


def test_what_the_portal_says_of_a_device_is_shown_and_the_entry_can_be_sent_again(live: Live, nia: Window) -> None:
    _, nurse = at_the_bedside(live, nia)
    page = nia.page
    nia.forgive(400)
    said = {"problem": "The clock of this device is decades off. Set it, then send this again."}
    page.route("**/day/entries", lambda route: route.fulfill(status=400, json=said))
    cut(nia)
    nurse.vitals(186, 104)
    nurse.vitals(122, 79)
    restore(nia)
    expect(nurse.queue()).to_contain_text("2 entries were not kept", timeout=15_000)
    expect(page.locator("[data-waiting]")).to_contain_text("decades off")
    expect(page.get_by_role("alert", name="Stop")).to_contain_text("The provider has NOT been told")
    page.unroute("**/day/entries")
    for _ in range(2):
        page.get_by_role("button", name="Correct it").last.click()
        page.get_by_role("button", name="Save the reading").click()
        expect(page.locator("#fill-vitals [name=systolic]")).to_have_value("")
    nurse.all_sent()
    assert [one.values["systolic"] for one in entries(live)] == [186, 122]


def test_whoever_saves_by_keyboard_stays_where_they_were(live: Live, nia: Window) -> None:
    _, nurse = at_the_bedside(live, nia)
    form = nurse.panel("state")
    form.locator("[name=alertness][value=awake]").check(force=True)
    form.locator("button[type=submit]").press("Enter")
    expect(form).to_be_hidden()
    expect(nia.page.locator("#open-state")).to_be_focused()
    nurse.all_sent()
