"""The medical director's page of the rules for alerts, and the same as a file."""

import io
from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal import db
from portal.audit.models import AuditEvent
from portal.safety.ruleset import queries, rule_file
from portal.safety.ruleset.models import SafetyRulesVersion
from tests.cast import NOW, Cast
from tests.instruments.clinic.scales import director
from tests.page import Browser, Page

Open = Callable[..., Browser]
PATH = "/clinic/alert-rules"
FILE = "/clinic/alert-rules/file"
SAVE, CHECK, LOAD = "Save as a new version", "Check the file", "Put these rules into force"


@pytest.fixture
def page(browser: Open, cast: Cast) -> Page:
    director(cast.bea)
    return browser(cast.bea).get(PATH)


@pytest.mark.parametrize("path", [PATH, FILE, f"{PATH}/download"])
def test_only_a_medical_director_opens_or_changes_them(path: str, browser: Open, cast: Cast) -> None:
    methods = ["GET"] if path.endswith("download") else ["GET", "POST"]
    for name, person in cast.everybody().items():
        for method in methods:
            assert browser(person).open(path, method).status_code == 403, name
    director(cast.bea)
    assert browser(cast.bea).open(path).status_code == 200
    assert browser(cast.cal).open(path).status_code == 403


def test_a_director_finds_them_in_the_footer_and_nobody_else_does(browser: Open, cast: Cast) -> None:
    director(cast.bea)
    assert browser(cast.bea).get("/caseload").follow("Rules for alerts").h1 == "Rules for alerts"
    assert "Rules for alerts" not in [label for label, _ in browser(cast.cal).get("/caseload").links]


def test_the_page_says_every_rule_in_words_with_its_bounds_default_source_and_version(page: Page) -> None:
    assert "Interval’s defaults are in force" in page.text
    for said in (
        "PHQ-9 item 9 or QIDS-SR16 item 12: 2 or more, or a rise of 1 or more since the last answer.",
        "Taken on within 4 hours in which somebody is there; then others are told",
        "To call emergency services now",
        "From 1 to 4.",
        "default 4",
        "Always 1: anything else is not safe.",
        "Altman 1997: 6 or more, sensitivity 85.5 %, specificity 87.3 %",
        "rule version 2",
        "3 daily check-ins missed in a row",
        "Longest time that one lasts",
    ):
        assert said in page.text, said
    values = page.form(SAVE).values
    assert (values["R3_hours"], values["R6_phq9"], values["R7_sleep_hours"]) == ("4", "20", "4")
    assert "R2_answer" not in values


def test_a_change_is_a_new_version_that_says_what_changed_and_why(page: Page) -> None:
    after = page.form(SAVE).submit(R3_hours="2", R7_sleep_hours="5.5", R6_phq9="15", reason="our night team is quick")
    assert "Version 1 is in force from now on" in after.text
    for said in (
        "R3: Time to take it on, counted while somebody is there: 4 → 2 hours",
        "R7: Little sleep: 4 → 5.5 hours or less",
        "R6: A severe PHQ-9: 20 → 15 points or more",
        "our night team is quick",
        "PHQ-9 of 15 or more",
    ):
        assert said in after.text, said
    now = queries.current()
    assert (now.version, now.value("R3.hours"), now.value("R7.sleep_hours")) == (1, 2, 5.5)
    assert now.rule("R3").target.minutes == 120
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "safety-rules:changed")).one()
    assert event.details["fields"] == ["R3.hours", "R6.phq9", "R7.sleep_hours"]


def test_what_is_not_safe_is_said_at_its_field_and_everything_typed_stays(page: Page) -> None:
    after = page.form(SAVE).submit(
        R3_hours="9", R1_minutes="soon", R7_energy="", R7_sleep_hours="4.3", R5_days="2", reason="", expect=422
    )
    assert after.problems == ["R1, Time to take it on. Enter a whole number, like 12"]
    after = after.form(SAVE).submit(R1_minutes="45", expect=422)
    assert after.problems == [
        "R1, Time to take it on. Enter a number from 5 to 30. Further out is not safe.",
        "R3, Time to take it on, counted while somebody is there. Enter a number from 1 to 4. Further out is not safe.",
        "R7, Little sleep. Enter a number in steps of 0.5",
        "R7, High energy, of 0 to 10. Enter a number from 6 to 8",
        "Say why. It is kept with this version.",
    ]
    kept = after.form(SAVE).values
    assert (kept["R3_hours"], kept["R7_energy"], kept["R5_days"]) == ("9", "", "2")
    assert queries.list_versions() == []


def test_a_fixed_threshold_cannot_be_sent_along(page: Page) -> None:
    page.browser.post(PATH, {**page.form(SAVE).values, "R2_answer": "3", "reason": "less noise"})
    assert queries.get().value("R2.answer") == 1


def test_saving_the_defaults_as_they_are_confirms_them_once(page: Page) -> None:
    after = page.form(SAVE).submit(reason="read and agreed")
    assert "Interval’s defaults, confirmed as they were." in after.text
    again = after.form(SAVE).submit(reason="again")
    assert "Nothing was changed: these rules are in force already." in again.text
    assert len(queries.list_versions()) == 1


def test_two_directors_at_once_the_second_is_told_what_changed_and_loses_nothing(browser: Open, cast: Cast) -> None:
    director(cast.bea)
    director(cast.cal)
    first, second = browser(cast.bea).get(PATH), browser(cast.cal).get(PATH)
    first.form(SAVE).submit(R3_hours="3", reason="one")
    told = second.form(SAVE).submit(R5_days="1", reason="two", expect=409)
    assert "Another director changed the rules while you had them open" in told.text
    assert "R3: Time to take it on, counted while somebody is there: 4 → 3 hours" in told.text
    values = told.form(SAVE).values
    assert (values["R3_hours"], values["R5_days"], values["version"]) == ("3", "1", "1")
    told.form(SAVE).submit()
    now = queries.get()
    assert (now.version, now.value("R3.hours"), now.value("R5.days")) == (2, 3, 1)


def test_what_is_downloaded_can_be_checked_and_loaded(browser: Open, cast: Cast) -> None:
    director(cast.bea)
    own = browser(cast.bea)
    answer = own.open(f"{PATH}/download")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="alert-rules-0.toml"'
    text = answer.text.replace("hours = 4 ", "hours = 2 ", 1)
    checked = own.get(FILE).form(CHECK).submit(file=(io.BytesIO(text.encode()), "rules.toml"))
    assert "The file can be loaded" in checked.text
    assert "R3: Time to take it on, counted while somebody is there: 4 → 2 hours" in checked.text
    assert queries.list_versions() == []
    refused = checked.form(LOAD).submit(button=LOAD, expect=422)
    assert refused.problems == ["Say why. It is kept with this version."]
    assert "Version 1 is in force from now on" in refused.form(LOAD).submit(button=LOAD, reason="agreed").text
    assert queries.get().value("R3.hours") == 2


def test_a_wrong_file_is_refused_with_every_line_and_reason_and_stays_in_the_box(browser: Open, cast: Cast) -> None:
    director(cast.bea)
    text = "[R3]\nhours = 12\n[R99]\nx = 1\n[R7]\nasrm = 'six'\nnight = 2\n"
    after = browser(cast.bea).get(FILE).form(CHECK).submit(toml=text, expect=422)
    for said in (
        "Line 2: R3.hours is 12, outside its safe bounds: it may be from 1 to 4",
        "Line 3: there is no rule R99",
        "Line 6: R7.asrm needs a number from 4 to 6, without quotation marks",
        "Line 7: rule R7 has no threshold night; it has asrm, nights, clearly, sleep_hours, energy",
    ):
        assert said in after.text, said
    assert after.form(CHECK).values["toml"].strip() == text.strip()
    assert LOAD not in after.text
    assert not db.session.scalars(select(SafetyRulesVersion)).all()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Choose a file, or paste its text."),
        (b"\xff\xfe", "This file is not a text in UTF-8."),
        (b"#" * 60_000, "This file is too large for a rule file."),
        (b"[R3\nhours = 1", "Line 1: this is not TOML"),
    ],
)
def test_a_file_that_is_none_is_refused(content: bytes, said: str, browser: Open, cast: Cast) -> None:
    director(cast.bea)
    form = browser(cast.bea).get(FILE).form(CHECK)
    after = form.submit(expect=422, **({"file": (io.BytesIO(content), "x.toml")} if content else {}))
    assert said in after.text


def test_a_file_of_an_older_version_is_shown_against_what_is_in_force(browser: Open, cast: Cast) -> None:
    director(cast.bea)
    own = browser(cast.bea)
    old = rule_file.write(queries.get())
    own.get(PATH).form(SAVE).submit(R3_hours="2", reason="quicker")
    checked = own.get(FILE).form(CHECK).submit(toml=old)
    assert "It was drawn up from version 0; version 1 is in force." in checked.text
    assert "2 → 4 hours" in checked.text


def test_a_file_checked_before_another_director_saved_is_not_loaded_over_it(browser: Open, cast: Cast) -> None:
    director(cast.bea)
    director(cast.cal)
    checked = browser(cast.cal).get(FILE).form(CHECK).submit(toml="[R5]\ndays = 1\n")
    browser(cast.bea).get(PATH).form(SAVE).submit(R3_hours="2", reason="quicker")
    told = checked.form(LOAD).submit(button=LOAD, reason="sooner", expect=409)
    assert "Another director changed the rules meanwhile." in told.text
    told.form(LOAD).submit(button=LOAD)
    assert (queries.get().value("R3.hours"), queries.get().value("R5.days")) == (2, 1)


def test_the_rules_are_remembered_for_ten_seconds_and_forgotten_when_they_change(page: Page, cast: Cast) -> None:
    assert queries.current().version == 0
    row = SafetyRulesVersion(version=1, values={"R3.hours": 1}, reason="", changed_at=NOW)
    row.changed_by_id = cast.bea.user_id
    db.session.add(row)
    db.session.commit()
    assert queries.current().version == 0
    queries.forget()
    assert queries.current().value("R3.hours") == 1
