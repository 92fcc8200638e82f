"""What writing and reading messages writes."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from portal import db
from portal.access.policy import Actor
from portal.accounts.models import AccountStatus, User
from portal.audit.models import AuditEvent
from portal.messaging import queries, retraction, service
from portal.messaging.attachments import gathering
from portal.messaging.attachments.gathering import Bringing
from portal.messaging.attachments.intake import take_in
from portal.messaging.attachments.kinds import FileKind
from portal.messaging.attachments.models import Attachment
from portal.messaging.models import Message, MessageRead, Thread
from portal.messaging.parcel import Parcel
from portal.notifications.models import OutboxMessage
from portal.patients.models import CareTeamMember
from portal.review import service as review
from portal.review.models import CaseloadRow
from tests import factories
from tests.cast import NOW, Cast, Person
from tests.messaging.attachments import samples

MINUTE = timedelta(minutes=1)


def start(cast: Cast, by: Person, body: str = "Hello", at: datetime = NOW, **changed: Any) -> uuid.UUID:
    usual: dict[str, Any] = {"subject": "A question", "submission_id": uuid.uuid4()}
    thread_id = service.start_thread(cast.ada.own_id, body=body, by=by.actor, at=at, **usual | changed)
    db.session.commit()
    return thread_id


def answer(cast: Cast, thread_id: uuid.UUID, by: Person, body: str, at: datetime = NOW, **changed: Any) -> None:
    usual: dict[str, Any] = {"submission_id": uuid.uuid4()}
    service.send(cast.ada.own_id, thread_id, body=body, by=by.actor, at=at, **usual | changed)
    db.session.commit()


def read(cast: Cast, thread_id: uuid.UUID, by: Actor, at: datetime = NOW) -> int:
    found = service.mark_read(cast.ada.own_id, thread_id, by=by, at=at)
    db.session.commit()
    return len(found)


def told() -> list[uuid.UUID]:
    return list(db.session.scalars(select(OutboxMessage.recipient_id)))


def counts(cast: Cast) -> tuple[int, int]:
    """Return what the team and what the patient has not read."""
    sums = select(func.sum(Thread.unread_by_team), func.sum(Thread.unread_by_patient))
    by_team, by_patient = db.session.execute(sums).one()
    return by_team, by_patient


def test_a_message_waits_for_the_other_side_until_somebody_there_reads_it(cast: Cast) -> None:
    thread_id = start(cast, cast.ada)
    assert counts(cast) == (1, 0)
    assert read(cast, thread_id, cast.nia.actor) == 1
    assert counts(cast) == (0, 0)
    answer(cast, thread_id, cast.nia, "Yes", NOW + MINUTE)
    assert counts(cast) == (0, 1)
    assert read(cast, thread_id, cast.ada.actor, NOW + 2 * MINUTE) == 1
    assert counts(cast) == (0, 0)


def caseload_unread(cast: Cast) -> int:
    review.refresh([cast.ada.own_id], at=NOW)
    db.session.commit()
    return db.session.get_one(CaseloadRow, cast.ada.own_id).unread


def test_the_counts_of_a_thread_say_what_the_caseload_counts(cast: Cast) -> None:
    thread_id = start(cast, cast.ada)
    answer(cast, thread_id, cast.ada, "And one more thing", NOW + MINUTE)
    assert caseload_unread(cast) == counts(cast)[0] == 2
    read(cast, thread_id, cast.bea.actor)
    assert caseload_unread(cast) == counts(cast)[0] == 0


def test_nobody_reads_their_own_sides_messages(cast: Cast) -> None:
    thread_id = start(cast, cast.bea)
    assert read(cast, thread_id, cast.nia.actor) == 0
    assert counts(cast) == (0, 1)


def test_every_reader_leaves_one_receipt_at_the_first_reading(cast: Cast) -> None:
    thread_id = start(cast, cast.ada)
    for minute, reader in enumerate((cast.bea, cast.nia, cast.bea), start=1):
        read(cast, thread_id, reader.actor, NOW + minute * MINUTE)
    (said,) = queries.get_conversation(thread_id).messages
    assert [(one.name, one.read_at) for one in said.receipts] == [
        ("Bea Lindqvist", NOW + MINUTE),
        ("Nia Achebe", NOW + 2 * MINUTE),
    ]


def test_writing_and_reading_are_in_the_audit_without_a_word_of_the_message(cast: Cast) -> None:
    thread_id = start(cast, cast.ada, "a secret", subject="another secret")
    read(cast, thread_id, cast.bea.actor)
    answer(cast, thread_id, cast.bea, "a third secret")
    rows = db.session.execute(select(AuditEvent.event, AuditEvent.details).order_by(AuditEvent.sequence)).all()
    assert [row.event for row in rows] == ["thread:started", "thread:read", "message:sent"]
    assert "secret" not in str(rows)


def test_a_message_from_the_patient_tells_everybody_on_the_team_and_nobody_else(cast: Cast) -> None:
    db.session.add(CareTeamMember(patient_id=cast.ada.own_id, user_id=cast.cal.user_id, since=NOW, until=NOW))
    db.session.commit()
    start(cast, cast.ada)
    assert set(told()) == {cast.bea.user_id, cast.nia.user_id}


def test_a_colleague_whose_account_is_switched_off_is_not_told(cast: Cast) -> None:
    db.session.get_one(User, cast.nia.user_id).status = AccountStatus.DEACTIVATED
    db.session.commit()
    start(cast, cast.ada)
    assert told() == [cast.bea.user_id]


def test_a_message_from_the_team_tells_the_patient_only(cast: Cast) -> None:
    start(cast, cast.nia)
    assert told() == [cast.ada.user_id]


def test_the_mail_holds_no_word_of_it(cast: Cast) -> None:
    start(cast, cast.bea, "a secret", subject="another secret")
    row = db.session.scalars(select(OutboxMessage)).one()
    assert (row.kind, row.values, row.patient_id) == ("message-waiting", {}, cast.ada.own_id)


def test_a_burst_of_unread_messages_is_one_mail_an_hour_but_what_is_read_starts_anew(cast: Cast) -> None:
    thread_id = start(cast, cast.bea)
    for minute in range(1, 11):
        answer(cast, thread_id, cast.bea, f"And {minute}", NOW + minute * MINUTE)
    assert len(told()) == 2
    read(cast, thread_id, cast.ada.actor, NOW + 11 * MINUTE)
    answer(cast, thread_id, cast.bea, "One more", NOW + 12 * MINUTE)
    assert len(told()) == 3


def test_words_of_danger_are_announced_at_once_whatever_is_unread_but_the_team_s_own_are_not(cast: Cast) -> None:
    thread_id = start(cast, cast.ada)
    for minute in (1, 2):
        answer(cast, thread_id, cast.ada, "I want to kill myself", NOW + minute * MINUTE)
    read(cast, thread_id, cast.bea.actor)
    answer(cast, thread_id, cast.bea, "Do you want to kill yourself?", NOW + 3 * MINUTE)
    rows = db.session.execute(select(OutboxMessage.is_urgent, OutboxMessage.recipient_id)).all()
    team = {cast.bea.user_id, cast.nia.user_id}
    assert sorted(rows) == sorted(
        [(False, one) for one in [*team, cast.ada.user_id]] + [(True, one) for one in team] * 2
    )


def test_the_same_submission_twice_is_one_message(cast: Cast) -> None:
    sent = uuid.uuid4()
    thread_id = start(cast, cast.ada, submission_id=sent)
    assert start(cast, cast.ada, submission_id=sent) == thread_id
    again = uuid.uuid4()
    read(cast, thread_id, cast.bea.actor)
    for _ in range(2):
        answer(cast, thread_id, cast.bea, "Yes", submission_id=again)
    assert len(list(db.session.scalars(select(Message)))) == 2
    assert counts(cast) == (0, 1)


def test_eight_messages_and_readings_at_once_leave_true_counts(app: Flask, cast: Cast) -> None:
    thread_id, sent = start(cast, cast.ada), uuid.uuid4()
    db.session.rollback()

    def act(turn: int) -> None:
        with app.app_context():
            db.begin(write=True)
            try:
                if turn % 2:
                    read(cast, thread_id, cast.bea.actor)
                else:
                    answer(cast, thread_id, cast.ada, "Again", submission_id=sent)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(8)))
    assert len(queries.get_conversation(thread_id).messages) == 2
    assert caseload_unread(cast) == counts(cast)[0]
    read(cast, thread_id, cast.bea.actor)
    assert counts(cast) == (0, 0)
    assert len(list(db.session.scalars(select(MessageRead)))) == 2


def test_the_same_submission_with_other_words_is_not_taken_for_sent(cast: Cast) -> None:
    sent = uuid.uuid4()
    thread_id = start(cast, cast.ada, submission_id=sent)
    with pytest.raises(service.SentAlready) as before:
        start(cast, cast.ada, "Something else", submission_id=sent)
    assert before.value.thread_id == thread_id
    with pytest.raises(service.SentAlready):
        answer(cast, thread_id, cast.ada, "Something else", submission_id=sent)


def test_a_thread_an_infusion_or_a_submission_of_another_patient_is_not_there(cast: Cast) -> None:
    theirs = factories.thread(cast.dot, cast.dot)
    infusion = factories.infusion(factories.course(cast.dot, cast.cal), cast.cal, NOW)
    sent = db.session.scalars(select(Message.submission_id)).one()
    for attempt in (
        lambda: answer(cast, theirs.id, cast.bea, "Hello"),
        lambda: read(cast, theirs.id, cast.bea.actor),
        lambda: start(cast, cast.bea, about_infusion_id=infusion.id),
        lambda: start(cast, cast.bea, submission_id=sent),
    ):
        with pytest.raises(service.NoSuchThing):
            attempt()
        db.session.rollback()
    assert db.session.scalar(select(MessageRead.read_at)) is None
    assert len(list(db.session.scalars(select(Thread)))) == 1


def test_lists_and_threads_come_in_pages(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    monkeypatch.setattr(queries, "MESSAGES_PAGE", 2)
    made = [start(cast, cast.bea, at=NOW + minute * MINUTE) for minute in range(3)]
    page = queries.list_threads(cast.ada.own_id, for_patient=True)
    assert ([line.id for line in page.lines], page.next_after) == ([made[2], made[1]], made[1])
    rest = queries.list_threads(cast.ada.own_id, for_patient=True, after=page.next_after)
    assert ([line.id for line in rest.lines], rest.next_after) == ([made[0]], None)
    for minute in range(1, 4):
        answer(cast, made[0], cast.bea, f"{minute}", NOW + (10 + minute) * MINUTE)
    latest = queries.get_conversation(made[0])
    assert [said.body for said in latest.messages] == ["2", "3"]
    assert latest.earlier is not None
    earlier = queries.get_conversation(made[0], before=latest.earlier)
    assert ([said.body for said in earlier.messages], earlier.earlier) == (["Hello", "1"], None)


def test_the_same_submission_with_another_parcel_is_not_taken_for_sent(cast: Cast) -> None:
    sent, brought = uuid.uuid4(), uuid.uuid4()
    file = Attachment(id=brought, patient_id=cast.ada.own_id, brought_by_id=cast.ada.user_id, brought_at=NOW, name="a")
    file.kind = FileKind.PDF
    db.session.add(file)
    db.session.commit()
    thread_id = start(cast, cast.ada, submission_id=sent, parcel=Parcel((brought,)))
    assert start(cast, cast.ada, submission_id=sent, parcel=Parcel((brought,))) == thread_id
    with pytest.raises(service.SentAlready):
        start(cast, cast.ada, submission_id=sent)
    assert len(list(db.session.scalars(select(Message)))) == 1


def test_a_thread_may_be_about_a_check_in_of_this_patient_only(cast: Cast) -> None:
    own, theirs = (factories.check_in(person) for person in (cast.ada, cast.dot))
    thread_id = start(cast, cast.bea, about_check_in_id=own.id)
    assert db.session.get_one(Thread, thread_id).about_check_in_id == own.id
    with pytest.raises(service.NoSuchThing):
        start(cast, cast.bea, about_check_in_id=theirs.id)


def test_a_message_is_either_read_or_withdrawn_however_close_the_two_come(app: Flask, cast: Cast) -> None:
    for _ in range(3):
        thread_id = start(cast, cast.bea)
        message = db.session.scalars(select(Message.id).where(Message.thread_id == thread_id)).one()
        db.session.rollback()

        def act(turn: int, thread_id: uuid.UUID = thread_id, message: uuid.UUID = message) -> None:
            with app.app_context():
                db.begin(write=True)
                try:
                    if turn % 2:
                        read(cast, thread_id, cast.ada.actor)
                    else:
                        retraction.retract(cast.ada.own_id, thread_id, message, by=cast.bea.actor, at=NOW)
                        db.session.commit()
                except retraction.CannotBeWithdrawn:
                    db.session.rollback()
                finally:
                    db.session.remove()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(act, range(4)))
        is_read = db.session.scalar(select(func.count()).where(MessageRead.message_id == message))
        is_gone = db.session.get_one(Message, message).retracted_at is not None
        assert bool(is_read) is not is_gone
        assert db.session.get_one(Thread, thread_id).unread_by_patient == 0


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_file_that_comes_while_the_thread_is_opened_holds_nobody_up(app: Flask, cast: Cast) -> None:
    """Nothing here waits for longer than the database lets a statement wait."""
    own, ada, bea = cast.ada.own_id, cast.ada.actor, cast.bea.actor
    thread_id, came_far = start(cast, cast.ada), threading.Event()
    main = threading.get_ident()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if threading.get_ident() != main and ("FOR NO KEY UPDATE" in statement or "audit" in statement):
            came_far.set()

    def open_thread() -> int:
        with app.app_context(), db.short_write():
            return len(service.mark_read(own, thread_id, by=bea, at=NOW))

    bringing = Bringing(own, uuid.uuid4(), ada, NOW)
    taken = take_in(samples.PDF, "letter.pdf")
    db.begin(write=True)
    files, _refused = gathering.keep(bringing, [taken], [], [])
    event.listen(db.db.engine, "before_cursor_execute", note)
    with ThreadPoolExecutor(1) as pool:
        opened = pool.submit(open_thread)
        assert came_far.wait(5)
        parcel = gathering.enclose(bringing, files, None, None)
        service.send(own, thread_id, body="Here", submission_id=bringing.sent_as, parcel=parcel, by=ada, at=NOW)
        db.session.commit()
        assert opened.result(10) == 2
    event.remove(db.db.engine, "before_cursor_execute", note)
