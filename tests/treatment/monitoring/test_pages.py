"""The checks of long-term treatment, as the care team keeps them."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal import db
from portal.checkins.models import ScoreRow
from portal.treatment.models import InfusionStatus
from portal.treatment.monitoring.models import MonitoringResult
from portal.treatment.rules.models import TreatmentRulesVersion
from portal.treatment.rules.values import DEFAULTS, to_json
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser, Page, said

Open = Callable[..., Browser]
DAY = timedelta(days=1)


def checks(browser: Open, cast: Cast, who: str = "bea") -> Page:
    return browser(getattr(cast, who)).get(f"/patients/{cast.ada.own_id}/monitoring")


def card(page: Page, kind: str) -> str:
    return said(next(one for one in page.find("section") if one.get("aria-labelledby") == f"check-{kind}"))


def given(cast: Cast, at: datetime = NOW - 20 * DAY, **values: Any) -> None:
    factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, at, **values)


def record(browser: Open, cast: Cast, what: str = "Liver tests", **values: str) -> Page:
    typed = {"done_on": "2026-11-20", "outcome": "fine", **values}
    return checks(browser, cast, "nia").follow(f"Record it ({what})").form("Save").submit(typed)


def sent(cast: Cast, instrument: str, scale: str, value: float | None, on: date) -> None:
    row = factories.scored(cast.ada, instrument, 0, on)
    score = db.session.scalars(select(ScoreRow).where(ScoreRow.check_in_id == row.id)).one()
    score.scale, score.value = scale, value
    db.session.commit()


def stored() -> MonitoringResult:
    return db.session.scalars(select(MonitoringResult)).one()


def test_before_the_first_infusion_nothing_is_due(browser: Open, cast: Cast) -> None:
    given(cast, status=InfusionStatus.PLANNED, started_at=None)
    page = checks(browser, cast)
    for kind in ("urinary", "liver", "cognition", "misuse"):
        assert "Not due yet" in card(page, kind)
        assert "once a first infusion was given" in card(page, kind)


@pytest.mark.parametrize(
    ("days", "state", "by"),
    [(20, "Not due yet", "December 2, 2026"), (28, "Due", "November 25, 2026"), (40, "Overdue", "November 13, 2026")],
)
def test_a_monthly_check_is_due_a_month_after_the_first_infusion(
    browser: Open, cast: Cast, days: int, state: str, by: str
) -> None:
    given(cast, NOW - days * DAY)
    found = card(checks(browser, cast), "urinary")
    assert f"Urinary check {state}" in found
    assert f"To be done by {by}." in found
    assert "Every month." in found
    assert "Every 6 months." in card(checks(browser, cast), "liver")


def test_the_first_infusion_is_counted_on_the_patients_day(browser: Open, cast: Cast) -> None:
    given(cast, datetime.fromisoformat("2026-10-26T02:00:00+00:00"))
    assert "by November 25, 2026" in card(checks(browser, cast), "urinary")


def test_the_clinics_own_interval_counts(browser: Open, cast: Cast) -> None:
    given(cast)
    values = to_json(DEFAULTS) | {"months": {"urinary": 2, "liver": 0, "cognition": 6, "misuse": 1}}
    row = TreatmentRulesVersion(version=1, values=values, changed_at=NOW, changed_by_id=cast.bea.user_id)
    db.session.add(row)
    db.session.commit()
    page = checks(browser, cast)
    assert "Every 2 months." in card(page, "urinary")
    assert "This clinic does not ask for it at intervals." in card(page, "liver")


def test_a_recorded_check_is_done_and_due_again_after_its_months(browser: Open, cast: Cast) -> None:
    given(cast, NOW - 300 * DAY)
    assert "Overdue" in card(checks(browser, cast), "liver")
    found = card(record(browser, cast, note="ALT 22"), "liver")
    assert "Liver tests Done" in found
    assert "To be done by May 20, 2027." in found
    assert "November 20, 2026 Nothing to note" in found
    assert "ALT 22 Nia Achebe" in found


def test_what_needs_attention_says_so_on_the_list(browser: Open, cast: Cast) -> None:
    given(cast)
    found = card(record(browser, cast, "Memory and thinking", outcome="attention", note="forgets names"), "cognition")
    assert "Last one needs attention" in found
    assert "forgets names" in found


@pytest.mark.parametrize(("kind", "scale"), [("urinary", "worst"), ("misuse", "use")])
def test_a_check_in_the_patient_sent_counts_as_done_on_its_day_and_is_linked(
    browser: Open, cast: Cast, kind: str, scale: str
) -> None:
    given(cast, NOW - 300 * DAY)
    sent(cast, kind, scale, 0, date(2026, 11, 10))
    page = checks(browser, cast)
    assert "To be done by December 10, 2026." in card(page, kind)
    assert "November 10, 2026 Check-in the patient sent" in card(page, kind)
    assert "attention" not in card(page, kind)
    assert page.follow("Check-in the patient sent (November 10, 2026)").status_code == 200


def test_a_positive_check_in_needs_attention_until_a_later_check_is_fine(browser: Open, cast: Cast) -> None:
    given(cast, NOW - 300 * DAY)
    sent(cast, "urinary", "worst", 3, date(2026, 11, 10))
    before = card(checks(browser, cast), "urinary")
    assert "Last one needs attention" in before
    assert "severe, or blood in the urine" in before
    found = card(record(browser, cast, "Urinary check"), "urinary")
    assert "Last one needs attention" not in found
    assert "November 10, 2026 Check-in the patient sent (November 10, 2026) Needs attention" in found


def test_a_check_in_that_was_left_open_does_not_count(browser: Open, cast: Cast) -> None:
    given(cast, NOW - 300 * DAY)
    sent(cast, "urinary", "worst", None, date(2026, 11, 10))
    found = card(checks(browser, cast), "urinary")
    assert "Urinary check Overdue" in found
    assert "Left open: does not count as done" in found


def test_a_check_in_that_was_left_open_takes_no_attention_back(browser: Open, cast: Cast) -> None:
    given(cast, NOW - 300 * DAY)
    sent(cast, "urinary", "worst", 3, date(2026, 11, 10))
    sent(cast, "urinary", "worst", None, date(2026, 11, 12))
    assert "Last one needs attention" in card(checks(browser, cast), "urinary")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"done_on": "2026-11-23"}, "November 23, 2026 is still to come. Record the check once it is done."),
        ({"done_on": "1988-05-16"}, "May 16, 1988 is before the patient was born. Check the year."),
        ({"done_on": ""}, "Enter the day it was done"),
        ({"outcome": "attention", "note": ""}, "Say what needs attention."),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(browser: Open, cast: Cast, values: dict[str, str], said: str) -> None:
    form = checks(browser, cast).follow("Record it (Liver tests)").form("Save")
    typed = {"done_on": "2026-11-20", "outcome": "fine", "note": "ALT 22", **values}
    page = form.submit(typed, expect=422)
    assert page.problems == [said]
    assert {name: page.form("Save").values[name] for name in typed} == typed


def test_two_taps_are_one_check(browser: Open, cast: Cast) -> None:
    form = checks(browser, cast).follow("Record it (Liver tests)").form("Save")
    for _ in range(2):
        form.submit(done_on="2026-11-20", outcome="fine")
    assert stored().done_on == date(2026, 11, 20)


def test_a_check_is_corrected_and_withdrawn_with_reasons_and_stays_readable(browser: Open, cast: Cast) -> None:
    given(cast, NOW - 300 * DAY)
    page = record(browser, cast, note="ALT 22").follow("Correct (Liver tests, November 20, 2026)")
    assert page.form("Save").submit(note="ALT 220", expect=422).problems == ["Say why you are correcting it."]
    after = page.form("Save").submit(note="ALT 220", outcome="attention", reason="misread")
    assert "ALT 220" in card(after, "liver")
    again = after.follow("Correct (Liver tests, November 20, 2026)")
    assert re.search("Nia Achebe|Bea Lindqvist", again.text)
    assert "What was found: “ALT 22”" in again.text
    gone = again.follow("withdraw it").form("Withdraw it").submit(reason="another patient's")
    assert "Liver tests Overdue" in card(gone, "liver")
    assert "1 withdrawn check" in gone.text
    assert "another patient's" in gone.follow("Liver tests, November 20, 2026").text


def test_who_may_see_and_record(browser: Open, cast: Cast) -> None:
    record(browser, cast)
    base = f"/patients/{cast.ada.own_id}/monitoring"
    paths = [f"{base}/new/2", f"{base}/{stored().id}", f"{base}/{stored().id}/withdraw"]
    for name, person in cast.everybody().items():
        client, may = browser(person), name in {"bea", "nia"}
        assert {client.open(path).status_code for path in [base, *paths]} == {200 if may else 404}, name
        assert {client.open(path, "POST").status_code for path in paths} == {422 if may else 404}, name
    assert browser(cast.bea).open(f"{base}/new/5").status_code == 404
    assert browser(cast.cal).open(f"/patients/{cast.dot.own_id}/monitoring/{stored().id}").status_code == 404


def test_the_page_of_many_checks_takes_few_queries(
    browser: Open, cast: Cast, queries_of: Callable[[Callable[[], object]], int]
) -> None:
    reader = browser(cast.bea)
    few = queries_of(lambda: reader.get(f"/patients/{cast.ada.own_id}/monitoring"))
    given(cast)
    for number in range(6):
        sent(cast, "urinary", "worst", 0, date(2026, 5 + number, 1))
    assert queries_of(lambda: reader.get(f"/patients/{cast.ada.own_id}/monitoring")) <= few
