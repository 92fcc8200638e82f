from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal import db
from portal.audit.models import AuditEvent
from portal.checkins import planning, queries
from portal.checkins.models import PlanItem
from portal.checkins.planning import InvalidPlan
from portal.patients.models import Condition
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import Opener, count, ref
from tests.factories import plan_item, scored

TODAY = date(2026, 11, 22)


def asked(person: Person) -> Any:
    db.session.rollback()
    rows = db.session.scalars(select(PlanItem).where(PlanItem.patient_id == person.own_id, PlanItem.ends_on.is_(None)))
    return {row.instrument: (row.every_days, tuple(row.extra_items)) for row in rows}


def start(person: Person, *conditions: Any) -> None:
    planning.start_default_plan(person.own_id, conditions, by=person.actor, at=NOW)
    db.session.commit()


@pytest.mark.parametrize(
    ("conditions", "extra"),
    [
        ([], ()),
        ([Condition.TREATMENT_RESISTANT_DEPRESSION, Condition.ANXIETY, Condition.PTSD], ()),
        ([Condition.CHRONIC_PAIN], ("pain",)),
        ([Condition.OCD], ("ocd_time",)),
        ([Condition.BIPOLAR], ("sleep_need",)),
        ([Condition.BIPOLAR, Condition.CHRONIC_PAIN], ("pain", "sleep_need")),
    ],
)
def test_a_new_patient_is_asked_every_day_and_every_two_weeks_and_by_condition(
    cast: Cast, conditions: Any, extra: Any
) -> None:
    start(cast.ada, *conditions)
    assert asked(cast.ada) == {"daily": (1, extra), "phq-9": (14, ()), "gad-7": (14, ())}
    assert {row.starts_on for row in db.session.scalars(select(PlanItem))} == {TODAY}
    assert count(AuditEvent, event="plan:started") == 1


def test_a_changed_rhythm_replaces_the_line_from_today_and_keeps_the_old_one(cast: Cast) -> None:
    old = plan_item(cast.ada, "phq-9", 14)
    planning.ask(cast.ada.own_id, "phq-9", every_days=7, by=cast.bea.actor, at=NOW)
    db.session.commit()
    assert asked(cast.ada) == {"phq-9": (7, ())}
    assert (old.every_days, old.ends_on) == (14, TODAY)
    scored(cast.ada, "phq-9", 9, TODAY - timedelta(days=8))
    found = queries.get_today(ref(cast.ada), at=NOW, past_days=7)
    assert [(one.line.every_days, one.standing) for one in found.due] == [(7, "due")]


@pytest.mark.parametrize(
    ("instrument", "every_days", "extra"),
    [("made-up", 7, ()), ("phq-9", 0, ()), ("phq-9", 367, ()), ("daily", 1, ("mood",)), ("phq-9", 7, ("pain",))],
)
def test_a_plan_that_cannot_be_is_refused(cast: Cast, instrument: Any, every_days: Any, extra: Any) -> None:
    plan_item(cast.ada)
    with pytest.raises(InvalidPlan):
        planning.ask(cast.ada.own_id, instrument, every_days=every_days, extra_items=extra, by=cast.bea.actor, at=NOW)
    db.session.commit()
    assert asked(cast.ada) == {"daily": (1, ())}


def test_ending_everything_and_taking_it_up_again_leaves_the_plan_as_it_was(cast: Cast) -> None:
    start(cast.ada, Condition.OCD)
    before, later = asked(cast.ada), NOW + timedelta(days=30)
    assert planning.end_item(cast.ada.own_id, _item(cast.ada, "gad-7").id, by=cast.bea.actor, at=NOW)
    planning.end_plans(cast.ada.own_id, by=cast.bea.actor, at=NOW + timedelta(days=10))
    db.session.commit()
    assert asked(cast.ada) == {}
    planning.resume(cast.ada.own_id, by=cast.bea.actor, at=later)
    db.session.commit()
    assert asked(cast.ada) == {name: line for name, line in before.items() if name != "gad-7"}
    planning.resume(cast.ada.own_id, by=cast.bea.actor, at=later)
    db.session.commit()
    assert count(PlanItem, ends_on=None) == 2


def test_taking_up_a_plan_that_never_was_does_nothing(cast: Cast) -> None:
    planning.resume(cast.ada.own_id, by=cast.bea.actor, at=NOW)
    planning.end_plans(cast.ada.own_id, by=cast.bea.actor, at=NOW)
    db.session.commit()
    assert count(PlanItem) == count(AuditEvent) == 0


def _item(person: Person, instrument: Any) -> Any:
    return db.session.scalars(select(PlanItem).filter_by(patient_id=person.own_id, instrument=instrument)).one()


# The page


def page_of(browser: Opener, person: Person, patient: Person) -> Any:
    return browser(person).get(f"/patients/{patient.own_id}/plan")


def test_a_provider_sees_and_changes_what_is_asked(browser: Opener, cast: Cast) -> None:
    start(cast.ada)
    page = page_of(browser, cast.bea, cast.ada)
    assert page.rows()[1][:2] == ["Daily check-in", "every dayabout 1 minute"]
    page = page.form("Save").submit(instrument="daily", every_days="1", extra_items=["pain", "meds"])
    assert asked(cast.ada)["daily"] == (1, ("meds", "pain"))
    assert "How strong was your pain today?" in page.text
    page.form("Stop asking GAD-7").submit()
    assert set(asked(cast.ada)) == {"daily", "phq-9"}
    assert "Asked before" in page_of(browser, cast.bea, cast.ada).text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "Choose what to ask"),
        ({"instrument": "phq-9"}, "Enter every how many days to ask it, like 14"),
        ({"instrument": "phq-9", "every_days": "0"}, "Enter 1 or more"),
        ({"instrument": "phq-9", "every_days": "400"}, "Enter 366 or less"),
        ({"instrument": "phq-9", "every_days": "often"}, "Enter a whole number, like 12"),
        ({"instrument": "phq-9", "every_days": "7", "extra_items": ["pain"]}, "Only the daily check-in takes further"),
    ],
)
def test_a_plan_with_a_mistake_says_which_and_keeps_the_rest(
    browser: Opener, cast: Cast, change: Any, said: Any
) -> None:
    page = page_of(browser, cast.bea, cast.ada).form("Save").submit(change, expect=422)
    assert any(said in problem for problem in page.problems)
    assert page.form("Save").values.get("instrument", "") == change.get("instrument", "")
    assert asked(cast.ada) == {}


@pytest.mark.parametrize("name", ["ada", "cal", "dot", "eve", "nia"])
def test_nobody_but_a_provider_of_the_team_changes_a_plan(browser: Opener, cast: Cast, name: Any) -> None:
    item, other = plan_item(cast.ada), browser(getattr(cast, name))
    path = f"/patients/{cast.ada.own_id}/plan"
    other.get(path, expect=404)
    assert other.open(path, "POST", data={"instrument": "phq-9", "every_days": "1"}).status_code == 404
    assert other.open(f"{path}/{item.id}/end", "POST").status_code == 404
    assert asked(cast.ada) == {"daily": (1, ())}


def test_a_line_of_another_patient_cannot_be_ended(browser: Opener, cast: Cast) -> None:
    theirs = plan_item(cast.dot)
    answer = browser(cast.bea).open(f"/patients/{cast.ada.own_id}/plan/{theirs.id}/end", "POST")
    assert answer.status_code == 404
    assert asked(cast.dot) == {"daily": (1, ())}
