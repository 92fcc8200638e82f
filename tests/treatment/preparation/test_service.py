"""Keeping what a patient says before an infusion, and reading it back."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from portal import db
from portal.audit.models import AuditEvent
from portal.treatment.flowsheet.models import EntryKind, FlowsheetEntry
from portal.treatment.models import Infusion, InfusionStatus
from portal.treatment.preparation import queries, service
from portal.treatment.preparation.models import Preparation
from portal.treatment.preparation.steps import Adult, Statement, Step
from portal.treatment.problems import Refused
from tests import factories
from tests.cast import NOW, Cast
from tests.treatment import record_rows as rows

TOMORROW = NOW + timedelta(days=1)
HOUR = timedelta(hours=1)
FINE = Statement(Step.EVENING, Adult.YES, "Ike", has_health_change=False, has_medicine_change=False)
EVENING_AT = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
DAY_AT = TOMORROW - 2 * HOUR
FASTING = Statement(Step.SAME_DAY, Adult.YES, "Ike", ate_at=DAY_AT - 10 * HOUR, drank_at=DAY_AT - HOUR)


@pytest.fixture
def infusion(cast: Cast) -> Infusion:
    on = factories.course(cast.ada, cast.bea)
    return factories.infusion(on, cast.bea, TOMORROW, status=InfusionStatus.PLANNED, started_at=None)


def confirm(cast: Cast, infusion: Infusion, said: Statement = FINE, **values: Any) -> Preparation:
    usual: dict[str, Any] = {"submission_id": uuid.uuid4(), "by": cast.ada.actor, "at": EVENING_AT}
    return service.confirm(cast.ada.own_id, infusion.id, said, **usual | values)


def why(action: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        action()
    return [(one.field, one.msgid) for one in refused.value.problems]


def test_the_latest_of_each_step_counts_and_the_earlier_ones_stay(cast: Cast, infusion: Infusion) -> None:
    confirm(cast, infusion)
    confirm(cast, infusion, replace(FINE, adult=Adult.NO, adult_name=""), at=EVENING_AT + HOUR)
    confirm(cast, infusion, FASTING, at=DAY_AT)
    found = queries.latest([infusion.id])[infusion.id]
    assert found[Step.EVENING].adult is Adult.NO
    assert found[Step.EVENING].times_before == 1
    assert found[Step.SAME_DAY].ate_at == FASTING.ate_at
    assert found[Step.SAME_DAY].times_before == 0
    kept = select(Preparation.adult).order_by(Preparation.answered_at)
    assert db.session.scalars(kept).all() == [Adult.YES, Adult.NO, Adult.YES]
    assert queries.latest([uuid.uuid4()]) == {}


def test_the_same_submission_twice_is_one_statement(cast: Cast, infusion: Infusion) -> None:
    once = uuid.uuid4()
    first = confirm(cast, infusion, submission_id=once)
    assert confirm(cast, infusion, submission_id=once, at=EVENING_AT + HOUR).id == first.id
    assert db.session.scalar(select(func.count()).select_from(Preparation)) == 1
    other = replace(FINE, adult=Adult.NO)
    assert why(lambda: confirm(cast, infusion, other, submission_id=once)) == [("", service.SENT_ALREADY)]


@pytest.mark.parametrize(
    ("said", "at"),
    [(FINE, EVENING_AT - 6 * HOUR), (FASTING, EVENING_AT), (FINE, TOMORROW + 24 * HOUR)],
    ids=["before noon", "the day before it", "the day after"],
)
def test_nothing_is_kept_outside_its_time(cast: Cast, infusion: Infusion, said: Statement, at: datetime) -> None:
    assert why(lambda: confirm(cast, infusion, said, at=at)) == [("", service.NOT_OPEN)]
    assert db.session.scalar(select(func.count()).select_from(Preparation)) == 0


@pytest.mark.parametrize("status", [one for one in InfusionStatus if one is not InfusionStatus.PLANNED])
def test_nothing_is_kept_of_what_is_settled(cast: Cast, infusion: Infusion, status: InfusionStatus) -> None:
    infusion.status = status
    db.session.commit()
    assert why(lambda: confirm(cast, infusion)) == [("", service.HAS_STARTED)]


def test_nothing_is_kept_once_the_bedside_recorded_the_start(cast: Cast, infusion: Infusion) -> None:
    confirm(cast, infusion, FASTING, at=DAY_AT)
    db.session.add(
        FlowsheetEntry(
            patient_id=cast.ada.own_id,
            infusion_id=infusion.id,
            kind=EntryKind.STARTED,
            values={},
            rules_version=0,
            occurred_at=DAY_AT + HOUR,
            recorded_at=DAY_AT + HOUR,
            recorded_by_id=cast.nia.user_id,
        )
    )
    db.session.commit()
    later = DAY_AT + HOUR
    assert why(lambda: confirm(cast, infusion, FASTING, at=later)) == [("", service.HAS_STARTED)]


def test_a_start_that_was_taken_back_closes_nothing(cast: Cast, infusion: Infusion) -> None:
    start = rows.entry(infusion, cast.nia, "started", DAY_AT)
    assert queries.has_started(infusion.id)
    rows.entry(infusion, cast.nia, "started", DAY_AT, mistaken=True, corrects_id=start.id, reason="wrong patient")
    assert not queries.has_started(infusion.id)
    confirm(cast, infusion, FASTING, at=DAY_AT)


def test_a_change_without_words_is_refused_and_nothing_is_half_kept(cast: Cast, infusion: Infusion) -> None:
    said = replace(FINE, has_medicine_change=True)
    assert [field for field, _ in why(lambda: confirm(cast, infusion, said))] == ["medicine_change"]
    assert queries.latest([infusion.id]) == {}


def test_the_audit_knows_who_and_which_step_and_not_what_was_said(cast: Cast, infusion: Infusion) -> None:
    row = confirm(cast, infusion, replace(FINE, has_health_change=True, health_change="a cold"))
    kept = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "preparation:confirmed")).one()
    assert (kept.actor_id, kept.patient_id, kept.thing_id) == (cast.ada.user_id, cast.ada.own_id, row.id)
    assert kept.details == {"step": "evening"}
