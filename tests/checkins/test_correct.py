import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal import db
from portal.audit.models import AuditEvent
from portal.checkins import queries, service
from portal.checkins.models import CheckIn, ScoreRow
from portal.checkins.service import AlreadySent, InvalidCheckIn
from portal.safety.models import Concern
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import DAILY, PHQ_9, count, everything, ref, sheet

LATER = NOW + timedelta(hours=1)


def send(person: Person, instrument: Any, answers: Any, at: Any = NOW, **more: Any) -> Any:
    sent = service.submit(ref(person), instrument, sheet(answers), by=person.actor, at=at, **more)
    db.session.commit()
    return db.session.get_one(CheckIn, sent.check_in_id)


def correct(person: Person, check_in: Any, answers: Any, at: Any = LATER, **more: Any) -> Any:
    sent = service.correct(ref(person), check_in, sheet(answers, **more), by=person.actor, at=at)
    db.session.commit()
    return sent


def test_a_correction_is_a_new_row_and_the_first_one_stays_as_it_was(cast: Cast) -> None:
    first = send(cast.ada, "phq-9", PHQ_9, on=date(2026, 11, 20))
    sent = correct(cast.ada, first, {**PHQ_9, "q1": 3})
    assert sent.is_new
    old, new = db.session.get_one(CheckIn, first.id), db.session.get_one(CheckIn, sent.check_in_id)
    assert (old.answers, old.superseded_at, old.corrects_id) == (PHQ_9, LATER, None)
    assert (new.answers["q1"], new.corrects_id, new.superseded_at, new.for_on) == (3, first.id, None, first.for_on)
    assert (new.version, new.asked) == (old.version, old.asked)


def test_only_the_corrected_score_counts_and_the_first_is_still_there(cast: Cast) -> None:
    first = send(cast.ada, "phq-9", PHQ_9)
    sent = correct(cast.ada, first, {**PHQ_9, "q1": 3})
    rows = {row.check_in_id: (row.value, row.is_current) for row in db.session.scalars(select(ScoreRow))}
    assert rows == {first.id: (8, False), sent.check_in_id: (10, True)}


def test_both_versions_can_be_read_in_order_from_either_end(cast: Cast) -> None:
    first = send(cast.ada, "daily", DAILY)
    second = correct(cast.ada, first, {**DAILY, "mood": 5}).check_in_id
    third = correct(cast.ada, first, {**DAILY, "mood": 4}, at=LATER + timedelta(1)).check_in_id
    for start in (first.id, second, third):
        assert [row.id for row in queries.list_versions(cast.ada.own_id, start)] == [first.id, second, third]
    assert queries.list_versions(cast.dot.own_id, first.id) == []


def test_correcting_an_earlier_version_corrects_the_latest(cast: Cast) -> None:
    first = send(cast.ada, "daily", DAILY)
    second = correct(cast.ada, first, {**DAILY, "mood": 5}).check_in_id
    third = correct(cast.ada, first, {**DAILY, "mood": 4}, at=LATER + timedelta(1)).check_in_id
    assert db.session.get_one(CheckIn, third).corrects_id == second
    assert count(CheckIn, superseded_at=None) == 1


def test_sending_the_same_answers_changes_nothing(cast: Cast) -> None:
    first = send(cast.ada, "daily", DAILY)
    before = everything()
    sent = correct(cast.ada, first, DAILY)
    assert (sent.check_in_id, sent.is_new) == (first.id, False)
    assert everything() == before


def test_the_same_correction_twice_is_one(cast: Cast) -> None:
    first, key = send(cast.ada, "daily", DAILY), uuid.uuid4()
    one = correct(cast.ada, first, {**DAILY, "mood": 5}, submission_id=key)
    two = correct(cast.ada, first, {**DAILY, "mood": 5}, submission_id=key)
    assert one.check_in_id == two.check_in_id
    with pytest.raises(AlreadySent):
        correct(cast.ada, first, {**DAILY, "mood": 1}, submission_id=key)
    assert count(CheckIn) == 2


def test_a_wrong_correction_changes_nothing(cast: Cast) -> None:
    first = send(cast.ada, "daily", DAILY)
    before = everything()
    for answers in ({**DAILY, "mood": 12}, {"mood": 3}):
        with pytest.raises(InvalidCheckIn):
            correct(cast.ada, first, answers)
    db.session.commit()
    assert everything() == before


def test_a_correction_that_makes_an_answer_worse_is_heard(cast: Cast) -> None:
    first = send(cast.ada, "daily", DAILY)
    correct(cast.ada, first, {**DAILY, "safe": 2})
    assert count(Concern, rule="R1") == 1


def test_a_correction_to_a_better_answer_does_not_unsay_the_first(cast: Cast) -> None:
    first = send(cast.ada, "daily", {**DAILY, "safe": 2})
    correct(cast.ada, first, DAILY)
    assert count(Concern) == 1


def test_a_correction_is_compared_with_what_stood_before_the_first_version(cast: Cast) -> None:
    send(cast.ada, "phq-9", {**PHQ_9, "q9": 1}, at=NOW - timedelta(days=14))
    slip = send(cast.ada, "phq-9", {**PHQ_9, "q9": 0})
    sent = correct(cast.ada, slip, {**PHQ_9, "q9": 1})
    rule = db.session.scalar(
        select(Concern.rule).where(Concern.submission_id == db.session.get_one(CheckIn, sent.check_in_id).submission_id)
    )
    assert rule == "R2"  # no rise: it was 1 a fortnight ago, and the slip does not count as the last answer


def test_a_corrected_answer_and_not_the_first_is_what_the_next_one_is_compared_with(cast: Cast) -> None:
    slip = send(cast.ada, "phq-9", {**PHQ_9, "q9": 1})
    correct(cast.ada, slip, PHQ_9)
    found = queries.previous_answers(
        cast.ada.own_id, "phq-9", ["q9"], on=date(2026, 12, 6), at=NOW + timedelta(days=14)
    )
    assert found == {"q9": 0}


def test_a_declined_answer_is_passed_over_when_looking_for_the_last_one(cast: Cast) -> None:
    send(cast.ada, "phq-9", {**PHQ_9, "q9": 1}, at=NOW - timedelta(days=28))
    send(cast.ada, "phq-9", {**PHQ_9, "q9": None}, at=NOW - timedelta(days=14))
    on, at = date(2026, 11, 22), NOW
    assert queries.previous_answers(cast.ada.own_id, "phq-9", ["q9"], on=on, at=at) == {"q9": 1}


def test_a_later_day_is_not_the_one_before(cast: Cast) -> None:
    send(cast.ada, "phq-9", {**PHQ_9, "q9": 3})
    on = date(2026, 11, 20)
    assert queries.previous_answers(cast.ada.own_id, "phq-9", ["q9"], on=on, at=LATER) == {}


def test_a_correction_is_audited_as_one(cast: Cast) -> None:
    first = send(cast.ada, "daily", DAILY)
    sent = correct(cast.ada, first, {**DAILY, "mood": 5})
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.sequence.desc())).first()
    assert event is not None
    assert (event.event, event.thing_id) == ("check-in:corrected", sent.check_in_id)


def test_what_was_sent_later_that_day_is_not_what_stood_before_the_corrected_one(cast: Cast) -> None:
    first = send(cast.ada, "phq-9", {**PHQ_9, "q9": 0})
    send(cast.ada, "phq-9", PHQ_9, at=NOW + timedelta(minutes=30))
    correct(cast.ada, first, {**PHQ_9, "q9": 1})
    assert count(Concern, rule="R2") == 1
    assert count(Concern, rule="R3") == 0


def test_an_answer_that_was_corrected_away_is_not_the_last_known_one(cast: Cast) -> None:
    send(cast.ada, "phq-9", {**PHQ_9, "q9": 0}, at=NOW - timedelta(days=14))
    slip = send(cast.ada, "phq-9", {**PHQ_9, "q9": 2})
    correct(cast.ada, slip, {**PHQ_9, "q9": None})
    on, at = date(2026, 12, 6), NOW + timedelta(days=14)
    assert queries.previous_answers(cast.ada.own_id, "phq-9", ["q9"], on=on, at=at) == {"q9": 0}


@pytest.mark.parametrize(("before", "now", "rule"), [(0, 1, "R3"), (1, 1, "R2"), (1, 2, "R3"), (None, 1, "R2")])
def test_a_rise_since_the_last_answer_is_seen_when_it_is_sent(cast: Cast, before: Any, now: int, rule: str) -> None:
    send(cast.ada, "phq-9", {**PHQ_9, "q9": before}, at=NOW - timedelta(days=14))
    send(cast.ada, "phq-9", {**PHQ_9, "q9": now})
    assert count(Concern, rule=rule, found_at=NOW) == count(Concern, found_at=NOW) == 1
