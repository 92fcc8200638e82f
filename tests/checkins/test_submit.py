import threading
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import db
from portal.audit import service as audit
from portal.audit.models import AuditEvent
from portal.checkins import queries, service
from portal.checkins.models import CheckIn, CheckInDraft, ScoreRow
from portal.checkins.service import AlreadySent, InvalidCheckIn
from portal.safety.models import Alert, Concern
from portal.safety.ruleset import queries as ruleset
from tests.cast import ENROLLED, NOW, Cast, Person
from tests.checkins.sheets import DAILY, GAD_7, PHQ_9, count, everything, only, ref, sheet, typed
from tests.factories import plan_item
from tests.page import Browser

TODAY = date(2026, 11, 22)
# Door 2, line, patient held, sent before, check-in, scores, draft, asked for once, silence, audit 3, kept form,
# caseload 4.
SUBMIT_STATEMENTS = 18
# Door 2, kept form, the plan with what is done and begun 3, the line with its draft, unread messages, the clinic.
PAGE_STATEMENTS = 9


def send(person: Person, instrument: Any = "daily", answers: Any = DAILY, *, commit: Any = True, **more: Any) -> Any:
    extra = {name: more.pop(name) for name in ("on", "extra_items", "plan_item_id") if name in more}
    at = more.pop("at", NOW)
    filled = more.pop("filled", None) or sheet(answers, **more)
    sent = service.submit(ref(person), instrument, filled, by=person.actor, at=at, **extra)
    if commit:
        db.session.commit()
    return sent


def test_a_check_in_its_scores_and_its_audit_are_written_together(cast: Cast) -> None:
    before = everything()
    sent = send(cast.ada, "phq-9", PHQ_9)
    assert sent.is_new
    after = everything()
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {
        "check_ins": 1,
        "scores": 1,
        "audit_events": 1,
    }
    row = only(CheckIn)
    assert row.answers == PHQ_9
    assert (row.instrument, row.version, row.language, row.time_zone) == ("phq-9", 1, "en", "America/New_York")
    assert (row.for_on, row.received_at, row.started_at) == (TODAY, NOW, NOW)
    score = only(ScoreRow)
    assert (score.scale, score.value, score.band, score.state) == ("total", 8, "mild", "complete")
    assert (score.answered, score.asked, score.is_current, score.check_in_id) == (9, 9, True, sent.check_in_id)


def test_nothing_stays_where_the_last_step_fails(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything()
    monkeypatch.setattr(audit, "record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        send(cast.ada, "phq-9", {**PHQ_9, "q9": 3})
    db.session.rollback()
    assert everything() == before


def test_every_item_of_the_daily_check_in_becomes_a_number_of_its_own(cast: Cast) -> None:
    send(cast.ada, answers={**DAILY, "sleep_h": 6.5, "pain": 4}, extra_items=["pain"])
    scores = {row.scale: row.value for row in db.session.scalars(select(ScoreRow))}
    assert scores == {"mood": 6, "anxiety": 3, "energy": 5, "sleep_h": 6.5, "pain": 4}


def test_the_audit_names_the_questionnaire_and_never_an_answer(cast: Cast) -> None:
    send(cast.ada, "phq-9", {**PHQ_9, "q9": 2}, note="CANARY")
    events = list(db.session.scalars(select(AuditEvent).order_by(AuditEvent.sequence)))
    assert [event.event for event in events] == ["alert:opened", "plan:asked-at-once", "check-in:submitted"]
    assert events[-1].details == {"instrument": "phq-9"}
    assert events[-1].actor_id == cast.ada.user_id


def test_the_same_submission_twice_is_one_check_in_with_one_receipt(cast: Cast) -> None:
    filled = sheet(PHQ_9 | {"q9": 1})
    first = send(cast.ada, "phq-9", filled=filled)
    before = everything()
    again = send(cast.ada, "phq-9", filled=filled, at=NOW + timedelta(minutes=1))
    assert (again.check_in_id, again.is_new) == (first.check_in_id, False)
    assert everything() == before


def test_a_submission_that_comes_again_a_week_later_still_leads_to_its_receipt(cast: Cast) -> None:
    filled = sheet()
    first = send(cast.ada, filled=filled, on=TODAY)
    again = send(cast.ada, filled=filled, on=TODAY, at=NOW + timedelta(days=12))
    assert again.check_in_id == first.check_in_id


def test_numbers_spelt_otherwise_are_the_same_answers(cast: Cast) -> None:
    key = uuid.uuid4()
    send(cast.ada, answers=DAILY, submission_id=key)
    swapped = {code: float(DAILY[code]) for code in reversed(DAILY)}
    assert not send(cast.ada, answers=swapped, submission_id=key).is_new


@pytest.mark.parametrize(
    "other",
    [{"answers": {**DAILY, "mood": 5}}, {"note": "and more"}, {"on": TODAY - timedelta(1)}],
)
def test_the_same_submission_with_other_content_is_refused_and_changes_nothing(cast: Cast, other: Any) -> None:
    key = uuid.uuid4()
    first = send(cast.ada, submission_id=key)
    before = everything()
    with pytest.raises(AlreadySent) as refusal:
        send(cast.ada, submission_id=key, **other)
    db.session.rollback()
    assert refusal.value.check_in_id == first.check_in_id
    assert everything() == before


def test_another_patients_submission_id_is_nobody_elses_business(cast: Cast) -> None:
    key = uuid.uuid4()
    send(cast.ada, submission_id=key)
    sent = send(cast.dot, answers={**DAILY, "mood": 1}, submission_id=key)
    assert sent.is_new
    assert count(CheckIn, patient_id=cast.ada.own_id) == count(CheckIn, patient_id=cast.dot.own_id) == 1


def test_parallel_submissions_of_one_page_are_one_check_in(app: Flask, cast: Cast) -> None:
    filled, found, gate = sheet({**PHQ_9, "q9": 2}), [], threading.Barrier(4)
    patient, actor = ref(cast.ada), cast.ada.actor
    db.session.rollback()

    def tap() -> None:
        with app.app_context():
            gate.wait()
            found.append(service.submit(patient, "phq-9", filled, by=actor, at=NOW))
            db.session.commit()
            db.session.remove()

    threads = [threading.Thread(target=tap) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(found) == 4
    assert len({sent.check_in_id for sent in found}) == 1
    assert sum(sent.is_new for sent in found) == 1
    assert count(CheckIn) == count(ScoreRow) == count(Concern) == count(Alert) == 1


def test_parallel_check_ins_of_one_patient_open_one_alert(app: Flask, cast: Cast) -> None:
    gate, patient, actor = threading.Barrier(3), ref(cast.ada), cast.ada.actor
    db.session.rollback()

    def tap() -> None:
        with app.app_context():
            gate.wait()
            service.submit(patient, "daily", sheet({**DAILY, "safe": 1}), by=actor, at=NOW)
            db.session.commit()
            db.session.remove()

    threads = [threading.Thread(target=tap) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (count(CheckIn), count(Concern), count(Alert)) == (3, 3, 1)


BAD = [
    ("daily", {**DAILY, "mood": 11}, "mood", "out-of-range"),
    ("daily", {**DAILY, "mood": -1}, "mood", "out-of-range"),
    ("daily", {**DAILY, "mood": 3.5}, "mood", "off-step"),
    ("daily", {**DAILY, "sleep_h": 6.25}, "sleep_h", "off-step"),
    ("daily", {**DAILY, "sleep_h": 24.5}, "sleep_h", "out-of-range"),
    ("daily", {**DAILY, "safe": 3}, "safe", "not-an-option"),
    ("daily", {**DAILY, "mood": float("nan")}, "mood", "not-a-number"),
    ("daily", {**DAILY, "pain": 4}, "pain", "not-asked"),
    ("daily", {**DAILY, "invented": 1}, "invented", "unknown-item"),
    ("phq-9", {**PHQ_9, "q9": 4}, "q9", "not-an-option"),
    ("gad-7", {**GAD_7, "q8": 1}, "q8", "unknown-item"),
]


@pytest.mark.parametrize(("instrument", "answers", "item", "kind"), BAD)
def test_an_answer_that_cannot_be_is_refused_before_anything_is_written(
    cast: Cast, instrument: Any, answers: Any, item: Any, kind: Any
) -> None:
    before = everything()
    with pytest.raises(InvalidCheckIn) as refusal:
        send(cast.ada, instrument, answers)
    assert [(problem.item, problem.kind) for problem in refusal.value.problems] == [(item, kind)]
    db.session.commit()
    assert everything() == before


def test_a_missing_answer_is_refused_and_a_declined_one_is_not(cast: Cast) -> None:
    with pytest.raises(InvalidCheckIn) as refusal:
        send(cast.ada, "phq-9", {code: value for code, value in PHQ_9.items() if code not in {"q3", "q9"}})
    assert refusal.value.missing == ("q3", "q9")
    send(cast.ada, "phq-9", {**PHQ_9, "q3": None})
    score = only(ScoreRow)
    assert (score.value, score.state, score.answered, score.asked) == (8, "prorated", 8, 9)


def test_an_optional_item_may_be_left_out(cast: Cast) -> None:
    send(cast.ada, "phq-9", {code: value for code, value in PHQ_9.items() if code != "function"})
    assert "function" not in only(CheckIn).answers


def test_too_many_declined_answers_come_to_no_number_and_are_kept(cast: Cast) -> None:
    answers = {**PHQ_9, "q1": None, "q2": None, "q3": None}
    send(cast.ada, "phq-9", answers)
    score = only(ScoreRow)
    assert (score.value, score.band, score.state, score.answered) == (None, None, "not-scorable", 6)
    assert only(CheckIn).answers == answers


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (TODAY + timedelta(1), "still to come"),
        (TODAY - timedelta(8), "too long ago"),
        (ENROLLED.date() - timedelta(1), "before you joined"),
        (TODAY - timedelta(7), None),
        (TODAY, None),
    ],
)
def test_the_day_is_one_the_clinic_lets_people_add(cast: Cast, on: Any, said: Any) -> None:
    if said is None:
        send(cast.ada, on=on)
        assert only(CheckIn).for_on == on
        return
    before = everything()
    with pytest.raises(InvalidCheckIn) as refusal:
        send(cast.ada, on=on)
    assert refusal.value.day is not None
    assert said in refusal.value.day.message
    db.session.commit()
    assert everything() == before


def test_today_is_the_patients_day_also_where_the_clinics_is_another(cast: Cast) -> None:
    late = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)  # 11:30 in the evening of the 22nd in New York
    send(cast.ada, at=late)
    assert only(CheckIn).for_on == TODAY
    with pytest.raises(InvalidCheckIn):
        send(cast.ada, at=late, on=TODAY + timedelta(1))


@pytest.mark.parametrize(
    ("claimed", "kept"),
    [
        (NOW - timedelta(minutes=3), NOW - timedelta(minutes=3)),
        (NOW + timedelta(minutes=3), NOW),
        (NOW - timedelta(days=300), NOW),
        (None, NOW),
    ],
)
def test_when_it_was_begun_is_believed_only_where_it_can_be(cast: Cast, claimed: Any, kept: Any) -> None:
    send(cast.ada, started_at=claimed)
    assert only(CheckIn).started_at == kept


def test_sending_drops_the_draft_of_that_day_and_no_other(cast: Cast) -> None:
    item = plan_item(cast.ada)
    line = queries.to_line(item)
    for day in (TODAY, TODAY - timedelta(1)):
        service.save_draft(ref(cast.ada), line, sheet({"mood": 2}), on=day, by=cast.ada.actor, at=NOW)
    db.session.commit()
    send(cast.ada, plan_item_id=item.id)
    assert [draft.for_on for draft in db.session.scalars(select(CheckInDraft))] == [TODAY - timedelta(1)]


def test_a_plain_check_in_costs_no_further_statement(
    browser: Callable[..., Browser], cast: Cast, queries_of: Callable[[Callable[[], Any]], int]
) -> None:
    item, ada = plan_item(cast.ada), browser(cast.ada)
    address = f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}"
    sent = {**ada.get(address).form("Send").values.to_dict(), **typed(DAILY)}
    ruleset.current()  # remembered for ten seconds, as the clinic is
    assert queries_of(lambda: ada.open(address, "POST", data=sent)) <= SUBMIT_STATEMENTS
    assert queries_of(lambda: ada.open(address)) <= PAGE_STATEMENTS
