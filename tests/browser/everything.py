"""A clinic in which every page has something to show; the ids in it, by the names that addresses use."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, update

from portal import clock, db
from portal.access.policy import Actor, PatientStatus, Role
from portal.accounts import passwords, sessions, tokens
from portal.accounts import service as accounts
from portal.accounts.models import AccountStatus, AccountToken, TokenPurpose, User
from portal.checkins import due
from portal.checkins import service as checkins
from portal.checkins.models import CheckIn, Mode, PlanItem
from portal.clinic import service as clinic
from portal.instruments import service as instruments
from portal.instruments.definition import key_of
from portal.messaging import drafts, handling, notes, queries, retraction
from portal.messaging import service as messaging
from portal.messaging.attachments import service as attachments
from portal.messaging.attachments.intake import take_in
from portal.messaging.models import Way
from portal.messaging.parcel import Parcel
from portal.messaging.wording import service as wording
from portal.notifications import service as outbox
from portal.notifications import stopping
from portal.notifications.models import Delivery, Heartbeat, Kind, OutboxMessage
from portal.patients import service as patients
from portal.patients.details import Contact
from portal.patients.details import Person as Details
from portal.patients.models import Condition, Patient
from portal.reminders import links
from portal.review import service as review
from portal.safety import queries as alerts
from portal.safety import service as safety
from portal.safety.models import Closing
from portal.treatment.models import Course, Infusion, InfusionStatus
from portal.treatment.orders.models import InfusionOrder
from tests.browser import endangered, followed, judged, story, treated
from tests.cast import PASSWORD, ZONE, Person
from tests.checkins.history import sending
from tests.checkins.sheets import DAILY, GAD_7, PHQ_9, ref, sheet
from tests.factories import infusion, plan_item
from tests.instruments.clinic import scales
from tests.live import Live
from tests.messaging.attachments import samples
from tests.page import Browser
from tests.server import SECRET

Ids = dict[str, str]
LONG = "Thank you for the call yesterday. I wrote down what we said, and I have one question about the dose."
DIARY = (
    b"date,time,mood,note\n2025-10-01,21:00,4,tired\n2025-10-02,20:45,5,\n"
    b"2025-10-03,22:10,7,better\n2025-10-24,22:00,77,never\n"
)


@dataclass(frozen=True, slots=True)
class Everything:
    """The running portal with people in every state."""

    live: Live
    femi: Person
    kim: Person
    ids: Ids


def furnish(live: Live) -> Everything:
    """Fill the clinic and return it."""
    course_id = story.tell(live)
    with live.reach():
        ids = {"patient_id": live.cast.ada.own_id, "course_id": course_id} | _check_ins(live) | _threads(live)
        ids |= _definitions(live)
        ids |= _treatment(live)
        ids |= treated.treat(live, ids["infusion_id"])
        ids |= endangered.endanger(live)
        femi, kim = _newcomer(live), _enrol(live, "Kim", "Sato", Condition.ANXIETY)
        endangered.let_card_wait(kim)
        ids |= _others(live)
        ids |= followed.follow(live, ids["infusion_id"], [ids["paused"], femi.own_id, kim.own_id])
        words = _accounts(live)
        db.session.get_one(User, live.cast.cal.user_id).is_medical_director = True
        db.session.flush()
        review.refresh([live.cast.ada.own_id, femi.own_id, kim.own_id], at=clock.now())
    later = _diary(live) | judged.judge(live)
    return Everything(
        live,
        femi,
        kim,
        {name: str(value) for name, value in (ids | later).items()}
        | words
        | {"listed": "es", "language": "es", "text": "help", "key": key_of("epds"), "phq_key": key_of("phq-9")}
        | {"instrument_key": key_of("gad-7"), "madrs": key_of("madrs"), "number": 2},
    )


def _treatment(live: Live) -> dict[str, uuid.UUID]:
    """Order the first infusion, and plan another one that nobody has ordered yet."""
    given = db.session.scalars(select(Infusion).where(Infusion.number == 1)).one()
    order = InfusionOrder(patient_id=given.patient_id, infusion_id=given.id, number=1, signed_at=given.happens_at)
    order.drug, order.dose_mg, order.weight_kg, order.minutes = "Racemic ketamine", 42.0, 70.0, 40
    order.route, order.limits, order.signed_by_id = given.route, {}, live.cast.bea.user_id
    db.session.add(order)
    ahead = {"number": 90, "status": InfusionStatus.PLANNED, "started_at": None}
    on = db.session.get_one(Course, given.course_id)
    planned = infusion(on, live.cast.bea, clock.now() + timedelta(days=20), **ahead)
    db.session.flush()
    return {"infusion_id": given.id, "order_id": order.id, "planned": planned.id}


def _check_ins(live: Live) -> dict[str, uuid.UUID]:
    ada, now = live.cast.ada, clock.now()
    lines = db.session.scalars(select(PlanItem).where(PlanItem.patient_id == ada.own_id)).all()
    items = {line.instrument: line.id for line in lines}
    found = {"plan_item_id": items["daily"], "phq": items["phq-9"]}
    patient = ref(ada)
    worse = checkins.submit(patient, "daily", sheet(DAILY | {"safe": 2}), by=ada.actor, at=now - timedelta(days=3))
    _close_all(live)
    told = checkins.submit(patient, "phq-9", sheet(PHQ_9 | {"q9": 1}), by=ada.actor, at=now - timedelta(hours=3))
    gad = checkins.submit(patient, "gad-7", sheet(GAD_7), by=ada.actor, at=now - timedelta(hours=2))
    note = "Slept badly.\n\nThe dog <b>again</b>; a_word_that_is_much_longer_than_any_phone_is_wide_so_it_has_to_break"
    first = checkins.submit(patient, "daily", sheet(DAILY, note=note), by=ada.actor, at=now - timedelta(hours=1))
    row = db.session.get_one(CheckIn, first.check_in_id)
    fixed = checkins.correct(patient, row, sheet(DAILY | {"mood": 4}, note=note), by=ada.actor, at=now)
    checkins.mark_reviewed(ada.own_id, [worse.check_in_id], by=live.cast.bea.actor, at=now)
    found |= {"check_in_id": fixed.check_in_id, "first": first.check_in_id, "told": told.check_in_id}
    found |= {"gad": gad.check_in_id, "worse": worse.check_in_id} | _asked_and_entered(live)
    return found | {"alert_id": alerts.list_open(live.cast.bea.user_id)[0].id}


def _asked_and_entered(live: Live) -> dict[str, uuid.UUID]:
    """Ask questionnaires of every kind, and enter one that the nurse asked by phone."""
    ada, nia = live.cast.ada, live.cast.nia.actor
    kinds = {
        name: plan_item(ada, name, 7, starts_on=clock.now().date()).id for name in ("side-effects", "nida-1", "asq")
    }
    answers = sheet({f"q{number}": 0 for number in range(1, 4)} | {"q4": 1, "q5": 1})
    entered = checkins.submit(ref(ada), "asq", answers, mode=Mode.PHONE, by=nia, at=clock.now())
    return kinds | {"entered_id": entered.check_in_id}


def _definitions(live: Live) -> dict[str, uuid.UUID]:
    """Paste the words of one questionnaire, and propose a scale that waits for approval."""
    cal, at = live.cast.cal.actor, clock.now()
    proposed = instruments.propose_scale(scales.REST, by=cal, at=at)
    texts, licence = scales.texts_for("epds"), "Letter of May 2, 2026, in the clinic's files"
    attested = instruments.attest_wording("epds", "en", texts, scales.STATEMENT, licence, by=cal, at=at)
    return {"definition_id": proposed, "attested": attested}


def _close_all(live: Live) -> None:
    ada, bea, at = live.cast.ada, live.cast.bea.actor, clock.now()
    for alert in alerts.list_alerts_of(ada.own_id):
        safety.acknowledge(ada.own_id, alert.id, stamp=alerts.stamp_of(alert.id), by=bea, at=at)
        said = "Called, and Ike is with her."
        safety.close(ada.own_id, alert.id, Closing.SAFE, said, stamp=alerts.stamp_of(alert.id), by=bea, at=at)


def _threads(live: Live) -> dict[str, uuid.UUID]:
    ada, bea, at = live.cast.ada, live.cast.bea, clock.now() - timedelta(hours=5)
    thread_id = messaging.start_thread(
        ada.own_id, subject="After your last visit", body=LONG, submission_id=uuid.uuid4(), by=bea.actor, at=at
    )
    messaging.mark_read(ada.own_id, thread_id, by=ada.actor, at=at + timedelta(hours=1))
    for person, hours in ((ada, 2), (bea, 3), (ada, 4)):
        later, parcel = at + timedelta(hours=hours), _parcel(ada, person, at)
        messaging.mark_read(ada.own_id, thread_id, by=person.actor, at=later)
        sent = {"submission_id": uuid.uuid4(), "by": person.actor, "at": later}
        messaging.send(ada.own_id, thread_id, body=LONG, parcel=parcel, **sent)
    return {"thread_id": thread_id, "template_id": _template(live)} | _handled(live, thread_id)


def _parcel(ada: Person, by: Person, at: datetime) -> Parcel:
    """Bring a picture and a letter along, and from the care team a questionnaire."""
    picture, letter, asked = (uuid.uuid4() for _ in range(3))
    for file_id, content, name in ((picture, samples.heic(), "my arm.heic"), (letter, samples.PDF, "letter.pdf")):
        attachments.keep(ada.own_id, take_in(content, name), file_id, position=0, by=by.actor, at=at)
    if by is ada:
        return Parcel((picture, letter))
    before = clock.now().date() + timedelta(days=4)
    attachments.enclose_questionnaire(ada.own_id, "urinary", before, asked, by=by.actor, at=at)
    return Parcel((picture, letter, asked))


def _template(live: Live) -> uuid.UUID:
    """Let the clinic have two templates, one of them out of use, and a second wording of the other."""
    eve, at = live.cast.eve.actor, clock.now()
    kept, old = (
        wording.add_template("en", title=title, body=LONG, submission_id=uuid.uuid4(), by=eve, at=at)
        for title in ("After the first visit", "Summer hours")
    )
    wording.change_template(kept, 1, title="After the first visit", body="Dear {first_name}", by=eve, at=at)
    wording.set_retired(old, retired=True, by=eve, at=at)
    return kept


def _handled(live: Live, thread_id: uuid.UUID) -> dict[str, uuid.UUID]:
    """Let the team keep something beside a thread, and Ada write words of danger in another and withdraw some."""
    ada, bea, at = live.cast.ada, live.cast.bea.actor, clock.now()
    said = "Ask about her sleep at the next visit."
    for words in (said, LONG):
        notes.add(ada.own_id, thread_id, words, submission_id=uuid.uuid4(), by=bea, at=at)
    (note, _) = notes.list_notes(ada.own_id, thread_id)
    notes.correct(ada.own_id, note.id, f"{said} And about Ike.", submission_id=uuid.uuid4(), by=bea, at=at)
    messaging.mark_read(ada.own_id, thread_id, by=bea, at=at)
    handling.record_contact(ada.own_id, thread_id, Way.TELEPHONE, LONG, submission_id=uuid.uuid4(), by=bea, at=at)
    handling.assign(ada.own_id, thread_id, bea.user_id, by=bea, at=at)
    sent = {"by": ada.actor, "at": at}
    danger = messaging.start_thread(
        ada.own_id, subject="Tonight", body="I want to kill myself.", submission_id=uuid.uuid4(), **sent
    )
    for _ in range(2):
        messaging.send(ada.own_id, danger, body="It is late.", submission_id=uuid.uuid4(), **sent)
    last = queries.get_conversation(danger).messages[-1]
    retraction.retract(ada.own_id, danger, last.id, **sent)
    drafts.keep(ada.own_id, danger.hex, ("", "I was going to"), submission_id=uuid.uuid4(), **sent)
    return {"note_id": note.id, "danger_thread": danger}


def _enrol(live: Live, given: str, family: str, *conditions: Condition) -> Person:
    bea, patient_id, email = live.cast.bea.actor, uuid.uuid4(), f"{given.lower()}@interval.example"
    who = Details(given_name=given, family_name=family, born_on=date(1990, 2, 3), conditions=conditions)
    where = Contact(country="US", time_zone=ZONE, mobile_phone="+1 212 555 0199", city="New York")
    patients.enrol(patient_id, who, where, email=email, by=bea, at=clock.now() - timedelta(days=2))
    user_id = db.session.get_one(Patient, patient_id).user_id
    actor = Actor(user_id, Role.PATIENT, f"{given} {family}", patient_id=patient_id, time_zone=ZONE)
    return Person(user_id, email, actor, patient_id)


def _newcomer(live: Live) -> Person:
    """Enrol somebody who has a password and has agreed to nothing yet."""
    femi = _enrol(live, "Femi", "Adler", Condition.PTSD)
    user = db.session.get_one(User, femi.user_id)
    user.status, user.password_hash = AccountStatus.ACTIVE, passwords.hash_password(PASSWORD)
    return femi


def _others(live: Live) -> dict[str, uuid.UUID]:
    long = _enrol(live, "Wilhelmina-Charlotte", "van der Westhuizen-Papadopoulos", *list(Condition)[:3])
    paused = _enrol(live, "Gil", "Ito", Condition.BIPOLAR)
    at, today = clock.now(), clock.now().date()
    reason = "Away for six weeks."
    patients.change_status(
        paused.own_id, PatientStatus.PAUSED, reason=reason, effective_on=today, by=live.cast.bea.actor, at=at
    )
    review.refresh([long.own_id, paused.own_id], at=at)
    return {"paused": paused.own_id}


def _accounts(live: Live) -> Ids:
    eve, at = live.cast.eve.actor, clock.now()
    hal = accounts.invite(
        name="Hal Quist", email="hal@interval.example", time_zone=ZONE, role=Role.PROVIDER, by=eve, at=at
    )
    clinic.add_holiday(date(at.year + 1, 1, 1), "New Year’s Day", by=eve, at=at)
    db.session.flush()
    invited = db.session.scalars(select(AccountToken).where(AccountToken.user_id == hal.id)).one()
    reset = tokens.issue(live.cast.dot.user_id, TokenPurpose.PASSWORD_RESET, at=at)
    opening = _links(live)
    outbox.enqueue(Kind.MESSAGE_WAITING, live.cast.dot.user_id, at=at)
    db.session.flush()
    to_dot = (OutboxMessage.kind == Kind.MESSAGE_WAITING, OutboxMessage.recipient_id == live.cast.dot.user_id)
    failed = db.session.scalars(select(OutboxMessage).where(*to_dot)).one()
    db.session.execute(update(OutboxMessage).values(state=Delivery.SENT, settled_at=at))
    failed.state, failed.last_error, failed.attempts = Delivery.FAILED, "smtp-550", 4
    # A sign of life from later on, so that it lasts as long as the pages are looked at.
    db.session.add(Heartbeat(worker="a test", at=at + timedelta(hours=1), started_at=at))
    return {
        "user_id": str(live.cast.cal.user_id),
        "invited": str(hal.id),
        "invitation": tokens.seal(invited.id, TokenPurpose.INVITATION, keys=[SECRET]),
        "stop": stopping.seal(failed.id, to=live.cast.dot.email, keys=[SECRET]),
        "reset": tokens.seal(reset.id, TokenPurpose.PASSWORD_RESET, keys=[SECRET]),
    } | opening


def _links(live: Live) -> Ids:
    """Give out links that open a check-in: one that works, and one that was used."""
    clinic.change({"check_in_links": True}, by=live.cast.eve.actor, at=clock.now())
    found = {}
    for name, person in (("link", live.cast.dot), ("used_link", live.cast.ada)):
        asked = next(one for one in due.due_of(ref(person), clock.now()) if one.is_now)
        token_id = uuid.UUID(links.issue(person.user_id, asked, at=clock.now())["token_id"])
        found[name] = tokens.seal(token_id, TokenPurpose.CHECK_IN, keys=[SECRET])
    db.session.get_one(AccountToken, token_id).used_at = clock.now()
    return found


def _diary(live: Live) -> dict[str, uuid.UUID]:
    """Bring one diary in and begin with another, through the pages."""
    ada, client = live.cast.ada, live.app.test_client()
    with live.reach():
        user = db.session.get_one(User, ada.user_id)
        client.set_cookie("interval", sessions.start(user, at=clock.now(), device="a test"))
        db.session.commit()
        browser = Browser(client)
        done = sending.brought(browser, ada, DIARY)
        begun = sending.described(browser, ada, DIARY.replace(b"2025", b"2024"))
    return {"import_id": uuid.UUID(done.url.split("/")[-1]), "upload_id": uuid.UUID(begun.url.split("/")[-2])}
