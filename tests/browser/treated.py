"""A treatment record in which every page has something to show; the ids in it, by the names that addresses use."""

import uuid
from datetime import timedelta

from sqlalchemy import select

from portal import clock, db
from portal.treatment.events import service as events
from portal.treatment.medication import allergy_service as allergies
from portal.treatment.medication import service as medication
from portal.treatment.medication.models import MedicineChange
from portal.treatment.models import Infusion
from portal.treatment.monitoring import service as monitoring
from portal.treatment.monitoring.models import Outcome, Watched
from portal.treatment.screening.models import Decision
from tests.live import Live
from tests.treatment import record_rows as rows

MINUTE = timedelta(minutes=1)


def treat(live: Live, infusion_id: uuid.UUID) -> dict[str, uuid.UUID]:
    """Write what a record holds besides the infusion: its day, lists, checks and a screening."""
    given = db.session.get_one(Infusion, infusion_id)
    entry = _day(live, given)
    return {"entry_id": entry} | _lists(live) | {"screening_id": _screening(live)}


def _day(live: Live, given: Infusion) -> uuid.UUID:
    nia, start = live.cast.nia, given.happens_at
    rows.entry(given, nia, "pre-check", start - 20 * MINUTE, identity=True, consent=True, adult="yes", weight_kg=70.0)
    rows.vitals(given, nia, start - 10 * MINUTE, 122, "before")
    rows.entry(given, nia, "started", start, minutes=40)
    reading = rows.vitals(given, nia, start + 15 * MINUTE, 166, level="soft")
    rows.entry(given, nia, "side-effect", start + 18 * MINUTE, effect="nausea", strength="mild")
    rows.entry(given, nia, "note", start + 20 * MINUTE, text="Music on, light down.")
    return reading.id


def _lists(live: Live) -> dict[str, uuid.UUID]:
    ada, who = live.cast.ada.own_id, {"by": live.cast.nia.actor, "at": clock.now()}
    medicine, allergy, event, result = (uuid.uuid4() for _ in range(4))
    today = clock.now().date() - timedelta(days=2)
    medication.start_medicine(ada, medicine_id=medicine, name="Lorazepam", dose="1 mg at night", **who)
    allergies.add_allergy(ada, allergy_id=allergy, substance="Penicillin", reaction="Hives", **who)
    events.add_event(
        ada, event_id=event, on=today, until=None, text="Moved to a new flat", by=live.cast.ada.actor, at=clock.now()
    )
    found = {"kind": Watched.LIVER, "done_on": today, "outcome": Outcome.ATTENTION, "note": "ALT 62, again in a month"}
    monitoring.record_result(ada, result_id=result, **found, **who)
    db.session.flush()
    change = db.session.scalars(select(MedicineChange.id).where(MedicineChange.medicine_id == medicine)).first()
    assert change is not None
    return {"medicine_id": medicine, "change_id": change, "allergy_id": allergy, "event_id": event, "result_id": result}


def _screening(live: Live) -> uuid.UUID:
    return rows.screening(live.cast.ada, live.cast.bea, Decision.GO_AHEAD).id
