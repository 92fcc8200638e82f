"""What a first visit costs on a phone: `.venv/bin/python -m bench.first_visit`.

Bytes of the daily check-in page with everything it loads, on a cold cache; and the time to the drawn progress chart in
Chromium with the processor slowed four times on slow 4G (1.6 Mbit/s down, 150 ms round trip), with blocking time and
layout shift.
"""

import argparse
import statistics
import uuid
from pathlib import Path
from typing import Any

from flask import current_app
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench import pages, people, stand
from portal import db
from portal.patients.models import Patient
from tests import chromium, server

SLOW_4G: dict[str, Any] = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
SLOWED = 4
TEN_YEARS = 3_650
# The chart is inline in the page: it is drawn with the first paint after its markup arrived.
WATCH = """
window.seen = {drawn: 0, shift: 0, blocked: 0};
const watch = (type, note) =>
  new PerformanceObserver(list => list.getEntries().forEach(note)).observe({type, buffered: true});
watch("layout-shift", one => { if (!one.hadRecentInput) seen.shift += one.value });
watch("longtask", one => { seen.blocked += Math.max(0, one.duration - 50) });
new MutationObserver((_, watcher) => {
  const chart = [...document.querySelectorAll("svg.chart")].find(one => one.getBoundingClientRect().height > 0);
  if (chart) { watcher.disconnect(); requestAnimationFrame(() => requestAnimationFrame(t => { seen.drawn = t })) }
}).observe(document, {childList: true, subtree: true});
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=7)
    options = parser.parse_args()
    with stand.database("sqlite") as (url, folder):
        patient_id, item_id, cookie = prepare(url, folder)
        with server.running(url, folder, workers=1) as address, sync_playwright() as driver:
            running = driver.chromium.launch(executable_path=chromium.path(), args=list(chromium.FLAGS))
            paths = {
                "daily check-in page": f"/patients/{patient_id}/check-ins/new/{item_id}",
                "progress page, 10 years": f"/patients/{patient_id}/progress",
            }
            for name, path in paths.items():
                found = [visit(running, address, path, cookie) for _ in range(options.visits)]
                report(name, found)
            running.close()


def report(name: str, found: list[dict[str, float]]) -> None:
    """Print the medians of some visits."""
    middle = {key: statistics.median(one[key] for one in found) for key in found[0]}
    drawn = f", chart drawn after {middle['drawn']:.0f} ms" if middle["drawn"] else ""
    rest = f"blocked {middle['blocked']:.0f} ms, layout shift {middle['shift']:.3f}"
    print(f"{name}: {middle['bytes']:,.0f} bytes in {middle['requests']:.0f} requests{drawn}, {rest}")


def prepare(url: str, folder: Path) -> tuple[uuid.UUID, uuid.UUID, str]:
    """Write a patient with ten years of answers; return whom, the daily line of their plan, and their cookie."""
    with stand.application(url, folder):
        provider = people.provider()
        patient_id = people.patients(1, provider)[0]
        pages.write_record(patient_id, TEN_YEARS, provider)
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        item_id = uuid.uuid5(patient_id, "daily")
        who = db.session.get_one(Patient, patient_id).user_id
        cookie = people.sign_in(app, who, patient_id, item_id).headers["Cookie"]
    return patient_id, item_id, cookie.partition("=")[2]


def visit(
    running: Browser, address: str, path: str, cookie: str, *, network: dict[str, Any] | None = SLOW_4G
) -> dict[str, float]:
    """Open a page with an empty cache on a slowed phone; return what it cost. `network` None is as fast as it is."""
    context: BrowserContext = running.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=2)
    context.add_cookies([{"name": "interval", "value": cookie, "url": address}])
    page: Page = context.new_page()
    page.add_init_script(WATCH)
    protocol = context.new_cdp_session(page)
    protocol.send("Network.enable")
    if network is not None:
        protocol.send("Network.emulateNetworkConditions", network)
    protocol.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    sizes: list[float] = []
    protocol.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address + path, wait_until="networkidle")
    page.wait_for_timeout(300)
    seen: dict[str, Any] = page.evaluate("seen")
    context.close()
    return {"bytes": sum(sizes), "requests": len(sizes), **{name: float(value) for name, value in seen.items()}}


if __name__ == "__main__":
    main()
