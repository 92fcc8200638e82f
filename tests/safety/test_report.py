"""What is found at a bedside becomes a concern, an alert and a word to the care team, once each."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal import db
from portal.notifications.models import OutboxMessage
from portal.review import waiting
from portal.safety import queries, rules, service
from portal.safety.models import Alert, Concern
from tests.cast import NOW, Cast
from tests.checkins.sheets import count, only

SAID = "186/112 mmHg, limit 180/110"


def report(cast: Cast, code: str = rules.HARD_STOP, *, about_id: Any = None, at: Any = NOW, late: Any = 0) -> None:
    service.hold(cast.ada.own_id)
    service.report(
        cast.ada.own_id,
        code,
        SAID,
        about_id=about_id or uuid.uuid4(),
        occurred_at=at - timedelta(minutes=late),
        on=at.date(),
        at=at,
    )
    db.session.commit()


@pytest.mark.parametrize("code", [rules.EMERGENCY, rules.HARD_STOP, rules.WENT_ON])
def test_a_report_opens_an_urgent_alert_and_tells_the_team(cast: Cast, code: str) -> None:
    report(cast, code)
    alert, concern = only(Alert), only(Concern)
    assert (alert.rule, alert.severity, alert.state) == (code, rules.Severity.URGENT, "open")
    assert (concern.alert_id, concern.said, concern.instrument) == (alert.id, SAID, "")
    mails = db.session.scalars(select(OutboxMessage)).all()
    assert {mail.recipient_id for mail in mails} == {cast.bea.user_id, cast.nia.user_id}
    assert all(mail.is_urgent and mail.values == {} for mail in mails)


def test_the_same_entry_reported_again_is_written_and_told_once(cast: Cast) -> None:
    entry = uuid.uuid4()
    for minute in range(3):
        report(cast, about_id=entry, at=NOW + timedelta(minutes=minute))
    assert (count(Alert), count(Concern), count(OutboxMessage)) == (1, 1, 2)


def test_a_second_stop_joins_the_open_alert_and_is_told_again(cast: Cast) -> None:
    report(cast)
    report(cast, at=NOW + timedelta(minutes=10))
    assert (count(Alert), count(Concern), count(OutboxMessage)) == (1, 2, 4)


def test_a_stop_after_somebody_took_the_alert_on_opens_it_again(cast: Cast) -> None:
    report(cast)
    alert = only(Alert)
    stamp = queries.stamp_of(alert.id)
    service.acknowledge(cast.ada.own_id, alert.id, stamp=stamp, by=cast.bea.actor, at=NOW + timedelta(minutes=1))
    db.session.commit()
    report(cast, at=NOW + timedelta(minutes=2))
    assert only(Alert).state == "open"
    assert [step.after for step in queries.list_steps(alert.id)] == ["open", "acknowledged", "open"]


def test_what_arrives_late_shows_when_it_happened(cast: Cast) -> None:
    report(cast, late=55)
    (line,) = queries.list_open(cast.bea.user_id)
    assert (line.opened_at, line.answers[0].found_at) == (NOW, NOW - timedelta(minutes=55))
    assert (line.answers[0].label, line.answers[0].instrument) == (SAID, "")


def test_an_emergency_and_a_stop_are_two_alerts(cast: Cast) -> None:
    report(cast)
    report(cast, rules.EMERGENCY)
    assert [line.rule for line in queries.list_open(cast.bea.user_id)] == ["V1", "V2"]


def test_the_count_for_the_banner_knows_the_urgent_ones_of_ones_own_patients(cast: Cast) -> None:
    report(cast)
    assert waiting.for_team_member(cast.bea.user_id, at=NOW).urgent == 1
    assert waiting.for_team_member(cast.cal.user_id, at=NOW).urgent == 0
