"""Putting mail into the outbox."""

from datetime import timedelta

from sqlalchemy import select

from portal import db
from portal.audit.models import AuditEvent
from portal.notifications import queue, service
from portal.notifications.models import Delivery, Heartbeat, Kind, OutboxMessage
from tests.cast import NOW, Cast
from tests.notifications.outbox import put, row, states


def test_what_is_rolled_back_is_never_sent(cast: Cast) -> None:
    service.enqueue(Kind.MESSAGE_WAITING, cast.ada.user_id, at=NOW)
    db.session.rollback()
    assert states() == []


def test_the_same_key_is_one_mail(cast: Cast) -> None:
    assert service.enqueue(Kind.MESSAGE_WAITING, cast.ada.user_id, at=NOW, once_key="thread-1")
    assert not service.enqueue(Kind.MESSAGE_WAITING, cast.ada.user_id, at=NOW, once_key="thread-1")
    assert service.enqueue(Kind.MESSAGE_WAITING, cast.ada.user_id, at=NOW)
    assert service.enqueue(Kind.MESSAGE_WAITING, cast.ada.user_id, at=NOW)
    db.session.commit()
    assert len(states()) == 3


def test_only_mail_that_failed_is_sent_again_or_dropped_and_both_are_audited(cast: Cast) -> None:
    waits, failed, dropped = (put(cast.ada) for _ in range(3))
    for message_id in (failed, dropped):
        db.session.get_one(OutboxMessage, message_id).state = Delivery.FAILED
    db.session.commit()
    assert not service.resend(waits, by=cast.eve.actor, at=NOW)
    assert not service.drop(waits, by=cast.eve.actor, at=NOW)
    assert service.resend(failed, by=cast.eve.actor, at=NOW + timedelta(hours=1))
    assert service.drop(dropped, by=cast.eve.actor, at=NOW)
    db.session.commit()
    assert (row(failed).state, row(failed).attempts, row(failed).due_at) == (
        Delivery.WAITING,
        0,
        NOW + timedelta(hours=1),
    )
    assert row(dropped).state is Delivery.DROPPED
    events = db.session.scalars(select(AuditEvent).order_by(AuditEvent.sequence)).all()
    assert [event.event for event in events] == ["delivery:resent", "delivery:dropped"]
    assert queue.claim("w", at=NOW + timedelta(hours=2)) is not None


def test_workers_that_are_long_gone_are_forgotten(cast: Cast) -> None:
    service.beat("old", started_at=NOW - timedelta(days=3), at=NOW - timedelta(days=2))
    service.beat("new", started_at=NOW, at=NOW)
    service.beat("new", started_at=NOW, at=NOW + timedelta(seconds=5))
    db.session.commit()
    found = db.session.scalars(select(Heartbeat)).all()
    assert [(beat.worker, beat.at) for beat in found] == [("new", NOW + timedelta(seconds=5))]
