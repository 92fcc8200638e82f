"""What every page has around it."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, render_template_string
from flask import flash as say

from config import ROOT
from portal.access.policy import Actor, PatientStatus, Role
from portal.safety import crisis
from portal.web import filters
from portal.web.alone import render_alone
from tests.page import Browser, Page

Shown = Callable[..., Page]
SHEETS = ["tokens", "base", "components"]


@pytest.fixture
def shown(small: Flask) -> Shown:
    """Return a function that shows a page in a layout to a person of a role."""
    small.add_url_rule("/help-now", "safety.help_now", lambda: "")
    small.add_url_rule("/leave", "accounts.leave", lambda: "", methods=["POST"])
    small.add_url_rule("/left", "accounts.left", lambda: "")
    small.add_url_rule("/sign-out", "accounts.sign_out", lambda: "", methods=["POST"])

    def show(layout: str, role: Role | None = None, body: str = "<p>Body</p>", **values: Any) -> Page:
        start = '{% extends "layouts/' + layout + '.html" %}{% block title %}T{% endblock %}{% block main %}<h1>T</h1>'
        actor = Actor(uuid.UUID(int=1), role, "Somebody") if role else None

        def view() -> str:
            say("Saved.", "good")
            return render_template_string(start + body + "{% endblock %}", actor=actor, **values)

        small.add_url_rule("/page", "page", view)
        return Browser(small.test_client()).get("/page")

    return show


def test_help_and_leaving_are_one_tap_away_for_a_patient(shown: Shown) -> None:
    page = shown("patient", Role.PATIENT)
    assert ("Get help now", "/help-now") in page.links
    leave = next(form for form in page.find("form") if form.get("action") == "/leave")
    assert leave.get("method") == "post"
    assert leave.get("data-leave") == "/left"
    assert [one.get("name") for one in leave.iter("input")] == ["csrf_token"]


def test_leaving_goes_where_the_clinic_says(shown: Shown) -> None:
    page = shown("patient", Role.PATIENT, leave_address="https://weather.example/")
    assert next(form for form in page.find("form")).get("data-leave") == "https://weather.example/"


@pytest.mark.parametrize(("country", "has_988"), [("US", True), ("CA", False), ("GB", False)])
def test_a_patient_reads_that_nobody_watches_at_night(shown: Shown, country: str, has_988: bool) -> None:
    patient = SimpleNamespace(country=country)
    footer = "".join(shown("patient", Role.PATIENT, patient=patient).find("footer")[0].itertext())
    assert "not monitored around the clock" in footer
    assert "call your local emergency number now" in footer
    assert ("988" in footer) is has_988


def test_shared_pages_take_the_layout_of_the_reader(shown: Shown) -> None:
    assert "staff-pages" in shown("chart", Role.NURSE).find("body")[0].get("class")


def test_shared_pages_take_a_patients_layout_for_a_patient(shown: Shown) -> None:
    assert "patient-pages" in shown("chart", Role.PATIENT).find("body")[0].get("class")


@pytest.mark.parametrize("status", PatientStatus)
def test_a_chart_says_whose_it_is_and_whether_they_are_in_care(shown: Shown, status: PatientStatus) -> None:
    patient = SimpleNamespace(id=uuid.UUID(int=7), name="Ada Okafor", born_on=date(1988, 5, 17), status=status)
    page = shown("chart", Role.PROVIDER, patient=patient, now=datetime(2026, 11, 22, 15, 0, tzinfo=UTC))
    assert "Ada Okafor" in page.html
    assert "May 17, 1988, age 38" in page.html
    assert ('class="tag' in page.html) is (status is not PatientStatus.ACTIVE)


def test_staff_read_when_looks_are_kept_aside(shown: Shown) -> None:
    assert "cannot be written" in shown("staff", Role.PROVIDER, looks_waiting=True).html


def test_what_was_just_done_is_said_once_and_aloud(shown: Shown) -> None:
    page = shown("staff", Role.PROVIDER, alerts_waiting=SimpleNamespace(urgent=0, overdue=0, undelivered=0))
    regions = [one for one in page.all if one.get("role") == "status" and "hidden" not in one.attrib]
    waiting = [one for one in regions if "data-alerts" in one.attrib]
    assert ["hidden" in one[0].attrib for one in waiting] == [True]
    assert ["".join(one.itertext()).strip() for one in regions if one not in waiting] == ["Saved."]


@pytest.mark.parametrize("code", ["US", "NZ", ""])
def test_the_help_page_needs_nobody_and_nothing(small: Flask, code: str) -> None:
    def view() -> str:
        countries = filters.countries(crisis.country_codes())
        return render_alone("safety/help_now.html", country=crisis.for_country(code), countries=countries)

    def no_database() -> dict[str, Any]:
        raise RuntimeError

    small.add_url_rule("/help-now", "safety.help_now", view)
    small.context_processor(no_database)
    page = Browser(small.test_client()).get("/help-now")
    addresses = [href for _, href in page.links]
    assert ("tel:988" in addresses) is (code == "US")
    assert ("Call your local emergency number now." in page.text) is (code != "US")
    assert ("988" in page.text) is (code == "US")
    assert page.form("Show help there").method == "GET"


def test_the_style_sheets_stay_light() -> None:
    sizes = [len((ROOT / "static" / "css" / f"{name}.css").read_bytes()) for name in SHEETS]
    assert sum(sizes) <= 15_500


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_no_template_says_safe_or_style(path: Path) -> None:
    source = path.read_text()
    assert "|safe" not in source.replace(" ", "")
    assert " style=" not in source
    assert "<script>" not in source
