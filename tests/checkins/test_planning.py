"""Making and changing a plan: lines begin and end, what stays goes on as it is, and nonsense changes nothing."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal import db
from portal.audit.models import AuditEvent
from portal.checkins import due, planning
from portal.checkins.models import PlanItem
from portal.checkins.plan import Anchor, LineDraft, Trigger, every
from portal.checkins.planning import InvalidPlan
from portal.checkins.rhythm import from_json
from tests.cast import NOW, Cast, Person
from tests.checkins.rhythms import AFTER_EACH, WEEKLY_AND_THE_MORNING_OF_EACH
from tests.checkins.sheets import count, ref
from tests.factories import plan_item, scored

TODAY = date(2026, 11, 22)
DAILY, PHQ, GAD = LineDraft("daily", every(1)), LineDraft("phq-9", every(14)), LineDraft("gad-7", every(14))


def asked(person: Person) -> Any:
    """Return the lines that have not ended, by instrument, with the day they began."""
    db.session.rollback()
    rows = db.session.scalars(select(PlanItem).where(PlanItem.patient_id == person.own_id, PlanItem.ends_on.is_(None)))
    return {
        row.instrument: (from_json(row.triggers), row.min_gap_days, tuple(row.extra_items), row.starts_on)
        for row in rows
    }


def apply(person: Person, by: Person, *lines: LineDraft, at: Any = NOW) -> None:
    planning.apply(person.own_id, lines, by=by.actor, at=at)
    db.session.commit()


def test_a_changed_rhythm_replaces_the_line_from_today_and_keeps_the_old_one(cast: Cast) -> None:
    old = plan_item(cast.ada, "phq-9", 14)
    weekly = WEEKLY_AND_THE_MORNING_OF_EACH
    planning.ask(cast.ada.own_id, "phq-9", triggers=weekly, min_gap_days=3, by=cast.bea.actor, at=NOW)
    db.session.commit()
    assert asked(cast.ada) == {"phq-9": (weekly, 3, (), TODAY)}
    assert (from_json(old.triggers), old.ends_on) == (every(14), TODAY)
    scored(cast.ada, "phq-9", 9, TODAY - timedelta(days=8))
    found = due.get_today(ref(cast.ada), at=NOW, past_days=7)
    assert [(one.line.triggers, one.standing) for one in found.due] == [(weekly, "due")]


def test_a_whole_plan_is_replaced_in_one_go_and_what_stays_goes_on(cast: Cast) -> None:
    apply(cast.ada, cast.bea, DAILY, PHQ, GAD, at=NOW - timedelta(days=5))
    before = {row.instrument: row.id for row in db.session.scalars(select(PlanItem))}
    apply(cast.ada, cast.bea, DAILY, LineDraft("phq-9", every(7)), LineDraft("side-effects", AFTER_EACH))
    began = TODAY - timedelta(days=5)
    assert asked(cast.ada) == {
        "daily": (every(1), 0, (), began),
        "phq-9": (every(7), 0, (), TODAY),
        "side-effects": (AFTER_EACH, 0, (), TODAY),
    }
    ended = {row.instrument for row in db.session.scalars(select(PlanItem).where(PlanItem.ends_on == TODAY))}
    assert ended == {"phq-9", "gad-7"}
    assert db.session.get_one(PlanItem, before["daily"]).ends_on is None
    events = db.session.execute(select(AuditEvent.event, AuditEvent.details).order_by(AuditEvent.sequence)).all()
    assert [(event, details["lines"]) for event, details in events] == [
        ("plan:started", ["daily", "phq-9", "gad-7"]),
        ("plan:changed", ["phq-9", "side-effects"]),
    ]


def test_a_plan_that_stays_as_it_is_writes_nothing(cast: Cast) -> None:
    with_extra = LineDraft("daily", every(1), extra_items=("pain", "meds"))
    apply(cast.ada, cast.bea, with_extra, PHQ)
    apply(cast.ada, cast.bea, PHQ, with_extra, at=NOW + timedelta(days=1))
    assert (count(PlanItem), count(AuditEvent)) == (2, 1)


def test_an_empty_plan_asks_nothing_any_more(cast: Cast) -> None:
    apply(cast.ada, cast.bea, DAILY, PHQ)
    apply(cast.ada, cast.bea)
    assert asked(cast.ada) == {}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (LineDraft("made-up", every(7)), "“made-up” is nothing that a plan of this clinic can hold."),
        (LineDraft("who-5", every(7)), "“who-5” is nothing that a plan of this clinic can hold."),
        (LineDraft("phq-9", every(7), extra_items=("pain",)), "“phq-9” has no further question “pain”."),
        (LineDraft("daily", every(1), extra_items=("mood",)), "“daily” has no further question “mood”."),
        (LineDraft("phq-9", every(0)), "It cannot be asked every 0 days. Take 1 to 366."),
        (LineDraft("phq-9", ()), "Say when it is asked."),
        (LineDraft("gad-7", every(7)), "“gad-7” stands in the plan twice. Put its rules into one line."),
        (
            LineDraft("phq-9", tuple(Trigger(Anchor.INFUSION, hours=hour) for hour in range(12))),
            "This would ask the same thing 12 times a day. It can be asked at most 6 times.",
        ),
    ],
)
def test_one_wrong_line_refuses_the_whole_plan_by_name_and_nothing_changes(cast: Cast, line: Any, said: Any) -> None:
    apply(cast.ada, cast.bea, DAILY)
    with pytest.raises(InvalidPlan) as refused:
        planning.apply(cast.ada.own_id, [PHQ, GAD, line], by=cast.bea.actor, at=NOW)
    db.session.commit()
    problem = next(one for one in refused.value.problems if one.message % one.values == said)
    assert problem.instrument == line.instrument
    assert set(asked(cast.ada)) == {"daily"}
    assert count(AuditEvent) == 1


def test_a_line_alone_is_refused_the_same_way(cast: Cast) -> None:
    plan_item(cast.ada)
    with pytest.raises(InvalidPlan, match="every 400 days"):
        planning.ask(cast.ada.own_id, "phq-9", triggers=every(400), by=cast.bea.actor, at=NOW)
    db.session.commit()
    assert set(asked(cast.ada)) == {"daily"}


def test_ending_everything_and_taking_it_up_again_leaves_the_plan_as_it_was(cast: Cast) -> None:
    later = NOW + timedelta(days=30)
    apply(cast.ada, cast.bea, DAILY, GAD, LineDraft("phq-9", WEEKLY_AND_THE_MORNING_OF_EACH, 3))
    before = asked(cast.ada)
    item = db.session.scalars(select(PlanItem).filter_by(instrument="gad-7")).one()
    assert planning.end_item(cast.ada.own_id, item.id, by=cast.bea.actor, at=NOW)
    planning.end_plans(cast.ada.own_id, by=cast.bea.actor, at=NOW + timedelta(days=10))
    db.session.commit()
    assert asked(cast.ada) == {}
    for _ in range(2):
        planning.resume(cast.ada.own_id, by=cast.bea.actor, at=later)
        db.session.commit()
        assert {name: line[:3] for name, line in asked(cast.ada).items()} == {
            name: line[:3] for name, line in before.items() if name != "gad-7"
        }
    assert count(PlanItem, ends_on=None) == 2


def test_taking_up_a_plan_that_never_was_does_nothing(cast: Cast) -> None:
    planning.resume(cast.ada.own_id, by=cast.bea.actor, at=NOW)
    planning.end_plans(cast.ada.own_id, by=cast.bea.actor, at=NOW)
    db.session.commit()
    assert count(PlanItem) == count(AuditEvent) == 0


def test_nobody_elses_line_ends(cast: Cast) -> None:
    of_dot = plan_item(cast.dot)
    apply(cast.ada, cast.bea, DAILY)
    assert not planning.end_item(cast.ada.own_id, of_dot.id, by=cast.bea.actor, at=NOW)
    apply(cast.ada, cast.bea)
    assert set(asked(cast.dot)) == {"daily"}
