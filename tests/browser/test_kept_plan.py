"""A plan kept on a phone: read without a connection, removed in one tap, and the one thing that signing out leaves."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from portal import clock, db
from portal.safety.plan import queries, service
from portal.safety.plan.models import KeptPlan
from portal.safety.plan.sections import read
from portal.safety.plan.service import Written
from tests.browser.window import DESK, Window
from tests.live import Live

PLAN = {
    "signs": [{"what": "I stop answering my phone"}],
    "alone": [{"what": "Walk to the river"}],
    "people": [{"name": "Ike", "phone": "+1 (212) 555-0178"}],
}
NEWER = {**PLAN, "alone": [{"what": "Swim in the lake"}]}
LEFT = """async () => ({
  caches: await caches.keys(),
  databases: (await indexedDB.databases()).map((one) => one.name),
  local: Object.keys(localStorage),
  session: Object.keys(sessionStorage),
  workers: (await navigator.serviceWorker.getRegistrations()).map((one) => one.scope),
})"""
NOTHING: dict[str, list[str]] = {"caches": [], "databases": [], "local": [], "session": [], "workers": []}
REFUSES_ONCE = """
const real = fetch;
globalThis.refused = 0;
globalThis.fetch = (...all) => {
  if (globalThis.refused) return real(...all);
  globalThis.refused += 1;
  return Promise.reject(new TypeError("no"));
};
"""
STOOD = """
const real = Cache.prototype.put;
Cache.prototype.put = async function put(address, copy) {
  if (address === "/my-plan") globalThis.stood = Boolean(await caches.match("/my-plan", { ignoreVary: true }));
  return real.call(this, address, copy);
};
"""
Open = Callable[..., Window]


def write(live: Live, stored: Any = None) -> None:
    """Let Bea save a version of Ada's plan."""
    with live.reach():
        ada, bea = live.cast.ada, live.cast.bea
        written = Written(read(stored or PLAN), (clock.now() + timedelta(days=90)).date(), bea.user_id)
        standing = queries.latest(ada.own_id)
        seen = standing.id if standing else None
        once = uuid.uuid4()
        service.write(ada.own_id, written, seen=seen, submission_id=once, by=bea.actor, at=clock.now())


def keep(live: Live, phone: Window) -> Page:
    """Sign in as Ada and keep her plan, as she would."""
    page = phone.sign_in(live.cast.ada)
    page.get_by_role("link", name="You", exact=True).click()
    page.get_by_role("link", name="My plan").first.click()
    page.get_by_role("link", name="Keep on this phone").click()
    expect(page.get_by_text("Anybody who can open this phone.")).to_be_visible()
    page.get_by_label("Yes, keep my plan on this phone.").check()
    page.get_by_role("button", name="Keep on this phone").click()
    expect(page.get_by_role("link", name="Open the copy on this phone")).to_be_visible()
    return page


def sign_out(page: Page) -> None:
    page.get_by_role("link", name="You", exact=True).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.fixture
def window(window: Open) -> Open:
    """Open windows as always; what did not load because the test took the connection away is no error of ours."""

    def opened(*args: Any, **options: Any) -> Window:
        found = window(*args, **options)
        found.forgive_losses()
        return found

    return opened


def test_kept_it_is_read_without_a_connection_after_signing_out_and_holds_nothing_else(
    live: Live, window: Open
) -> None:
    write(live)
    phone = window()
    page = keep(live, phone)
    page.evaluate("localStorage.setItem('other', '1'); caches.open('other'); indexedDB.open('other')")
    sign_out(page)
    page.wait_for_function("async () => !(await caches.has('other')) && !localStorage.length")
    left = page.evaluate(LEFT)
    assert left == {**NOTHING, "caches": ["my-plan"], "workers": [f"{live.address}/my-plan"]}
    kept = page.evaluate("async () => (await (await caches.open('my-plan')).keys()).map((one) => one.url)")
    paths = sorted(url.removeprefix(live.address).partition("?")[0] for url in kept)
    assert [one for one in paths if not one.startswith("/static/")] == ["/my-plan"]
    page.context.set_offline(True)
    phone.open("/my-plan")
    expect(page).to_have_title(re.compile("^My plan"))
    expect(page.get_by_role("main")).to_contain_text("Walk to the river")
    call = page.get_by_role("link", name="Call Ike: +1 (212) 555-0178")
    expect(call).to_have_attribute("href", "tel:+12125550178")
    box = call.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    expect(page.get_by_role("link", name="Call 988")).to_be_visible()
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("Walk to the river")


def test_it_is_removed_in_one_tap_without_a_connection_and_the_list_hears_of_it_later(live: Live, window: Open) -> None:
    write(live)
    phone = window()
    page = keep(live, phone)
    page.get_by_role("link", name="Open the copy on this phone").click()
    expect(page.get_by_role("button", name="Remove from this phone")).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("button", name="Remove from this phone").click()
    expect(page.get_by_text("Your plan is no longer on this phone.")).to_be_visible()
    expect(page.get_by_text("Walk to the river")).to_have_count(0)
    assert page.evaluate(LEFT) == NOTHING
    page.context.set_offline(False)
    phone.open("/my-plan")
    expect(page.get_by_role("heading", name="No plan is kept on this phone")).to_be_visible()
    phone.open(f"/patients/{live.cast.ada.own_id}/my-plan")
    expect(page.get_by_role("link", name="Keep on this phone")).to_be_visible()
    phone.open(f"/patients/{live.cast.ada.own_id}/my-plan")
    expect(page.get_by_text("Kept since")).to_have_count(0)


def test_removed_from_another_browser_it_is_deleted_at_the_next_contact_of_the_phone(live: Live, window: Open) -> None:
    write(live)
    phone = window()
    page = keep(live, phone)
    sign_out(page)
    page.context.set_offline(True)
    desk = window(DESK)
    other = desk.sign_in(live.cast.ada)
    desk.open(f"/patients/{live.cast.ada.own_id}/my-plan")
    other.get_by_role("button", name="Remove").click()
    expect(other.get_by_text("Removed. It deletes its copy")).to_be_visible()
    phone.open("/my-plan")
    expect(page.get_by_role("main")).to_contain_text("Walk to the river")
    page.context.set_offline(False)
    expect(page.get_by_text("Your plan is no longer on this phone.")).to_be_visible()
    page.wait_for_function("async () => !(await caches.keys()).length")
    assert page.evaluate(LEFT) == NOTHING
    other.reload()
    expect(other.get_by_text("Kept since")).to_have_count(0)


def test_a_connection_that_still_refuses_when_it_is_back_is_tried_again(live: Live, window: Open) -> None:
    write(live)
    phone = window()
    page = keep(live, phone)
    sign_out(page)
    desk = window(DESK)
    other = desk.sign_in(live.cast.ada)
    desk.open(f"/patients/{live.cast.ada.own_id}/my-plan")
    other.get_by_role("button", name="Remove").click()
    expect(other.get_by_text("Removed. It deletes its copy")).to_be_visible()
    page.add_init_script(REFUSES_ONCE)
    phone.open("/my-plan")
    expect(page.get_by_text("Your plan is no longer on this phone.")).to_be_visible()
    assert page.evaluate("globalThis.refused") == 1
    assert page.evaluate(LEFT) == NOTHING


def test_any_page_of_ours_is_a_contact_also_without_signing_in(live: Live, window: Open) -> None:
    write(live)
    phone = window()
    page = keep(live, phone)
    sign_out(page)
    with live.reach():
        db.session.query(KeptPlan).update({"removed_at": clock.now()})
    phone.open("/help")
    page.wait_for_function("async () => !(await caches.keys()).length")
    page.wait_for_function("async () => !(await navigator.serviceWorker.getRegistrations()).length")


def test_the_older_copy_stands_until_the_newer_one_does_and_leaves_nothing_behind(live: Live, window: Open) -> None:
    write(live)
    phone = window()
    page = keep(live, phone)
    page.evaluate("async () => (await caches.open('my-plan')).put('/static/old.css', new Response(''))")
    write(live, NEWER)
    page.add_init_script(STOOD)
    phone.open(f"/patients/{live.cast.ada.own_id}/my-plan")
    page.wait_for_function("() => globalThis.stood !== undefined")
    assert page.evaluate("globalThis.stood") is True
    page.wait_for_function("async () => !(await caches.match('/static/old.css', { ignoreVary: true }))")
    assert page.evaluate("async () => (await (await caches.match('/my-plan')).text()).includes('Swim')")


def test_a_newer_version_replaces_the_copy_at_the_next_contact(live: Live, window: Open) -> None:
    write(live)
    phone = window()
    page = keep(live, phone)
    write(live, NEWER)
    phone.open(f"/patients/{live.cast.ada.own_id}/my-plan")
    held = "async () => (await (await caches.match('/my-plan', { ignoreVary: true })).text()).includes('Swim')"
    page.wait_for_function(held)
    sign_out(page)
    write(live, PLAN)
    phone.open("/my-plan")
    expect(page.get_by_text("There is a newer version.")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Swim in the lake")
    page.context.set_offline(True)
    phone.open("/my-plan")
    expect(page.get_by_role("main")).to_contain_text("Swim in the lake")


def test_leave_quickly_shows_nothing_and_leaves_the_copy(live: Live, window: Open) -> None:
    write(live)
    phone = window()
    page = keep(live, phone)
    page.get_by_role("link", name="Open the copy on this phone").click()
    page.wait_for_function("() => document.querySelector('[data-kept-page] [name=csrf_token]').value")
    page.get_by_role("button", name="Leave quickly").click()
    page.wait_for_url("**/left")
    expect(page.get_by_text("Walk to the river")).to_have_count(0)
    phone.open(f"/patients/{live.cast.ada.own_id}")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    phone.open("/my-plan")
    expect(page.get_by_role("main")).to_contain_text("Walk to the river")


def test_without_a_yes_nothing_is_found_after_signing_out(live: Live, window: Open) -> None:
    write(live)
    phone = window()
    phone.forgive(422)
    page = phone.sign_in(live.cast.ada)
    page.get_by_role("link", name="You", exact=True).click()
    page.get_by_role("link", name="My plan").first.click()
    page.get_by_role("link", name="Keep on this phone").click()
    page.get_by_role("button", name="Keep on this phone").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick the box")
    sign_out(page)
    assert page.evaluate(LEFT) == NOTHING


def test_lines_are_added_and_taken_out_on_the_page_and_saved(live: Live, window: Open) -> None:
    page = window().sign_in(live.cast.ada)
    page.goto(f"{live.address}/patients/{live.cast.ada.own_id}/my-plan/edit")
    signs = page.get_by_role("group", name="My warning signs")
    for n, text in enumerate(("one", "two", "three")):
        if n:
            signs.get_by_role("button", name="Another line").click()
        signs.get_by_role("textbox").nth(n).fill(text)
    signs.get_by_role("button", name="Take out line 2").click()
    expect(signs.get_by_role("textbox")).to_have_count(2)
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("main")).to_contain_text("three")
    expect(page.get_by_text("two", exact=True)).to_have_count(0)
