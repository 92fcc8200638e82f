"""What every mail says: where to look, and nothing about anybody (check 29 of the security bar)."""

import re
import uuid
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select

from config import ROOT
from portal import db
from portal.accounts import tokens
from portal.accounts.models import AccountToken, TokenPurpose, User
from portal.clinic import queries as clinic_queries
from portal.clinic.models import Clinic
from portal.notifications import mail
from portal.notifications.models import Kind
from portal.notifications.topics import ALWAYS_BY_MAIL, topic_of
from portal.patients.models import Patient
from portal.safety.silence.models import Silence
from portal.treatment.models import InfusionStatus
from tests import factories
from tests.cast import NOW, Cast, Person
from tests.notifications.outbox import Inbox, drain, mail_server, put, worker
from tests.telling import MAIL, told

BY_MAIL = [kind for kind in Kind if kind is not Kind.PHONE_CODE]
ENGLISH = {
    *("You have something to look at", "Urgent: please sign in now", "A note about your account"),
    *("Set up your account", "Choose a new password"),
}
PURPOSES = {Kind.INVITATION: TokenPurpose.INVITATION, Kind.PASSWORD_RESET: TokenPurpose.PASSWORD_RESET}


def reader(cast: Cast, kind: Kind) -> Person:
    return cast.nia if kind is Kind.REVIEW_WAITING else cast.ada


def received(cast: Cast, folder: Path, kind: Kind, *, language: str = "en", is_urgent: bool = False) -> EmailMessage:
    db.session.get_one(User, reader(cast, kind).user_id).language = language
    values = {"to": "former@interval.example"} if kind is Kind.ADDRESS_CHANGED else {}
    if kind in PURPOSES:
        values = {"token_id": str(tokens.issue(cast.ada.user_id, PURPOSES[kind], at=NOW).id)}
    if kind is Kind.MESSAGE_WAITING:
        factories.thread(cast.ada, cast.bea)
    if kind is Kind.CHECK_IN_DUE:
        factories.plan_item(cast.ada)
    if kind is Kind.GET_READY:
        ahead = {"status": InfusionStatus.PLANNED, "started_at": None}
        course = factories.course(cast.ada, cast.bea)
        tomorrow = factories.infusion(course, cast.bea, NOW + timedelta(days=1), **ahead)
        values = {"infusion_id": str(tomorrow.id)}
    if kind is Kind.REVIEW_WAITING:
        factories.check_in(cast.ada, NOW.date() - timedelta(days=9), NOW - timedelta(days=9))
    if kind is Kind.CHECK_IN_WAITING:
        factories.plan_item(cast.ada)
        db.session.add(Silence(patient_id=cast.ada.own_id, missed={}, began_at=NOW - timedelta(hours=1)))
    put(reader(cast, kind), kind, values=values, urgent=is_urgent)
    inbox = Inbox()
    with mail_server(inbox) as port:
        drain(worker(port, folder))
    return inbox.mails[0]


def texts(found: EmailMessage) -> tuple[str, str]:
    plain, html = found.get_body(("plain",)), found.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


# One of them is worded in a second way where it presses.
LETTERS = [(kind, False) for kind in BY_MAIL] + [(Kind.ALERT_WAITING, True)]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(("kind", "is_urgent"), LETTERS)
def test_no_mail_says_what_it_is_about_in_whatever_language(
    cast: Cast, tmp_path: Path, kind: Kind, is_urgent: bool, language: str
) -> None:
    found = received(cast, tmp_path, kind, language=language, is_urgent=is_urgent)
    plain, html = texts(found)
    headers = "\n".join(f"{name}: {value}" for name, value in found.items())
    for part in (plain, html, headers):
        assert not told(MAIL, part), told(MAIL, part)
    assert "Ada" not in plain + html + headers.replace("ada@interval.example", "")
    assert f'<html lang="{language}">' in html
    assert ("Nobody reads answers to this mail." in " ".join(plain.split())) is (language == "en")
    assert (found["Subject"] in ENGLISH) is (language == "en"), found["Subject"]


@pytest.mark.parametrize(
    "words",
    [
        *("Su próxima infusión", "Su clínica", "Escribió su médica", "Tiene una alerta", "Está en crisis"),
        *("Para su tratamiento", "Su puntuación", "Estado de ánimo", "Para los pacientes", "Su salud"),
    ],
)
def test_the_list_knows_such_a_word_in_spanish(words: str) -> None:
    assert told(MAIL, words)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", [kind for kind in BY_MAIL if topic_of(kind) not in ALWAYS_BY_MAIL])
def test_what_ends_mails_of_a_kind_is_opaque_in_every_language(
    cast: Cast, tmp_path: Path, kind: Kind, language: str
) -> None:
    found = received(cast, tmp_path, kind, language=language)
    assert re.fullmatch(r"<http://localhost/[a-z-]+/[\w.=-]+>", found["List-Unsubscribe"])
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert not told(MAIL, found["List-Unsubscribe"])
    assert kind.value not in found["List-Unsubscribe"]


@pytest.mark.parametrize("kind", BY_MAIL)
def test_a_link_is_the_bare_portal_or_opaque_and_no_mail_fetches_anything(
    cast: Cast, tmp_path: Path, kind: Kind
) -> None:
    plain, html = texts(received(cast, tmp_path, kind))
    links = set(re.findall(r"https?://[^\s\"<>]+", plain + html))
    wanted = {Kind.INVITATION: r"/invitation/[\w.=-]+", Kind.PASSWORD_RESET: r"/password/[\w.=-]+"}.get(kind, "/")
    assert all(re.fullmatch(rf"http://localhost{wanted}", link) for link in links), links
    assert not re.search(r"<img|<link|<style|src=|url\(|[0-9a-f]{8}-[0-9a-f]{4}-", html)


@pytest.mark.parametrize("kind", BY_MAIL)
def test_the_headers_name_one_recipient_a_stable_id_and_a_machine(cast: Cast, tmp_path: Path, kind: Kind) -> None:
    found = received(cast, tmp_path, kind)
    own = reader(cast, kind).email
    assert found["To"] == ("former@interval.example" if kind is Kind.ADDRESS_CHANGED else own)
    assert re.fullmatch(r"<[0-9a-f-]{36}@localhost>", found["Message-ID"])
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["From"] == "Harbour Clinic <no-reply@interval.example>"
    assert set(found.keys()) == {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"),
        *(("X-Peer", "X-MailFrom", "X-RcptTo") if "X-Peer" in found else ()),
        *(() if topic_of(kind) in ALWAYS_BY_MAIL else ("List-Unsubscribe", "List-Unsubscribe-Post")),
    }


@pytest.mark.parametrize(("kind", "purpose"), list(PURPOSES.items()))
def test_the_link_in_a_mail_opens_the_account_it_was_sent_for(
    cast: Cast, tmp_path: Path, kind: Kind, purpose: TokenPurpose
) -> None:
    db.session.get_one(User, cast.ada.user_id).status = tokens._EXPECTED[purpose]
    plain, _ = texts(received(cast, tmp_path, kind))
    link = re.search(r"/(?:invitation|password)/([\w.=-]+)", plain)
    assert link is not None
    found = tokens.find(link[1], purpose, keys=["for tests only, forty-eight characters or more…"], at=NOW)
    assert found is not None
    assert found[1].id == cast.ada.user_id
    assert link[1] not in {str(one.id) for one in db.session.scalars(select(AccountToken))}


def test_a_time_limit_is_said_in_the_readers_time_zone(cast: Cast, tmp_path: Path) -> None:
    plain, _ = texts(received(cast, tmp_path, Kind.PASSWORD_RESET))
    assert "until November 22, 2026, 10:30" in " ".join(plain.split())


def test_the_sender_is_the_configured_name_or_else_the_clinics(cast: Cast) -> None:
    assert mail.sender("Sea House <mail@example.org>", "Harbour Clinic") == "Sea House <mail@example.org>"
    assert mail.sender("mail@example.org", "Harbour, the Clinic") == '"Harbour, the Clinic" <mail@example.org>'


@pytest.mark.parametrize("bad", ["a@b.example\nBcc: x@y.example", "a@b.example\r\n.", "no address", ""])
def test_an_address_that_is_none_never_becomes_a_header(bad: str) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever stops it will do
        mail.compose(
            message_id=uuid.UUID(int=1),
            base_url="http://localhost",
            sent_by="a@b.example",
            to=bad,
            letter="Subject\n\nBody",
            page="",
            at=NOW,
        )


def test_a_subject_is_one_line_whatever_it_is_made_of() -> None:
    assert mail.split("Subject\u2028line\n\nBody\n\nmore") == ("Subject\u2028line", "Body\n\nmore")
    assert mail.paragraphs("one\ntwo\n\n \n three") == ["one two", "three"]


def test_line_breaks_in_names_make_no_header(cast: Cast, tmp_path: Path) -> None:
    patient, user = db.session.get_one(Patient, cast.ada.own_id), db.session.get_one(User, cast.ada.user_id)
    patient.family_name = user.name = "Okafor\r\nBcc: x@y.example"
    db.session.get_one(Clinic, 1).display_name = "Sea\r\nBcc: x@y.example"
    db.session.commit()
    clinic_queries.forget()
    found = received(cast, tmp_path, Kind.MESSAGE_WAITING)
    assert "Okafor" not in found.as_string()
    assert found["Bcc"] is None
    assert found["From"] == '"Sea Bcc: x@y.example" <no-reply@interval.example>'


def test_every_kind_has_its_letter_and_every_letter_its_kind() -> None:
    written = {path.stem for path in (ROOT / "templates" / "emails").glob("*.txt") if not path.stem.startswith("_")}
    assert written == {kind.value for kind in BY_MAIL}
