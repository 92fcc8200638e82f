"""A nurse's first page: her visits of a day, with what she must know before she knocks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from portal import db
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.patients.models import CareTeamMember, Patient
from portal.review.models import CaseloadRow
from portal.treatment.models import Infusion, InfusionStatus
from portal.treatment.preparation.models import Adult, Step
from tests import factories
from tests.cast import NOW, Cast, Person
from tests.page import Browser, Page
from tests.treatment import record_rows as rows

Open = Callable[..., Browser]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STATEMENTS = 22


def planned(cast: Cast, person: Person | None = None, at: Any = NOW + HOUR, number: int = 1, **values: Any) -> Infusion:
    """An infusion that is planned, today at 11 where nothing else is said."""
    who = person or cast.ada
    course = factories.course(who, cast.bea)
    values = {"status": InfusionStatus.PLANNED, "started_at": None} | values
    return factories.infusion(course, cast.bea, at, number=number, **values)


def day(browser: Open, cast: Cast, who: str = "nia", on: str = "") -> Page:
    return browser(getattr(cast, who)).get("/day" + (f"?on={on}" if on else ""))


def test_a_nurse_begins_her_day_with_her_visits_in_order_of_time(browser: Open, cast: Cast) -> None:
    planned(cast, at=NOW + 4 * HOUR)
    db.session.add(CareTeamMember(patient_id=cast.dot.own_id, user_id=cast.nia.user_id, since=NOW - DAY))
    db.session.commit()
    planned(cast, cast.dot, at=NOW + HOUR)
    page = browser(cast.nia).get("/")
    assert page.h1 == "My day Sun, Nov 22 · today"
    assert page.title.startswith("My day")
    assert page.text.index("11:00") < page.text.index("Dot Vasquez") < page.text.index("Ada Okafor")


def test_a_visit_says_where_whom_to_call_what_to_avoid_and_what_is_ordered(browser: Open, cast: Cast) -> None:
    infusion = planned(cast)
    ada = db.session.get_one(Patient, cast.ada.own_id)
    ada.address_line_1, ada.city, ada.region, ada.postal_code = "12 Quay Street", "Albany", "NY", "12207"
    ada.home_phone = "+1 212 555 0199"
    rows.allergy(cast.ada, cast.nia, "Penicillin", "hives")
    rows.allergy(cast.ada, cast.nia, "Gone", withdrawn_at=NOW)
    rows.order(infusion, cast.bea, instructions="Slow if anxious.")
    page = day(browser, cast)
    for said in ("12 Quay Street", "Albany NY 12207", "Penicillin: hives", "Ketamine 35 mg", "intravenous, 40 minutes"):
        assert said in page.text, said
    for said in ("signed by Bea Lindqvist", "Slow if anxious.", "In an emergency: Ike Okafor"):
        assert said in page.text, said
    assert "Gone" not in page.text
    assert "No signed order" not in page.text
    calls = [href for _, href in page.links if href.startswith("tel:")]
    assert calls == ["tel:+12125550134", "tel:+12125550199", "tel:+12125550178"]


def test_what_is_missing_is_said_and_flagged(browser: Open, cast: Cast) -> None:
    planned(cast)
    ada = db.session.get_one(Patient, cast.ada.own_id)
    ada.mobile_phone = ada.emergency_phone = ada.emergency_name = ""
    db.session.commit()
    text = day(browser, cast).text
    for said in ("No signed order", "Not signed yet", "Screening: never asked", "None recorded. Ask.", "No address"):
        assert said in text, said
    for said in ("The evening before: not answered yet", "On the day: not answered yet", "No phone", "No emergency co"):
        assert said in text, said


def test_a_withdrawn_order_is_no_order(browser: Open, cast: Cast) -> None:
    infusion = planned(cast)
    rows.order(infusion, cast.bea, number=1)
    rows.order(infusion, cast.bea, number=2, withdrawn_at=NOW, withdrawn_by_id=cast.bea.user_id)
    assert "No signed order" in day(browser, cast).text


def test_the_patients_answers_of_the_evening_and_of_the_day_stand_there_with_changes_flagged(
    browser: Open, cast: Cast
) -> None:
    infusion = planned(cast)
    told: dict[str, Any] = {"has_health_change": True, "health_change": "a cold", "has_medicine_change": False}
    rows.said(infusion, cast.ada, Step.EVENING, adult_name="Ike", **told)
    rows.said(
        infusion,
        cast.ada,
        Step.SAME_DAY,
        Adult.NOT_SURE,
        ate_at=NOW - 14 * HOUR,
        drank_at=NOW - 2 * HOUR,
    )
    text = day(browser, cast).text
    for said in ("An adult: yes, Ike", "Change in health: yes, “a cold”", "Change in medicines: no"):
        assert said in text, said
    for said in ("Last food: 8:00 PM, Sat, Nov 21", "Last drink: 8:00 AM, Sun, Nov 22", "No adult for certain"):
        assert said.replace(" PM", "") in text.replace("\u202f", " ").replace(" PM", ""), said
    assert "not answered" not in text


def test_a_change_that_was_only_told_on_the_day_itself_is_flagged_too(browser: Open, cast: Cast) -> None:
    told: dict[str, Any] = {"has_health_change": True, "health_change": "fever", "has_medicine_change": True}
    rows.said(planned(cast), cast.ada, Step.SAME_DAY, medicine_change="an antibiotic", **told)
    text = day(browser, cast).text
    flags = text[: text.index("At the door")]
    assert "Change in health" in flags
    assert "Change in medicines" in flags


def test_only_what_was_said_last_of_a_step_counts(browser: Open, cast: Cast) -> None:
    infusion = planned(cast)
    rows.said(infusion, cast.ada, Step.EVENING, Adult.NO, answered_at=NOW - 15 * HOUR)
    rows.said(infusion, cast.ada, Step.EVENING, Adult.YES, answered_at=NOW - 13 * HOUR)
    text = day(browser, cast).text
    assert "An adult: yes" in text
    assert "No adult for certain" not in text
    assert "changed since first sent" in text


def test_a_visit_under_way_shows_its_last_reading_and_an_open_stop(browser: Open, cast: Cast) -> None:
    infusion = planned(cast, at=NOW - HOUR)
    rows.entry(infusion, cast.nia, "started", NOW - 50 * timedelta(minutes=1), minutes=40)
    rows.vitals(infusion, cast.nia, NOW - 40 * timedelta(minutes=1), 150)
    stop = rows.vitals(infusion, cast.nia, NOW - 20 * timedelta(minutes=1), 184, level="hard")
    page = day(browser, cast)
    assert "Under way since 9:10" in page.text
    assert "184/80" in page.text
    assert "A stop is open" in page.text
    rows.entry(infusion, cast.nia, "authorisation", NOW - timedelta(minutes=15), stop_id=str(stop.id), how="spoken")
    assert "A stop is open" not in day(browser, cast).text


@pytest.mark.parametrize(
    ("zone", "theirs"),
    [("America/Los_Angeles", "8:00"), ("Asia/Kathmandu", "9:45"), ("America/New_York", None)],
)
def test_times_are_the_readers_and_the_patients_stand_beside_where_they_differ(
    browser: Open, cast: Cast, zone: str, theirs: str | None
) -> None:
    planned(cast)
    db.session.get_one(User, cast.ada.user_id).time_zone = zone
    db.session.commit()
    text = day(browser, cast).text.replace("\u202f", " ")
    assert "11:00 AM" in text
    assert ("there" in text.split("At the door")[0]) == (theirs is not None)
    assert theirs is None or f"{theirs}" in text.split("At the door")[0]


def test_the_day_is_the_readers_own_day(browser: Open, cast: Cast) -> None:
    planned(cast, at=NOW + 13 * HOUR)  # 4:00 the next day in UTC, 23:00 today in New York.
    assert "Ada Okafor" in day(browser, cast).text
    assert "Ada Okafor" not in day(browser, cast, on="2026-11-23").text
    db.session.get_one(User, cast.nia.user_id).time_zone = "Europe/Berlin"
    db.session.commit()
    assert "Ada Okafor" not in day(browser, cast).text
    assert "Ada Okafor" in day(browser, cast, on="2026-11-23").text


def test_an_infusion_of_several_days_stays_on_the_page_until_it_ends(browser: Open, cast: Cast) -> None:
    planned(cast, at=NOW - 2 * DAY, minutes=4 * 24 * 60, status=InfusionStatus.COMPLETED)
    assert "Ada Okafor" in day(browser, cast).text
    assert "Ada Okafor" in day(browser, cast, on="2026-11-24").text
    assert "Ada Okafor" not in day(browser, cast, on="2026-11-27").text


@pytest.mark.parametrize("status", [InfusionStatus.CANCELLED, InfusionStatus.MISSED])
def test_a_visit_that_does_not_take_place_is_no_visit_but_is_told(
    browser: Open, cast: Cast, status: InfusionStatus
) -> None:
    planned(cast, status=status)
    page = day(browser, cast)
    assert "No visit on this day" in page.text
    assert "Not taking place" in page.text
    assert "Open the bedside page" not in page.text


def test_an_empty_day_says_when_the_next_visit_is_and_leads_there(browser: Open, cast: Cast) -> None:
    planned(cast, at=NOW + 3 * DAY)
    page = day(browser, cast)
    assert "The next one is on Wed, Nov 25, 10:00" in page.text.replace("\u202f", " ")
    assert "Ada Okafor" in page.follow("Open that day").text
    assert "None is planned" in day(browser, cast, on="2026-12-01").text


def test_the_days_before_and_after_are_one_tap_away(browser: Open, cast: Cast) -> None:
    page = day(browser, cast)
    assert page.follow("Mon, Nov 23").h1 == "My day Mon, Nov 23 · tomorrow"
    assert page.follow("Sat, Nov 21").follow("Today").h1.endswith("today")


@pytest.mark.parametrize("on", ["", "tomorrow", "2026-02-30", "0001-01-01", "9999-12-31", "1066-10-14"])
def test_a_day_that_cannot_be_meant_is_today(browser: Open, cast: Cast, on: str) -> None:
    assert day(browser, cast, on=on).h1.endswith("today")


def test_somebody_elses_patients_never_appear(browser: Open, cast: Cast) -> None:
    planned(cast, cast.dot)
    assert "Dot Vasquez" in day(browser, cast, "cal").text
    for who in ("nia", "bea"):
        page = day(browser, cast, who)
        assert "Dot" not in page.text
        assert "None is planned" in page.text
    member = CareTeamMember(patient_id=cast.dot.own_id, user_id=cast.nia.user_id, since=NOW - 9 * DAY, until=NOW - DAY)
    db.session.add(member)
    db.session.commit()
    assert "Dot" not in day(browser, cast).text


def test_only_providers_and_nurses_have_a_day(browser: Open, cast: Cast) -> None:
    planned(cast)
    for name, person in cast.everybody().items():
        expected = 200 if name in {"bea", "cal", "nia"} else 403
        assert browser(person).open("/day").status_code == expected, name
    assert browser().open("/day").status_code == 303


def test_a_look_at_the_day_is_audited_as_one_at_a_list(browser: Open, cast: Cast) -> None:
    day(browser, cast)
    looks = db.session.query(AuditEvent).filter_by(event="list:looked-at").all()
    assert [(row.actor_id, row.details["page"]) for row in looks] == [(cast.nia.user_id, "day.show")]


def full_visit(cast: Cast, name: str) -> None:
    """A patient of Nia with a visit, and one row of everything the page reads."""
    patient_id = factories.patient_row(name, cast.nia, 5, like=db.session.get_one(CaseloadRow, cast.ada.own_id))
    db.session.commit()
    person = Person(cast.ada.user_id, "", cast.ada.actor, patient_id)
    infusion = planned(cast, person)
    rows.order(infusion, cast.bea)
    rows.said(infusion, cast.ada, Step.EVENING)
    rows.vitals(infusion, cast.nia, NOW, 120)
    rows.screening(person, cast.bea)
    rows.allergy(person, cast.nia, "Latex")


def test_the_cost_does_not_grow_with_patients_or_visits(browser: Open, cast: Cast, queries_of: Any) -> None:
    nia = browser(cast.nia)
    full_visit(cast, "first")
    nia.get("/day")
    one = queries_of(lambda: nia.get("/day"))
    for number in range(12):
        full_visit(cast, f"p{number}")
    assert nia.get("/day").text.count("Open the bedside page") == 13
    assert queries_of(lambda: nia.get("/day")) == one <= STATEMENTS
