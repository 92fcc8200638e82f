import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal import db
from portal.access.policy import Role
from portal.accounts.models import AccountStatus, User
from portal.audit.models import AuditEvent
from portal.checkins import queries as checkin_queries
from portal.checkins import service as checkins
from portal.notifications.models import OutboxMessage
from portal.notifications.queue import Claim
from portal.notifications.wanted_worker import why_not
from portal.patients.models import CareTeamMember
from portal.review import waiting
from portal.safety import queries, service
from portal.safety.models import Alert, AlertTransition, Closing, Concern, Contact
from portal.safety.service import ChangedMeanwhile
from tests.cast import NOW, Cast, Person
from tests.checkins.sheets import DAILY, PHQ_9, count, only, ref, sheet
from tests.factories import plan_item
from tests.safety.escalation.stage import on_call

NOT_SURE, NO = 1, 2


def answer(person: Person, value: Any, *, at: Any = NOW, instrument: Any = "daily", **more: Any) -> None:
    answers = {**DAILY, "safe": value} if instrument == "daily" else {**PHQ_9, "q9": value}
    checkins.submit(ref(person), instrument, sheet(answers, **more), by=person.actor, at=at)
    db.session.commit()


def alerts() -> Any:
    db.session.rollback()
    return list(db.session.scalars(select(Alert).order_by(Alert.opened_at, Alert.rule)))


def told(*, since: Any = 0) -> Any:
    db.session.rollback()
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at)).all()
    return sorted(str(row.recipient_id) for row in rows[since:])


def do(verb: Any, alert: Any, *details: Any, by: Any, at: Any = NOW + timedelta(minutes=5), stamp: Any = None) -> None:
    seen = queries.stamp_of(alert.id) if stamp is None else stamp
    verb(alert.patient_id, alert.id, *details, stamp=seen, by=by.actor, at=at)
    db.session.commit()


def test_a_positive_answer_has_a_concern_an_alert_a_transition_and_a_mail_for_the_team(cast: Cast) -> None:
    answer(cast.ada, NO)
    alert, concern, step = only(Alert), only(Concern), only(AlertTransition)
    assert (alert.rule, alert.severity, alert.state, alert.opened_at) == ("R1", 3, "open", NOW)
    assert (concern.alert_id, concern.rule, concern.value, concern.item) == (alert.id, "R1", 2, "safe")
    assert (step.before, step.after, step.at, step.by_id) == (None, "open", NOW, None)
    assert told() == sorted([str(cast.bea.user_id), str(cast.nia.user_id)])
    assert {row.kind for row in db.session.scalars(select(OutboxMessage))} == {"alert-waiting"}
    assert all(row.is_urgent and row.values == {} for row in db.session.scalars(select(OutboxMessage)))


def test_somebody_elses_team_and_the_administrator_hear_nothing(cast: Cast) -> None:
    answer(cast.ada, NO)
    assert not {str(cast.cal.user_id), str(cast.eve.user_id), str(cast.ada.user_id)} & set(told())


def test_members_who_left_or_cannot_sign_in_are_not_told(cast: Cast) -> None:
    db.session.get_one(User, cast.nia.user_id).status = AccountStatus.DEACTIVATED
    extra = CareTeamMember(patient_id=cast.ada.own_id, user_id=cast.cal.user_id, since=NOW, until=NOW)
    db.session.add(extra)
    db.session.commit()
    answer(cast.ada, NO)
    assert told() == [str(cast.bea.user_id)]


@pytest.mark.parametrize(
    ("value", "instrument", "rule", "severity", "urgent"),
    [
        (NOT_SURE, "daily", "R2", 2, True),
        (NO, "daily", "R1", 3, True),
        (None, "daily", "R4", 1, False),
        (1, "phq-9", "R2", 2, True),
        (3, "phq-9", "R3", 3, True),
        (None, "phq-9", "R4", 1, False),
    ],
)
def test_each_rule_makes_its_own_kind_of_alert(
    cast: Cast, value: Any, instrument: Any, rule: Any, severity: Any, urgent: Any
) -> None:
    answer(cast.ada, value, instrument=instrument)
    alert = only(Alert)
    assert (alert.rule, alert.severity) == (rule, severity)
    assert {row.is_urgent for row in db.session.scalars(select(OutboxMessage))} == {urgent}


def test_a_reassuring_answer_leaves_no_trace(cast: Cast) -> None:
    answer(cast.ada, 0)
    answer(cast.ada, 0, instrument="phq-9")
    assert (count(Concern), count(Alert), count(OutboxMessage)) == (0, 0, 0)


def test_one_alert_a_rule_and_day_while_nobody_has_taken_it_on_and_every_answer_its_concern(cast: Cast) -> None:
    for minutes in range(3):
        answer(cast.ada, NOT_SURE, at=NOW + timedelta(minutes=minutes))
    assert (count(Concern), count(Alert), count(OutboxMessage)) == (3, 1, 2)


def test_a_more_severe_answer_always_makes_its_own_alert(cast: Cast) -> None:
    answer(cast.ada, NOT_SURE)
    answer(cast.ada, NO, at=NOW + timedelta(minutes=1))
    answer(cast.ada, 2, instrument="phq-9", at=NOW + timedelta(minutes=2))
    assert [(alert.rule, alert.state) for alert in alerts()] == [("R2", "open"), ("R1", "open"), ("R3", "open")]
    assert count(OutboxMessage) == 6


def test_the_next_local_day_makes_a_new_alert(cast: Cast) -> None:
    late = NOW.replace(hour=4) + timedelta(days=1)  # 23:00 of the same day in New York
    answer(cast.ada, NOT_SURE)
    answer(cast.ada, NOT_SURE, at=late)
    assert count(Alert) == 1
    answer(cast.ada, NOT_SURE, at=late + timedelta(hours=1))
    assert (count(Alert), count(OutboxMessage)) == (2, 4)


def test_an_answer_after_somebody_took_it_on_opens_it_again_and_is_told_again(cast: Cast) -> None:
    answer(cast.ada, NOT_SURE)
    do(service.acknowledge, alerts()[0], by=cast.bea)
    answer(cast.ada, NOT_SURE, at=NOW + timedelta(minutes=10))
    (alert,) = alerts()
    assert (alert.state, alert.state_at) == ("open", NOW + timedelta(minutes=10))
    assert [(step.before, step.after) for step in queries.list_steps(alert.id)] == [
        (None, "open"),
        ("open", "acknowledged"),
        ("acknowledged", "open"),
    ]
    assert len(told(since=2)) == 2


def test_an_answer_after_it_was_closed_makes_a_new_alert_and_is_told_again(cast: Cast) -> None:
    answer(cast.ada, NOT_SURE)
    do(service.acknowledge, alerts()[0], by=cast.bea)
    do(service.close, alerts()[0], Closing.SAFE, "spoke", by=cast.bea, at=NOW + timedelta(minutes=6))
    answer(cast.ada, NOT_SURE, at=NOW + timedelta(minutes=10))
    assert [alert.state for alert in alerts()] == ["closed", "open"]
    assert len(told(since=2)) == 2


def test_two_patients_never_share_an_alert(cast: Cast) -> None:
    answer(cast.ada, NOT_SURE)
    answer(cast.dot, NOT_SURE)
    assert {alert.patient_id for alert in alerts()} == {cast.ada.own_id, cast.dot.own_id}


def test_from_open_to_closed_every_step_says_who_and_why(cast: Cast) -> None:
    answer(cast.ada, NO)
    (alert,) = alerts()
    do(service.acknowledge, alert, by=cast.bea, at=NOW + timedelta(minutes=1))
    do(service.record_contact, alert, Contact.SPOKE, "With her sister.", by=cast.bea, at=NOW + timedelta(minutes=2))
    do(service.record_contact, alert, Contact.WROTE, "", by=cast.bea, at=NOW + timedelta(minutes=3))
    do(service.close, alert, Closing.SAFE, "Safe tonight.", by=cast.bea, at=NOW + timedelta(minutes=4))
    steps = queries.list_steps(alert.id)
    assert [(step.after.value, step.by, step.how, step.reason) for step in steps] == [
        ("open", "", None, ""),
        ("acknowledged", "Bea Lindqvist", None, ""),
        ("acted-on", "Bea Lindqvist", Contact.SPOKE, "With her sister."),
        ("acted-on", "Bea Lindqvist", Contact.WROTE, ""),
        ("closed", "Bea Lindqvist", Closing.SAFE, "Safe tonight."),
    ]
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.event.startswith("alert:")))
    assert sorted(event.event for event in events) == [
        "alert:acknowledged",
        "alert:acted-on",
        "alert:acted-on",
        "alert:closed",
        "alert:opened",
    ]
    assert "sister" not in str([event.details for event in db.session.scalars(select(AuditEvent))])


def test_whoever_comes_second_is_told_and_changes_nothing(cast: Cast) -> None:
    answer(cast.ada, NO)
    (alert,) = alerts()
    stamp = queries.stamp_of(alert.id)
    do(service.acknowledge, alert, by=cast.bea, stamp=stamp)
    with pytest.raises(ChangedMeanwhile):
        do(service.acknowledge, alert, by=cast.nia, stamp=stamp)
    with pytest.raises(ChangedMeanwhile):
        do(service.record_contact, alert, Contact.SPOKE, "", by=cast.nia, stamp=stamp)
    db.session.rollback()
    assert [step.by for step in queries.list_steps(alert.id)] == ["", "Bea Lindqvist"]


def test_an_answer_that_came_in_since_is_not_acknowledged_unseen(cast: Cast) -> None:
    answer(cast.ada, NOT_SURE)
    (alert,) = alerts()
    stamp = queries.stamp_of(alert.id)
    answer(cast.ada, NOT_SURE, at=NOW + timedelta(minutes=1))
    with pytest.raises(ChangedMeanwhile):
        do(service.acknowledge, alert, by=cast.bea, stamp=stamp)
    db.session.rollback()
    assert only(Alert).state == "open"


def test_an_alert_nobody_took_on_cannot_be_closed(cast: Cast) -> None:
    answer(cast.ada, NO)
    (alert,) = alerts()
    with pytest.raises(ChangedMeanwhile):
        do(service.close, alert, Closing.BY_MISTAKE, "slip", by=cast.bea)


def test_a_closed_alert_takes_nothing_more(cast: Cast) -> None:
    answer(cast.ada, NO)
    (alert,) = alerts()
    do(service.acknowledge, alert, by=cast.bea)
    do(service.close, alert, Closing.SAFE, "", by=cast.bea)
    for verb, details in (
        (service.acknowledge, ()),
        (service.record_contact, (Contact.SPOKE, "")),
        (service.close, (Closing.SAFE, "")),
    ):
        with pytest.raises(ChangedMeanwhile):
            do(verb, alert, *details, by=cast.bea)


def test_an_alert_is_handled_under_its_own_patient_only(cast: Cast) -> None:
    answer(cast.ada, NO)
    (alert,) = alerts()
    with pytest.raises(ChangedMeanwhile):
        service.acknowledge(cast.dot.own_id, alert.id, stamp=queries.stamp_of(alert.id), by=cast.cal.actor, at=NOW)
    assert queries.get_alert(cast.dot.own_id, alert.id) is None


def test_the_list_shows_those_nobody_took_on_first_then_the_most_severe_then_the_newest(cast: Cast) -> None:
    answer(cast.ada, None)
    answer(cast.ada, NOT_SURE, at=NOW + timedelta(minutes=1))
    answer(cast.ada, NO, at=NOW + timedelta(minutes=2))
    answer(cast.ada, NOT_SURE, at=NOW + timedelta(days=1))
    listed = queries.list_open(cast.bea.user_id)
    assert [(line.rule, line.opened_at) for line in listed] == [
        ("R1", NOW + timedelta(minutes=2)),
        ("R2", NOW + timedelta(days=1)),
        ("R2", NOW + timedelta(minutes=1)),
        ("R4", NOW),
    ]
    do(service.acknowledge, next(alert for alert in alerts() if alert.rule == "R1"), by=cast.bea)
    assert [line.rule for line in queries.list_open(cast.bea.user_id)] == ["R2", "R2", "R4", "R1"]
    assert [line.rule for line in queries.list_open(cast.bea.user_id, limit=1)] == ["R2"]


def test_the_list_says_the_answer_in_the_words_the_patient_saw_and_whom_to_call(cast: Cast) -> None:
    answer(cast.ada, 2, instrument="phq-9")
    answer(cast.ada, None, instrument="phq-9", at=NOW + timedelta(minutes=1))
    by_rule = {line.rule: line for line in queries.list_open(cast.bea.user_id)}
    (said,) = by_rule["R3"].answers
    assert said.question == "Thoughts that you would be better off dead or of hurting yourself in some way"
    assert said.label == "More than half the days"
    assert by_rule["R4"].answers[0].label == ""
    assert (by_rule["R3"].patient_name, by_rule["R3"].mobile_phone) == ("Ada Okafor", "+1 212 555 0134")


def waits(person: Person) -> tuple[int, int]:
    """Return how many alerts wait for a person, and how many of them are urgent."""
    found = waiting.for_team_member(person.user_id, at=NOW)
    return found.alerts, found.urgent


def test_nobody_sees_alerts_of_patients_they_do_not_look_after(cast: Cast) -> None:
    answer(cast.ada, NO)
    assert len(queries.list_open(cast.nia.user_id)) == 1
    for other in (cast.cal, cast.eve, cast.ada):
        assert queries.list_open(other.user_id) == []
        assert waits(other) == (0, 0)


def test_the_count_is_of_those_nobody_took_on(cast: Cast) -> None:
    answer(cast.ada, NO)
    answer(cast.ada, None, instrument="phq-9")
    assert waits(cast.bea) == (2, 1)
    do(service.acknowledge, next(alert for alert in alerts() if alert.rule == "R1"), by=cast.bea)
    assert waits(cast.bea) == (1, 0)


def test_the_same_answer_of_the_same_submission_is_written_once(cast: Cast) -> None:
    key = uuid.uuid4()
    answer(cast.ada, NO, submission_id=key)
    answer(cast.ada, NO, submission_id=key)
    assert (count(Concern), count(Alert), count(OutboxMessage)) == (1, 1, 2)


def test_the_same_submission_id_of_two_patients_is_two_concerns(cast: Cast) -> None:
    key = uuid.uuid4()
    answer(cast.ada, NO, submission_id=key)
    answer(cast.dot, NO, submission_id=key)
    assert count(Concern, patient_id=cast.ada.own_id) == count(Concern, patient_id=cast.dot.own_id) == 1


def test_somebody_who_left_the_care_team_sees_its_alerts_no_more(cast: Cast) -> None:
    answer(cast.ada, NO)
    member = db.session.scalars(select(CareTeamMember).filter_by(user_id=cast.nia.user_id)).one()
    member.until = NOW
    db.session.commit()
    assert queries.list_open(cast.nia.user_id) == []
    assert waits(cast.nia) == (0, 0)


@pytest.mark.parametrize("before_sending", ["open", "acknowledged", "closed"])
def test_an_answer_that_got_worse_before_it_was_sent_is_told_again_and_the_former_one_is_kept(
    cast: Cast, before_sending: Any
) -> None:
    line, key = checkin_queries.to_line(plan_item(cast.ada, "phq-9", 14)), uuid.uuid4()
    checkins.save_draft(
        ref(cast.ada), line, sheet({"q9": 2}, submission_id=key), on=NOW.date(), by=cast.ada.actor, at=NOW
    )
    db.session.commit()
    if before_sending != "open":
        do(service.acknowledge, alerts()[0], by=cast.bea)
    if before_sending == "closed":
        do(service.close, alerts()[0], Closing.SAFE, "spoke", by=cast.bea, at=NOW + timedelta(minutes=6))
    answer(cast.ada, 3, instrument="phq-9", submission_id=key, at=NOW + timedelta(minutes=10))
    assert sorted((row.rule, row.value) for row in db.session.scalars(select(Concern))) == [("R3", 2), ("R3", 3)]
    assert alerts()[-1].state == "open"
    assert count(Alert) == (2 if before_sending == "closed" else 1)
    assert len(told(since=2)) == 2


def test_an_answer_that_got_better_before_it_was_sent_has_its_concern_and_is_not_told_again(cast: Cast) -> None:
    line, key = checkin_queries.to_line(plan_item(cast.ada, "phq-9", 14)), uuid.uuid4()
    checkins.save_draft(
        ref(cast.ada), line, sheet({"q9": 3}, submission_id=key), on=NOW.date(), by=cast.ada.actor, at=NOW
    )
    db.session.commit()
    answer(cast.ada, 2, instrument="phq-9", submission_id=key)
    assert {one.value for one in db.session.scalars(select(Concern))} == {2, 3}
    assert count(OutboxMessage) == 2


@pytest.mark.parametrize("is_on_call", [True, False])
def test_where_nobody_of_the_team_is_active_whoever_is_on_call_is_told_else_every_provider(
    cast: Cast, is_on_call: Any
) -> None:
    for gone in (cast.bea, cast.nia):
        db.session.get_one(User, gone.user_id).status = AccountStatus.DEACTIVATED
    fay = User(email="fay@interval.example", name="Fay", role=Role.PROVIDER, status=AccountStatus.ACTIVE)
    fay.time_zone, fay.created_at, fay.is_medical_director = "UTC", NOW, True
    db.session.add(fay)
    db.session.commit()
    if is_on_call:
        on_call(cast.cal, NOW, NOW + timedelta(hours=1))
    expected = [cast.cal.user_id] if is_on_call else [fay.id, cast.cal.user_id]
    answer(cast.ada, NO)
    assert told() == sorted(str(one) for one in expected)
    for mail in db.session.scalars(select(OutboxMessage)):
        user = db.session.get_one(User, mail.recipient_id)
        held = Claim(
            mail.id, mail.kind, mail.recipient_id, mail.patient_id, mail.values, True, 0, NOW, "", mail.alert_id
        )
        assert why_not(held, user, at=NOW) is None
