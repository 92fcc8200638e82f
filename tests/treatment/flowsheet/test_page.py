"""The bedside page without scripts: every form by itself, and the provider's signature."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal import db
from portal.safety import queries as alerts
from portal.treatment.flowsheet import problems, queries
from portal.treatment.flowsheet.kinds import EntryKind
from portal.treatment.flowsheet.models import FlowsheetEntry
from portal.treatment.models import Infusion
from portal.treatment.preparation.models import Step
from tests import factories
from tests.cast import NOW, Cast
from tests.page import Browser
from tests.treatment import record_rows
from tests.treatment import record_rows as rows_of
from tests.treatment.flowsheet.stories import HIGH, K, draft, kept, new_id, planned, vitals

Open = Callable[..., Browser]
READING = {"systolic": "124", "diastolic": "78", "pulse": "72", "spo2": "98", "breaths": "14"}
STOPPED = READING | {"systolic": "186", "diastolic": "112"}
RECORDS = {"bea", "nia"}


@pytest.fixture
def infusion(cast: Cast) -> Infusion:
    return planned(cast)


def day(infusion: Infusion) -> str:
    return f"/patients/{infusion.patient_id}/treatments/{infusion.course_id}/{infusion.id}/day"


def add(infusion: Infusion, kind: EntryKind) -> str:
    return f"{day(infusion)}/new/{[*EntryKind].index(kind) + 1}"


def rows(infusion: Infusion) -> list[FlowsheetEntry]:
    db.session.expire_all()
    found = select(FlowsheetEntry).filter_by(infusion_id=infusion.id).order_by(FlowsheetEntry.occurred_at)
    return list(db.session.scalars(found))


def test_a_reading_is_saved_and_shown(browser: Open, cast: Cast, infusion: Infusion) -> None:
    page = browser(cast.nia).get(day(infusion))
    done = page.form("Save the reading").submit(**READING)
    assert "124/78" in done.text
    (row,) = rows(infusion)
    assert row.values == {"point": "before", "systolic": 124, "diastolic": 78, "pulse": 72, "spo2": 98, "breaths": 14}
    assert (row.occurred_at, row.was_queued) == (NOW, False)


def test_the_same_form_sent_twice_is_one_entry(browser: Open, cast: Cast, infusion: Infusion) -> None:
    form = browser(cast.nia).get(day(infusion)).form("Save the reading")
    form.submit(**READING)
    form.submit(**READING)
    assert len(rows(infusion)) == 1


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        (READING | {"systolic": "80", "diastolic": "120"}, "120 is not below 80"),
        (READING | {"spo2": "980"}, "980 cannot be right. Enter a number from 30 to 100."),
        (READING | {"pulse": "fast"}, "Enter a whole number, like 12"),
        ({}, "Enter at least one reading."),
        (READING | {"time": "25:00"}, "Enter a time, hours and minutes, like 14:30"),
        (READING | {"time": "10:20"}, "is still to come"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_stays_typed(
    browser: Open, cast: Cast, infusion: Infusion, typed: dict[str, str], problem: str
) -> None:
    page = browser(cast.nia).get(day(infusion)).form("Save the reading").submit(**typed, expect=422)
    assert any(problem in line for line in page.problems), page.problems
    again = page.form("Save the reading").values
    assert {name: again.get(name) for name in typed} == typed
    assert rows(infusion) == []


def test_days_and_times_are_said_as_the_reader_says_them(browser: Open, cast: Cast, infusion: Infusion) -> None:
    typed = {"drug": "Ketamine", "drawn_mg": "50", "given_mg": "50", "wasted_mg": "0", "expires_on": "2027-08-25"}
    done = browser(cast.nia).post(add(infusion, K.DRUG), typed | {"id": str(new_id())})
    assert "August 25, 2027" in done.text
    assert "2027-08-25" not in done.text


def test_a_typed_time_is_the_patient_s(browser: Open, cast: Cast, infusion: Infusion) -> None:
    browser(cast.nia).get(day(infusion)).form("Save the reading").submit(**READING, time="09:40")
    assert rows(infusion)[0].occurred_at == NOW - timedelta(minutes=20)


def test_a_late_evening_typed_after_midnight_is_the_day_before(
    browser: Open, cast: Cast, infusion: Infusion, frozen: object
) -> None:
    late = planned(cast, NOW.replace(hour=4, minute=10), number=2)
    browser(cast.nia).get(day(late)).form("Save the reading").submit(**READING, time="23:50")
    assert rows(late)[0].occurred_at == NOW.replace(hour=4, minute=50)


def test_every_kind_has_its_form_and_its_address(browser: Open, cast: Cast, infusion: Infusion) -> None:
    (high,) = kept(cast, infusion, vitals(15, **HIGH))
    (nausea,) = kept(cast, infusion, draft(K.SIDE_EFFECT, 20, {"effect": "nausea", "strength": "mild"}))
    db.session.commit()
    sent = {
        K.PRE_CHECK: {
            "identity": "y",
            "adult": "yes",
            "weight_kg": "70.5",
            "ate_on": "2026-11-22",
            "ate_time": "06:30",
        },
        K.DRUG: {"drug": "Ketamine", "drawn_mg": "50", "given_mg": "35", "wasted_mg": "15"},
        K.STARTED: {"minutes": "40", "unordered_reason": "On the phone", "time": "08:40"},
        K.STATE: {"alertness": "drowsy", "away": "0"},
        K.SIDE_EFFECT: {"effect": "other", "other": "Hiccups", "strength": "mild"},
        K.SIDE_EFFECT_ENDED: {"of": str(nausea)},
        K.MEDICINE_GIVEN: {"name": "Ondansetron", "dose": "4 mg"},
        K.AUTHORISATION: {"stop_id": str(high), "how": "spoken", "provider": "Bea", "said": "Go on"},
        K.ENDED: {"outcome": "completed", "given_mg": "35"},
        K.EMERGENCY: {"signs": ["chest-pain"], "called": "yes"},
        K.DISCHARGE: {"against_advice": "y", "reason": "They left"},
        K.NOTE: {"text": "All is well."},
        K.VITALS: {"point": "after", **READING},
    }
    assert set(sent) == set(EntryKind)
    for kind, fields in sent.items():
        answer = browser(cast.nia).open(add(infusion, kind), "POST", data=fields | {"id": str(new_id())})
        assert answer.status_code == (422 if kind is K.STARTED else 303), (kind, answer.get_data(as_text=True))
    kinds = [row.kind for row in rows(infusion)]
    assert sorted(kinds) == sorted([*set(EntryKind) - {K.STARTED}, K.VITALS, K.SIDE_EFFECT])
    checked = next(row for row in rows(infusion) if row.kind is K.PRE_CHECK)
    assert checked.values["weight_kg"] == 70.5
    assert next(row for row in rows(infusion) if row.kind is K.STATE).values["away"] == 0
    assert "Hiccups" in browser(cast.nia).get(day(infusion)).text


@pytest.mark.parametrize(
    ("kind", "fields", "problem"),
    [
        (K.PRE_CHECK, {"adult": "yes"}, "Check who it is"),
        (K.PRE_CHECK, {"identity": "y", "adult": "yes", "ate_on": "2026-11-22"}, "Enter the time as well"),
        (K.PRE_CHECK, {"identity": "y", "adult": "yes", "weight_kg": "7"}, "20 or more"),
        (K.DRUG, {"drug": "Ketamine", "drawn_mg": "50", "given_mg": "35"}, "50 mg drawn, but 35 mg given"),
        (K.DRUG, {"drug": "Ketamine", "expires_on": "2026-11-01"}, "This lot expired on November 1, 2026"),
        (K.ENDED, {"outcome": "stopped-early"}, "Say why it was stopped"),
        (K.STARTED, {}, "No provider has signed an order"),
        (K.SIDE_EFFECT, {"effect": "other", "strength": "mild"}, "Say what it is"),
        (K.SIDE_EFFECT_ENDED, {"of": "nonsense"}, "This page is out of date"),
        (K.AUTHORISATION, {"how": "spoken", "provider": "Bea", "said": "x"}, "This page is out of date"),
        (K.EMERGENCY, {"signs": ["other"], "called": "no"}, "Say what you see"),
        (K.EMERGENCY, {"called": "no"}, "Tick what you see"),
        (K.DISCHARGE, {"vitals_near": "y"}, "this is not complete"),
        (K.DISCHARGE, {"against_advice": "y"}, "Say what is missing"),
        (K.MEDICINE_GIVEN, {"name": "Ondansetron"}, "Enter the dose with its unit"),
    ],
)
def test_each_form_says_what_it_needs(
    browser: Open, cast: Cast, infusion: Infusion, kind: EntryKind, fields: dict[str, str], problem: str
) -> None:
    page = browser(cast.nia).post(add(infusion, kind), fields | {"id": str(new_id())}, expect=422)
    assert problem in page.html.replace("&#39;", "'"), page.problems
    assert rows(infusion) == []


def test_a_stop_stands_on_top_and_the_provider_signs_there(browser: Open, cast: Cast, infusion: Infusion) -> None:
    stopped = browser(cast.nia).get(day(infusion)).form("Save the reading").submit(**STOPPED)
    assert "Do not go on. The supervising provider must authorise it." in stopped.text
    assert not [one for one in stopped.all if one.get("action", "").endswith("/sign")]
    page = browser(cast.bea).get(day(infusion))
    unsaid = page.form("it may go on").submit(said="", expect=422)
    assert "Say why it may go on" in " ".join(unsaid.problems)
    signed = page.form("it may go on").submit(said="Known white coat; repeat in five minutes")
    assert "Signed." in signed.text
    assert "Known white coat" in browser(cast.nia).get(day(infusion)).text
    assert rows(infusion)[-1].values["how"] == "signed"
    assert rows(infusion)[-1].values["provider"] == "Bea Lindqvist"


def test_signing_takes_the_alert_on(browser: Open, cast: Cast, infusion: Infusion) -> None:
    browser(cast.nia).get(day(infusion)).form("Save the reading").submit(**STOPPED)
    assert [line.state for line in alerts.list_open(cast.bea.user_id)] == ["open"]
    browser(cast.bea).get(day(infusion)).form("it may go on").submit(said="Known white coat")
    db.session.rollback()
    (line,) = alerts.list_open(cast.bea.user_id)
    assert line.state == "acknowledged"
    assert [step.by for step in alerts.list_steps(line.id)] == ["", "Bea Lindqvist"]
    assert "urgent alert waits" not in browser(cast.bea).get("/caseload").text


def test_the_page_says_what_screening_came_to_and_asks_for_no_reason_where_an_order_is_signed(
    browser: Open, cast: Cast, infusion: Infusion
) -> None:
    page = browser(cast.nia).get(day(infusion))
    assert "Screening: not done" in page.text
    assert "unordered_reason" in page.html
    record_rows.order(infusion, cast.bea)
    assert "unordered_reason" not in browser(cast.nia).get(day(infusion)).html


def test_an_entry_is_corrected_and_both_versions_show(browser: Open, cast: Cast, infusion: Infusion) -> None:
    page = browser(cast.nia).get(day(infusion)).form("Save the reading").submit(**READING)
    form = page.follow("Correct").form("Save the correction")
    assert form.values["systolic"] == "124"
    unsaid = form.submit(systolic="142", expect=422)
    assert unsaid.problems == ["Say why you are correcting it"]
    done = unsaid.form("Save the correction").submit(correction_reason="Typed the wrong number")
    assert "142/78" in done.text
    assert "Typed the wrong number" in done.text
    assert "1 earlier version" in done.text
    assert len(rows(infusion)) == 2


def test_correcting_what_was_corrected_meanwhile_is_refused_in_words(
    browser: Open, cast: Cast, infusion: Infusion
) -> None:
    page = browser(cast.nia).get(day(infusion)).form("Save the reading").submit(**READING)
    form = page.follow("Correct").form("Save the correction")
    form.submit(systolic="130", correction_reason="First")
    again = {**form.values, "id": str(new_id()), "systolic": "140", "correction_reason": "Second"}
    again.pop("csrf_token")
    late = browser(cast.bea).post(add(infusion, K.VITALS), again, expect=422)
    assert problems.CORRECTED_ALREADY in late.text


def test_an_entry_made_by_mistake_is_taken_back(browser: Open, cast: Cast, infusion: Infusion) -> None:
    (start,) = kept(cast, infusion, draft(K.STARTED, 0))
    db.session.commit()
    page = browser(cast.nia).get(f"{day(infusion)}/entries/{start}")
    done = page.form("Save the correction").submit(mistaken="yes", correction_reason="Not started yet")
    assert "Before the start" in done.text
    assert queries.get_flowsheet(cast.ada.own_id, infusion.id).lines == ()


def test_what_was_done_otherwise_shows(browser: Open, cast: Cast, infusion: Infusion) -> None:
    kept(cast, infusion, draft(K.STARTED, 0), vitals(15, **HIGH), draft(K.ENDED, 40, {"outcome": "completed"}))
    db.session.commit()
    text = browser(cast.bea).get(day(infusion)).text
    assert "Started without a signed order." in text
    assert "Went on after a hard stop without the supervising provider." in text
    assert "Nobody recorded how many milligrams were given." in text


def test_a_change_told_the_evening_before_stands_in_the_check_before_the_start(
    browser: Open, cast: Cast, infusion: Infusion
) -> None:
    told = {"has_health_change": True, "health_change": "a cold", "has_medicine_change": False}
    rows_of.said(infusion, cast.ada, Step.EVENING, answered_at=NOW - timedelta(hours=14), **told)
    rows_of.said(infusion, cast.ada, Step.SAME_DAY, adult_name="Ike", answered_at=NOW - timedelta(hours=1))
    db.session.commit()
    values = browser(cast.nia).get(day(infusion)).form("Save the check").values
    assert (values["health_change"], values["medicine_change"], values["adult_name"]) == ("a cold", "", "Ike")


def test_a_panel_says_above_its_fields_what_to_know_first(browser: Open, cast: Cast, infusion: Infusion) -> None:
    rows_of.allergy(cast.ada, cast.nia, "Metoclopramide", "restless legs")
    db.session.commit()
    text = browser(cast.nia).get(day(infusion)).text
    assert "Allergies: Metoclopramide" in text.partition("Medicine given")[2]
    assert "Write down who it was and what they said, in their words." in text
    assert "Call emergency services first" in text.partition("Emergency: what you see")[2].partition("Log")[0]


GIVEN: dict[EntryKind, dict[str, str]] = {
    K.MEDICINE_GIVEN: {"name": "metoclopramide 10", "dose": "10 mg"},
    K.DRUG: {"drug": "Metoclopramide"},
}


@pytest.mark.parametrize("kind", GIVEN)
def test_what_is_given_in_spite_of_an_allergy_needs_a_reason(
    browser: Open, cast: Cast, infusion: Infusion, kind: EntryKind
) -> None:
    rows_of.allergy(cast.ada, cast.nia, "Metoclopramide", "restless legs")
    client, typed = browser(cast.nia), GIVEN[kind] | {"id": str(new_id())}
    page = client.post(add(infusion, kind), typed, expect=422)
    assert page.problems == [
        "The patient is recorded as allergic to Metoclopramide. If it is given all the same, say why here."
    ]
    assert rows(infusion) == []
    done = client.post(add(infusion, kind), typed | {"allergy_reason": "Told of it; the reaction was mild"})
    assert "Why it is given all the same Told of it; the reaction was mild" in done.text
    assert "the patient is recorded as allergic to Metoclopramide" in done.text


def test_nobody_without_allergies_is_asked_about_one(browser: Open, cast: Cast, infusion: Infusion) -> None:
    assert "all the same" not in browser(cast.nia).get(day(infusion)).text
    rows_of.allergy(cast.ada, cast.nia, "Latex")
    assert "Why it is given all the same" in browser(cast.nia).get(day(infusion)).text
    fields = GIVEN[K.MEDICINE_GIVEN] | {"id": str(new_id())}
    assert "metoclopramide 10" in browser(cast.nia).post(add(infusion, K.MEDICINE_GIVEN), fields).text


def test_what_waits_on_the_device_stands_below_a_stop(browser: Open, cast: Cast, infusion: Infusion) -> None:
    html = browser(cast.nia).get(day(infusion)).form("Save the reading").submit(**STOPPED).html
    assert html.index("Do not go on. The supervising provider", html.index('data-part="standing"')) < html.index(
        "data-waiting"
    )


def test_less_given_than_ordered_shows_at_the_bedside(browser: Open, cast: Cast, infusion: Infusion) -> None:
    record_rows.order(infusion, cast.bea)
    ended = {"outcome": "stopped-early", "reason": "They asked to", "given_mg": 20.0}
    kept(cast, infusion, draft(K.STARTED, 0), draft(K.ENDED, 30, ended))
    db.session.commit()
    assert "20 mg given, 35 mg ordered." in browser(cast.nia).get(day(infusion)).text


def test_only_the_care_team_records_and_only_a_provider_signs(browser: Open, cast: Cast, infusion: Infusion) -> None:
    (entry,) = kept(cast, infusion, vitals(15, **HIGH))
    db.session.commit()
    for name, person in cast.everybody().items():
        client, may = browser(person), name in RECORDS
        for path in ("", "/entries", f"/entries/{entry}"):
            assert client.open(day(infusion) + path).status_code == (200 if may else 404), (name, path)
        assert client.open(add(infusion, K.NOTE), "POST", data={}).status_code == (422 if may else 404), name
        sent = client.open(f"{day(infusion)}/entries", "POST", json={})
        assert sent.status_code == (400 if may else 404), name
        signs = client.open(f"{day(infusion)}/sign", "POST", data={})
        assert signs.status_code == (422 if name == "bea" else 404), name


def test_what_is_not_there_is_not_found(browser: Open, cast: Cast, infusion: Infusion) -> None:
    theirs = factories.course(cast.dot, cast.cal)
    other = factories.infusion(theirs, cast.cal, NOW)
    client = browser(cast.nia)
    base = f"/patients/{cast.ada.own_id}/treatments"
    assert client.open(f"{base}/{theirs.id}/{other.id}/day").status_code == 404
    assert client.open(f"{base}/{infusion.course_id}/{other.id}/day/entries").status_code == 404
    for number in (0, len(EntryKind) + 1):
        assert client.open(f"{day(infusion)}/new/{number}", "POST", data={}).status_code == 404
    assert client.open(f"{day(infusion)}/entries/{new_id()}").status_code == 404


def test_the_log_is_sent_again_only_when_something_changed(browser: Open, cast: Cast, infusion: Infusion) -> None:
    client = browser(cast.nia)
    first = client.open(f"{day(infusion)}/entries")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert client.open(f"{day(infusion)}/entries", headers=tag).status_code == 304
    kept(cast, infusion, vitals(15))
    db.session.commit()
    assert client.open(f"{day(infusion)}/entries", headers=tag).status_code == 200


def test_the_alert_shows_what_was_recorded_and_leads_to_the_bedside(
    browser: Open, cast: Cast, infusion: Infusion
) -> None:
    kept(cast, infusion, vitals(15, **HIGH))
    db.session.commit()
    alerts = browser(cast.bea).get("/alerts")
    assert "186/112 mmHg" in alerts.text
    page = alerts.follow("Ada Okafor")
    assert page.h1.startswith("Vital signs past a hard stop")
    assert "186/112 mmHg" in page.text
    assert "Happened November 22, 2026, 8:45" in page.text
    assert "Arrived November 22, 2026, 10:00" in page.text
    assert "not sent, only begun" not in page.text
    assert page.follow("The bedside page").url == day(infusion)


def test_a_page_is_read_in_few_statements(
    browser: Open, cast: Cast, infusion: Infusion, queries_of: Callable[[Callable[[], object]], int]
) -> None:
    kept(cast, infusion, *(vitals(15 + n) for n in range(20)))
    db.session.commit()
    client = browser(cast.nia)
    client.open(day(infusion))
    sent = {"id": str(new_id()), "point": "during", **READING, "time": "09:50"}
    found = {
        "page": queries_of(lambda: client.open(day(infusion))),
        "log": queries_of(lambda: client.open(f"{day(infusion)}/entries")),
        "entry": queries_of(lambda: client.open(add(infusion, K.VITALS), "POST", data=sent)),
    }
    assert found == {"page": 18, "log": 12, "entry": 15}
