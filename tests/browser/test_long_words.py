"""However long a word somebody types, no page of the treatment record grows wider than a phone."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from portal import clock, db
from portal.treatment.events.models import LifeEvent
from portal.treatment.medication.models import ChangeKind, Medicine, MedicineChange
from portal.treatment.models import InfusionSignature, InfusionStatus
from portal.treatment.monitoring.models import MonitoringResult, Outcome, Watched
from portal.treatment.preparation.models import Adult, Step
from portal.treatment.screening.models import Decision
from tests import factories
from tests.browser.window import Window
from tests.live import Live
from tests.treatment import record_rows as rows

DAY = timedelta(days=1)
LONG = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 4


def fill(live: Live, now: datetime) -> tuple[list[str], list[str]]:
    """Write a long word wherever one can be typed; return the pages of the care team and of the patient."""
    ada, bea, nia = live.cast.ada, live.cast.bea, live.cast.nia
    by: dict[str, Any] = {"patient_id": ada.own_id, "recorded_at": now, "recorded_by_id": nia.user_id}
    course = factories.course(ada, bea)
    course.protocol = LONG
    ahead = factories.infusion(course, bea, now + timedelta(minutes=30), status=InfusionStatus.PLANNED, started_at=None)
    given = factories.infusion(course, bea, now - 3 * DAY, number=2)
    given.outcome_note, given.at_bedside, given.dose_reason = LONG, LONG, LONG
    for infusion in (ahead, given):
        rows.order(infusion, bea, drug=LONG[:110], instructions=LONG, unscreened_reason=LONG, minutes=90)
    rows.entry(given, nia, "drug", now - 3 * DAY, drug=LONG[:100])
    rows.entry(given, nia, "side-effect", now - 3 * DAY, effect="other", other=LONG, strength="mild")
    rows.allergy(ada, nia, LONG, LONG)
    rows.said(ahead, ada, Step.SAME_DAY, Adult.NO, adult_name=LONG, has_health_change=True, health_change=LONG)
    asked = rows.screening(ada, nia, Decision.GO_AHEAD, in_person_by=LONG, adult_name=LONG, emergency_plan=LONG)
    asked.answers = {"items": {"heart": {"answer": "yes", "note": LONG}}, "conditions": []}
    asked.classes = {"heart": {"level": "stop", "default": "caution"}}
    medicine = Medicine(id=uuid.uuid4(), name=LONG, dose=LONG, groups=["lithium", "ssri"], note=LONG, **by)
    start = MedicineChange(medicine_id=medicine.id, kind=ChangeKind.STARTED, dose=LONG, reason=LONG, **by)
    db.session.add(medicine)
    db.session.flush()
    watched: dict[str, Any] = {"kind": Watched.LIVER, "outcome": Outcome.ATTENTION, "done_on": now.date()}
    signed: dict[str, Any] = {"patient_id": ada.own_id, "infusion_id": given.id, "note": LONG}
    db.session.add_all(
        [
            start,
            LifeEvent(on=now.date(), text=LONG, **by),
            MonitoringResult(note=LONG, **watched, **by),
            InfusionSignature(signed_at=now, signed_by_id=bea.user_id, **signed),
        ]
    )
    db.session.commit()
    base = f"/patients/{ada.own_id}"
    of_course = f"{base}/treatments/{course.id}"
    both = [f"{base}/treatments", f"{base}/medicines", f"{base}/events"]
    team = [f"{of_course}/{ahead.id}", f"{of_course}/{given.id}", f"{of_course}/{ahead.id}/order", "/day"]
    team += [f"{base}/{page}" for page in ("screenings", f"screenings/{asked.id}", "screenings/new", "monitoring")]
    team += [f"{base}/{page}" for page in (f"medicines/{medicine.id}", f"medicines/{medicine.id}/dose", "tolerability")]
    return [*both, *team], [*both, f"{base}/preparation/{ahead.id}", f"{base}/preparation/{ahead.id}?again=same-day"]


def test_no_word_makes_a_page_wider_than_a_phone(live: Live, window: Callable[..., Window]) -> None:
    with live.reach():
        team, own = fill(live, clock.now())
    wide = {}
    for person, paths in ((live.cast.bea, team), (live.cast.ada, own)):
        phone = window()
        page = phone.sign_in(person)
        for path in paths:
            phone.open(path)
            width = page.evaluate("document.documentElement.scrollWidth")
            if phone.status != 200 or width > 390:
                wide[path] = (phone.status, width)
    assert not wide
