"""A whole infusion at home, as its record would stand: from the screening to the signature."""

from datetime import datetime, timedelta

from portal import db
from portal.treatment.models import Infusion, InfusionSignature
from portal.treatment.preparation.models import Step
from portal.treatment.screening.models import Decision
from tests import factories
from tests.cast import Cast
from tests.treatment import record_rows as rows

MINUTE = timedelta(minutes=1)
LONG = 4 * "Asked twice and gone through slowly, as agreed with the family beforehand, and written down at length. "
TICKS = ("vitals_near", "oriented", "no_dissociation", "walks", "nausea_controlled", "no_intent", "adult_present")


def write(cast: Cast, start: datetime, readings: int = 30, stops: int = 1, words: str = "") -> Infusion:
    """Write an infusion of Ada's that Nia gave, and return it.

    Args:
        start: when it started; the day is everything around it.
        readings: how many vital signs, the first before the start.
        stops: how many of them are hard stops, each authorised.
        words: a long text for every note there is; "" for short ones.
    """
    course = factories.course(cast.ada, cast.bea)
    values = {"given_by_id": cast.nia.user_id, "supervised_by_id": cast.bea.user_id, "at_bedside": "Ike Okafor"}
    infusion = factories.infusion(course, cast.nia, start, number=4, outcome_note=words, **values)
    screening = rows.screening(cast.ada, cast.bea, Decision.GO_AHEAD)
    rows.order(infusion, cast.bea, screening_id=screening.id, instructions=words or "Slow if anxious.", minutes=45)
    rows.allergy(cast.ada, cast.nia, "Penicillin", "hives")
    told = {"has_health_change": True, "health_change": words or "a cold", "has_medicine_change": False}
    rows.said(infusion, cast.ada, Step.EVENING, adult_name="Ike", answered_at=start - 900 * MINUTE, **told)
    _before(cast, infusion, start, words)
    _during(cast, infusion, start, readings, stops, words)
    _after(cast, infusion, start + readings * 4 * MINUTE, words)
    return infusion


def _before(cast: Cast, infusion: Infusion, start: datetime, words: str) -> None:
    checked = {"identity": True, "consent": True, "adult": "yes", "adult_name": "Ike Okafor", "emergency_plan": True}
    checked |= {"health_change": words or "a cold", "weight_kg": 70.0, "access": "22G, left forearm"}
    rows.entry(infusion, cast.nia, "pre-check", start - 25 * MINUTE, transport="by car, with Ike", **checked)
    drawn = {"drug": "Ketamine", "concentration_mg_ml": 50.0, "lot": "K-2291", "expires_on": "2027-04-30"}
    drawn |= {"drawn_mg": 40.0, "given_mg": 35.0, "wasted_mg": 5.0, "witness": "Ike Okafor", "difference_reason": words}
    rows.entry(infusion, cast.nia, "drug", start - 10 * MINUTE, **drawn)
    rows.entry(infusion, cast.nia, "started", start, minutes=40, at_bedside="Ike Okafor")


def _during(cast: Cast, infusion: Infusion, start: datetime, readings: int, stops: int, words: str) -> None:
    rows.vitals(infusion, cast.nia, start - 15 * MINUTE, 121, "before")
    wrong = None
    for number in range(1, readings):
        is_stop = number <= stops
        at, level = start + number * 4 * MINUTE, "hard" if is_stop else "soft" if number % 9 == 0 else "none"
        row = rows.vitals(infusion, cast.nia, at, 186 if is_stop else 130 + number % 20, level=level)
        if is_stop:
            said = words or "Go on at half the rate, read again in five minutes."
            more = {"stop_id": str(row.id), "how": "spoken", "provider": "Bea Lindqvist", "said": said}
            rows.entry(infusion, cast.nia, "authorisation", at + MINUTE, **more)
        wrong = row
    if wrong is not None and stops < readings - 1:
        values = {"corrects_id": wrong.id, "reason": words or "typed the wrong number"}
        rows.vitals(infusion, cast.nia, wrong.occurred_at, 133, **values)
    for number, awake in enumerate(("awake", "drowsy", "voice", "drowsy", "awake")):
        rows.entry(infusion, cast.nia, "state", start + number * 10 * MINUTE, alertness=awake, away=2 * number)
    nausea = rows.entry(infusion, cast.nia, "side-effect", start + 20 * MINUTE, effect="nausea", strength="moderate")
    rows.entry(infusion, cast.nia, "side-effect", start + 22 * MINUTE, effect="dizziness", strength="mild")
    rows.entry(infusion, cast.nia, "side-effect-ended", start + 48 * MINUTE, of=str(nausea.id))
    given = {"name": "Ondansetron", "dose": "4 mg", "route": "intravenous"}
    rows.entry(infusion, cast.nia, "medicine-given", start + 25 * MINUTE, **given)
    rows.entry(infusion, cast.nia, "note", start + 26 * MINUTE, text=words or "Calm, music on.")


def _after(cast: Cast, infusion: Infusion, end: datetime, words: str) -> None:
    rows.entry(infusion, cast.nia, "ended", end, outcome="completed", given_mg=35.0)
    left = dict.fromkeys(TICKS, True) | {"against_advice": True, "reason": words or "instructions come by post"}
    rows.entry(infusion, cast.nia, "discharge", end + 60 * MINUTE, adult_name="Ike Okafor", **left)
    signature = InfusionSignature(patient_id=infusion.patient_id, infusion_id=infusion.id, note=words or "Went well.")
    signature.signed_at, signature.signed_by_id = end + 90 * MINUTE, cast.bea.user_id
    db.session.add(signature)
    db.session.commit()
    rows.entry(infusion, cast.nia, "note", end + 200 * MINUTE, text=words or "Slept well afterwards.")
