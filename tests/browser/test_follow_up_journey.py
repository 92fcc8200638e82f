"""A follow-up from the caseload to the patient's phone and back, and what the mail server got of it (check 29)."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import delete, select, update

from config import ROOT
from portal import clock, db
from portal.accounts.models import User
from portal.checkins.models import PlanItem
from portal.clinic.hours import WEEKDAYS
from portal.clinic.models import Clinic
from portal.follow_ups.models import FollowUp, State
from portal.notifications.models import Delivery, Kind, OutboxMessage, WorkerRound
from tests import server, telling
from tests.browser import story
from tests.browser.window import DESK, Window
from tests.cast import PASSWORD
from tests.live import Live
from tests.notifications.outbox import Inbox, mail_server

SUBJECT, ASKS = "Nights afterwards", "Sleeping still badly since Thursday?\n\nWrite whenever convenient."
LATER, ASKS_LATER = "Breakfast", "Tomorrow morning rather early, would coffee bother anybody?"
ANSWERS = {"en": "Better: <b>seven</b> hours & nightmares gone.", "es": "Mejor: <b>siete</b> horas & sin pesadillas."}
LONG_ENOUGH_FOR_NEWS = 25_000


@dataclass(frozen=True)
class Words:
    """What a patient reads in one language, as far as this story needs it."""

    locale: str
    email: str
    password: str
    sign_in: str
    today: str
    messages: str
    about: str
    your_message: str
    send: str
    look: str
    mail: str
    read: str
    fill_in: str


WORDS = {
    "en": Words(
        locale="en-US",
        email="Email",
        password="Password",
        sign_in="Sign in",
        today="Today",
        messages="Messages",
        about="About your infusion on",
        your_message="Your message",
        send="Send",
        look="You have something to look at",
        mail="There is something new for you.",
        read="Read by Bea Lindqvist",
        fill_in="There is something for you to fill in.",
    ),
    "es": Words(
        locale="es-US",
        email="Dirección de correo",
        password="Contraseña",
        sign_in="Iniciar sesión",
        today="Hoy",
        messages="Mensajes",
        about="Sobre su infusión del",
        your_message="Su mensaje",
        send="Enviar",
        look="Hay algo para usted",
        mail="Hay algo nuevo para usted.",
        read="Leído por Bea Lindqvist",
        fill_in="Hay algo que completar.",
    ),
}


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    """A mail server on this machine, and its port."""
    found = Inbox()
    with mail_server(found) as port:
        yield found, port


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_follow_up_goes_from_the_caseload_to_the_phone_and_back(
    live: Live, window: Callable[..., Window], inbox: tuple[Inbox, int], language: str
) -> None:
    words, (box, port) = WORDS[language], inbox
    furnish(live, language)
    desk = window(DESK)
    follow_up_from_the_caseload(desk, live)
    expect(said(desk.page).locator(".receipt")).to_have_text("Sent. Not read yet.")

    work(live, port)
    (mail,) = to(box, live.cast.ada.email)
    assert mail["Subject"] == words.look
    assert words.mail in spoken(mail)

    phone = window(locale=words.locale)
    read_on_the_phone(phone, live, link_in(mail), words)
    desk.page.clock.run_for(LONG_ENOUGH_FOR_NEWS)
    expect(said(desk.page).locator(".receipt")).to_contain_text("Read by Ada Okafor")

    answer_on_the_phone(phone.page, ANSWERS[language], words)
    desk.page.clock.run_for(LONG_ENOUGH_FOR_NEWS)
    expect(said(desk.page).nth(1).locator(".prose")).to_have_text(ANSWERS[language])
    before = len(to(box, live.cast.bea.email))
    work(live, port)
    assert len(to(box, live.cast.bea.email)) == before + 1

    plan_another(desk, live)
    phone.page.reload()
    expect(said(phone.page).nth(1).locator(".receipt")).to_contain_text(words.read)
    before = len(to(box, live.cast.ada.email))
    let_three_days_pass(live)
    work(live, port)
    came = "".join(spoken(one) for one in to(box, live.cast.ada.email)[before:])
    assert words.mail in came
    assert words.fill_in in came
    open_messages(phone.page, words)
    phone.page.get_by_role("link", name=LATER).click()
    expect(said(phone.page)).to_contain_text(ASKS_LATER)

    assert_every_mail_is_there_and_none_tells(live, box, language)


def furnish(live: Live, language: str) -> None:
    """Let Ada have been treated, read this language, be in her morning, and have nothing to fill in before tomorrow."""
    story.tell(live)
    with live.reach():
        ada, place = db.session.get_one(User, live.cast.ada.user_id), db.session.get_one(Clinic, 1)
        ada.language, ada.time_zone = language, where_it_is_ten(clock.now())
        place.time_zone, place.hours = ada.time_zone, {day: ["00:00", "23:59"] for day in WEEKDAYS}
        ask_from(live, days=2)


def where_it_is_ten(at: datetime) -> str:
    """Return a zone in which it is between ten and eleven: no midnight, nor the end of the morning, is near there."""
    hours = 10 - at.hour if at.hour < 23 else 11
    return f"Etc/GMT{-hours:+d}"


@pytest.mark.parametrize("hour", range(24))
def test_there_is_such_a_zone_at_any_hour(hour: int) -> None:
    at = datetime(2026, 11, 22, hour, 59, tzinfo=UTC)
    assert at.astimezone(ZoneInfo(where_it_is_ten(at))).hour == 10


def ask_from(live: Live, *, days: int) -> None:
    """Let Ada be asked from so many of her days ahead of now on."""
    of_ada = PlanItem.patient_id == live.cast.ada.own_id
    zone = db.session.get_one(User, live.cast.ada.user_id).time_zone
    begins = clock.now().astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
    db.session.execute(update(PlanItem).where(of_ada).values(starts_on=begins))


def follow_up_from_the_caseload(desk: Window, live: Live) -> None:
    """Bea opens Ada from the caseload and writes about the last infusion, beside the chart."""
    page = desk.sign_in(live.cast.bea)
    expect(page.get_by_role("heading", level=1, name="Caseload")).to_be_visible()
    page.clock.install()
    page.get_by_role("link", name="Ada Okafor").first.click()
    box = open_box(page)
    about = box.get_by_label("What it is about")
    last = about.locator("optgroup[label=Infusions] option").filter(has_text="Infusion 8")
    about.select_option(str(last.get_attribute("value")))
    send(box, SUBJECT, ASKS)
    expect(page.get_by_role("main")).to_contain_text("About infusion 8")


def open_box(page: Page) -> Locator:
    """Go to the chart and unfold the box beside it."""
    page.get_by_role("link", name="Progress").first.click()
    box = page.locator("#follow-up")
    box.locator("summary").first.click()
    return box


def send(box: Locator, subject: str, body: str) -> None:
    """Fill the rest of a follow-up and send it, or plan it."""
    box.get_by_label("Subject").fill(subject)
    box.get_by_label("Your message").fill(body)
    box.get_by_role("button", name="Send or plan").click()


def read_on_the_phone(phone: Window, live: Live, link: str, words: Words) -> None:
    """Ada follows the link of her mail, signs in and opens what is new."""
    page = phone.page
    page.goto(link)
    page.get_by_label(words.email).fill(live.cast.ada.email)
    page.get_by_label(words.password, exact=True).fill(PASSWORD)
    page.get_by_role("button", name=words.sign_in).click()
    expect(page.get_by_role("heading", level=1, name=words.today)).to_be_visible()
    open_messages(page, words)
    page.get_by_role("link", name=SUBJECT).click()
    expect(said(page)).to_contain_text("Sleeping still badly since Thursday?")
    expect(page.get_by_role("main")).to_contain_text(words.about)


def open_messages(page: Page, words: Words) -> None:
    page.get_by_role("navigation").get_by_role("link", name=words.messages).click()


def answer_on_the_phone(page: Page, answer: str, words: Words) -> None:
    page.get_by_label(words.your_message).fill(answer)
    page.get_by_role("main").get_by_role("button", name=words.send, exact=True).click()
    expect(said(page)).to_have_count(2)


def plan_another(desk: Window, live: Live) -> None:
    """Bea looks at the answer, and plans what to ask in three days."""
    page = desk.page
    with page.expect_response(re.compile("/read$")):
        page.get_by_role("heading", level=1).click()
    page.get_by_role("link", name="Progress").first.click()
    box = open_box(page)
    box.get_by_label("In … days").check()
    box.get_by_label("In how many days").fill("3")
    box.get_by_label("only if no check-in has come").check()
    send(box, LATER, ASKS_LATER)
    expect(page.get_by_role("main")).to_contain_text("only if no check-in has come")


def let_three_days_pass(live: Live) -> None:
    """Let what was planned in three days be due now, and Ada be asked from today on."""
    with live.reach():
        (planned,) = db.session.scalars(select(FollowUp).where(FollowUp.state == State.PLANNED))
        assert planned.due_at > clock.now() + timedelta(days=2)
        planned.due_at, planned.send_on = clock.now(), planned.send_on - timedelta(days=3)
        ask_from(live, days=0)
        # What the worker looked at a moment ago it looks at again.
        db.session.execute(delete(WorkerRound))


def work(live: Live, port: int) -> None:
    """Let the shipped worker do whatever is due, with this mail server."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi:app", "worker", "--once"]
    wanted = server.environment(live.database_url, live.folder, live.address)
    wanted["MAIL_URL"] = f"smtp://127.0.0.1:{port}"
    subprocess.run(command, cwd=ROOT, env=os.environ | wanted, capture_output=True, text=True, check=True)


def assert_every_mail_is_there_and_none_tells(live: Live, box: Inbox, language: str) -> None:
    """Hold every mail that arrived against the outbox, the list of words, and what was typed."""
    with live.reach():
        rows = db.session.scalars(select(OutboxMessage)).all()
        assert {row.state for row in rows} == {Delivery.SENT}
        assert {row.kind for row in rows} >= {Kind.MESSAGE_WAITING, Kind.CHECK_IN_DUE}
        sent = {f"<{row.id}@127.0.0.1>" for row in rows}
    assert sorted(mail["Message-ID"] for mail in box.mails) == sorted(sent)
    typed = set(re.findall(r"\w{5,}", f"{SUBJECT} {ASKS} {LATER} {ASKS_LATER} {ANSWERS[language]}".lower()))
    for mail in box.mails:
        theirs = language if mail["To"] == live.cast.ada.email else "en"
        assert mail["Subject"] == WORDS[theirs].look
        assert f'<html lang="{theirs}">' in spoken(mail)
        assert not telling.told(telling.MAIL, spoken(mail))
        assert not typed & set(re.findall(r"\w+", spoken(mail).lower()))


def said(page: Page) -> Locator:
    return page.get_by_role("log").get_by_role("listitem")


def to(box: Inbox, email: str) -> list[EmailMessage]:
    return [mail for mail in box.mails if mail["To"] == email]


def link_in(mail: EmailMessage) -> str:
    found = re.search(r"^http\S+", spoken(mail), re.MULTILINE)
    assert found
    return found[0]


def spoken(mail: EmailMessage) -> str:
    """Return the headers and both texts of a mail as they are read, without the address it goes to."""
    parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    assert len(parts) == 2
    headers = [f"{name}: {value}" for name, value in mail.items() if not name.startswith("X-")]
    return re.sub(r"[\w.+-]+@[\w.-]+", "", "\n".join([*headers, *parts]))
