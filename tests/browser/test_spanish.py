"""A patient's way in Spanish on a phone: signing in, a check-in, the chart, a message and its answer, the account."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from portal.accounts.models import User
from portal.db import session
from tests.browser import story
from tests.browser.navigators import Hand
from tests.browser.window import DESK, Window
from tests.cast import PASSWORD
from tests.live import Live

SPANISH = {"locale": "es-US"}
ASKED = {
    "En general, ¿cómo estuvo su ánimo hoy?": "6",
    "¿Cuánta ansiedad o tensión sintió hoy?": "3",
    "¿Cómo estuvo su energía hoy?": "5",
    "¿Cuántas horas durmió anoche, más o menos?": "7",
    "¿Siente que hoy puede mantenerse a salvo?": "Sí",
}


def begin(live: Live, window: Callable[..., Window], **options: object) -> tuple[Window, Page]:
    """Let Ada's account speak Spanish, and sign her in as she would."""
    story.tell(live)
    with live.reach():
        session.get_one(User, live.cast.ada.user_id).language = "es"
        session.commit()
    phone = window(**SPANISH | options)
    page = phone.open("/sign-in")
    page.get_by_label("Dirección de correo").fill(live.cast.ada.email)
    page.get_by_label("Contraseña", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Iniciar sesión").click()
    expect(page.get_by_role("heading", level=1, name="Hoy")).to_be_visible()
    return phone, page


def test_a_check_in_from_signing_in_to_the_chart(live: Live, window: Callable[..., Window]) -> None:
    _, page = begin(live, window)
    expect(page.locator("html")).to_have_attribute("lang", "es-US")
    hand = Hand(page)
    page.get_by_role("main").get_by_role("link", name="Registro diario").first.click()
    for question, answer in ASKED.items():
        choices = page.get_by_role("group", name=question).locator("label")
        choices.filter(has_text=re.compile(rf"^\s*{answer}")).first.click()
    hand.send("Enviar")
    expect(page.get_by_role("status").filter(has_text="Guardado.")).to_be_visible()
    # What follows belongs to somebody else: it is asked in English, and says so.
    expect(page.get_by_role("heading", level=1, name="Dos semanas: preocupación")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Estas preguntas están en inglés")
    expect(page.locator("form [lang=en] legend").first).to_contain_text("Feeling nervous")
    page.get_by_role("link", name="Evolución").click()
    expect(page.get_by_role("heading", level=1, name="Evolución")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("PHQ-9 bajó de 21 a 9 después de la serie")
    page.get_by_text("Lo mismo en números").click()
    expect(page.get_by_role("region", name="Puntuaciones, infusiones y otras fechas")).to_be_visible()


def test_a_message_there_and_back(live: Live, window: Callable[..., Window]) -> None:
    _, page = begin(live, window)
    page.get_by_role("link", name="Mensajes").click()
    page.get_by_role("link", name="Escribir un mensaje").click()
    page.get_by_label("¿De qué se trata?").fill("La cita del jueves")
    page.get_by_label("Su mensaje").fill("¿Puedo desayunar antes?")
    expect(page.get_by_role("main")).to_contain_text("No espere una respuesta. Llame al 911")
    page.get_by_role("main").get_by_role("button", name="Enviar", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Enviado. Todavía sin leer.")
    desk = window(DESK)
    other = desk.sign_in(live.cast.bea)
    desk.open(f"/patients/{live.cast.ada.own_id}/messages")
    other.get_by_role("link", name="La cita del jueves").first.click()
    other.get_by_label("Your message").fill("Una comida ligera, por favor.")
    other.get_by_role("main").get_by_role("button", name="Send", exact=True).click()
    expect(other.get_by_role("main")).to_contain_text("Sent. Not read yet.")
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("Una comida ligera, por favor.")
    expect(page.get_by_role("main")).to_contain_text("Leído")


def test_without_scripts_she_takes_english_and_comes_back(live: Live, window: Callable[..., Window]) -> None:
    phone, page = begin(live, window, java_script_enabled=False)
    phone.open("/account")
    page.get_by_label("Idioma").select_option("en")
    page.get_by_role("button", name="Guardar").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    page.get_by_role("button", name="Sign out here").click()
    # The browser asks for Spanish; it goes on in what she chose, until she chooses again.
    expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("heading", level=1, name="Iniciar sesión")).to_be_visible()
