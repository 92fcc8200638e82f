"""Taking a file back."""

from collections.abc import Callable

import pytest

from portal.checkins.history import queries
from tests.cast import Cast
from tests.checkins.history.diary import csv
from tests.checkins.history.sending import brought
from tests.page import Browser

Open = Callable[..., Browser]
CONTENT = csv("2026-01-05,9:00,7,0,Grey", "2026-01-06,9:00,6,0,")


def test_a_patient_is_asked_first_and_then_the_entries_go(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    page = brought(ada, cast.ada, CONTENT).follow("Take this file back")
    assert "2 entries are deleted from your record" in page.text
    page = page.form("Take it back").submit()
    assert "Taken back: 2 entries." in page.text
    assert queries.list_scales(cast.ada.own_id) == []
    assert page.follow("diary.csv").h1 == "This file was taken back"


def test_a_second_tap_takes_nothing_more_back(browser: Open, cast: Cast) -> None:
    ada = browser(cast.ada)
    asked = brought(ada, cast.ada, CONTENT).follow("Take this file back")
    asked.form("Take it back").submit()
    brought(ada, cast.ada, CONTENT)
    assert "Taken back" not in asked.form("Take it back").submit().text
    assert len(queries.list_scales(cast.ada.own_id)) == 1
    assert ada.get(asked.url).h1 == "This file was taken back"


@pytest.mark.parametrize("who", ["bea", "nia", "cal", "dot", "eve"])
def test_only_the_patient_takes_it_back(browser: Open, cast: Cast, who: str) -> None:
    page = brought(browser(cast.ada), cast.ada, CONTENT)
    other = browser(getattr(cast, who))
    assert other.open(f"{page.url}/undo").status_code == 404
    assert other.open(f"{page.url}/undo", "POST").status_code == 404
    assert len(queries.list_scales(cast.ada.own_id)) == 1
