"""The record of an infusion, printed: one page, on the paper of either continent."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from portal import clock
from tests.browser.window import DESK, Window
from tests.live import Live
from tests.treatment.record import full

Open = Callable[..., Window]
PAGE = re.compile(rb"/Type\s*/Page\b")


@pytest.fixture
def show(window: Open, live: Live) -> Callable[..., Window]:
    """Return a function that writes an infusion of Ada's and opens its record as Bea."""

    def opened(readings: int, stops: int = 1, words: str = "") -> Window:
        with live.reach():
            infusion = full.write(live.cast, clock.now() - timedelta(hours=9), readings, stops, words)
            path = f"/patients/{live.cast.ada.own_id}/treatments/{infusion.course_id}/{infusion.id}/record"
        bea = window(DESK)
        bea.sign_in(live.cast.bea)
        bea.open(path)
        return bea

    return opened


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize(
    ("readings", "stops", "words"),
    [(30, 1, ""), (45, 2, ""), (30, 1, full.LONG), (70, 40, ""), (60, 20, full.LONG)],
    ids=["full", "thinned", "long-words", "many-flags", "everything"],
)
def test_the_record_prints_on_one_page(
    show: Callable[..., Window], paper: str, readings: int, stops: int, words: str
) -> None:
    bea = show(readings, stops, words)
    printed = bea.page.pdf(format=paper)
    assert len(PAGE.findall(printed)) == 1
    assert len(bea.page.locator(".record tbody tr").all()) >= min(readings, 36)


def test_the_button_opens_the_print_dialogue(show: Callable[..., Window]) -> None:
    bea = show(3, 0)
    bea.page.evaluate("window.print = () => { document.title = 'printed' }")
    bea.page.get_by_role("button", name="Print or save as PDF").click()
    assert bea.page.title() == "printed"
