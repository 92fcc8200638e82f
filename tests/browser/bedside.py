"""Ada's next treatment, at her home and signed for, and the hand that records it on a tablet."""

import re
import uuid
from dataclasses import dataclass
from datetime import timedelta

from playwright.sync_api import Locator, Page, expect

from portal import clock
from portal.review import service as review
from portal.treatment.dose import Dose
from portal.treatment.models import InfusionStatus, Site
from portal.treatment.orders import service as orders
from portal.treatment.orders.draft import Draft
from portal.treatment.rules.queries import current
from tests import factories
from tests.live import Live

TABLET = {"width": 820, "height": 1180}
LANDSCAPE = {"width": 1180, "height": 820}
EVERYTHING = """() => new Promise((resolve) => {
    const request = indexedDB.open("interval-bedside");
    request.onsuccess = async () => {
        const rows = await new Promise((done) => {
            const all = request.result.transaction("entries").objectStore("entries").getAll();
            all.onsuccess = () => done(all.result);
        });
        const key = await new Promise((done) => {
            const all = request.result.transaction("keys").objectStore("keys").getAll();
            all.onsuccess = () => done(all.result[0]);
        });
        request.result.close();
        const text = rows.map((row) => ({ ...row, sealed: new TextDecoder("latin1").decode(row.sealed) }));
        resolve({ rows: text, extractable: key?.key.extractable, names: rows.map((row) => Object.keys(row).sort()) });
    };
})"""


def prepare(live: Live, minutes_ahead: int = 10) -> str:
    """Plan a treatment of Ada's for today, let Bea sign it, and return the address of its day."""
    ada, bea = live.cast.ada, live.cast.bea
    with live.reach():
        course = factories.course(ada, by=bea)
        at = clock.now() + timedelta(minutes=minutes_ahead)
        planned = {"status": InfusionStatus.PLANNED, "started_at": None, "site": Site.HOME}
        infusion = factories.infusion(course, by=bea, at=at, **planned)
        path = f"/patients/{ada.own_id}/treatments/{course.id}/{infusion.id}/day"
        sign(live, infusion.id)
        review.refresh([ada.own_id], at=clock.now())
    return path


def sign(live: Live, infusion_id: uuid.UUID) -> None:
    """Let Bea sign an order for 35 mg over 40 minutes, without a screening."""
    assert current().version == 0
    dose = Dose(mg=35.0, weight_kg=70.0, minutes=40)
    draft = Draft(
        drug="Ketamine", dose=dose, route="intravenous", unscreened_reason="Screened on paper, to be typed in."
    )
    orders.sign_order(
        live.cast.ada.own_id, infusion_id, draft, order_id=uuid.uuid4(), by=live.cast.bea.actor, at=clock.now()
    )


@dataclass
class Nurse:
    """Who records at the bedside: opens a panel, fills it, saves it."""

    page: Page

    def vitals(self, systolic: int, diastolic: int, pulse: int = 72, spo2: int = 98, breaths: int = 14) -> None:
        """Take a reading."""
        form = self.page.locator("#fill-vitals")
        read = {"systolic": systolic, "diastolic": diastolic, "pulse": pulse, "spo2": spo2, "breaths": breaths}
        for name, value in read.items():
            form.locator(f"[name={name}]").fill(str(value))
        form.get_by_role("button", name="Save the reading").click()
        expect(form.locator("[name=systolic]")).to_have_value("")

    def panel(self, kind: str) -> Locator:
        """Open a panel and return its form."""
        panel = self.page.locator(f"#panel-{kind}")
        others = self.page.locator("[data-others]")
        if others.locator(f"#panel-{kind}").count() and others.get_attribute("open") is None:
            others.locator("> summary").click()
        if panel.get_attribute("open") is None:
            panel.locator("> summary").click()
        return panel.locator("form")

    def save(self, form: Locator) -> None:
        """Press the one button of a form, and see its panel close."""
        form.locator("button[type=submit]").click()
        expect(form).to_be_hidden()

    def queue(self) -> Locator:
        """Return the line that says how many entries wait."""
        return self.page.locator("[data-queue-line]")

    def all_sent(self) -> None:
        """Wait until nothing waits on the device."""
        expect(self.queue()).to_contain_text("All sent.", timeout=15_000)

    def waits(self, count: int) -> None:
        """Expect so many entries to wait."""
        expect(self.queue()).to_contain_text(re.compile(rf"\b{count} entr"))
