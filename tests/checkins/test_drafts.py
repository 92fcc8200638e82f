import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from portal import db
from portal.audit.models import AuditEvent
from portal.checkins import queries, service
from portal.checkins.models import CheckIn, CheckInDraft
from portal.checkins.service import Kept
from portal.safety.models import Alert, Concern
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import DAILY, PHQ_9, count, everything, only, ref, sheet
from tests.factories import plan_item

TODAY = date(2026, 11, 22)


def keep(person: Person, item: Any, answers: Any, *, on: Any = TODAY, at: Any = NOW, **more: Any) -> Any:
    line = queries.to_line(item)
    kept = service.save_draft(ref(person), line, sheet(answers, **more), on=on, by=person.actor, at=at)
    db.session.commit()
    return kept


def test_a_draft_is_kept_and_written_over_by_the_next(cast: Cast) -> None:
    item, key = plan_item(cast.ada), uuid.uuid4()
    keep(cast.ada, item, {"mood": 4}, submission_id=key)
    keep(cast.ada, item, {"mood": 5, "anxiety": None}, submission_id=key, note="half a thought", at=NOW + timedelta(1))
    draft = only(CheckInDraft)
    assert (draft.answers, draft.note, draft.submission_id) == ({"mood": 5, "anxiety": None}, "half a thought", key)
    assert (draft.started_at, draft.saved_at) == (NOW, NOW + timedelta(1))


def test_another_tab_goes_on_with_the_same_draft(cast: Cast) -> None:
    item, later = plan_item(cast.ada), uuid.uuid4()
    keep(cast.ada, item, {"mood": 4})
    keep(cast.ada, item, {"mood": 6}, submission_id=later)
    assert only(CheckInDraft).submission_id == later


def test_each_day_and_each_line_of_the_plan_has_a_draft_of_its_own(cast: Cast) -> None:
    daily, phq = plan_item(cast.ada), plan_item(cast.ada, "phq-9", 14)
    keep(cast.ada, daily, {"mood": 4})
    keep(cast.ada, daily, {"mood": 1}, on=TODAY - timedelta(1))
    keep(cast.ada, phq, {"q1": 1})
    assert count(CheckInDraft) == 3
    offer = queries.get_offer(cast.ada.own_id, daily.id, TODAY - timedelta(1))
    assert offer is not None
    assert offer.draft is not None
    assert offer.draft.answers == {"mood": 1}


def test_the_first_save_is_audited_and_the_others_are_not(cast: Cast) -> None:
    item = plan_item(cast.ada)
    keep(cast.ada, item, {"mood": 4})
    keep(cast.ada, item, {"mood": 5})
    assert count(AuditEvent, event="check-in:started") == count(AuditEvent) == 1


@pytest.mark.parametrize("answers", [{"mood": 11}, {"pain": 3}, {"invented": 1}, {"safe": 9}])
def test_an_answer_that_cannot_be_is_not_kept(cast: Cast, answers: Any) -> None:
    keep(cast.ada, plan_item(cast.ada), answers)
    assert only(CheckInDraft).answers == {}
    assert count(Concern) == 0


@pytest.mark.parametrize("days", [1, -8])
def test_a_draft_for_a_day_that_cannot_be_is_not_kept(cast: Cast, days: Any) -> None:
    item = plan_item(cast.ada)
    before = everything()
    assert keep(cast.ada, item, {"mood": 3}, on=TODAY + timedelta(days)) == Kept(is_saved=False)
    assert everything() == before


def test_a_safety_answer_raises_its_alert_before_the_page_is_sent(cast: Cast) -> None:
    item = plan_item(cast.ada)
    assert keep(cast.ada, item, {"mood": 1, "safe": 2}).help == "crisis"
    concern = only(Concern)
    assert (concern.rule, concern.item, concern.value, concern.instrument) == ("R1", "safe", 2, "daily")
    assert count(CheckIn) == 0
    assert count(Alert, rule="R1") == 1


def test_a_page_that_is_closed_after_a_positive_answer_has_been_heard(cast: Cast) -> None:
    item = plan_item(cast.ada, "phq-9", 14)
    keep(cast.ada, item, {"q9": 1})
    assert only(Concern).rule == "R2"
    assert only(CheckInDraft).answers == {"q9": 1}


def test_answers_that_are_no_safety_item_raise_nothing(cast: Cast) -> None:
    item = plan_item(cast.ada)
    assert keep(cast.ada, item, {"mood": 0, "anxiety": 10}).help is None
    assert count(Concern) == 0


def test_a_safety_item_not_reached_yet_is_not_unknown_in_a_draft(cast: Cast) -> None:
    item = plan_item(cast.ada, "phq-9", 14)
    keep(cast.ada, item, {"q1": 2})
    assert count(Concern) == 0
    keep(cast.ada, item, {"q1": 2, "q9": None})
    assert only(Concern).rule == "R4"


def test_sending_what_the_draft_said_raises_nothing_twice(cast: Cast) -> None:
    item, key = plan_item(cast.ada), uuid.uuid4()
    keep(cast.ada, item, {**DAILY, "safe": 2}, submission_id=key)
    service.submit(
        ref(cast.ada),
        "daily",
        sheet({**DAILY, "safe": 2}, submission_id=key),
        by=cast.ada.actor,
        at=NOW + timedelta(seconds=30),
        plan_item_id=item.id,
    )
    db.session.commit()
    assert (count(Concern), count(Alert), count(CheckInDraft)) == (1, 1, 0)


def test_an_answer_that_gets_worse_while_it_is_given_is_heard_again(cast: Cast) -> None:
    item, key = plan_item(cast.ada, "phq-9", 14), uuid.uuid4()
    keep(cast.ada, item, {"q9": 1}, submission_id=key)
    keep(cast.ada, item, {"q9": 2}, submission_id=key)
    keep(cast.ada, item, {"q9": 3}, submission_id=key)
    db.session.rollback()
    assert sorted((row.rule, row.value) for row in db.session.query(Concern)) == [("R2", 1), ("R3", 2), ("R3", 3)]


def test_an_answer_taken_back_stays_heard(cast: Cast) -> None:
    item, key = plan_item(cast.ada), uuid.uuid4()
    keep(cast.ada, item, {"safe": 2}, submission_id=key)
    keep(cast.ada, item, {"safe": 0}, submission_id=key)
    assert only(Concern).value == 2
    assert only(Alert).state == "open"


def test_a_save_that_arrives_after_the_page_was_sent_brings_no_draft_back(cast: Cast) -> None:
    item, key = plan_item(cast.ada), uuid.uuid4()
    service.submit(
        ref(cast.ada), "daily", sheet(DAILY, submission_id=key), by=cast.ada.actor, at=NOW, plan_item_id=item.id
    )
    db.session.commit()
    keep(cast.ada, item, {**DAILY, "safe": 1}, submission_id=key)
    assert count(CheckInDraft) == 0
    assert only(Concern).rule == "R2"  # heard all the same


def test_another_patients_draft_is_nobody_elses_business(cast: Cast) -> None:
    mine, hers = plan_item(cast.ada, "phq-9", 14), plan_item(cast.dot, "phq-9", 14)
    key = uuid.uuid4()
    keep(cast.ada, mine, PHQ_9, submission_id=key)
    keep(cast.dot, hers, {"q1": 3}, submission_id=key)
    assert count(CheckInDraft) == 2
    assert queries.get_offer(cast.dot.own_id, mine.id, TODAY) is None
