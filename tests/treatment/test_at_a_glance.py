"""Where treatment stands, for the care team, at a glance and in few queries."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from portal import db
from portal.treatment.models import InfusionSignature, InfusionStatus, Route
from portal.treatment.orders.models import InfusionOrder
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser
from tests.treatment import record_rows

Open = Callable[..., Browser]
DAY = timedelta(days=1)
TREATMENT_STATEMENTS = 19
INFUSION_STATEMENTS = 21


def an_order(cast: Cast, infusion: Any) -> InfusionOrder:
    return InfusionOrder(
        patient_id=cast.ada.own_id,
        infusion_id=infusion.id,
        number=1,
        drug="Racemic ketamine",
        dose_mg=35,
        weight_kg=70,
        route=Route.INTRAVENOUS,
        minutes=40,
        limits={},
        signed_at=NOW - 20 * DAY,
        signed_by_id=cast.bea.user_id,
    )


def test_the_page_says_what_is_missing_before_the_next_infusion(browser: Open, cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    factories.infusion(course, cast.bea, NOW + 2 * DAY, status=InfusionStatus.PLANNED, started_at=None)
    base = f"/patients/{cast.ada.own_id}/treatments"
    beas, nias = browser(cast.bea).get(base), browser(cast.nia).get(base)
    for page in (beas, nias):
        assert "Screening Not done" in page.text
        assert "Its order No signed order" in page.text
    assert beas.follow("Sign an order").h1 == "Sign an order"
    assert "Sign an order" not in nias.text
    assert "A provider of the care team signs it." in nias.text


def test_the_page_says_which_long_term_checks_are_due(browser: Open, cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    base = f"/patients/{cast.ada.own_id}/treatments"
    assert "Long-term checks Nothing is due." in browser(cast.nia).get(base).text
    factories.infusion(course, cast.bea, NOW - 50 * DAY)
    page = browser(cast.nia).get(base)
    assert "Urinary check OverdueMisuse check Overdue See the checks" in page.text
    assert page.follow("See the checks").h1 == "Long-term checks"


def test_a_day_at_the_bedside_shows_although_the_infusion_still_counts_as_planned(browser: Open, cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    planned = factories.infusion(course, cast.bea, NOW - DAY, status=InfusionStatus.PLANNED, started_at=None)
    base = f"/patients/{cast.ada.own_id}/treatments"
    assert "not recorded yet" in browser(cast.nia).get(base).text
    record_rows.entry(planned, cast.nia, "started", NOW - DAY)
    assert "Under way" in browser(cast.nia).get(base).text
    record_rows.entry(planned, cast.nia, "ended", NOW - DAY + timedelta(minutes=40), outcome="completed")
    page = browser(cast.bea).get(base)
    assert "Ended at the bedside: finish it by hand" in page.text
    assert "not recorded yet" not in page.text


def test_more_infusions_cost_no_more_queries(browser: Open, cast: Cast, queries_of: Any) -> None:
    course = factories.course(cast.ada, cast.bea)
    base, nia = f"/patients/{cast.ada.own_id}/treatments", browser(cast.bea)

    def one_more(number: int) -> str:
        infusion = factories.infusion(course, cast.nia, NOW - (20 - number) * DAY, number=number)
        db.session.add(an_order(cast, infusion))
        signature = {"patient_id": infusion.patient_id, "infusion_id": infusion.id, "signed_by_id": cast.bea.user_id}
        db.session.add(InfusionSignature(signed_at=NOW, **signature))
        db.session.commit()
        return f"{base}/{course.id}/{infusion.id}"

    one_more(1)
    nia.get(base)
    first = queries_of(lambda: nia.get(base))
    for number in range(2, 8):
        last = one_more(number)
    assert queries_of(lambda: nia.get(base)) == first
    assert first <= TREATMENT_STATEMENTS
    assert queries_of(lambda: nia.get(last)) <= INFUSION_STATEMENTS
