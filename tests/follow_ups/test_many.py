"""One text to a list: looked through, sent one by one, paused, gone on with, never twice, and never to strangers."""

import re
import threading
import uuid
from collections.abc import Callable
from contextvars import copy_context
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from portal import db
from portal.access.policy import PatientStatus, Role
from portal.accounts.models import AccountStatus, User
from portal.audit.models import AuditEvent
from portal.follow_ups.many import fitting, queries, service
from portal.follow_ups.many.fitting import Text
from portal.follow_ups.many.models import Batch, BatchState, LeftOut, Place, Recipient
from portal.follow_ups.many.queries import Waiting
from portal.follow_ups.worker import BatchRound
from portal.messaging.models import Message
from portal.patients.models import CareTeamMember, Patient
from portal.review import service as review
from portal.treatment.models import InfusionStatus
from tests import factories
from tests.cast import NOW, ZONE, Cast, Person
from tests.follow_ups.planned import go_batches, go_round, sent
from tests.page import Browser, Page, said

Open = Callable[..., Browser]
HELLO = Text("About your visit", "Dear {first_name}, how are you?")
SECOND = timedelta(seconds=11)


def crowd(cast: Cast, count: int) -> list[uuid.UUID]:
    """Put that many more patients into Bea's care."""
    found = []
    for number in range(count):
        user = User(email=f"p{number}@crowd.example", name=f"P{number}", role=Role.PATIENT, time_zone=ZONE)
        user.created_at, user.status = NOW, AccountStatus.ACTIVE
        db.session.add(user)
        db.session.flush()
        patient = Patient(user_id=user.id, given_name=f"Pat{number}", family_name="Crowd", country="US")
        patient.born_on, patient.enrolled_at = NOW.date(), NOW
        db.session.add(patient)
        db.session.flush()
        db.session.add(CareTeamMember(patient_id=patient.id, user_id=cast.bea.user_id, since=NOW, is_lead=True))
        found.append(patient.id)
    db.session.flush()
    review.refresh(found, at=NOW)
    db.session.commit()
    return found


def started(cast: Cast, patients: list[uuid.UUID], text: Text = HELLO, by: Person | None = None) -> uuid.UUID:
    """Return a batch that goes out to all of these."""
    whose: dict[str, Any] = {"by": (by or cast.bea).actor, "at": NOW}
    batch = service.prepare(text, patients, show="", submission_id=uuid.uuid4(), **whose)
    service.start(batch.id, patients, **whose)
    db.session.commit()
    return batch.id


@pytest.mark.parametrize("kind", ["sqlite"])
def test_the_preview_says_who_cannot_read_it(browser: Open, cast: Cast) -> None:
    db.session.get_one(User, cast.ada.user_id).status = AccountStatus.INVITED
    db.session.commit()
    whose: dict[str, Any] = {"submission_id": uuid.uuid4(), "by": cast.bea.actor, "at": NOW}
    batch = service.prepare(HELLO, [cast.ada.own_id, *crowd(cast, 1)], show="", **whose)
    db.session.commit()
    text = browser(cast.bea).get(f"/follow-ups/many/{batch.id}").text
    assert text.count("has not accepted the invitation yet") == 1
    assert "Ada Okafor has not accepted the invitation yet" in text


def places(batch_id: uuid.UUID) -> list[tuple[Place, LeftOut]]:
    db.session.rollback()
    rows = select(Recipient.place, Recipient.why).where(Recipient.batch_id == batch_id).order_by(Recipient.position)
    return [(row[0], row[1]) for row in db.session.execute(rows)]


def state(batch_id: uuid.UUID) -> BatchState:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Batch, batch_id).state


def preview(browser: Open, cast: Cast, **typed: str) -> Page:
    page = browser(cast.bea).get("/caseload").follow("Write to this list")
    return page.form("Look through").submit({"subject": HELLO.subject, "body": HELLO.body} | typed)


def test_from_the_caseload_to_the_patients_browser(browser: Open, cast: Cast, frozen: time_machine.Traveller) -> None:
    crowd(cast, 2)
    page = preview(browser, cast)
    assert "Nothing is sent yet. 3 messages are ready." in page.text
    assert "Dear Pat1, how are you?" in page.text
    assert sent() == []
    watched = page.form("Send to those who are ticked").submit()
    assert "0 of 3 sent" in watched.text
    go_batches()
    done = browser(cast.bea).get(watched.url)
    assert "Finished 3 of 3 sent" in done.text
    assert sorted(sent()) == [(HELLO.subject, f"Dear {name}, how are you?") for name in ("Ada", "Pat0", "Pat1")]
    own = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/messages").follow(HELLO.subject)
    assert "Dear Ada, how are you?" in own.text
    assert "Pat0" not in own.html
    assert "Follow-up" in browser(cast.ada).get(f"/patients/{cast.ada.own_id}/progress").text
    assert HELLO.subject in browser(cast.bea).get("/follow-ups").text


def test_who_is_unticked_gets_nothing(browser: Open, cast: Cast) -> None:
    first, _ = crowd(cast, 2)
    watched = preview(browser, cast).form("Send to those").submit(patients=[str(first)])
    assert "Not ticked" in watched.text
    go_batches()
    assert sent() == [(HELLO.subject, "Dear Pat0, how are you?")]


def test_what_can_be_done_stands_between_how_far_it_is_and_to_whom_and_stays_while_both_change(
    browser: Open, cast: Cast
) -> None:
    batch_id = started(cast, [cast.ada.own_id])
    page = browser(cast.bea).get(f"/follow-ups/many/{batch_id}")
    (place,) = (one for one in page.find("div") if "data-progress" in one.attrib)
    assert re.fullmatch("Going out 0 of 1 sent Pause Stop for good Ada Okafor.*", said(place))
    news = browser(cast.bea).open(f"/follow-ups/many/{batch_id}/news").get_json()["html"]
    assert re.findall(r'data-part="(\w+)"', news) == [one.get("data-part") for one in place if one.get("data-part")]
    assert "<form" not in news


def test_news_says_how_far_it_is_and_then_nothing(browser: Open, cast: Cast) -> None:
    batch_id = started(cast, [cast.ada.own_id])
    bea = browser(cast.bea)
    address = f"/follow-ups/many/{batch_id}/news"
    first = bea.open(address).get_json()
    assert first["is_running"] is True
    assert bea.open(address, headers={"If-None-Match": f'"{first["state"]}"'}).status_code == 304
    go_batches()
    later = bea.open(address, headers={"If-None-Match": f'"{first["state"]}"'}).get_json()
    assert later["is_running"] is False
    assert "1 of 1 sent" in later["html"]
    assert browser(cast.cal).open(address).status_code == 404


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"subject": ""}, "Say in a few words what it is about"),
        ({"body": ""}, "Write your message first"),
        (
            {"body": "Hi {nickname}"},
            "{nickname} is no field. The fields are {first_name}, {last_infusion_date}, {next_visit}.",
        ),
        (
            {"body": "Hi {nickname} of {last_name}"},
            "{nickname}, {last_name} are no fields. The fields are {first_name}, {last_infusion_date}, {next_visit}.",
        ),
        (
            {"subject": "For {dose}"},
            "{dose} is no field. The fields are {first_name}, {last_infusion_date}, {next_visit}.",
        ),
    ],
)
def test_bad_input_is_said_plainly_and_kept(browser: Open, cast: Cast, typed: dict[str, str], said: str) -> None:
    form = browser(cast.bea).get("/follow-ups/many/new").form("Look through")
    page = form.submit({"subject": "Hello", "body": "Words"} | typed, expect=422)
    assert page.problems == [said]
    kept = page.form("Look through").values
    assert {name: kept[name] for name in typed} == typed
    assert db.session.scalar(select(func.count()).select_from(Batch)) == 0


def test_to_nobody_is_refused(browser: Open, cast: Cast) -> None:
    form = browser(cast.bea).get("/follow-ups/many/new?show=worsening").form("Look through")
    page = form.submit({"subject": "Hello", "body": "Words"}, expect=422)
    assert page.problems == ["Nobody is on this list, so there is nobody to write to."]
    form = preview(browser, cast).form("Send to those")
    none = form.page.browser.open(form.action, "POST", data={"submission_id": str(uuid.uuid4())})
    said = form.page.browser.land(none, 422)
    assert said.problems == ["Nobody is chosen, so there is nobody to write to. Tick at least one patient."]
    assert sent() == []


def test_to_more_than_the_limit_is_refused(browser: Open, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd(cast, 3)
    monkeypatch.setattr("portal.follow_ups.many.service.MOST", 3)
    monkeypatch.setattr("portal.follow_ups.many.views.MOST", 3)
    page = browser(cast.bea).get("/follow-ups/many/new")
    assert "To more than 3 patients." in page.text
    said = page.form("Look through").submit({"subject": "Hello", "body": "Words"}, expect=422)
    assert said.problems == ["More than 3 patients are on this list. Choose a narrower one in the caseload."]
    assert db.session.scalar(select(func.count()).select_from(Batch)) == 0


SMUGGLED = [(1, "Somebody you chose is not on this list"), (600, "More than 500"), (10_000, "More than 500")]


@pytest.mark.parametrize(("count", "said"), SMUGGLED)
def test_ids_that_are_smuggled_in_are_refused(browser: Open, cast: Cast, count: int, said: str) -> None:
    form = preview(browser, cast).form("Send to those")
    ids = [str(uuid.uuid4()) for _ in range(count)]
    data = {"submission_id": str(uuid.uuid4()), "patients": [str(cast.ada.own_id), str(cast.dot.own_id), *ids]}
    answer = form.page.browser.open(form.action, "POST", data=data)
    assert said in form.page.browser.land(answer, 422).problems[0]
    go_batches()
    assert sent() == []
    assert db.session.scalars(select(Batch.state)).one() is BatchState.DRAFT


def test_only_ones_own_patients_are_in_it(cast: Cast) -> None:
    whose: dict[str, Any] = {"by": cast.bea.actor, "at": NOW}
    both = [cast.ada.own_id, cast.dot.own_id]
    batch = service.prepare(HELLO, both, show="", submission_id=uuid.uuid4(), **whose)
    assert [line.patient_id for line in queries.list_recipients(batch.id, reader_id=cast.bea.user_id)] == [
        cast.ada.own_id
    ]
    with pytest.raises(service.Nobody):
        service.prepare(HELLO, [cast.dot.own_id], show="", submission_id=uuid.uuid4(), **whose)
    with pytest.raises(service.NotPossible):
        service.start(batch.id, both, **whose)
    assert queries.get(cast.cal.user_id, batch.id) is None


def test_who_has_no_value_is_left_out_with_the_reason(browser: Open, cast: Cast) -> None:
    crowd(cast, 1)
    given = factories.course(cast.ada, cast.bea)
    factories.infusion(given, cast.bea, NOW - timedelta(days=3))
    factories.infusion(given, cast.bea, NOW + timedelta(days=4), 2, status=InfusionStatus.PLANNED)
    page = preview(browser, cast, body="Since {last_infusion_date}? See you on {next_visit}.")
    assert "Since November 19, 2026? See you on November 26, 2026." in page.text
    assert "1 patient is left out, with the reason." in page.text
    assert "A field has no value for this patient" in page.text
    page.form("Send to those").submit()
    go_batches()
    assert [body for _, body in sent()] == ["Since November 19, 2026? See you on November 26, 2026."]


def leave_team(cast: Cast) -> None:
    member = db.session.scalars(select(CareTeamMember).where(CareTeamMember.user_id == cast.bea.user_id)).first()
    assert member is not None
    member.until = NOW


def leave_care(cast: Cast) -> None:
    db.session.get_one(Patient, cast.ada.own_id).status = PatientStatus.DISCHARGED


def change_name(cast: Cast) -> None:
    db.session.get_one(Patient, cast.ada.own_id).given_name = "Adaeze"


def switch_off(cast: Cast) -> None:
    db.session.get_one(User, cast.bea.user_id).status = AccountStatus.DEACTIVATED


@pytest.mark.parametrize(
    ("what", "why"),
    [
        (leave_team, LeftOut.NOT_YOURS),
        (switch_off, LeftOut.NOT_YOURS),
        (leave_care, LeftOut.NOT_IN_CARE),
        (change_name, LeftOut.WORDS_CHANGED),
    ],
)
def test_what_changed_since_it_was_looked_through_counts(
    cast: Cast, what: Callable[[Cast], None], why: LeftOut
) -> None:
    batch_id = started(cast, [cast.ada.own_id])
    what(cast)
    db.session.commit()
    go_batches()
    assert places(batch_id) == [(Place.LEFT_OUT, why)]
    assert (sent(), state(batch_id)) == ([], BatchState.DONE)


@pytest.mark.parametrize("is_paused", [False, True])
@pytest.mark.parametrize("what", [leave_team, switch_off])
def test_what_its_author_may_not_send_any_more_waits_for_each_team_to_decide(
    browser: Open, cast: Cast, what: Callable[[Cast], None], is_paused: bool
) -> None:
    batch_id = started(cast, [cast.ada.own_id])
    if is_paused:
        service.turn(batch_id, BatchState.PAUSED, by=cast.bea.actor, at=NOW)
    what(cast)
    db.session.commit()
    go_batches()
    go_batches()
    assert (places(batch_id), state(batch_id)) == ([(Place.LEFT_OUT, LeftOut.NOT_YOURS)], BatchState.DONE)
    page = browser(cast.nia).get("/follow-ups")
    assert page.text.count("Whoever wrote it is not on the care team any more · by Bea") == 1
    page.follow(f"Decide: {HELLO.subject}").form("Save").submit(when="now")
    assert sent() == [(HELLO.subject, "Dear Ada, how are you?")]


def test_a_paused_batch_keeps_those_whom_its_author_may_write_to(cast: Cast) -> None:
    batch_id = started(cast, [cast.ada.own_id, *crowd(cast, 1)])
    service.turn(batch_id, BatchState.PAUSED, by=cast.bea.actor, at=NOW)
    mine = (CareTeamMember.user_id == cast.bea.user_id, CareTeamMember.patient_id == cast.ada.own_id)
    db.session.scalars(select(CareTeamMember).where(*mine)).one().until = NOW
    db.session.commit()
    go_batches()
    assert places(batch_id) == [(Place.LEFT_OUT, LeftOut.NOT_YOURS), (Place.READY, LeftOut.NONE)]
    assert (sent(), state(batch_id)) == ([], BatchState.PAUSED)


def test_paused_gone_on_with_and_stopped(browser: Open, cast: Cast, frozen: time_machine.Traveller) -> None:
    batch_id = started(cast, [cast.ada.own_id, *crowd(cast, 3)])
    bea = browser(cast.bea)
    worker = BatchRound("one")
    assert worker.step()
    page = bea.get(f"/follow-ups/many/{batch_id}").form("Pause").submit()
    assert "Paused 1 of 4 sent" in page.text
    while worker.step():
        pass
    assert len(sent()) == 1
    assert "Going out" in page.form("Go on").submit().text
    frozen.shift(SECOND)
    worker._asked_at = None
    worker.step()
    assert len(sent()) == 2
    page = bea.get(f"/follow-ups/many/{batch_id}").form("Stop for good").submit()
    assert "Stopped 2 of 4 sent" in page.text
    frozen.shift(SECOND)
    go_round(worker)
    assert (len(sent()), state(batch_id)) == (2, BatchState.STOPPED)
    with pytest.raises(service.NotPossible):
        service.turn(batch_id, BatchState.RUNNING, by=cast.bea.actor, at=NOW)


def test_a_preview_cannot_be_begun_past_its_start(browser: Open, cast: Cast) -> None:
    page = preview(browser, cast)
    batch_id = db.session.scalars(select(Batch.id)).one()
    page.browser.post(f"/follow-ups/many/{batch_id}/go-on")
    assert state(batch_id) is BatchState.DRAFT
    assert page.browser.open(f"/follow-ups/many/{batch_id}/elsewhere", "POST").status_code == 404
    page.form("Send nothing").submit(button="Send nothing")
    assert state(batch_id) is BatchState.STOPPED
    page.form("Send to those").submit()
    go_batches()
    assert sent() == []


def test_the_same_form_twice_is_one_batch(browser: Open, cast: Cast) -> None:
    form = browser(cast.bea).get("/follow-ups/many/new").form("Look through")
    pages = [form.submit({"subject": "Hello", "body": "Words"}) for _ in range(2)]
    assert pages[0].url == pages[1].url
    for page in pages:
        page.form("Send to those").submit()
    go_batches()
    assert sent() == [("Hello", "Words")]


def test_workers_that_die_and_several_at_once_send_to_nobody_twice(
    app: Flask, cast: Cast, frozen: time_machine.Traveller
) -> None:
    batch_id = started(cast, [cast.ada.own_id, *crowd(cast, 7)])
    waiting = queries.list_waiting([], limit=100)
    dead = BatchRound("dead")
    assert dead._take()
    db.begin(write=True)
    service.act(waiting[:2], at=NOW)
    db.session.rollback()
    frozen.shift(timedelta(minutes=3))
    failed: list[BaseException] = []

    def work(name: str) -> None:
        with app.app_context():
            try:
                go_round(BatchRound(name))
                db.begin(write=True)
                service.act(waiting, at=NOW)
                db.session.commit()
            except BaseException as error:
                failed.append(error)
            finally:
                db.session.remove()

    workers = [threading.Thread(target=copy_context().run, args=(work, f"worker {n}")) for n in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert not failed
    assert (len(sent()), state(batch_id)) == (8, BatchState.DONE)
    assert len(set(db.session.scalars(select(Message.patient_id)))) == 8


def test_one_who_fails_stops_nobody_else(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, frozen: time_machine.Traveller
) -> None:
    batch_id = started(cast, [cast.ada.own_id, *crowd(cast, 2)])
    act = service.act

    def fail_for_ada(waiting: list[Waiting], **options: Any) -> None:
        rows = [db.session.get_one(Recipient, one.recipient_id).patient_id for one in waiting]
        if cast.ada.own_id in rows:
            raise RuntimeError("no")
        act(waiting, **options)

    monkeypatch.setattr(service, "act", fail_for_ada)
    go_batches()
    assert (len(sent()), state(batch_id)) == (2, BatchState.RUNNING)
    monkeypatch.setattr(service, "act", act)
    frozen.shift(SECOND)
    go_batches()
    assert (len(sent()), state(batch_id)) == (3, BatchState.DONE)


def test_the_audit_holds_who_and_how_many_and_no_word(cast: Cast) -> None:
    started(cast, [cast.ada.own_id], Text("Secret", "Secret words"))
    go_batches()
    rows = [row for row in db.session.scalars(select(AuditEvent)) if row.event.startswith("follow-up-batch:")]
    assert [row.event.partition(":")[2] for row in rows] == ["prepared", "started", "done"]
    assert [row.details.get("patients") for row in rows] == [1, 1, None]
    assert "Secret" not in str([row.details for row in rows])


def test_the_preview_holds_back_who_left_since(browser: Open, cast: Cast) -> None:
    page = preview(browser, cast)
    leave_team(cast)
    db.session.commit()
    again = browser(cast.bea).get(page.url)
    assert "Ada" not in again.text
    assert "Not on your care team any more" in again.text


def test_what_is_too_long_once_filled_in_is_left_out() -> None:
    values = {"first_name": "Ada" * 10}
    text = Text("Hello", "{first_name}" + "x" * (fitting.LONGEST - 13))
    assert fitting.fit(text, values, PatientStatus.ACTIVE).why is LeftOut.TOO_LONG
    assert fitting.fit(text, {"first_name": "Ada"}, PatientStatus.PAUSED).why is LeftOut.NONE


def test_other_words_from_the_same_page_are_not_taken_for_the_old_ones(browser: Open, cast: Cast) -> None:
    form = browser(cast.bea).get("/caseload").follow("Write to this list").form("Look through")
    form.submit(subject=HELLO.subject, body=HELLO.body)
    page = form.submit(subject=HELLO.subject, body="Corrected", expect=409)
    assert "sent before with other words" in page.problems[0]
    assert page.form("Look through").submit().url != page.url
    db.session.rollback()
    assert sorted(db.session.scalars(select(Batch.body))) == sorted([HELLO.body, "Corrected"])


def test_the_same_page_for_others_on_the_same_list_is_not_taken_for_the_old_one(browser: Open, cast: Cast) -> None:
    form = browser(cast.bea).get("/caseload").follow("Write to this list").form("Look through")
    first = form.submit(subject=HELLO.subject, body=HELLO.body)
    assert form.submit(subject=HELLO.subject, body=HELLO.body).url == first.url
    leave_team(cast)
    db.session.commit()
    page = form.submit(subject=HELLO.subject, body=HELLO.body, expect=409)
    assert "to other patients" in page.problems[0]
