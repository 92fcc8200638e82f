"""What is answered on a page that is refused is heard all the same."""

from datetime import timedelta
from typing import Any

import pytest

from portal import db
from portal.checkins import queries, service
from portal.checkins.models import CheckIn, CheckInDraft
from portal.safety.help import Help
from portal.safety.models import Alert, Concern
from tests.cast import NOW, Cast
from tests.checkins.sheets import DAILY, Opener, count, only, ref, sheet, typed
from tests.factories import check_in, plan_item

IN_DANGER = {**DAILY, "safe": 2}
TOO_OLD, UNREADABLE = {"on": "2026-11-01"}, {"on": "yesterday"}


def without(answers: Any, *codes: str) -> Any:
    return {code: value for code, value in answers.items() if code not in codes}


def shows_help(page: Any) -> bool:
    (box,) = [one for one in page.all if one.get("data-help") == "crisis"]
    return box.get("hidden") is None and "tel:988" in [href for _, href in page.links]


@pytest.mark.parametrize(
    ("answers", "change", "is_kept"),
    [
        (without(IN_DANGER, "mood"), {}, True),
        (IN_DANGER, {"item_mood": "99"}, True),
        (IN_DANGER, {"item_sleep_h-exact": "6.3"}, True),
        (IN_DANGER, {"item_pain": "4"}, True),
        (IN_DANGER, {"submission_id": "7"}, True),
        (IN_DANGER, {"note": "x" * 4001}, True),
        (IN_DANGER, TOO_OLD, False),
        (IN_DANGER, {"on": "2026-11-30"}, False),
        (IN_DANGER, UNREADABLE, False),
    ],
)
def test_danger_on_a_check_in_that_is_refused_is_heard_and_help_is_shown(
    browser: Opener, cast: Cast, answers: Any, change: Any, is_kept: Any
) -> None:
    item = plan_item(cast.ada)
    address = f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}"
    ada = browser(cast.ada)
    sent = {**ada.get(address).form("Send").values.to_dict(), **typed(answers), **change}
    page = ada.post(address, sent, expect=422)
    assert (only(Concern).rule, only(Alert).state) == ("R1", "open")
    assert shows_help(page)
    assert count(CheckIn) == 0
    assert count(CheckInDraft) == is_kept
    if is_kept:
        assert only(CheckInDraft).answers["safe"] == 2
        assert str(only(CheckInDraft).submission_id) == page.form("Send").values["submission_id"]


def test_a_refused_check_in_without_danger_is_kept_and_shows_no_crisis(browser: Opener, cast: Cast) -> None:
    address = f"/patients/{cast.ada.own_id}/check-ins/new/{plan_item(cast.ada).id}"
    page = browser(cast.ada).get(address).form("Send").submit(typed({"mood": 4}), expect=422)
    assert not shows_help(page)
    assert count(Alert) == 0
    assert only(CheckInDraft).answers == {"mood": 4}


def test_a_question_not_reached_on_a_refused_page_is_not_unknown(browser: Opener, cast: Cast) -> None:
    address = f"/patients/{cast.ada.own_id}/check-ins/new/{plan_item(cast.ada, 'phq-9', 14).id}"
    form = browser(cast.ada).get(address).form("Send")
    form.submit(typed({"q1": 2}), expect=422)
    assert count(Concern) == 0
    form.submit(typed({"q1": 2, "q9": None}), expect=422)
    assert only(Concern).rule == "R4"


def test_sending_what_was_refused_raises_nothing_twice(browser: Opener, cast: Cast) -> None:
    address = f"/patients/{cast.ada.own_id}/check-ins/new/{plan_item(cast.ada).id}"
    page = browser(cast.ada).get(address).form("Send").submit(typed(without(IN_DANGER, "mood")), expect=422)
    page.form("Send").submit(item_mood="3")
    assert (count(Concern), count(Alert), count(CheckIn), count(CheckInDraft)) == (1, 1, 1, 0)


def test_danger_on_a_page_sent_before_with_other_answers_is_heard(browser: Opener, cast: Cast) -> None:
    address = f"/patients/{cast.ada.own_id}/check-ins/new/{plan_item(cast.ada).id}"
    form = browser(cast.ada).get(address).form("Send")
    form.submit(typed(DAILY))
    page = form.submit(typed(IN_DANGER), expect=409)
    assert (only(Concern).rule, only(Alert).state) == ("R1", "open")
    assert shows_help(page)
    assert count(CheckInDraft) == 0
    page.form("Send as a correction").submit()
    assert (count(Concern), count(Alert)) == (1, 1)


@pytest.mark.parametrize("change", [{"item_mood": ""}, {"item_mood": "99"}, {"item_sleep_h-exact": "6.3"}])
def test_danger_on_a_correction_that_is_refused_is_heard(browser: Opener, cast: Cast, change: Any) -> None:
    row = check_in(cast.ada)
    address = f"/patients/{cast.ada.own_id}/check-ins/{row.id}/correct"
    ada = browser(cast.ada)
    sent = {**ada.get(address).form("Send the correction").values.to_dict(), **typed(IN_DANGER), **change}
    page = ada.post(address, sent, expect=422)
    assert (only(Concern).rule, only(Alert).state) == ("R1", "open")
    assert shows_help(page)
    assert count(CheckIn) == 1


def test_danger_on_a_correction_sent_before_with_other_answers_is_heard(browser: Opener, cast: Cast) -> None:
    row = check_in(cast.ada)
    form = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/check-ins/{row.id}/correct").form("Send the correction")
    form.submit(typed({**DAILY, "mood": 1}))
    page = form.submit(typed(IN_DANGER), expect=409)
    assert only(Concern).rule == "R1"
    assert shows_help(page)


def test_a_draft_for_a_day_that_cannot_be_offers_help_all_the_same(browser: Opener, cast: Cast) -> None:
    address = f"/patients/{cast.ada.own_id}/check-ins/new/{plan_item(cast.ada).id}"
    ada = browser(cast.ada)
    sent = {**ada.get(address).form("Send").values.to_dict(), **typed({"safe": 2}), **TOO_OLD}
    answer = ada.open(f"{address}/draft", "POST", data=sent)
    said: Any = answer.json
    assert (answer.status_code, said["saved"], said["help"], said["card"]) == (422, False, "crisis", True)
    assert only(Concern).rule == "R1"


@pytest.mark.parametrize("wrong", [{"mood": 11}, {"sleep_h": 6.3}, {"pain": 3}, {"invented": 1}])
def test_an_answer_that_cannot_be_takes_nothing_from_the_others(cast: Cast, wrong: Any) -> None:
    line = queries.to_line(plan_item(cast.ada))
    kept = service.save_draft(
        ref(cast.ada), line, sheet({"safe": 2, "anxiety": 4} | wrong), on=NOW.date(), by=cast.ada.actor, at=NOW
    )
    db.session.commit()
    assert kept == service.Kept(is_saved=True, help=Help.CRISIS)
    assert only(CheckInDraft).answers == {"safe": 2, "anxiety": 4}


@pytest.mark.parametrize("minutes", [0, 21])
def test_a_refused_page_is_a_sign_of_life_too(browser: Opener, cast: Cast, frozen: Any, minutes: Any) -> None:
    address = f"/patients/{cast.ada.own_id}/check-ins/new/{plan_item(cast.ada).id}"
    form = browser(cast.ada).get(address).form("Send")
    for _ in range(2):
        frozen.shift(timedelta(minutes=minutes / 2))
        form.submit(typed({"mood": 4}), expect=422)
    assert only(CheckInDraft).answers == {"mood": 4}
