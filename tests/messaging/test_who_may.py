"""Who may read and write a patient's messages."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal import db
from portal.access.policy import PatientStatus
from portal.messaging.models import Message
from portal.patients.models import Patient
from tests import factories
from tests.cast import Cast
from tests.page import Browser

Open = Callable[..., Browser]
SIDES = {"ada", "bea", "nia"}


def test_the_patient_and_the_care_team_read_and_write_and_nobody_else(browser: Open, cast: Cast) -> None:
    thread_id = factories.thread(cast.ada, cast.ada).id
    message_id = db.session.scalars(select(Message.id)).one()
    shown = {"since": message_id.hex, "through": message_id.hex}
    base = f"/patients/{cast.ada.own_id}/messages"
    reads = (base, f"{base}/new", f"{base}/{thread_id}", f"{base}/{thread_id}/news")
    for name, person in cast.everybody().items():
        client, may = browser(person), name in SIDES
        assert {client.open(path).status_code for path in reads} == {200 if may else 404}, name
        sent = [client.open(path, "POST").status_code for path in (f"{base}/new", f"{base}/{thread_id}")]
        assert sent == ([422, 422] if may else [404, 404]), name
        assert client.open(f"{base}/{thread_id}/read", "POST", data=shown).status_code == (204 if may else 404), name


def test_another_provider_cannot_see_the_thread(browser: Open, cast: Cast) -> None:
    thread_id = factories.thread(cast.ada, cast.ada, "a secret").id
    for whose in (cast.ada.own_id, cast.dot.own_id):
        for path in ("", "/news"):
            answer = browser(cast.cal).open(f"/patients/{whose}/messages/{thread_id}{path}")
            assert answer.status_code == 404
            assert "secret" not in answer.get_data(as_text=True)
    assert "secret" not in browser(cast.cal).get("/messages").html


@pytest.mark.parametrize(("who", "expected"), [("bea", 200), ("nia", 200), ("ada", 403), ("eve", 403)])
def test_only_those_who_care_for_patients_have_an_inbox(browser: Open, cast: Cast, who: str, expected: int) -> None:
    assert browser(getattr(cast, who)).open("/messages").status_code == expected


@pytest.mark.parametrize(
    ("status", "patient_may"),
    [
        (PatientStatus.ACTIVE, True),
        (PatientStatus.PAUSED, True),
        (PatientStatus.TRANSFERRED, False),
        (PatientStatus.DISCHARGED, False),
        (PatientStatus.DIED, False),
    ],
)
def test_a_patient_who_left_reads_but_does_not_write_and_the_team_still_may(
    browser: Open, cast: Cast, status: PatientStatus, patient_may: bool
) -> None:
    path = f"/patients/{cast.ada.own_id}/messages/{factories.thread(cast.ada, cast.bea).id}"
    db.session.get_one(Patient, cast.ada.own_id).status = status
    db.session.commit()
    ada, bea = browser(cast.ada), browser(cast.bea)
    page = ada.get(path)
    assert "How are you?" in page.text
    assert ("Your message" in page.text) is patient_may
    assert ("you can read here but not write" in page.text) is not patient_may
    assert ada.open(path, "POST").status_code == (422 if patient_may else 404)
    assert bea.get(path).form("Send").submit(body="Take care").status_code == 200
