"""What the audit says of the small records of treatment: who did what to which, and never what was written."""

import uuid
from datetime import date

from flask import Flask
from sqlalchemy import select

from portal import db
from portal.audit.models import AuditEvent
from portal.treatment.events import service as events
from portal.treatment.medication import allergy_service, change_service, service
from portal.treatment.medication.groups import Group
from portal.treatment.monitoring import service as monitoring
from portal.treatment.monitoring.models import Outcome, Watched
from tests.cast import NOW, Cast

ON = date(2026, 11, 20)
SECRET = "zzz-secret"


def test_every_deed_is_audited_without_what_was_written(app: Flask, cast: Cast) -> None:
    who, own = {"by": cast.bea.actor, "at": NOW}, cast.ada.own_id
    why = {"reason": SECRET} | who
    row = service.start_medicine(own, medicine_id=uuid.uuid4(), name=SECRET, dose=SECRET, groups=[Group.MAOI], **who)
    service.correct_medicine(own, row.id, name=f"{SECRET} 2", groups=[], note=SECRET, revision=1, **why)
    change = change_service.change_dose(own, row.id, change_id=uuid.uuid4(), on=ON, dose="new", **why)
    change_service.correct_change(own, change.id, on=ON, dose=f"{SECRET} 3", why="", revision=1, **why)
    change_service.stop_medicine(own, row.id, change_id=uuid.uuid4(), on=ON, **why)
    service.withdraw_medicine(own, row.id, revision=2, **why)
    allergy = allergy_service.add_allergy(own, allergy_id=uuid.uuid4(), substance=SECRET, **who)
    allergy_service.withdraw_allergy(own, allergy.id, revision=1, **why)
    event = events.add_event(own, event_id=uuid.uuid4(), on=ON, until=None, text=SECRET, **who)
    events.withdraw_event(own, event.id, revision=1, **why)
    given = {"kind": Watched.LIVER, "done_on": ON, "outcome": Outcome.FINE, "note": SECRET}
    result = monitoring.record_result(own, result_id=uuid.uuid4(), **given, **who)
    monitoring.withdraw_result(own, result.id, revision=1, **why)
    db.session.commit()
    rows = db.session.scalars(select(AuditEvent).where(AuditEvent.patient_id == own).order_by(AuditEvent.sequence))
    found = list(rows)
    assert [one.event for one in found] == [
        "medicine:started",
        "medicine:corrected",
        "medicine:changed",
        "medicine-change:corrected",
        "medicine:stopped",
        "medicine:withdrawn",
        "allergy:added",
        "allergy:withdrawn",
        "life-event:added",
        "life-event:withdrawn",
        "check:recorded",
        "check:withdrawn",
    ]
    assert all(SECRET not in str(one.details) for one in found)
    assert {one.thing_id for one in found} == {row.id, change.id, allergy.id, event.id, result.id}
