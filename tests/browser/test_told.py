"""A device that shows notifications: added on the page, reached by a push, and what a tap on it opens."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from portal import db
from portal.notifications import vapid
from portal.notifications.models import ContactWay
from tests.browser.window import Window
from tests.live import Live
from tests.notifications.carried import BROWSER_KEYS

Open = Callable[..., Window]
ENDPOINT = "https://fcm.googleapis.com/fcm/send/opaque"
SUBSCRIBES = f"""
PushManager.prototype.subscribe = async function subscribe(options) {{
  globalThis.asked = new Uint8Array(options.applicationServerKey).length;
  return {{ toJSON: () => ({json.dumps({"endpoint": ENDPOINT, "keys": BROWSER_KEYS})}) }};
}};
"""
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.getRegistration("/told");
  return (await registration.getNotifications()).map(({ title, body, tag }) => ({ title, body, tag }));
}"""
TAPPED = """async () => {
  const opened = [];
  Clients.prototype.matchAll = async () => [];
  Clients.prototype.openWindow = async (address) => { opened.push(address); };
  const [notification] = await registration.getNotifications();
  const event = new NotificationEvent("notificationclick", { notification });
  const waited = [];
  event.waitUntil = (promise) => waited.push(promise);
  dispatchEvent(event);
  await Promise.all(waited);
  return [opened, (await registration.getNotifications()).length];
}"""


@pytest.fixture
def with_key(live: Live) -> Iterator[None]:
    path = vapid.make(str(live.folder))
    yield
    path.unlink()


def test_a_device_is_added_shows_what_is_pushed_and_opens_the_portal(window: Open, live: Live, with_key: None) -> None:
    ada = window(permissions=["notifications"])
    ada.page.add_init_script(SUBSCRIBES)
    ada.sign_in(live.cast.ada)
    ada.open("/account/notices")
    ada.page.get_by_role("button", name="Add this device").click()
    expect(ada.page.get_by_text("Added. Choose what we tell you")).to_be_visible()
    with live.reach():
        way = db.session.scalar(select(ContactWay))
        assert way is not None
        assert (way.user_id, way.address, way.keys) == (live.cast.ada.user_id, ENDPOINT, BROWSER_KEYS)
    assert _deliver(ada, live.address, {"title": "You have something to look at", "body": "Sign in.", "tag": "one"})
    for again in range(2):
        _deliver(ada, live.address, {"title": f"Again {again}", "body": "", "tag": "two"})
    shown = ada.page.evaluate(SHOWN)
    assert sorted(one["title"] for one in shown) == ["Again 1", "You have something to look at"]
    worker = next(one for one in ada.page.context.service_workers if one.url.endswith("/told.js"))
    assert worker.evaluate(TAPPED) == [["/"], 1]


def test_a_browser_that_refuses_says_so(window: Open, live: Live, with_key: None) -> None:
    ada = window(permissions=[])
    ada.page.add_init_script("Notification.requestPermission = async () => 'denied';")
    ada.sign_in(live.cast.ada)
    ada.open("/account/notices")
    ada.page.get_by_role("button", name="Add this device").click()
    expect(ada.page.get_by_text("This browser does not let us show notifications")).to_be_visible()


def _deliver(ada: Window, origin: str, said: dict[str, str]) -> bool:
    """Let the browser's own protocol hand a push message to the worker, as its push service would."""
    found: dict[str, Any] = {}
    client = ada.page.context.new_cdp_session(ada.page)
    client.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.update(_of(event)))
    client.send("ServiceWorker.enable")
    ada.page.wait_for_function("navigator.serviceWorker.getRegistration('/told').then((one) => one?.active)")
    ada.page.wait_for_timeout(200)
    sent = {"origin": origin, "registrationId": found["registrationId"], "data": json.dumps(said)}
    client.send("ServiceWorker.deliverPushMessage", sent)
    ada.page.wait_for_timeout(300)
    client.detach()
    return True


def _of(event: dict[str, Any]) -> dict[str, Any]:
    return next((one for one in event["registrations"] if one["scopeURL"].endswith("/told")), {})
