"""The provider's signature under the record of an infusion, and what reached the record after it."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import time_machine
from sqlalchemy import func, select

from portal import db
from portal.treatment import entry as entries
from portal.treatment import service
from portal.treatment.flowsheet import service as flowsheet
from portal.treatment.flowsheet.entries import Draft
from portal.treatment.flowsheet.models import EntryKind, FlowsheetEntry
from portal.treatment.models import Infusion, InfusionSignature, InfusionStatus
from tests import factories
from tests.cast import NOW, Cast, Person
from tests.page import Browser, Page

Open = Callable[..., Browser]
HOUR, MINUTES = timedelta(hours=1), timedelta(minutes=5)


def an_infusion(cast: Cast) -> Infusion:
    return factories.infusion(factories.course(cast.ada, cast.bea), cast.nia, NOW - 4 * HOUR)


def page_of(browser: Open, who: Person, infusion: Infusion) -> Page:
    return browser(who).get(f"/patients/{infusion.patient_id}/treatments/{infusion.course_id}/{infusion.id}")


def vitals(infusion: Infusion, by: Person, recorded_at: datetime, corrects: uuid.UUID | None = None) -> uuid.UUID:
    entry = FlowsheetEntry(
        id=uuid.uuid4(),
        patient_id=infusion.patient_id,
        infusion_id=infusion.id,
        kind=EntryKind.VITALS,
        values={},
        rules_version=0,
        occurred_at=NOW - 3 * HOUR,
        corrects_id=corrects,
        reason="misread" if corrects else "",
        recorded_at=recorded_at,
        recorded_by_id=by.user_id,
    )
    db.session.add(entry)
    db.session.commit()
    return entry.id


def signatures() -> int:
    return db.session.scalar(select(func.count()).select_from(InfusionSignature)) or 0


def test_a_provider_signs_and_it_shows(browser: Open, cast: Cast) -> None:
    infusion = an_infusion(cast)
    page = page_of(browser, cast.bea, infusion)
    assert "Not signed" in page.text
    after = page.form("Sign the record").submit(note="as expected")
    assert "The record is signed." in after.text
    assert "Bea Lindqvist, November 22, 2026, 10:00 AM: as expected" in after.text
    assert "Changed after the signature" not in after.text
    assert "SignedBea Lindqvist" in browser(cast.nia).get(f"/patients/{cast.ada.own_id}/treatments").rows()[1][6]


def test_what_comes_later_shows_as_changed_after_the_signature(
    browser: Open, cast: Cast, frozen: time_machine.Traveller
) -> None:
    infusion = an_infusion(cast)
    early = vitals(infusion, cast.nia, NOW - HOUR)
    page_of(browser, cast.bea, infusion).form("Sign the record").submit()
    frozen.shift(MINUTES)
    vitals(infusion, cast.nia, NOW + MINUTES, corrects=early)
    vitals(infusion, cast.nia, NOW + MINUTES)
    page_of(browser, cast.nia, infusion).form("Save").submit(minutes="45", reason="the pump said so")
    page = page_of(browser, cast.bea, infusion)
    said = page.text[page.text.index("Changed after the signature") :]
    for one in ("corrected: Vital signs (“misread”)", "added: Vital signs", "was changed (“the pump said so”)"):
        assert said.count(one) == 1, one
    listed = browser(cast.nia).get(f"/patients/{cast.ada.own_id}/treatments")
    assert "Changed after the signature" in listed.rows()[1][6]
    again = page.form("Sign the record again").submit()
    assert "Changed after the signature" not in again.text
    assert signatures() == 2


def test_a_record_that_changed_since_it_was_opened_is_not_signed_unseen(browser: Open, cast: Cast) -> None:
    infusion = an_infusion(cast)
    page = page_of(browser, cast.bea, infusion)
    vitals(infusion, cast.nia, NOW)
    again = page.form("Sign the record").submit(note="fine", expect=422)
    assert again.problems == ["The record has changed since you opened it. Read it again, then sign."]
    assert signatures() == 0
    again.form("Sign the record").submit()
    assert signatures() == 1


def test_signing_twice_is_one_signature_and_forged_fields_are_none(browser: Open, cast: Cast) -> None:
    form = page_of(browser, cast.bea, an_infusion(cast)).form("Sign the record")
    for forged in ("", "9", "x-y", "9-9", "-"):
        form.submit(seen=forged, expect=422)
    assert signatures() == 0
    for _ in range(2):
        form.submit()
    assert signatures() == 1


def test_what_was_not_given_has_nothing_to_sign(browser: Open, cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    plan = factories.infusion(course, cast.bea, NOW + HOUR, status=InfusionStatus.PLANNED, started_at=None)
    page = page_of(browser, cast.bea, plan)
    assert "Sign the record" not in page.text
    sent = {"submission_id": str(uuid.uuid4()), "seen": "1-0"}
    refused = page.browser.post(f"{page.url}/sign", sent, expect=422)
    assert "Only the record of an infusion that was given can be signed." in refused.html
    assert signatures() == 0


def test_only_a_provider_of_the_team_signs_and_a_nurse_sees_no_button(browser: Open, cast: Cast) -> None:
    infusion = an_infusion(cast)
    path = f"/patients/{cast.ada.own_id}/treatments/{infusion.course_id}/{infusion.id}/sign"
    for name, person in cast.everybody().items():
        status = browser(person).open(path, "POST").status_code
        assert status == (422 if name == "bea" else 404), name
    nurse = page_of(browser, cast.nia, infusion)
    assert "A provider of the care team signs the finished record." in nurse.text
    assert "Sign the record" not in nurse.text
    assert signatures() == 0


def test_a_signature_stays_where_the_infusion_is_said_not_to_have_taken_place(browser: Open, cast: Cast) -> None:
    infusion = an_infusion(cast)
    page_of(browser, cast.bea, infusion).form("Sign the record").submit(note="as expected")
    off = {"status": "cancelled", "planned_on": "2026-11-22", "planned_time": "06:00", "started_on": ""}
    page_of(browser, cast.nia, infusion).form("Save").submit(off | {"started_time": "", "reason": "wrong patient"})
    after = page_of(browser, cast.bea, infusion)
    assert "Bea Lindqvist, November 22, 2026, 10:00 AM: as expected" in after.text
    assert "Changed after the signature" in after.text
    assert "the infusion was changed (“wrong patient”)" in after.text
    assert "Sign the record again" not in after.text
    row = browser(cast.nia).get(f"/patients/{cast.ada.own_id}/treatments").rows()[1][6]
    assert "Changed after the signature" in row


def test_what_was_sent_before_the_signature_and_kept_after_it_counts_as_later(browser: Open, cast: Cast) -> None:
    infusion = an_infusion(cast)
    page_of(browser, cast.bea, infusion).form("Sign the record").submit()
    before = NOW - timedelta(seconds=1)
    told = replace(entries.of_row(infusion), minutes=55)
    service.change_infusion(cast.ada.own_id, infusion.id, told, revision=1, reason="late", by=cast.nia.actor, at=before)
    note = Draft(uuid.uuid4(), EntryKind.NOTE, {"text": "came late"}, NOW - 3 * HOUR)
    assert not flowsheet.take(cast.ada.own_id, infusion.id, [note], by=cast.nia.actor, at=before)[0].problems
    db.session.commit()
    page = page_of(browser, cast.bea, infusion)
    said = page.text[page.text.index("Changed after the signature") :]
    assert "the infusion was changed (“late”)" in said
    assert "added: Note" in said


def test_the_id_of_another_signature_signs_nothing_and_breaks_nothing(browser: Open, cast: Cast) -> None:
    course = factories.course(cast.ada, cast.bea)
    first = factories.infusion(course, cast.nia, NOW - 4 * HOUR)
    other = factories.infusion(course, cast.nia, NOW - 9 * HOUR, number=2)
    same = {"submission_id": str(uuid.uuid4()), "seen": "1-0"}
    page = page_of(browser, cast.bea, first)
    page.browser.post(f"{page.url}/sign", same)
    refused = page_of(browser, cast.bea, other).browser.post(
        f"/patients/{cast.ada.own_id}/treatments/{course.id}/{other.id}/sign", same, expect=422
    )
    assert "This page was saved before, with other values." in refused.html
    assert signatures() == 1
