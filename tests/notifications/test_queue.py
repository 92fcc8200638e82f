"""The outbox as a queue."""

from datetime import timedelta

import pytest

from portal import db
from portal.notifications import queue
from portal.notifications.backoff import WITH_OURSELVES, WITH_THEIR_SERVER
from portal.notifications.models import Channel, Delivery, Kind, OutboxMessage
from tests.cast import NOW, Cast
from tests.notifications.outbox import put, row

LATER = NOW + queue.LEASE + timedelta(seconds=1)


def claimed(worker: str = "one", at: object = NOW) -> queue.Claim:
    held = queue.claim(worker, at=at)
    db.session.commit()
    assert held is not None
    return held


def test_what_is_urgent_overtakes_and_the_rest_goes_in_order(cast: Cast) -> None:
    second = put(cast.ada, at=NOW - timedelta(minutes=2))
    first = put(cast.bea, at=NOW - timedelta(minutes=5))
    alarm = put(cast.bea, Kind.ALERT_WAITING, urgent=True)
    assert [claimed().id for _ in range(3)] == [alarm, first, second]
    assert queue.claim("one", at=NOW) is None


def test_what_is_not_due_waits(cast: Cast) -> None:
    message_id = put(cast.ada, due_at=NOW + timedelta(minutes=1))
    assert queue.claim("one", at=NOW) is None
    assert claimed(at=NOW + timedelta(minutes=1)).id == message_id


def test_a_lease_keeps_others_away_until_it_runs_out(cast: Cast) -> None:
    message_id = put(cast.ada)
    first = claimed("one")
    assert queue.claim("two", at=LATER - timedelta(seconds=2)) is None
    second = claimed("two", at=LATER)
    assert (second.id, second.attempts) == (message_id, 2)
    assert not queue.sent(first, at=LATER)
    assert queue.sent(second, at=LATER)
    db.session.commit()
    assert row(message_id).state is Delivery.SENT


def test_what_was_sent_is_never_claimed_again(cast: Cast) -> None:
    put(cast.ada)
    queue.sent(claimed(), at=NOW)
    db.session.commit()
    assert queue.claim("two", at=NOW + timedelta(days=30)) is None


def test_a_failed_attempt_is_tried_later_with_its_reason_kept(cast: Cast) -> None:
    message_id = put(cast.ada)
    queue.retry(claimed(), "smtp-451", at=NOW, patience=WITH_THEIR_SERVER, spread=0.5)
    db.session.commit()
    found = row(message_id)
    assert (found.state, found.last_error, found.due_at) == (
        Delivery.WAITING,
        "smtp-451",
        NOW + timedelta(seconds=30),
    )
    assert (found.leased_by, found.leased_until) == (None, None)


def test_after_enough_attempts_it_is_given_up_and_stays_to_be_seen(cast: Cast) -> None:
    message_id = put(cast.ada)
    for attempt in range(WITH_OURSELVES.attempts):
        held = claimed(at=NOW + timedelta(days=attempt))
        queue.retry(held, "x", at=NOW + timedelta(days=attempt), patience=WITH_OURSELVES, spread=0.0)
        db.session.commit()
    assert (row(message_id).state, row(message_id).attempts) == (Delivery.FAILED, WITH_OURSELVES.attempts)


@pytest.mark.parametrize("reason", ["no-longer-on-care-team"])
def test_what_nobody_needs_is_dropped_and_not_failed(cast: Cast, reason: str) -> None:
    message_id = put(cast.ada)
    queue.drop(claimed(), reason, at=NOW)
    db.session.commit()
    assert (row(message_id).state, row(message_id).last_error) == (Delivery.DROPPED, reason)


def test_when_the_server_is_back_only_what_waited_for_it_wakes(cast: Cast) -> None:
    waited, other = put(cast.ada), put(cast.bea)
    for message_id, error in ((waited, "unreachable"), (other, "smtp-451")):
        found = db.session.get_one(OutboxMessage, message_id)
        found.last_error, found.due_at = error, NOW + timedelta(hours=1)
    db.session.commit()
    queue.wake({"unreachable"}, Channel.EMAIL, at=NOW)
    db.session.commit()
    assert row(waited).due_at == NOW
    assert row(other).due_at == NOW + timedelta(hours=1)
