"""A picture from the phone, the chart and a questionnaire from the desk, and the answer back in the thread."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from portal import clock
from portal.checkins import service as checkins
from tests.browser.window import DESK, PHONE, Window
from tests.cast import ZONE
from tests.checkins.sheets import GAD_7, ref, sheet
from tests.factories import scored
from tests.live import Live
from tests.messaging.attachments import samples


def chosen(name: str, content: bytes, kind: str) -> Any:
    return {"name": name, "mimeType": kind, "buffer": content}


def shoot(window: Window, name: str) -> None:
    folder = os.environ.get("SHOTS")
    if folder:
        window.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_a_tall_picture_leaves_room_for_the_words_until_it_is_tapped(live: Live, window: Callable[..., Window]) -> None:
    phone = window()
    page = phone.sign_in(live.cast.ada)
    phone.open(f"/patients/{live.cast.ada.own_id}/messages/new")
    page.get_by_label("Attach files").set_input_files(
        [chosen("letter.jpg", samples.jpeg(size=(600, 3000)), "image/jpeg")]
    )
    page.get_by_label("What is it about?").fill("A letter")
    page.get_by_label("Your message").fill("This came.")
    page.get_by_role("button", name="Send", exact=True).click()
    picture = page.get_by_role("log").get_by_role("img", name="letter.jpg")
    small = picture.bounding_box()
    assert small
    assert small["height"] <= 0.6 * PHONE["height"]
    shoot(phone, "tall")
    picture.tap()
    large = picture.bounding_box()
    assert large
    assert large["height"] > PHONE["height"]
    assert large["width"] <= PHONE["width"]
    shoot(phone, "tall-open")


def test_a_picture_goes_out_and_a_questionnaire_comes_back(live: Live, window: Callable[..., Window]) -> None:
    with live.reach():
        today = clock.now().astimezone(ZoneInfo(ZONE)).date()
        for days in range(0, 90, 6):
            scored(live.cast.ada, "phq-9", 20 - days // 6, today - timedelta(days=90 - days))
    phone = window()
    page = phone.sign_in(live.cast.ada)
    phone.open(f"/patients/{live.cast.ada.own_id}/messages/new")
    files = page.get_by_label("Attach files")
    files.set_input_files([chosen("film.pdf", b"%PDF-" + bytes(11 << 20), "application/pdf")])
    expect(page.get_by_role("alert")).to_have_text("“film.pdf” is too large: 12 MB. A file may have up to 10 MB.")
    shoot(phone, "too-large")
    files.set_input_files([chosen("my arm.heic", samples.heic(), "image/heic")])
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_label("What is it about?").fill("My arm")
    page.get_by_label("Your message").fill("It still looks like this.")
    page.get_by_role("button", name="Send", exact=True).click()
    picture = page.get_by_role("log").get_by_role("img", name="my arm.jpg")
    expect(picture).to_be_visible()
    assert picture.evaluate("one => one.complete && one.naturalWidth") == 64
    thread = phone.path().partition("#")[0]
    shoot(phone, "sent")

    desk = window(DESK)
    page = desk.sign_in(live.cast.bea)
    desk.open(thread)
    page.get_by_label("Your message").fill("Thank you. Please fill this in before Thursday. So it went so far:")
    desk.forgive(422)
    page.get_by_text("Attach the chart or a questionnaire").click()
    page.get_by_label("Attach the chart as it is now").check()
    page.get_by_label("Ask to fill in a questionnaire").select_option("gad-7")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("link", name="Say before which day it is to be filled in")).to_be_visible()
    assert page.get_by_label("Attach the chart as it is now").is_checked()
    page.get_by_label("To be filled in before").fill((today + timedelta(days=3)).isoformat())
    shoot(desk, "staff-box")
    page.get_by_role("button", name="Send", exact=True).click()
    log = page.get_by_role("log")
    expect(log).to_contain_text("Not filled in yet.")
    expect(log.get_by_role("img", name="The chart as it was then")).to_be_visible()
    expect(page.locator("#team")).to_be_in_viewport()
    shoot(desk, "staff-sent")

    page = phone.page
    page.reload()
    shoot(phone, "patient-asked")
    page.get_by_role("link", name="Fill it in").click()
    expect(page.get_by_role("button", name="Next").or_(page.get_by_role("button", name="Send")).first).to_be_visible()
    with live.reach():
        checkins.submit(ref(live.cast.ada), "gad-7", sheet(GAD_7), by=live.cast.ada.actor, at=clock.now())
    phone.open(thread)
    expect(page.get_by_role("log")).to_contain_text("Filled in for")
    shoot(phone, "patient-answered")
    desk.open(thread)
    expect(desk.page.get_by_role("log")).to_contain_text("score 7")
    shoot(desk, "staff-answered")
