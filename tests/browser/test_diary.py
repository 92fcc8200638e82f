"""Ada brings a diary along: what comes in, what cannot, and a file that is far too large."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.window import Window
from tests.live import Live

FILES = Path(__file__).resolve().parents[1] / "checkins" / "history" / "files"
ROW = b"2026-11-01,09:00,7,a good day\n"
FIFTY_MEGABYTES = 50 * 1024 * 1024


def open_diaries(phone: Window, live: Live) -> Page:
    phone.sign_in(live.cast.ada)
    return phone.open(f"/patients/{live.cast.ada.own_id}/history")


def test_a_diary_from_an_app_comes_in_and_is_drawn(live: Live, window: Callable[..., Window]) -> None:
    page = open_diaries(window(), live)
    page.get_by_label("The file").set_input_files(FILES / "daylio-12-hours.csv")
    page.get_by_role("button", name="Read the file", exact=True).click()
    expect(page.get_by_role("region", name="The first rows of the file")).to_contain_text("friends | good meal")
    page.get_by_role("button", name="Check what would come in").click()
    expect(page.get_by_role("heading", level=1, name="Check before it comes in")).to_be_visible()
    page.get_by_role("button", name="Bring in").click()
    expect(page.get_by_role("heading", level=1, name="came in")).to_be_visible()
    page.get_by_role("link", name="See it drawn").click()
    expect(page.locator("svg.chart:visible .c-imported").first).to_be_attached()
    # What she rated elsewhere is no check-in.
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Today").click()
    page.get_by_role("link", name="All your check-ins").click()
    expect(page.get_by_text("No check-ins here")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_file_that_is_far_too_large_says_so_and_leads_back(
    live: Live, window: Callable[..., Window], tmp_path: Path, scripts: bool
) -> None:
    large = tmp_path / "diary.csv"
    large.write_bytes(b"date,time,mood,note\n" + ROW * (FIFTY_MEGABYTES // len(ROW)))
    phone = window(java_script_enabled=scripts)
    phone.forgive(413)
    page = open_diaries(phone, live)
    page.get_by_label("The file").set_input_files(large)
    if scripts:
        expect(page.get_by_role("alert")).to_contain_text("This file is too large: 50 MB. The limit is 20 MB.")
        return
    page.get_by_role("button", name="Read the file", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="That is too large")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Nothing was saved.")
    page.get_by_role("link", name="Go back").click()
    expect(page.get_by_role("button", name="Read the file", exact=True)).to_be_visible()
