"""Signing, replacing and withdrawing an order, and what became of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from portal import db
from portal.audit.models import AuditEvent
from portal.treatment.models import Infusion, InfusionStatus, Route
from portal.treatment.orders import queries
from portal.treatment.orders.models import InfusionOrder
from portal.treatment.rules.values import Limits
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser, Page
from tests.treatment import record_rows as rows

Open = Callable[..., Browser]
DAY = timedelta(days=1)
PLAN: dict[str, Any] = {"status": InfusionStatus.PLANNED, "started_at": None}
NOT_DOSED: dict[str, Any] = {"dose_mg": None, "dose_mg_per_kg": None, "weight_kg": None}
ORDER = {
    "drug": "Racemic ketamine",
    "weight_kg": "70",
    "dose_mg": "35",
    "minutes": "40",
    "instructions": "slow down if she is frightened",
    "unscreened_reason": "screened on paper",
}


def a_plan(cast: Cast, **values: Any) -> Infusion:
    course = factories.course(cast.ada, cast.bea)
    return factories.infusion(course, cast.bea, NOW + 2 * DAY, **PLAN | NOT_DOSED | values)


def address(cast: Cast, infusion: Infusion) -> str:
    return f"/patients/{cast.ada.own_id}/treatments/{infusion.course_id}/{infusion.id}"


def order_page(browser: Open, cast: Cast, infusion: Infusion) -> Page:
    return browser(cast.bea).get(f"{address(cast, infusion)}/order")


def orders() -> int:
    return db.session.scalar(select(func.count()).select_from(InfusionOrder)) or 0


def give(cast: Cast, infusion: Infusion, **values: Any) -> None:
    """Let an infusion have been given."""
    given = {"status": InfusionStatus.COMPLETED, "started_at": NOW - DAY, "happens_at": NOW - DAY, "dose_mg": 35.0}
    for name, value in (given | {"dose_mg_per_kg": 0.5, "weight_kg": 70.0} | values).items():
        setattr(infusion, name, value)
    db.session.commit()


def test_a_provider_signs_an_order_and_the_team_sees_it(browser: Open, cast: Cast) -> None:
    infusion = a_plan(cast)
    after = order_page(browser, cast, infusion).form("Sign the order").submit(ORDER)
    assert "The order is signed." in after.text
    assert "Racemic ketamine, 35 mg (0.5 mg/kg), 40 minutes, intravenous" in after.text
    order = queries.get_in_force(cast.ada.own_id, infusion.id)
    assert order is not None
    assert (order.dose_mg, order.dose_mg_per_kg, order.minutes, order.limits) == (35.0, 0.5, 40, Limits())
    assert (order.signed_by, order.signed_at, order.unscreened_reason) == ("Bea Lindqvist", NOW, "screened on paper")
    nurse = browser(cast.nia).get(f"/patients/{cast.ada.own_id}/treatments")
    assert "Signed Bea Lindqvist, Nov 22" in nurse.text
    assert queries.list_in_force([infusion.id]) == {infusion.id: order}


def test_the_hard_stops_of_the_clinic_are_filled_in_and_follow_the_clinic(browser: Open, cast: Cast) -> None:
    form = order_page(browser, cast, a_plan(cast)).form("Sign the order")
    assert [form.values[name] for name in ("systolic", "diastolic", "spo2", "pulse_high")] == ["180", "110", "90", ""]


def test_a_stricter_stop_needs_no_reason_and_a_looser_one_does(browser: Open, cast: Cast) -> None:
    infusion = a_plan(cast)
    form = order_page(browser, cast, infusion).form("Sign the order")
    refused = form.submit(ORDER | {"systolic": "190", "spo2": "92"}, expect=422)
    assert refused.problems == [
        "At least one limit lets through what the clinic's own would stop. Say why this is right for this patient."
    ]
    after = refused.form("Sign the order").submit(limits_reason="lives at 150")
    assert "systolic 190 mmHg or more; oxygen saturation less than 92 percent" in after.text
    order = queries.get_in_force(cast.ada.own_id, infusion.id)
    assert order is not None
    assert (order.limits, order.limits_reason) == (Limits(systolic=190, spo2=92), "lives at 150")


BAD: list[tuple[dict[str, str], str]] = [
    ({"drug": ""}, "Enter the drug"),
    ({"minutes": ""}, "Enter for how many minutes it runs"),
    ({"minutes": "0"}, "Enter 1 or more"),
    ({"dose_mg": "", "weight_kg": ""}, "Enter the dose: in mg, in mg/kg, or in mg/kg/h."),
    ({"dose_mg": "35 mg"}, "Enter a number, like 12 or 0.5"),
    ({"dose_mg": "0"}, "Enter a number above zero."),
    ({"dose_mg": "1,000"}, "Write a thousand without a comma, like 1000, and a fraction with a point, like 1.5"),
    (
        {"dose_mg": "", "dose_mg_per_kg_h": "1000", "minutes": "20160"},
        "This comes to more than any infusion could hold. Check the dose, the rate, the minutes and the weight.",
    ),
    ({"systolic": "400"}, "Enter 300 or less"),
    ({"systolic": "100"}, "This must be below the other limit (100)"),
    ({"spo2": "101"}, "Enter 100 or less"),
    (
        {"dose_mg": "350"},
        (
            "This is a dose of 350 mg (5 mg/kg), more than ten times the usual one. Check it. "
            "If it is right, tick the box and say why."
        ),
    ),
    (
        {"unscreened_reason": ""},
        "No screening stands for this patient. Record and decide one first, or say why you order all the same.",
    ),
]


def test_bad_input_is_said_plainly_and_everything_is_kept(browser: Open, cast: Cast) -> None:
    form = order_page(browser, cast, a_plan(cast)).form("Sign the order")
    for typed, said in BAD:
        page = form.submit(ORDER | typed, expect=422)
        assert page.problems == [said], typed
        kept = page.form("Sign the order").values
        assert {name: kept[name] for name in ORDER | typed} == ORDER | typed
    assert orders() == 0


def test_a_new_order_replaces_the_old_one_and_both_are_kept(browser: Open, cast: Cast) -> None:
    infusion = a_plan(cast)
    order_page(browser, cast, infusion).form("Sign the order").submit(ORDER)
    again = order_page(browser, cast, infusion)
    assert again.h1 == "Replace the order"
    assert again.form("Sign the order").values["dose_mg"] == "35"
    after = again.form("Sign the order").submit(dose_mg="28", dose_mg_per_kg="", unscreened_reason="as before")
    assert "1 order that no longer holds" in after.text
    assert [(one.number, one.dose_mg) for one in queries.list_orders(cast.ada.own_id, infusion.id)] == [
        (2, 28),
        (1, 35),
    ]


def test_an_order_signed_by_somebody_else_meanwhile_is_not_replaced_unseen(browser: Open, cast: Cast) -> None:
    infusion = a_plan(cast)
    first, second = (order_page(browser, cast, infusion).form("Sign the order") for _ in range(2))
    first.submit(ORDER)
    page = second.submit(ORDER | {"dose_mg": "42"}, expect=409)
    assert "Somebody changed the order while you had this open" in page.text
    assert page.form("Sign the order").values["dose_mg"] == "42"
    assert orders() == 1
    page.form("Sign the order").submit()
    assert orders() == 2


def test_a_second_tap_is_one_order(browser: Open, cast: Cast) -> None:
    form = order_page(browser, cast, a_plan(cast)).form("Sign the order")
    for _ in range(3):
        form.submit(ORDER)
    assert orders() == 1
    assert form.submit(ORDER | {"dose_mg": "42"}, expect=422).problems == [
        "This page was saved before, with other values. Open what was saved and change it there."
    ]


def test_an_order_is_withdrawn_with_a_reason_and_stays_in_the_record(browser: Open, cast: Cast) -> None:
    infusion = a_plan(cast)
    page = order_page(browser, cast, infusion).form("Sign the order").submit(ORDER).follow("Withdraw it")
    assert page.form("Withdraw the order").submit(expect=422).problems == ["Say why you withdraw it."]
    after = page.form("Withdraw the order").submit(reason="fever since this morning")
    assert "No signed order" in after.text
    assert "fever since this morning" in after.text
    assert queries.get_in_force(cast.ada.own_id, infusion.id) is None
    events = list(db.session.scalars(select(AuditEvent.event).where(AuditEvent.event.like("order:%"))))
    assert events == ["order:signed", "order:withdrawn"]
    page.form("Withdraw the order").submit(reason="again", expect=422)


@pytest.mark.parametrize("status", [InfusionStatus.COMPLETED, InfusionStatus.MISSED, InfusionStatus.CANCELLED])
def test_nothing_is_ordered_for_what_is_no_longer_planned(browser: Open, cast: Cast, status: InfusionStatus) -> None:
    infusion = a_plan(cast)
    form = order_page(browser, cast, infusion).form("Sign the order")
    give(cast, infusion, status=status)
    assert form.submit(ORDER, expect=422).problems[0].startswith("This infusion")
    assert orders() == 0
    assert "Sign the order" not in order_page(browser, cast, infusion).text


def test_what_was_given_otherwise_shows_on_both_pages(browser: Open, cast: Cast) -> None:
    infusion = a_plan(cast)
    order_page(browser, cast, infusion).form("Sign the order").submit(ORDER)
    give(cast, infusion, dose_mg=42.0, dose_mg_per_kg=0.6, minutes=55, route=Route.INTRAMUSCULAR)
    said = (
        "Dose: ordered 35 mg, given 42 mg",
        "Route: ordered intravenous, given intramuscular",
        "Minutes: ordered 40 min, given 55 min",
    )
    for page in (browser(cast.nia).get(address(cast, infusion)), browser(cast.bea).get(address(cast, infusion))):
        assert "Not given as ordered" in page.text
        assert all(one in page.text for one in said)
    cell = browser(cast.nia).get(f"/patients/{cast.ada.own_id}/treatments").rows()[1][5]
    assert all(one in cell for one in said)


def test_a_weight_in_pounds_is_not_taken_for_kilograms(browser: Open, cast: Cast) -> None:
    infusion = a_plan(cast)
    rows.screening(cast.ada, cast.nia, weight_kg=70.0)
    form = order_page(browser, cast, infusion).form("Sign the order")
    refused = form.submit(ORDER | {"weight_kg": "154", "dose_mg": "", "dose_mg_per_kg": "0.5"}, expect=422)
    assert refused.problems == [
        (
            "This goes by 154 kg, and the last weight on record is 70 kg. Check that both are kilograms. "
            "If it is right, tick the box and say why."
        )
    ]
    assert orders() == 0
    refused.form("Sign the order").submit(confirm_dose="yes", dose_reason="weighed twice")
    order = queries.get_in_force(cast.ada.own_id, infusion.id)
    assert order is not None
    assert (order.weight_kg, order.dose_mg, order.dose_reason) == (154.0, 77.0, "weighed twice")


def test_an_order_signed_only_after_the_start_says_so(browser: Open, cast: Cast) -> None:
    infusion = a_plan(cast)
    order_page(browser, cast, infusion).form("Sign the order").submit(ORDER)
    give(cast, infusion, started_at=NOW - DAY, minutes=40)
    assert "Signed after the start" in browser(cast.nia).get(address(cast, infusion)).text
    assert "Signed after the start" in browser(cast.nia).get(f"/patients/{cast.ada.own_id}/treatments").rows()[1][5]


def test_a_wrong_vial_shows_however_many_right_ones_follow(browser: Open, cast: Cast) -> None:
    infusion = a_plan(cast)
    order_page(browser, cast, infusion).form("Sign the order").submit(ORDER)
    give(cast, infusion, minutes=40)
    for minute, drug in enumerate(("Esketamine", "Racemic ketamine", "racemic  ketamine")):
        rows.entry(infusion, cast.nia, "drug", NOW - DAY + timedelta(minutes=minute), drug=drug)
    gone = {"corrects_id": rows.entry(infusion, cast.nia, "drug", NOW - DAY, drug="Saline").id, "mistaken": True}
    rows.entry(infusion, cast.nia, "drug", NOW - DAY, drug="Saline", reason="not used", **gone)
    said = "Drug: ordered Racemic ketamine, given Esketamine, racemic ketamine"
    assert said in browser(cast.nia).get(address(cast, infusion)).text
    assert "Esketamine" in browser(cast.nia).get(f"{address(cast, infusion)}/record").text


def test_what_was_given_as_ordered_says_so(browser: Open, cast: Cast) -> None:
    infusion = a_plan(cast)
    order_page(browser, cast, infusion).form("Sign the order").submit(ORDER)
    give(cast, infusion, minutes=40)
    assert "Given as ordered" in browser(cast.nia).get(address(cast, infusion)).text


def test_the_next_order_starts_from_the_last_one(browser: Open, cast: Cast, frozen: time_machine.Traveller) -> None:
    first = a_plan(cast)
    order_page(browser, cast, first).form("Sign the order").submit(ORDER | {"systolic": "170"})
    later = factories.infusion(
        db.session.merge(factories.course(cast.ada, cast.bea)), cast.bea, NOW + 5 * DAY, **PLAN | NOT_DOSED
    )
    values = order_page(browser, cast, later).form("Sign the order").values
    assert (values["drug"], values["systolic"], values["dose_mg"]) == ("Racemic ketamine", "170", "35")


def test_only_a_provider_of_the_team_orders_and_a_nurse_sees_no_button_for_it(browser: Open, cast: Cast) -> None:
    infusion = a_plan(cast)
    signed = order_page(browser, cast, infusion).form("Sign the order").submit(ORDER)
    withdraw = next(href for label, href in signed.links if label == "Withdraw it")
    for name, person in cast.everybody().items():
        client, may = browser(person), name == "bea"
        for path in (f"{address(cast, infusion)}/order", withdraw):
            assert client.open(path).status_code == (200 if may else 404), (name, path)
            assert client.open(path, "POST").status_code == (422 if may else 404), (name, path)
    nurse = browser(cast.nia).get(address(cast, infusion))
    for button in ("Sign an order", "Replace the order", "Withdraw it"):
        assert button not in nurse.text
    assert orders() == 1
