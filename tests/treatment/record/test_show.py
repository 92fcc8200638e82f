"""The printable record: everything of one infusion on one page."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from portal import db
from portal.treatment.models import Course, Infusion, InfusionStatus
from portal.treatment.rules.models import TreatmentRulesVersion
from portal.treatment.rules.values import DEFAULTS, to_json
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser, Page
from tests.treatment import record_rows as rows
from tests.treatment.record import full

Open = Callable[..., Browser]
START = NOW - timedelta(hours=6)
STATEMENTS = 24


def address(cast: Cast, infusion: Infusion) -> str:
    return f"/patients/{cast.ada.own_id}/treatments/{infusion.course_id}/{infusion.id}/record"


def record(browser: Open, cast: Cast, infusion: Infusion, who: str = "bea") -> Page:
    return browser(getattr(cast, who)).get(address(cast, infusion))


def test_the_record_is_whole(browser: Open, cast: Cast) -> None:
    page = record(browser, cast, full.write(cast, START))
    expected = {
        "who and where": ("Harbour Clinic", "Ada Okafor", "born May 17, 1988", "No. 4", "Induction series"),
        "what was given": ("Completed", "35 mg", "at 70 kg", "Given by: Nia Achebe", "Supervised by: Bea Lindqvist"),
        "the order": ("Ketamine 35 mg", "45 minutes", "Given otherwise than ordered: minutes 45 → 40 min", "180/110"),
        "the screening": ("Go ahead", "Seen in person."),
        "before": ("adult: yes (Ike)", "health: a cold", "Access: 22G, left forearm", "Allergies: Penicillin (hives)"),
        "the drug": ("Lot: K-2291", "Drawn: 40 mg", "Wasted: 5 mg", "Witness of the waste: Ike Okafor"),
        "how it was": ("Nausea, moderate", "Dizziness, mild (no end noted)", "Ondansetron 4 mg", "wakes to a voice"),
        "stops": ("Which provider: Bea Lindqvist", "Go on at half the rate"),
        "the end": ("Not ticked: Written instructions were given", "instructions come by post"),
        "corrections": ("typed the wrong number", "first: 1"),
        "signatures": ("Bea Lindqvist", "Went well.", "1 change after the signature: note"),
    }
    missing = {name: [one for one in said if one not in page.text] for name, said in expected.items()}
    assert not {name: said for name, said in missing.items() if said}
    assert page.title.startswith("Treatment –")


def test_every_reading_stands_in_the_table_and_flags_are_words(browser: Open, cast: Cast) -> None:
    page = record(browser, cast, full.write(cast, START, readings=30))
    found = [row for table in range(3) for row in page.rows(table)[1:]]
    assert len(found) == 30
    assert [row[6] for row in found].count("STOP") == 1
    assert [row[6] for row in found].count("flag") == 3
    assert found[-1][6] == "*"
    assert "more reading" not in page.text


@pytest.mark.parametrize(("readings", "stops", "rows_expected"), [(36, 1, 36), (37, 1, 36), (60, 1, 36), (60, 45, 48)])
def test_more_readings_than_fit_leave_out_only_unflagged_ones_and_say_so(
    browser: Open, cast: Cast, readings: int, stops: int, rows_expected: int
) -> None:
    page = record(browser, cast, full.write(cast, START, readings=readings, stops=stops))
    found = [row for table in range(3) for row in page.rows(table)[1:]]
    assert len(found) == rows_expected
    assert [row[6] for row in found].count("STOP") == stops
    assert (f"{readings - rows_expected} more reading" in page.text) == (readings > rows_expected)


def test_the_limits_are_those_of_the_day_whatever_the_clinic_lays_down_later(browser: Open, cast: Cast) -> None:
    done = full.write(cast, START)
    ahead = {"status": InfusionStatus.PLANNED, "started_at": None, "number": 5}
    planned = factories.infusion(db.session.get_one(Course, done.course_id), cast.bea, NOW + timedelta(days=2), **ahead)
    rows.order(planned, cast.bea)
    hard = replace(DEFAULTS.during.hard, systolic=165)
    stricter = to_json(replace(DEFAULTS, during=replace(DEFAULTS.during, hard=hard)))
    db.session.add(TreatmentRulesVersion(version=1, values=stricter, changed_at=NOW, changed_by_id=cast.bea.user_id))
    db.session.commit()
    assert "180/110 mmHg" in record(browser, cast, done).text
    assert "165/110 mmHg" in record(browser, cast, planned).text


def test_a_record_of_nothing_says_that_nothing_is_recorded(browser: Open, cast: Cast) -> None:
    infusion = factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, START, dose_mg=None)
    text = record(browser, cast, infusion).text
    for said in ("No signed order.", "Never asked.", "No vital signs were recorded.", "Not signed by a provider."):
        assert said in text, said
    assert "Given by: not recorded" in text


def test_going_on_without_a_word_and_a_stop_left_open_stand_out(browser: Open, cast: Cast) -> None:
    infusion = factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, START)
    rows.entry(infusion, cast.nia, "started", START)
    rows.vitals(infusion, cast.nia, START + timedelta(minutes=10), 190, level="hard")
    rows.vitals(infusion, cast.nia, START + timedelta(minutes=40), 150)
    text = record(browser, cast, infusion).text
    assert "Went on at" in text
    assert "was never authorised" in text


def test_what_was_done_otherwise_is_printed_and_whose_limits_they_are(browser: Open, cast: Cast) -> None:
    infusion = factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, START)
    rows.order(infusion, cast.bea, limits={"systolic": 170})
    rows.entry(infusion, cast.nia, "pre-check", START - timedelta(minutes=5), identity=True, adult="yes")
    rows.entry(infusion, cast.nia, "started", START)
    text = record(browser, cast, infusion).text
    assert "Started without vital signs before it." in text
    assert "Started without current consent being ticked." in text
    assert "170/110 mmHg, SpO₂ < 90 % the order’s own" in text


def test_a_planned_infusion_has_a_record_too(browser: Open, cast: Cast) -> None:
    values = {"status": InfusionStatus.PLANNED, "started_at": None}
    infusion = factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, NOW, **values)
    assert "Planned" in record(browser, cast, infusion).text


def test_only_the_care_team_reads_the_record(browser: Open, cast: Cast) -> None:
    infusion = factories.infusion(factories.course(cast.ada, cast.bea), cast.bea, START)
    theirs = factories.infusion(factories.course(cast.dot, cast.cal), cast.cal, START)
    for name, person in cast.everybody().items():
        expected = 200 if name in {"bea", "nia"} else 404
        assert browser(person).open(address(cast, infusion)).status_code == expected, name
        assert browser(person).open(address(cast, theirs)).status_code == 404, name


def test_the_record_costs_the_same_however_much_is_in_it(browser: Open, cast: Cast, queries_of: Any) -> None:
    bea, infusion = browser(cast.bea), full.write(cast, START, readings=2, stops=0)
    bea.get(address(cast, infusion))
    few = queries_of(lambda: bea.get(address(cast, infusion)))
    for minute in range(50):
        rows.vitals(infusion, cast.nia, START + timedelta(minutes=minute), 120, level="hard")
    assert queries_of(lambda: bea.get(address(cast, infusion))) == few <= STATEMENTS
