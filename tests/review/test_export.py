"""The caseload as a file: the list as it is filtered, whole, in numbers and ISO dates, and on record."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask

from portal import db
from portal.audit.models import AuditEvent
from portal.patients.models import Patient
from portal.review import queries
from portal.review import service as review
from portal.review.models import CaseloadRow
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser

LOOKS = Callable[..., Browser]


def rows(browser: Browser, show: str = "") -> list[dict[str, str]]:
    """Return the lines of the file by the names of its columns."""
    answer = browser.open(f"/caseload.csv?show={show}")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="caseload.csv"'
    assert "no-store" in answer.headers["Cache-Control"]
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))


def test_a_line_has_numbers_as_numbers_and_days_as_iso_dates(app: Flask, cast: Cast, browser: LOOKS) -> None:
    factories.scored(cast.ada, "phq-9", 17, NOW.date() - timedelta(days=40))
    course = factories.course(cast.ada, cast.bea)
    factories.infusion(course, cast.bea, NOW - timedelta(days=30))
    factories.infusion(course, cast.bea, NOW + timedelta(days=10), 2, kind="booster", status="planned")
    factories.scored(cast.ada, "phq-9", 5, NOW.date() - timedelta(days=10))
    factories.scored(cast.ada, "phq-9", 12, NOW.date() - timedelta(days=2))
    factories.plan_item(cast.ada, "gad-7", 14, starts_on=date(2026, 11, 20))
    (found,) = rows(browser(cast.bea))
    expected = {
        "Patient": "Ada Okafor",
        "Conditions": "Treatment-resistant depression",
        "Status": "In care",
        "Needs": "Worsening",
        "Phase": "In the series",
        "Treatments given": "1",
        "Last treatment": "2026-10-23",
        "Days since": "30",
        "Next planned": "2026-12-02",
        "Scale": "PHQ-9",
        "Score now": "12",
        "Prorated": "no",
        "Score from": "2026-11-20",
        "Baseline": "17",
        "Change from baseline": "-5",
        "Best": "5",
        "Change from best": "7",
        "Trend": "Worse",
        "Open alerts": "0",
        "Overdue check-ins": "1",
        "Unread check-ins": "3",
        "Unread messages": "0",
        "Last check-in": "2026-11-20",
        "Review on": "2026-11-29",
        "Review due": "no",
    }
    assert {name: found[name] for name in expected} == expected


def test_a_patient_with_nothing_on_record_has_empty_cells(app: Flask, cast: Cast, browser: LOOKS) -> None:
    (found,) = rows(browser(cast.bea))
    empty = {name for name, value in found.items() if value == ""}
    assert {"Score now", "Last treatment", "Days since", "Baseline", "Best", "Trend", "Review on"} <= empty


@pytest.mark.parametrize(("show", "expected"), [("", 71), ("worsening", 35), ("mine", 1), ("others", 0), ("silent", 1)])
def test_the_file_holds_the_list_whole(
    app: Flask, cast: Cast, browser: LOOKS, monkeypatch: pytest.MonkeyPatch, show: str, expected: int
) -> None:
    monkeypatch.setattr(queries, "CHUNK", 20)
    like = db.session.get_one(CaseloadRow, cast.ada.own_id)
    for number in range(70):
        factories.patient_row(f"Zoe{number:03}", cast.bea, 5, like=like, is_worsening=number % 2 == 0)
    db.session.commit()
    found = rows(browser(cast.bea), show)
    assert len(found) == expected == len({one["Patient"] for one in found})
    (event,) = db.session.query(AuditEvent).filter_by(event="caseload:exported")
    assert (event.actor_id, event.patient_id, event.details) == (cast.bea.user_id, None, {"patients": expected})


def test_a_name_is_no_formula(app: Flask, cast: Cast, browser: LOOKS) -> None:
    db.session.get_one(Patient, cast.ada.own_id).given_name = "=1+1"
    review.refresh([cast.ada.own_id], at=NOW)
    db.session.commit()
    assert rows(browser(cast.bea))[0]["Patient"].startswith("'=1+1")


def test_the_page_leads_to_the_file_of_the_list_it_shows(app: Flask, cast: Cast, browser: LOOKS) -> None:
    for show, address in (("", "/caseload.csv"), ("mine", "/caseload.csv?show=mine")):
        page = browser(cast.bea).get(f"/caseload?show={show}")
        assert ("Download this list (CSV)", address) in page.links
