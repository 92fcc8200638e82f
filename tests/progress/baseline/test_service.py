"""Choosing what a patient's scores are compared with: what holds, for how long, and what stays on record."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from portal import db
from portal.audit.models import AuditEvent
from portal.checkins.models import ScoreRow, ScoreState
from portal.db import take_touched
from portal.instruments.definition import WORDINGS_PER_VERSION
from portal.progress.baseline import queries, service
from portal.progress.baseline.models import ChosenBaseline
from portal.progress.baseline.values import Seen
from portal.treatment import problems
from portal.treatment.models import CourseStatus, InfusionKind
from portal.treatment.problems import Refused, Stale
from tests.cast import NOW, Cast
from tests.factories import course, infusion, scored
from tests.progress.baseline.stage import FIRST, SCALE, Stage, choose, corrected, stage, take_back, timeline


@pytest.fixture
def on(cast: Cast) -> Stage:
    return stage(cast)


def compared_with(on: Stage, *, for_team: bool = True) -> float | None:
    found = timeline(on.cast, for_team=for_team).baseline
    return found.value if found else None


def note(on: Stage, *, for_team: bool = True) -> dict[str, object]:
    found = timeline(on.cast, for_team=for_team).baseline_note
    return dict(found.values) if found else {}


def events(name: str) -> list[AuditEvent]:
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.event == name)))


def test_until_somebody_chooses_the_last_complete_score_before_the_course_counts(on: Stage) -> None:
    assert queries.get_chosen(on.of, *SCALE) is None
    assert (compared_with(on), note(on)) == (15, {})


def test_the_chosen_score_counts_and_the_team_reads_who_chose_it_and_why(on: Stage) -> None:
    choose(on, on.early)
    found = queries.get_chosen(on.of, *SCALE)
    assert found is not None
    assert (found.check_in_id, found.value, found.on) == (on.early.id, 21, date(2026, 9, 20))
    assert compared_with(on) == 21
    assert note(on) == {
        "name": "Bea Lindqvist",
        "on": NOW.date(),
        "reason": "the other was taken with a fever",
    }


def test_the_patient_sees_the_same_comparison_without_the_note(on: Stage) -> None:
    choose(on, on.early)
    assert (compared_with(on, for_team=False), note(on, for_team=False)) == (21, {})


def test_a_choice_is_of_one_scale_and_one_patient(on: Stage) -> None:
    choose(on, on.early)
    assert queries.get_chosen(on.of, "gad-7", "total") is None
    assert queries.get_chosen(on.of, "phq-9", "other") is None
    assert queries.get_chosen(on.cast.dot.own_id, *SCALE) is None


def test_a_new_choice_takes_the_place_of_the_one_in_force_which_stays_on_record(on: Stage) -> None:
    first, second = choose(on, on.early), choose(on, on.middle, at=NOW + timedelta(hours=1), by=on.cast.bea)
    db.session.refresh(first)
    assert (first.withdrawn_at, first.withdrawn_by_id) == (second.chosen_at, on.cast.bea.user_id)
    assert compared_with(on) == 24
    (earlier,) = queries.list_earlier(on.of, *SCALE)
    assert (earlier.value, earlier.reason, earlier.ended_by) == (21, first.reason, "Bea Lindqvist")
    assert earlier.why == ""


def test_taking_it_back_returns_to_the_usual_one_and_says_why(on: Stage) -> None:
    choose(on, on.early)
    assert take_back(on)
    assert (compared_with(on), note(on)) == (15, {})
    (earlier,) = queries.list_earlier(on.of, *SCALE)
    assert (earlier.value, earlier.why) == (21, "no fever after all")


def test_what_is_done_is_on_the_audit_without_a_word_of_it_and_touches_the_caseload(on: Stage) -> None:
    take_touched()
    row = choose(on, on.early)
    assert on.of in take_touched()
    take_back(on)
    assert on.of in take_touched()
    for name in ("baseline:chosen", "baseline:taken-back"):
        (event,) = events(name)
        assert (event.patient_id, event.thing_id, event.actor_id) == (on.of, row.id, on.cast.bea.user_id)
        assert event.details == {}


def test_the_same_submission_twice_is_one_choice(on: Stage) -> None:
    seen, sent = queries.get_seen(on.of, *SCALE), uuid.uuid4()
    assert choose(on, on.early, seen=seen, submission_id=sent) is choose(on, on.early, seen=seen, submission_id=sent)
    assert len(events("baseline:chosen")) == 1


def test_the_same_submission_with_another_score_is_not_taken_for_saved(on: Stage) -> None:
    sent = uuid.uuid4()
    choose(on, on.early, submission_id=sent)
    with pytest.raises(Refused) as refusal:
        choose(on, on.middle, submission_id=sent)
    assert [one.msgid for one in refusal.value.problems] == [problems.SENT_ALREADY]


def test_taking_back_twice_is_done_once(on: Stage) -> None:
    choose(on, on.early)
    seen = queries.get_seen(on.of, *SCALE)
    assert take_back(on, seen=seen)
    assert not take_back(on, seen=seen)
    assert len(events("baseline:taken-back")) == 1


@pytest.mark.parametrize("act", [choose, take_back])
def test_what_somebody_else_did_since_the_page_was_opened_is_not_overwritten(on: Stage, act: Any) -> None:
    choose(on, on.early)
    seen = queries.get_seen(on.of, *SCALE)
    choose(on, on.middle, at=NOW + timedelta(hours=1))
    with pytest.raises(Stale):
        act(on, *([on.early] if act is choose else []), seen=seen)
    db.session.rollback()
    assert compared_with(on) == 24


def test_a_course_that_began_since_the_page_was_opened_asks_again(on: Stage) -> None:
    seen = queries.get_seen(on.of, *SCALE)
    another_course(on)
    with pytest.raises(Stale):
        choose(on, on.early, seen=seen)


def another_course(on: Stage) -> None:
    on.course.status, on.course.ended_on = CourseStatus.ENDED, date(2026, 11, 1)
    infusion(course(on.cast.ada, on.cast.bea, started_on=date(2026, 11, 2)), on.cast.bea, NOW - timedelta(days=2))


def refused(on: Stage, check_in_id: uuid.UUID, **values: Any) -> list[tuple[str, str]]:
    how: dict[str, Any] = {"reason": "why", "submission_id": uuid.uuid4(), "at": NOW, "by": on.cast.bea.actor}
    how["seen"] = queries.get_seen(on.of, *SCALE)
    with pytest.raises(Refused) as refusal:
        service.choose(on.of, *SCALE, check_in_id, **how | values)
    return [(one.field, one.msgid) for one in refusal.value.problems]


@pytest.mark.parametrize("state", [ScoreState.PRORATED, ScoreState.NOT_SCORABLE])
def test_only_a_complete_score_that_stands_can_serve(on: Stage, state: ScoreState) -> None:
    replaced = corrected(on, on.early, 20, state)
    for check_in in (on.early, replaced):
        assert refused(on, check_in.id) == [("check_in", service.CANNOT_SERVE)]


def test_another_patients_score_cannot_serve(on: Stage) -> None:
    theirs = scored(on.cast.dot, "phq-9", 20, date(2026, 9, 1))
    for check_in_id in (theirs.id, uuid.uuid4()):
        assert refused(on, check_in_id) == [("check_in", service.CANNOT_SERVE)]


def test_the_one_in_force_no_reason_and_no_course_are_refused(on: Stage) -> None:
    assert refused(on, on.early.id, reason="") == [("reason", service.NO_REASON)]
    choose(on, on.early)
    assert refused(on, on.early.id) == [("check_in", service.USED_ALREADY)]
    scored(on.cast.dot, "phq-9", 20, date(2026, 9, 1))
    with pytest.raises(Refused) as refusal:
        service.choose(
            on.cast.dot.own_id,
            *SCALE,
            on.early.id,
            reason="why",
            seen=Seen(),
            submission_id=uuid.uuid4(),
            by=on.cast.cal.actor,
            at=NOW,
        )
    assert [one.msgid for one in refusal.value.problems] == [service.NO_COURSE]
    with pytest.raises(Refused):
        service.take_back(on.cast.dot.own_id, *SCALE, reason="why", seen=Seen(), by=on.cast.cal.actor, at=NOW)


def test_taking_back_needs_a_reason(on: Stage) -> None:
    choose(on, on.early)
    with pytest.raises(Refused):
        take_back(on, reason="")


def test_a_choice_follows_its_score_through_every_correction(on: Stage) -> None:
    choose(on, on.early)
    second = corrected(on, on.early, 20)
    third = corrected(on, second, 18)
    found = queries.get_chosen(on.of, *SCALE)
    assert found is not None
    assert (found.check_in_id, found.value) == (third.id, 18)
    assert compared_with(on) == 18
    assert note(on)["name"] == "Bea Lindqvist"


def test_where_the_corrected_score_is_not_complete_the_usual_one_counts_and_the_team_reads_so(on: Stage) -> None:
    choose(on, on.early)
    replaced = corrected(on, on.early, 20, ScoreState.PRORATED)
    assert queries.get_chosen(on.of, *SCALE) is None
    assert compared_with(on) == 15
    found = timeline(on.cast).baseline_note
    assert found is not None
    assert "no longer complete" in found.msgid
    corrected(on, replaced, 19)
    assert compared_with(on) == 19


def test_a_choice_ends_with_its_course_and_its_score_can_be_chosen_anew(on: Stage) -> None:
    former = choose(on, on.early)
    another_course(on)
    assert queries.get_chosen(on.of, *SCALE) is None
    assert compared_with(on) == 7
    (earlier,) = queries.list_earlier(on.of, *SCALE)
    assert (earlier.value, earlier.ended_at) == (21, None)
    choose(on, on.early)
    db.session.refresh(former)
    assert former.withdrawn_at is not None
    assert compared_with(on) == 21


def test_a_choice_made_while_a_course_is_planned_holds_once_it_begins(cast: Cast) -> None:
    early = scored(cast.ada, "phq-9", 21, date(2026, 9, 20))
    scored(cast.ada, "phq-9", 15, date(2026, 10, 18))
    planned = course(cast.ada, cast.bea)
    on = Stage(cast, planned, early, early, early, early)
    choose(on, early)
    infusion(planned, cast.bea, FIRST)
    infusion(planned, cast.bea, NOW, 2, kind=InfusionKind.BOOSTER)
    assert compared_with(on) == 21


def test_the_first_infusion_of_a_second_course_begins_the_count_again(on: Stage) -> None:
    another_course(on)
    assert compared_with(on) == 7


@dataclass(frozen=True)
class Questions:
    structure_version: int


def questions(_instrument: str, version: int) -> Questions:
    return Questions(version // WORDINGS_PER_VERSION if version >= WORDINGS_PER_VERSION else version)


def test_other_wording_of_the_same_questions_can_serve_and_other_questions_cannot(
    on: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    pasted, newest = WORDINGS_PER_VERSION + 3, scored(on.cast.ada, "phq-9", 6, date(2026, 11, 20))
    monkeypatch.setattr(queries, "catalogue", SimpleNamespace(current=lambda: SimpleNamespace(get=questions)))
    for check_in, version in ((on.middle, pasted), (on.usual, 2)):
        of = ScoreRow.check_in_id == check_in.id
        db.session.execute(update(ScoreRow).where(of).values(version=version))
    assert queries.list_serving(on.of, *SCALE)[:3] == [on.early.id, on.middle.id, on.after.id]
    db.session.execute(update(ScoreRow).where(ScoreRow.check_in_id == newest.id).values(version=2))
    assert queries.list_serving(on.of, *SCALE) == [on.usual.id, newest.id]


def test_of_many_who_choose_at_once_one_succeeds_and_the_others_are_told(app: Flask, on: Stage) -> None:
    seen, picked = queries.get_seen(on.of, *SCALE), [on.early.id, on.middle.id, on.usual.id, on.after.id] * 2
    db.session.commit()
    patient_id, by = on.of, on.cast.bea.actor

    def send(check_in_id: uuid.UUID) -> str:
        with app.app_context():
            db.begin(write=True)
            how: dict[str, Any] = {"reason": "why", "seen": seen, "submission_id": uuid.uuid4(), "by": by, "at": NOW}
            try:
                service.choose(patient_id, *SCALE, check_in_id, **how)
                db.session.commit()
                return "saved"
            except Stale:
                return "stale"
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(send, picked)) == ["saved"] + ["stale"] * 7
    in_force = select(func.count()).select_from(ChosenBaseline).where(ChosenBaseline.withdrawn_at.is_(None))
    assert db.session.scalar(in_force) == 1
