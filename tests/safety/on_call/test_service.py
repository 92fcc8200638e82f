"""The rota as it is kept: who may stand on it, what is refused, and what stays of a shift that was taken off."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from portal import db
from portal.accounts.models import AccountStatus, User
from portal.audit.models import AuditEvent
from portal.clinic import queries as clinic
from portal.clinic import service as clinic_service
from portal.clinic.hours import OnCall
from portal.safety.on_call import cover, queries, service, shifts
from portal.safety.on_call.models import OnCallShift
from portal.safety.on_call.shifts import Refused
from tests.cast import NOW, Cast, Person

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TONIGHT = (NOW + 8 * HOUR, NOW + 22 * HOUR)


def put(cast: Cast, who: Person, *spans: tuple[datetime, datetime], **more: uuid.UUID) -> list[uuid.UUID]:
    found = service.add(who.user_id, spans or [TONIGHT], by=cast.eve.actor, at=NOW, **more)
    db.session.commit()
    return found


def ask_for(on_call: OnCall, cast: Cast) -> None:
    clinic_service.change({"on_call": on_call}, by=cast.eve.actor, at=NOW)
    db.session.commit()


def switch_off(person: Person) -> None:
    db.session.get_one(User, person.user_id).status = AccountStatus.DEACTIVATED
    db.session.commit()


def test_a_shift_is_on_the_rota_and_on_record(cast: Cast) -> None:
    [shift_id] = put(cast, cast.bea)
    found = queries.get_cover(NOW)
    assert [(one.user_id, one.starts_at, one.ends_at) for one in found.shifts] == [(cast.bea.user_id, *TONIGHT)]
    assert cover.who(found, TONIGHT[0]) == (cast.bea.user_id,)
    row = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "on-call:added")).one()
    assert (row.thing_id, row.actor_id, row.details) == (shift_id, cast.eve.user_id, {})


def test_only_a_provider_who_can_sign_in_is_put_on_call(cast: Cast) -> None:
    switch_off(cast.cal)
    for person in (cast.nia, cast.eve, cast.ada, cast.cal):
        with pytest.raises(Refused) as caught:
            service.add(person.user_id, [TONIGHT], by=cast.eve.actor, at=NOW)
        assert [(one.field, one.msgid) for one in caught.value.problems] == [("user_id", shifts.CANNOT_BE_CALLED)]
    with pytest.raises(Refused):
        service.add(uuid.uuid4(), [TONIGHT], by=cast.eve.actor, at=NOW)
    assert db.session.scalar(select(OnCallShift.id)) is None


def test_one_person_is_not_on_call_twice_at_once_and_nothing_is_half_kept(cast: Cast) -> None:
    put(cast, cast.bea)
    later = (TONIGHT[1] + DAY, TONIGHT[1] + 2 * DAY)
    with pytest.raises(Refused) as caught:
        service.add(cast.bea.user_id, [later, (TONIGHT[0] + HOUR, TONIGHT[1] + HOUR)], by=cast.eve.actor, at=NOW)
    assert caught.value.problems[0].msgid == shifts.OVERLAPS
    assert caught.value.problems[0].values == {"name": "Bea Lindqvist", "start": TONIGHT[0], "end": TONIGHT[1]}
    db.session.rollback()
    assert len(queries.get_cover(NOW).shifts) == 1
    put(cast, cast.cal)
    put(cast, cast.bea, (TONIGHT[1], TONIGHT[1] + HOUR))
    assert cover.who(queries.get_cover(NOW), TONIGHT[0]) == tuple(
        sorted([cast.bea.user_id, cast.cal.user_id], key=lambda one: one.hex)
    )


def test_the_same_form_sent_twice_is_one_shift(cast: Cast) -> None:
    stamp = uuid.uuid4()
    spans = (TONIGHT, (TONIGHT[0] + 7 * DAY, TONIGHT[1] + 7 * DAY))
    assert len(put(cast, cast.bea, *spans, stamp=stamp)) == 2
    assert put(cast, cast.bea, *spans, stamp=stamp) == []
    assert len(queries.get_cover(NOW).shifts) == 2


def test_a_form_sent_again_with_another_shift_is_not_taken_for_the_first(cast: Cast) -> None:
    stamp = uuid.uuid4()
    put(cast, cast.bea, stamp=stamp)
    for who, span in ((cast.bea, (TONIGHT[0] + 7 * DAY, TONIGHT[1] + 7 * DAY)), (cast.cal, TONIGHT)):
        with pytest.raises(Refused) as caught:
            service.add(who.user_id, [span], by=cast.eve.actor, at=NOW, stamp=stamp)
        assert [(one.field, one.msgid) for one in caught.value.problems] == [("", shifts.SENT_ALREADY)]


def test_a_shift_that_is_taken_off_covers_nothing_and_stays_on_record(cast: Cast) -> None:
    [shift_id] = put(cast, cast.bea)
    assert service.remove(shift_id, by=cast.eve.actor, at=NOW)
    assert not service.remove(shift_id, by=cast.eve.actor, at=NOW)
    assert not service.remove(uuid.uuid4(), by=cast.eve.actor, at=NOW)
    db.session.commit()
    assert queries.get_cover(NOW).shifts == ()
    assert queries.list_shifts(NOW, NOW + DAY) == []
    [gone] = queries.list_removed(NOW)
    assert (gone.name, gone.starts_at, gone.removed_by) == ("Bea Lindqvist", TONIGHT[0], "Eve Tanaka")
    assert len(put(cast, cast.bea)) == 1


def test_who_was_on_call_is_not_undone(cast: Cast) -> None:
    [shift_id] = put(cast, cast.bea)
    assert not service.remove(shift_id, by=cast.eve.actor, at=TONIGHT[1])
    assert service.remove(shift_id, by=cast.eve.actor, at=TONIGHT[1] - HOUR)


def test_the_shift_of_an_account_that_is_switched_off_is_a_hole(cast: Cast) -> None:
    ask_for(OnCall.ALWAYS, cast)
    put(cast, cast.bea, (NOW - HOUR, NOW + 15 * DAY))
    assert queries.list_holes(NOW) == []
    switch_off(cast.bea)
    assert queries.list_holes(NOW) == [(NOW, NOW + 14 * DAY)]
    assert queries.get_cover(NOW).shifts == ()
    assert [one.counts for one in queries.list_shifts(NOW, NOW + DAY)] == [False]


@pytest.mark.parametrize(("on_call", "holes"), [(OnCall.NEVER, 0), (OnCall.WHEN_CLOSED, 11), (OnCall.ALWAYS, 1)])
def test_holes_are_what_the_clinic_asks_for_and_the_rota_lacks(cast: Cast, on_call: OnCall, holes: int) -> None:
    ask_for(on_call, cast)
    assert len(queries.list_holes(NOW)) == holes


def test_holes_are_found_with_one_statement_and_with_none_where_nobody_asked(cast: Cast, queries_of: object) -> None:
    assert callable(queries_of)
    clinic.current()
    assert queries_of(lambda: queries.list_holes(NOW)) == 0
    ask_for(OnCall.ALWAYS, cast)
    clinic.current()
    assert queries_of(lambda: queries.list_holes(NOW)) == 1
