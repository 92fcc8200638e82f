"""The page of one file that was brought in."""

import uuid
from collections.abc import Callable

import pytest

from tests.cast import Cast
from tests.checkins.history.diary import csv
from tests.checkins.history.sending import brought, home
from tests.page import Browser

Open = Callable[..., Browser]
CONTENT = csv("2026-01-05,9:00,7,0,Grey", "2026-01-05,9:00,7,0,Grey", "2026-01-06,9:00,99,0,")


def test_every_row_is_accounted_for_on_a_page_of_its_own(browser: Open, cast: Cast) -> None:
    page = brought(browser(cast.ada), cast.ada, CONTENT)
    assert page.h1 == "One entry came in"
    counts = {dt.text: dd.text for dt, dd in zip(page.find("dt"), page.find("dd"), strict=True)}
    assert counts == {
        "Rows in the file": "3",
        "Came in": "1",
        "Here already, or twice in the file": "1",
        "Could not be read": "1",
    }
    assert page.rows()[1] == ["4", "99 in column “mood” is outside 0 to 10."]
    assert "Ada Okafor" in page.text


@pytest.mark.parametrize(("who", "status"), [("bea", 200), ("nia", 200), ("cal", 404), ("dot", 404), ("eve", 404)])
def test_the_care_team_reads_it_and_nobody_else(browser: Open, cast: Cast, who: str, status: int) -> None:
    page = brought(browser(cast.ada), cast.ada, CONTENT)
    other = browser(getattr(cast, who))
    assert other.open(page.url).status_code == status
    if status == 200:
        assert "Take this file back" not in other.get(page.url).text


def test_a_file_of_another_patient_is_not_found_under_ones_own_name(browser: Open, cast: Cast) -> None:
    page = brought(browser(cast.ada), cast.ada, CONTENT)
    import_id = page.url.rsplit("/", 1)[-1]
    dot = browser(cast.dot)
    for wanted in (import_id, uuid.uuid4()):
        for path in ("", "/undo"):
            assert dot.open(f"{home(cast.dot)}/files/{wanted}{path}").status_code == 404
    assert dot.open(f"{home(cast.dot)}/files/{import_id}/undo", "POST").status_code == 404
