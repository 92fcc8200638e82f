"""The worker's round of silence: spells, reminders, the outreach list, and being heard again."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, select

from portal import db
from portal.access.policy import PatientStatus
from portal.audit.models import AuditEvent
from portal.checkins import due, planning, service, silence
from portal.checkins import worker as rounds_of_check_ins
from portal.checkins.models import CheckIn, Mode
from portal.checkins.rhythm import Anchor, LineDraft, Trigger, every
from portal.checkins.worker import SilenceRound
from portal.notifications.models import Kind, OutboxMessage
from portal.patients.models import Patient, StatusChange
from portal.review.models import CaseloadRow
from portal.safety import service as safety
from portal.safety.models import Alert, AlertState, AlertTransition, Closing, Concern
from portal.safety.queries import stamp_of
from portal.safety.silence.models import Silence
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import DAILY, GAD_7, PHQ_9, ref, sheet
from tests.checkins.silence.rounds import go_round, outreach, reminders, spells
from tests.factories import check_in, patient_row, plan_item, scored

Go = Callable[[datetime], None]
TODAY = date(2026, 11, 22)
MIDNIGHT = datetime(2026, 11, 22, 5, 0, tzinfo=NOW.tzinfo)
"""When the patient's today began."""
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def go(frozen: time_machine.Traveller) -> Go:
    """Return a function that makes a whole round at a moment."""

    def at(moment: datetime) -> None:
        frozen.move_to(moment)
        go_round()

    return at


def silent(person: Person, days: int = 4) -> None:
    """Ask a patient every day, and let them have answered last so many days ago."""
    plan_item(person)
    check_in(person, TODAY - timedelta(days=days), NOW - timedelta(days=days))


def sign(person: Person, days_ago: float, rule: str = "R2") -> None:
    """Write down a sign of danger that somebody has dealt with since."""
    at = NOW - timedelta(days=days_ago)
    alert = Alert(patient_id=person.own_id, rule=rule, severity=2, on=at.date(), state=AlertState.CLOSED)
    alert.opened_at = alert.state_at = alert.acknowledged_at = at
    db.session.add(alert)
    db.session.flush()
    about = {"patient_id": person.own_id, "alert_id": alert.id, "submission_id": uuid.uuid4()}
    db.session.add(Concern(**about, instrument="phq-9", item="q9", rule=rule, severity=2, value=1.0, found_at=at))
    db.session.commit()


def test_a_spell_begins_when_the_third_day_is_over_and_only_once(cast: Cast, go: Go) -> None:
    silent(cast.ada)
    go(MIDNIGHT - HOUR)
    assert spells(cast.ada) == []
    go(MIDNIGHT)
    (found,) = spells(cast.ada)
    assert (found.began_at, found.reminded_at, found.alert_id, found.ended_at) == (MIDNIGHT, None, None, None)
    assert found.missed == {
        "missed": [{"instrument": "daily", "since": "2026-11-19", "askings": 3}],
        "heard_on": "2026-11-18",
    }
    for hours in range(1, 12):
        go(MIDNIGHT + hours * HOUR)
    assert len(spells(cast.ada)) == 1
    assert (reminders(cast.ada), outreach(cast.ada)) == ([], [])


def test_two_reminders_then_the_outreach_list_and_then_no_more(cast: Cast, go: Go) -> None:
    silent(cast.ada)
    for hours in range(0, 24 * 5, 3):
        go(MIDNIGHT + hours * HOUR)
    (spell,) = spells(cast.ada)
    assert reminders(cast.ada) == [MIDNIGHT + DAY + 9 * HOUR, MIDNIGHT + 2 * DAY + 9 * HOUR]
    (alert,) = outreach(cast.ada)
    assert (alert.id, alert.opened_at, alert.state, alert.severity) == (
        spell.alert_id,
        MIDNIGHT + 2 * DAY,
        AlertState.OPEN,
        1,
    )
    (concern,) = db.session.scalars(select(Concern).where(Concern.alert_id == alert.id))
    assert (concern.submission_id, concern.rule, concern.instrument) == (spell.id, "R11", "daily")
    assert concern.details == {
        "missed": [{"instrument": "daily", "since": "2026-11-19", "askings": 5}],
        "heard_on": "2026-11-18",
    }


@pytest.mark.parametrize(
    ("rule", "days_ago", "expected"),
    [("R1", 20, 1), ("R2", 29.9, 1), ("R3", 1, 1), ("R2", 30.5, 0), ("R4", 1, 0), ("R9", 1, 0)],
)
def test_after_a_sign_of_danger_one_day_is_enough_and_the_team_hears_at_once(
    cast: Cast, go: Go, rule: str, days_ago: float, expected: int
) -> None:
    silent(cast.ada, days=2)
    sign(cast.ada, days_ago, rule)
    go(NOW)
    assert (len(spells(cast.ada)), len(outreach(cast.ada))) == (expected, expected)
    assert reminders(cast.ada) == []


def test_the_caseload_shows_the_alert_as_soon_as_it_opens(cast: Cast, go: Go) -> None:
    silent(cast.ada, days=2)
    sign(cast.ada, 3)
    before = db.session.get_one(CaseloadRow, cast.ada.own_id).open_alerts
    go(NOW)
    db.session.expire_all()
    assert db.session.get_one(CaseloadRow, cast.ada.own_id).open_alerts == before + 1


def test_a_questionnaire_a_week_past_its_window_is_silence_although_the_daily_ones_come(cast: Cast, go: Go) -> None:
    plan_item(cast.ada)
    plan_item(cast.ada, "phq-9", 7, starts_on=TODAY - timedelta(days=14))
    check_in(cast.ada, TODAY - DAY, NOW - DAY)
    go(MIDNIGHT)
    (spell,) = spells(cast.ada)
    assert spell.missed["missed"] == [{"instrument": "phq-9", "since": "2026-11-08", "askings": 2}]


def test_correcting_what_staff_typed_in_long_ago_is_no_word_of_the_patient(cast: Cast, go: Go) -> None:
    silent(cast.ada, days=5)
    before = NOW - 5 * DAY
    entered = sheet()
    service.submit(ref(cast.ada), "daily", entered, by=cast.nia.actor, at=before, mode=Mode.PHONE)
    db.session.commit()
    row = db.session.query(CheckIn).filter_by(submission_id=entered.submission_id).one()
    sign(cast.ada, 3)
    go(NOW)
    assert [one.state for one in outreach(cast.ada)] == [AlertState.OPEN]
    caseload = db.session.get_one(CaseloadRow, cast.ada.own_id).last_check_in_at
    service.correct(ref(cast.ada), row, sheet({**DAILY, "mood": 2}), by=cast.nia.actor, at=NOW, mode=Mode.PHONE)
    db.session.commit()
    go(NOW + HOUR)
    assert [one.state for one in outreach(cast.ada)] == [AlertState.OPEN]
    assert [one.ended_at for one in spells(cast.ada)] == [None]
    db.session.expire_all()
    assert db.session.get_one(CaseloadRow, cast.ada.own_id).last_check_in_at == caseload == before
    own = db.session.query(CheckIn).filter(CheckIn.entered_by_id.is_(None)).first()
    service.correct(ref(cast.ada), own, sheet({**DAILY, "mood": 1}), by=cast.ada.actor, at=NOW + HOUR)
    db.session.commit()
    assert [one.state for one in outreach(cast.ada)] == [AlertState.CLOSED]


def test_a_check_in_ends_the_spell_and_takes_the_patient_off_the_list(cast: Cast, go: Go) -> None:
    silent(cast.ada, days=2)
    sign(cast.ada, 3)
    go(NOW)
    service.submit(ref(cast.ada), "daily", sheet(), by=cast.ada.actor, at=NOW)
    db.session.commit()
    (spell,), (alert,) = spells(cast.ada), outreach(cast.ada)
    assert (spell.ended_at, alert.state) == (NOW, AlertState.CLOSED)
    last = select(AlertTransition.how).where(AlertTransition.alert_id == alert.id, AlertTransition.after == "closed")
    assert db.session.scalars(last).all() == ["heard-again"]
    go(NOW + HOUR)
    assert len(spells(cast.ada)) == 1


def test_what_staff_typed_in_is_a_word_from_the_patient(cast: Cast, go: Go) -> None:
    silent(cast.ada)
    go(NOW)
    service.submit(ref(cast.ada), "gad-7", sheet(GAD_7), by=cast.nia.actor, at=NOW, mode=Mode.PHONE)
    db.session.commit()
    assert spells(cast.ada)[0].ended_at == NOW


def test_a_draft_is_no_answer(cast: Cast, go: Go) -> None:
    silent(cast.ada)
    line = due.due_of(ref(cast.ada), NOW)[0].line
    service.save_draft(ref(cast.ada), line, sheet({"mood": 3}), by=cast.ada.actor, at=MIDNIGHT - HOUR, on=TODAY)
    db.session.commit()
    go(NOW)
    assert spells(cast.ada)[0].ended_at is None


def test_a_daily_check_in_does_not_end_the_wait_for_a_questionnaire(cast: Cast, go: Go) -> None:
    plan_item(cast.ada)
    plan_item(cast.ada, "phq-9", 7, starts_on=TODAY - timedelta(days=14))
    check_in(cast.ada, TODAY - DAY, NOW - DAY)
    go(MIDNIGHT)
    service.submit(ref(cast.ada), "daily", sheet(), by=cast.ada.actor, at=NOW)
    db.session.commit()
    assert spells(cast.ada)[0].ended_at is None
    service.submit(ref(cast.ada), "phq-9", sheet(PHQ_9), by=cast.ada.actor, at=NOW)
    db.session.commit()
    assert spells(cast.ada)[0].ended_at == NOW


def close(person: Person, by: Person, at: datetime) -> None:
    """Take on the one open alert of silence and close it, as somebody does after a call."""
    (alert,) = [one for one in outreach(person) if one.state is AlertState.OPEN]
    safety.acknowledge(person.own_id, alert.id, stamp=stamp_of(alert.id), by=by.actor, at=at)
    safety.close(person.own_id, alert.id, Closing.SAFE, "Spoke", stamp=stamp_of(alert.id), by=by.actor, at=at)
    db.session.commit()


def test_after_outreach_silence_counts_anew(cast: Cast, go: Go, frozen: time_machine.Traveller) -> None:
    silent(cast.ada, days=9)
    go(NOW)
    close(cast.ada, cast.bea, NOW)
    go(NOW + HOUR)
    assert [one.ended_at for one in spells(cast.ada)] == [NOW + HOUR]
    go(MIDNIGHT + 4 * DAY - HOUR)
    assert len(spells(cast.ada)) == 1
    go(MIDNIGHT + 4 * DAY)
    assert [one.began_at for one in spells(cast.ada)][1:] == [MIDNIGHT + 4 * DAY]


def test_somebody_who_has_taken_it_on_is_not_told_again_and_closes_it_themselves(cast: Cast, go: Go) -> None:
    silent(cast.ada, days=9)
    go(NOW)
    (alert,) = outreach(cast.ada)
    safety.acknowledge(cast.ada.own_id, alert.id, stamp=stamp_of(alert.id), by=cast.bea.actor, at=NOW)
    db.session.commit()
    go(NOW + DAY)
    service.submit(ref(cast.ada), "daily", sheet(), by=cast.ada.actor, at=NOW + DAY)
    db.session.commit()
    assert [one.state for one in outreach(cast.ada)] == [AlertState.ACKNOWLEDGED]


@pytest.mark.parametrize("status", [one for one in PatientStatus if one is not PatientStatus.ACTIVE])
def test_whoever_is_not_in_care_is_never_called_silent(cast: Cast, go: Go, status: PatientStatus) -> None:
    silent(cast.ada)
    sign(cast.ada, 3)
    db.session.get_one(Patient, cast.ada.own_id).status = status
    db.session.commit()
    go(NOW)
    assert spells(cast.ada) == []


@pytest.mark.parametrize("status", [PatientStatus.PAUSED, PatientStatus.DIED])
def test_leaving_care_ends_a_spell_without_a_word_to_anybody(cast: Cast, go: Go, status: PatientStatus) -> None:
    silent(cast.ada)
    go(NOW)
    db.session.get_one(Patient, cast.ada.own_id).status = status
    db.session.commit()
    go(NOW + 3 * DAY)
    assert spells(cast.ada)[0].ended_at == NOW + 3 * DAY
    assert (reminders(cast.ada), outreach(cast.ada)) == ([], [])


def test_a_pause_does_not_count_as_silence_afterwards(cast: Cast, go: Go) -> None:
    silent(cast.ada, days=30)
    back = StatusChange(patient_id=cast.ada.own_id, before=PatientStatus.PAUSED, after=PatientStatus.ACTIVE)
    back.reason, back.effective_on, back.changed_at = "Back", TODAY - DAY, NOW - DAY
    back.changed_by_id = cast.bea.user_id
    db.session.add(back)
    db.session.commit()
    go(NOW)
    assert spells(cast.ada) == []
    go(MIDNIGHT + 3 * DAY)
    assert len(spells(cast.ada)) == 1


def test_a_plan_changed_in_the_middle_forgets_no_silence(cast: Cast, go: Go) -> None:
    silent(cast.ada)
    planning.apply(
        cast.ada.own_id, [LineDraft("daily", every(1), extra_items=("pain",))], by=cast.bea.actor, at=MIDNIGHT - DAY
    )
    db.session.commit()
    go(MIDNIGHT)
    assert len(spells(cast.ada)) == 1


def test_a_worker_that_was_down_for_days_opens_one_spell_and_reminds_once_a_day(cast: Cast, go: Go) -> None:
    silent(cast.ada, days=14)
    for hours in range(0, 48, 4):
        go(NOW + hours * HOUR)
    (spell,) = spells(cast.ada)
    assert spell.began_at == MIDNIGHT - 10 * DAY
    assert [(at - NOW) // HOUR for at in reminders(cast.ada)] == [0, 24]
    assert len(outreach(cast.ada)) == 1


def test_nobody_is_reminded_of_what_they_cannot_answer_any_more(cast: Cast, go: Go) -> None:
    plan_item(cast.ada, "phq-9", starts_on=TODAY - timedelta(days=14), triggers=(Trigger(Anchor.START),))
    for hours in range(0, 24 * 4, 6):
        go(NOW + hours * HOUR)
    assert (len(spells(cast.ada)), len(outreach(cast.ada)), reminders(cast.ada)) == (1, 1, [])


def reminder(person: Person) -> OutboxMessage:
    row = select(OutboxMessage).where(OutboxMessage.kind == Kind.CHECK_IN_WAITING)
    return db.session.scalars(row.where(OutboxMessage.recipient_id == person.user_id)).one()


def test_a_reminder_is_dropped_where_the_patient_was_heard_or_reminded_again_meanwhile(cast: Cast, go: Go) -> None:
    silent(cast.ada)
    go(MIDNIGHT)
    assert silence.why_not_remind(cast.ada.own_id, NOW) is None
    go(NOW + DAY)
    first = reminder(cast.ada).created_at
    assert silence.why_not_remind(cast.ada.own_id, first) is None
    go(NOW + 2 * DAY)
    assert silence.why_not_remind(cast.ada.own_id, first) == "reminded-again"
    assert silence.why_not_remind(cast.ada.own_id, NOW + 2 * DAY) is None
    service.submit(ref(cast.ada), "daily", sheet(), by=cast.ada.actor, at=NOW + 2 * DAY)
    db.session.commit()
    assert silence.why_not_remind(cast.ada.own_id, NOW + 2 * DAY) == "heard-by-now"


def test_an_answer_that_came_in_between_looking_and_acting_is_not_called_silence(cast: Cast) -> None:
    silent(cast.ada, days=2)
    sign(cast.ada, 3)
    found = silence.look(None, at=NOW)
    assert found.patient_ids == (cast.ada.own_id,)
    service.submit(ref(cast.ada), "daily", sheet(), by=cast.ada.actor, at=NOW)
    db.session.commit()
    silence.act(found.patient_ids, at=NOW)
    db.session.commit()
    assert (spells(cast.ada), outreach(cast.ada)) == ([], [])


def test_what_was_done_is_on_record_without_a_clinical_word(cast: Cast, go: Go) -> None:
    silent(cast.ada)
    for hours in range(0, 72, 6):
        go(NOW + hours * HOUR)
    said = select(AuditEvent.event, AuditEvent.details).where(AuditEvent.event.startswith("silence:"))
    rows = db.session.execute(said.order_by(AuditEvent.sequence)).all()
    assert [row.event for row in rows] == ["silence:began", "silence:reminded", "silence:reminded"]
    assert not any(row.details for row in rows)


def test_a_check_in_of_somebody_who_is_not_silent_costs_one_statement_more(
    cast: Cast, queries_of: Callable[..., int]
) -> None:
    assert queries_of(lambda: silence.heard(cast.ada.own_id, at=NOW)) == 1


def test_a_chunk_costs_the_same_for_one_patient_and_for_many(
    cast: Cast, queries_of: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    silent(cast.ada)
    silence.look(None, at=NOW)
    few = queries_of(lambda: silence.look(None, at=NOW))
    like = db.session.get_one(CaseloadRow, cast.ada.own_id)
    for number in range(30):
        other = patient_row(f"Zoe{number}", cast.bea, 5, like=like)
        plan_item(Person(uuid.uuid4(), "", cast.ada.actor, other), starts_on=TODAY - timedelta(days=9))
    db.session.commit()
    assert queries_of(lambda: silence.look(None, at=NOW + 9 * DAY)) == few <= 4


def test_a_clinic_is_gone_through_in_chunks_and_acts_and_everybody_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, frozen: time_machine.Traveller
) -> None:
    like = db.session.get_one(CaseloadRow, cast.ada.own_id)
    others = [
        Person(uuid.uuid4(), "", cast.ada.actor, patient_row(f"Zoe{n}", cast.bea, 5, like=like)) for n in range(7)
    ]
    for other in others:
        plan_item(other)
    monkeypatch.setattr(silence, "CHUNK", 3)
    monkeypatch.setattr(silence, "_NEXT", silence._NEXT.limit(3))
    monkeypatch.setattr(rounds_of_check_ins, "AT_ONCE", 2)
    frozen.move_to(NOW + 5 * DAY)
    assert go_round() >= 5
    assert db.session.query(Silence).count() == 7
    assert [len(spells(one)) for one in others] == [1] * 7


def test_one_patient_about_whom_nothing_can_be_written_stops_nobody_elses_round(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, frozen: time_machine.Traveller
) -> None:
    for person in (cast.ada, cast.dot):
        silent(person)
    acting = silence._do

    def fail(one: Any, *, at: datetime) -> None:
        if one.row.id == cast.ada.own_id:
            raise KeyError("a broken plan")
        acting(one, at=at)

    monkeypatch.setattr(silence, "_do", fail)
    go_round()
    assert (len(spells(cast.ada)), len(spells(cast.dot))) == (0, 1)


def test_what_the_database_refuses_for_a_moment_is_tried_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    silent(cast.ada)
    found, acting = SilenceRound("one"), silence.act
    monkeypatch.setattr(silence, "act", busy)
    with pytest.raises(db.Busy):
        go_round(found)
    monkeypatch.setattr(silence, "act", acting)
    go_round(found)
    assert len(spells(cast.ada)) == 1


def busy(patient_ids: Any, *, at: datetime) -> None:
    raise db.Busy("lock")


def test_a_worker_that_lost_its_lease_writes_nothing(cast: Cast, frozen: time_machine.Traveller) -> None:
    silent(cast.ada)
    slow, found = SilenceRound("slow"), silence.look(None, at=NOW)
    slow._is_ours, slow._todo, slow._is_last = True, found.patient_ids, True
    go_round(SilenceRound("quick"))
    before = len(spells(cast.ada))
    assert slow.step() is False
    assert len(spells(cast.ada)) == before == 1


def test_it_is_made_once_an_hour(cast: Cast, go: Go) -> None:
    silent(cast.ada)
    go(MIDNIGHT - timedelta(minutes=30))
    go(MIDNIGHT)
    assert spells(cast.ada) == []
    go(MIDNIGHT + timedelta(minutes=29))
    assert spells(cast.ada) == []
    go(MIDNIGHT + timedelta(minutes=30))
    assert len(spells(cast.ada)) == 1


def test_two_workers_at_once_open_one_spell_and_one_alert(
    app: Flask, cast: Cast, at_once: Callable[[Callable[[str], Any]], None]
) -> None:
    for person in (cast.ada, cast.dot):
        silent(person, days=9)
    at_once(lambda name: go_round(SilenceRound(name)))
    for person in (cast.ada, cast.dot):
        assert (len(spells(person)), len(outreach(person)), len(reminders(person))) == (1, 1, 1)


def test_two_who_act_on_the_same_patient_at_once_open_one_spell_and_one_alert(
    app: Flask, cast: Cast, at_once: Callable[[Callable[[str], Any]], None]
) -> None:
    silent(cast.ada, days=9)

    def act(_name: str) -> None:
        db.begin(write=True)
        silence.act([cast.ada.own_id], at=NOW)
        db.session.commit()

    at_once(act)
    assert (len(spells(cast.ada)), len(outreach(cast.ada)), len(reminders(cast.ada))) == (1, 1, 1)


def test_every_statement_of_a_look_reads(cast: Cast) -> None:
    silent(cast.ada)
    seen: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(db.db.engine, "before_cursor_execute", keep)
    db.begin(write=False)
    silence.look(None, at=NOW)
    event.remove(db.db.engine, "before_cursor_execute", keep)
    db.begin(write=True)
    assert not [one for one in seen if one.startswith(("INSERT", "UPDATE", "DELETE"))]


def test_an_answer_to_what_was_missed_long_ago_counts_when_it_comes(cast: Cast, go: Go) -> None:
    """A check-in added for yesterday is a word of today."""
    silent(cast.ada)
    go(NOW)
    answers = sheet(DAILY)
    service.submit(ref(cast.ada), "daily", answers, by=cast.ada.actor, at=NOW, on=TODAY - DAY)
    db.session.commit()
    assert spells(cast.ada)[0].ended_at == NOW


def test_a_score_of_years_ago_is_no_word_of_today(cast: Cast, go: Go) -> None:
    plan_item(cast.ada)
    scored(cast.ada, "phq-9", 3, date(2025, 1, 1))
    go(NOW)
    assert len(spells(cast.ada)) == 1
