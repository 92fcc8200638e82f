"""The medical director's page of what holds for treatment."""

from collections.abc import Callable
from datetime import date
from hashlib import sha256

import pytest

from portal import db
from portal.instruments import catalogue
from portal.instruments import service as instruments
from portal.treatment.rules import queries, service
from portal.treatment.rules.models import TreatmentRulesVersion
from portal.treatment.rules.values import DEFAULTS, Class
from tests.cast import NOW, Cast
from tests.factories import scored
from tests.instruments.clinic.scales import REST, director
from tests.page import Browser, Page

Open = Callable[..., Browser]
PATH = "/clinic/treatment-rules"


@pytest.fixture
def page(browser: Open, cast: Cast) -> Page:
    director(cast.bea)
    return browser(cast.bea).get(PATH)


def test_only_a_medical_director_opens_or_changes_them(browser: Open, cast: Cast) -> None:
    for name, person in cast.everybody().items():
        for method in ("GET", "POST"):
            assert browser(person).open(PATH, method).status_code == 403, name
    director(cast.bea)
    assert browser(cast.bea).open(PATH).status_code == 200
    assert browser(cast.cal).open(PATH).status_code == 403


def test_a_director_finds_them_in_the_footer_and_nobody_else_does(browser: Open, cast: Cast) -> None:
    assert "Rules for treatment" not in [label for label, _ in browser(cast.bea).get("/caseload").links]
    director(cast.bea)
    assert browser(cast.bea).get("/caseload").follow("Rules for treatment").h1 == "Rules for treatment"
    assert "Rules for treatment" not in [label for label, _ in browser(cast.cal).get("/caseload").links]


def test_the_page_shows_every_limit_with_its_default_and_its_source(page: Page) -> None:
    assert "Interval’s defaults are in force" in page.text
    assert "Yip 2022" in page.text
    during = next(rows for rows in (page.rows(n) for n in range(3)) if "180 [D]" in rows[1])
    assert during[1] == ["Systolic pressure, this or more (mmHg)", "160 [D]", "180 [D]"]
    assert page.form("Save as a new version").values["during_hard_systolic"] == "180"
    assert "systolic from 140 to 200" in page.text
    assert "Cohen 2018" in page.text
    assert "urinary check 1, liver tests 6" in page.text.lower()


def test_a_change_is_a_new_version_that_says_what_changed_and_why(page: Page) -> None:
    after = page.form("Save as a new version").submit(
        {"class_mania:yes": "stop"},
        during_soft_systolic="150",
        after_at="20, 40",
        months_liver="3",
        day_text="Wear loose sleeves.",
        reason="our anaesthetist asked",
    )
    assert "Version 1 is in force from now on" in after.text
    for said in (
        "During, Systolic pressure, this or more: flag: 160 → 150",
        "Minutes after the end at which readings are due: 15, 30, 60 → 20, 40",
        "Liver tests: 6 → 3",
        "Mania: yes: caution, the default → Stop",
        "On the day: nothing → “Wear loose sleeves.”",
        "our anaesthetist asked",
    ):
        assert said.lower() in after.text.lower(), said
    rules = queries.current().rules
    assert (rules.during.soft.systolic, rules.after_at, rules.months["liver"]) == (150, (20, 40), 3)
    assert rules.classes == {"mania:yes": Class.STOP}


def test_a_blank_limit_lays_nothing_down(page: Page) -> None:
    page.form("Save as a new version").submit(before_soft_pulse_high="", reason="we look at the pressure")
    assert queries.current().rules.before.soft.pulse_high is None


def test_what_cannot_be_right_is_said_at_its_field_and_everything_typed_stays(page: Page) -> None:
    after = page.form("Save as a new version").submit(
        during_hard_systolic="", before_hard_spo2="99", during_every="soon", evening_text="Eat early.", expect=422
    )
    assert after.problems == ["Enter a whole number, like 12"]
    after = after.form("Save as a new version").submit(during_every="10", expect=422)
    assert after.problems == [
        "Before, Oxygen saturation, less than this: stop. A stop must be at the flag (95) or below it",
        "During, Systolic pressure, this or more: stop. This stop cannot be left out. Enter a number from 140 to 200",
        "Say why. It is kept with this version.",
    ]
    kept = after.form("Save as a new version").values
    assert (kept["during_hard_systolic"], kept["before_hard_spo2"], kept["evening_text"]) == ("", "99", "Eat early.")
    assert queries.list_versions() == []


def test_a_stop_made_clear_asks_for_its_own_reason(page: Page) -> None:
    form = page.form("Save as a new version")
    assert "why_clear" not in form.names
    after = form.submit({"class_pregnancy:yes": "clear"}, reason="our protocol", expect=422)
    assert after.problems == [
        "You let an answer that stops treatment by default count as clear. Say why this is safe here."
    ]
    done = after.form("Save as a new version").submit(why_clear="never given here without a test")
    assert "Pregnant: yes: stop, the default → Clear".lower() in done.text.lower()
    assert "never given here without a test" in done.text


def test_two_directors_at_once_the_second_is_told_what_changed_and_loses_nothing(browser: Open, cast: Cast) -> None:
    director(cast.bea)
    director(cast.cal)
    first, second = browser(cast.bea).get(PATH), browser(cast.cal).get(PATH)
    first.form("Save as a new version").submit(during_every="10", call_name="Desk", call_phone="555 0101", reason="one")
    told = second.form("Save as a new version").submit(months_misuse="2", reason="two", expect=409)
    assert "Another director changed the rules while you had them open" in told.text
    assert "Minutes between readings during treatment: 15 → 10" in told.text
    assert "Bea Lindqvist" in told.text
    again = told.form("Save as a new version")
    assert (again.values["during_every"], again.values["months_misuse"], again.values["reason"]) == ("10", "2", "two")
    assert "Version 2 is in force" in again.submit().text
    rules = queries.current().rules
    assert (rules.during_every, rules.months["misuse"], rules.call_name) == (10, 2, "Desk")


def test_saving_what_is_in_force_changes_nothing(page: Page) -> None:
    confirmed = page.form("Save as a new version").submit(reason="looked through and confirmed")
    assert "Interval’s defaults, confirmed as they were" in confirmed.text
    again = confirmed.form("Save as a new version").submit(reason="again")
    assert "Nothing was changed" in again.text
    assert len(queries.list_versions()) == 1


def test_the_page_shows_every_scale_that_can_have_a_line_with_its_default(page: Page) -> None:
    values = page.form("Save as a new version").values
    drawn = {name: text for name, text in values.items() if name.startswith("line_") and text}
    assert drawn == {"line_phq-9": "10", "line_gad-7": "10", "line_pcl-5-week": "33", "line_pcl-5-month": "33"}
    assert values["line_peg"] == "", "only three scales have a default"
    for name in ("line_asq", "line_side-effects", "line_altered-experience", "line_daily"):
        assert name not in values, "outcomes in an order, and scales without a good end, have no line"
    assert values["silent_days"] == "7"
    assert "Published: 10 or more (Kroenke 2010" in page.text


def test_lines_and_the_silent_days_are_kept_with_the_version_and_the_chart_follows(
    page: Page, browser: Open, cast: Cast
) -> None:
    scored(cast.ada, "phq-9", 14, date(2026, 11, 20))
    chart = f"/patients/{cast.ada.own_id}/progress"
    assert "Line 10: Interval’s default, not yet confirmed by the clinic." in browser(cast.bea).get(chart).text
    form = page.form("Save as a new version")
    typed = {"line_phq-9": "12", "line_peg": "4,5", "line_gad-7": "", "silent_days": "14"}
    after = form.submit(typed, reason="our clinic's meeting")
    for said in (
        "Line for PHQ-9: 10 → 12",
        "Line for PEG: no line → 4.5",
        "Line for GAD-7: 10 → no line",
        "Days without a word from a patient until the caseload calls them silent: 7 → 14",
    ):
        assert said in after.text
    rules = queries.current().rules
    assert dict(rules.lines) == {"phq-9": 12, "peg": 4.5, "pcl-5-week": 33, "pcl-5-month": 33}
    assert rules.silent_days == 14
    assert "Line 12: the clinic’s, rules version 1." in browser(cast.bea).get(chart).text
    assert "rules version" not in browser(cast.ada).get(chart).text


def test_a_line_that_cannot_be_is_said_at_its_field_and_everything_typed_stays(page: Page) -> None:
    typed = {"line_phq-9": "28", "line_peg": "0", "silent_days": "61", "evening_text": "Eat early."}
    after = page.form("Save as a new version").submit(typed, expect=422)
    assert after.problems == [
        "Days without a word from a patient until the caseload calls them silent. Enter a number from 1 to 60",
        "Line for PHQ-9. Enter a number from 1 to 27",
        "Line for PEG. Enter a number from 0.1 to 10",
        "Say why. It is kept with this version.",
    ]
    kept = after.form("Save as a new version").values
    assert {name: kept[name] for name in typed} == typed
    assert queries.list_versions() == []


@pytest.mark.parametrize(("name", "text"), [("line_phq-9", "9.5"), ("line_peg", "high"), ("silent_days", "")])
def test_what_is_no_number_is_said_at_its_field(page: Page, name: str, text: str) -> None:
    after = page.form("Save as a new version").submit({name: text}, reason="why", expect=422)
    assert len(after.problems) == 1
    assert after.form("Save as a new version").values[name] == text


def test_a_scale_of_the_clinics_own_can_have_a_line_and_keeps_it_once_it_is_asked_no_more(
    page: Page, browser: Open, cast: Cast
) -> None:
    by = director(cast.bea)
    definition_id = instruments.propose_scale(REST, by=cast.bea.actor, at=NOW)
    instruments.approve(definition_id, sha256(REST.encode()).hexdigest(), by=by, at=NOW)
    db.session.commit()
    catalogue.forget()
    rules_page = browser(cast.bea).get(PATH)
    assert "REST (0 to 4, higher is better)" in rules_page.text
    rules_page.form("Save as a new version").submit({"line_own-rest": "2"}, reason="ours")
    instruments.withdraw(definition_id, by=by, at=NOW)
    db.session.commit()
    catalogue.forget()
    again = browser(cast.bea).get(PATH)
    assert again.form("Save as a new version").values["line_own-rest"] == "2"
    again.form("Save as a new version").submit(during_every="10", reason="later")
    assert queries.current().rules.lines["own-rest"] == 2


def test_lines_that_nobody_has_confirmed_say_so_until_they_are_saved(browser: Open, cast: Cast) -> None:
    by, said_so = (
        director(cast.bea),
        "These are Interval’s defaults: the version in force is from before rules had lines.",
    )
    service.lay_down(DEFAULTS, version=0, reason="ours", defaults={}, by=by, at=NOW)
    row = db.session.get_one(TreatmentRulesVersion, 1)
    row.values = {name: value for name, value in row.values.items() if name != "lines"}
    db.session.commit()
    page = browser(cast.bea).get(PATH)
    assert said_so in page.text
    assert said_so not in page.form("Save as a new version").submit(reason="looked through and confirmed").text


def test_a_line_that_another_director_took_away_is_not_put_back(browser: Open, cast: Cast) -> None:
    director(cast.bea)
    director(cast.cal)
    first, second = browser(cast.bea).get(PATH), browser(cast.cal).get(PATH)
    first.form("Save as a new version").submit({"line_gad-7": "", "line_phq-9": "11"}, reason="one")
    told = second.form("Save as a new version").submit({"line_pcl-5-week": "31"}, reason="two", expect=409)
    assert "Line for GAD-7: 10 → no line" in told.text
    told.form("Save as a new version").submit()
    assert dict(queries.current().rules.lines) == {"phq-9": 11, "pcl-5-week": 31, "pcl-5-month": 33}
