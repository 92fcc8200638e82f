"""Where a sign of danger could get lost, and where somebody could be let in whom nobody asked."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal import db
from portal.access.policy import Relation
from portal.instruments.definition import SafetyState
from portal.safety import service
from portal.safety.models import Closing, Concern
from portal.safety.rules import SafetyAnswer
from tests.cast import NOW, Cast, Person
from tests.safety.escalation.stage import MONDAY, answer, audited, everyone, step, told
from tests.safety.test_acts import do, relation

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def hear(person: Person, instrument: str, item: str, value: float | None, submission: uuid.UUID, **more: Any) -> None:
    state = SafetyState.UNKNOWN if value is None else SafetyState.POSITIVE
    found = SafetyAnswer(instrument, item, value, state)
    db.begin(write=True)
    service.hold(person.own_id)
    service.review(person.own_id, [found], submission_id=submission, on=NOW.date(), at=more.pop("at", NOW), own=False)
    db.session.commit()


def heard() -> list[tuple[str, str, float | None]]:
    db.session.rollback()
    rows = db.session.scalars(select(Concern).order_by(Concern.found_at, Concern.instrument))
    return [(one.instrument, one.rule, one.value) for one in rows]


@pytest.mark.parametrize("values", [(1, 0), (2, 1), (1, 2)])
def test_every_answer_that_speaks_of_danger_is_written_whichever_of_them_is_worse(
    cast: Cast, values: tuple[int, int]
) -> None:
    sent = uuid.uuid4()
    for minute, value in enumerate(values):
        hear(cast.ada, "our-own", "safe_here", value, sent, at=NOW + minute * MINUTE)
    assert heard() == [("our-own", "R2", value) for value in values]


def test_the_same_answer_of_the_same_sheet_is_written_once(cast: Cast) -> None:
    sent = uuid.uuid4()
    for value in (1, None, 1, None):
        hear(cast.ada, "our-own", "safe_here", value, sent)
    assert sorted(heard()) == [("our-own", "R2", 1), ("our-own", "R4", None)]


@pytest.mark.parametrize(("values", "times"), [((1, 0), 2), ((0, 1), 2), ((1, 1), 1)])
def test_of_a_question_no_rule_names_any_other_answer_is_told_again(
    cast: Cast, values: tuple[int, int], times: int
) -> None:
    for minute, value in enumerate(values):
        hear(cast.ada, "our-own", "safe_here", value, uuid.uuid4(), at=NOW + minute * MINUTE)
    assert len(told(NOW)) == times * len(everyone(cast.bea, cast.nia))


def test_whose_day_is_over_is_not_let_in_again_unasked(cast: Cast) -> None:
    alert = answer(cast.ada, at=MONDAY)
    while step(MONDAY + 15 * MINUTE):
        pass
    do(service.acknowledge, alert, by=cast.bea, at=MONDAY + 20 * MINUTE)
    do(service.close, alert, Closing.SAFE, "Safe.", by=cast.bea, at=MONDAY + 30 * MINUTE)
    weeks_later = MONDAY + 14 * DAY
    before = audited()
    do(service.reopen, alert, "Closed by mistake.", by=cast.bea, at=weeks_later)
    assert relation(cast.cal, cast.ada, weeks_later) is Relation.STRANGER
    assert audited() == [*before, "alert:reopened"]
    do(service.acknowledge, alert, by=cast.bea, at=weeks_later + MINUTE)
    do(service.close, alert, Closing.SAFE, "Safe.", by=cast.bea, at=weeks_later + 2 * MINUTE)
    assert relation(cast.cal, cast.ada, weeks_later + 2 * MINUTE) is Relation.STRANGER
    do(service.reopen, alert, "Again.", by=cast.bea, at=weeks_later + 3 * MINUTE)
    while step(weeks_later + 20 * MINUTE):
        pass
    assert relation(cast.cal, cast.ada, weeks_later + 20 * MINUTE) is Relation.CALLED
    assert "alert:called-in" in audited()[len(before) :]
