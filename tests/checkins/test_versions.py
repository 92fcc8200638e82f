"""A page begun in an older version of a questionnaire is taken in that version; whoever begins gets today's."""

from datetime import timedelta
from typing import Any

from portal import db
from portal.checkins.models import CheckIn, CheckInDraft
from portal.instruments import service as instruments
from tests.cast import NOW, Cast
from tests.checkins.sheets import Opener, count, only, typed
from tests.factories import plan_item
from tests.instruments.clinic import scales

ALL_LOW = {f"q{number}": 0 for number in range(1, 11)}
LICENCE = "Letter of May 2, 2026, in the clinic's files"


def paste(cast: Cast, changed: dict[str, str] | None = None) -> None:
    """Paste the wording of a questionnaire, as its licence allows, with some texts changed."""
    texts: Any = scales.texts_for("epds")
    by, at = cast.cal.actor, NOW - timedelta(days=1)
    instruments.attest_wording("epds", "en", {**texts, **(changed or {})}, scales.STATEMENT, LICENCE, by=by, at=at)
    db.session.commit()


def address(cast: Cast, item: Any, tail: str = "") -> str:
    return f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}{tail}"


def first_text() -> str:
    return next(key for key, text in scales.texts_for("epds").items() if "q1" in key and text)


def test_a_page_begun_in_the_former_version_is_taken_in_it(browser: Opener, cast: Cast) -> None:
    paste(cast)
    item = plan_item(cast.ada, "epds", 7)
    form = browser(cast.ada).get(address(cast, item)).form("Send")
    assert form.values["version"] == "1001"
    paste(cast, {first_text(): "Said otherwise"})
    form.submit(typed(ALL_LOW))
    assert (only(CheckIn).version, only(CheckIn).answers) == (1001, ALL_LOW)
    anew = browser(cast.ada).get(address(cast, item))
    assert anew.form("Send").values["version"] == "1002"
    assert "Said otherwise" in anew.text


def test_answers_kept_so_far_go_on_in_the_version_they_were_begun_in(browser: Opener, cast: Cast) -> None:
    paste(cast)
    item = plan_item(cast.ada, "epds", 7)
    form = browser(cast.ada).get(address(cast, item)).form("Send")
    sent = {**form.values.to_dict(), **typed({"q1": 2})}
    form.page.browser.open(address(cast, item, "/draft"), "POST", data=sent)
    assert only(CheckInDraft).version == 1001
    paste(cast, {first_text(): "Said otherwise"})
    again = browser(cast.ada).get(address(cast, item))
    assert "Said otherwise" not in again.text
    again.form("Send").submit(typed({**ALL_LOW, "q1": 2}))
    assert only(CheckIn).version == 1001
    assert count(CheckInDraft) == 0


def test_old_answers_are_read_in_the_words_they_were_given_to(browser: Opener, cast: Cast) -> None:
    paste(cast)
    item = plan_item(cast.ada, "epds", 7)
    browser(cast.ada).get(address(cast, item)).form("Send").submit(typed(ALL_LOW))
    paste(cast, {first_text(): "Said otherwise"})
    row = only(CheckIn)
    record = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/check-ins/{row.id}")
    assert "Said otherwise" not in record.text
    fixed = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/check-ins/{row.id}/correct")
    fixed.form("Send the correction").submit({"item_q2": "1"})
    assert only(CheckIn, superseded_at=None).version == 1001


def test_what_has_lost_its_words_is_not_asked_any_more(browser: Opener, cast: Cast) -> None:
    plan_item(cast.ada)
    item = plan_item(cast.ada, "epds", 7)  # nobody has pasted its words here
    page = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/today")
    assert "things today" not in page.text
    assert address(cast, item) not in page.html
    assert "does not ask this any more" in browser(cast.ada).get(address(cast, item)).text
