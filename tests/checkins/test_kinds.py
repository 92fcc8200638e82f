"""Every kind of question on its page: numbers, questions that hang on others, long lists, versions, help."""

from typing import Any

import pytest
from sqlalchemy import select

from portal import db
from portal.checkins.models import CheckIn, CheckInDraft, ScoreRow
from portal.instruments import loader
from portal.safety.models import Alert, Concern
from tests.cast import Cast, Person
from tests.checkins.sheets import DAILY, Opener, count, everything, only, typed
from tests.factories import plan_item

CATALOGUE = loader.catalogue()
ASKABLE = [one.id for one in CATALOGUE.askable()]
SIDE_EFFECTS = {item.code: 0 for item in CATALOGUE.get("side-effects").items if item.asked_if is None}
NO_TO_ALL = {"q1": 0, "q2": 0, "q3": 0, "q4": 0}


def page_of(browser: Opener, person: Person, instrument: str) -> Any:
    item = plan_item(person, instrument, 7)
    return browser(person).get(f"/patients/{person.own_id}/check-ins/new/{item.id}")


def least(instrument: str) -> dict[str, Any]:
    """Answers to every question that is asked of everybody, each the lowest that is offered."""
    items = [item for item in CATALOGUE.get(instrument).items if item.is_default and item.asked_if is None]
    return {item.code: f"{min((one.value for one in item.options), default=item.minimum):g}" for item in items}


@pytest.mark.parametrize("instrument", ASKABLE)
def test_every_questionnaire_is_asked_answered_scored_and_read_back(
    browser: Opener, cast: Cast, instrument: str
) -> None:
    definition = CATALOGUE.get(instrument)
    page = page_of(browser, cast.ada, instrument)
    assert page.h1 == definition.neutral_title
    assert all(item.text in page.text for item in definition.items if item.is_default)
    assert definition.attribution in page.text
    assert ("Not validated" in page.text) is (not definition.is_validated)
    receipt = page.form("Send").submit(typed(least(instrument)))
    assert "Saved." in receipt.text
    row = only(CheckIn)
    assert (row.instrument, row.version, row.language) == (instrument, definition.version, "en")
    assert count(ScoreRow) == len({one.code for one in definition.scales if set(one.items) & set(row.asked)})
    record = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/check-ins/{row.id}")
    assert definition.title in record.text
    assert f"{definition.short_title}, version {definition.version}" in record.text


@pytest.mark.parametrize(("typed_number", "stored"), [("0", 0), ("3", 3), ("1000", 1000), ("12", 12)])
def test_a_number_is_typed_in_and_read_back_with_its_unit(
    browser: Opener, cast: Cast, typed_number: str, stored: int
) -> None:
    receipt = page_of(browser, cast.ada, "nida-1").form("Send").submit({"item_times": typed_number})
    assert only(CheckIn).answers == {"times": stored}
    assert f"{stored:,} times" in receipt.text


@pytest.mark.parametrize(
    ("typed_number", "said"),
    [
        ("", "not answered yet"),
        ("many", "Enter a number from 0 to 1000"),
        ("-1", "Enter a number from 0 to 1000"),
        ("1001", "Enter a number from 0 to 1000"),
        ("٣", "Enter a number from 0 to 1000"),
        ("1e3", "Enter a number from 0 to 1000"),
        ("2.5", "in steps of 1"),
    ],
)
def test_what_is_no_such_number_is_said_at_the_question_and_stays(
    browser: Opener, cast: Cast, typed_number: str, said: str
) -> None:
    page = page_of(browser, cast.ada, "nida-1").form("Send").submit({"item_times": typed_number}, expect=422)
    assert len(page.problems) == 1
    assert said in page.problems[0]
    assert page.form("Send").values["item_times"] == typed_number
    assert count(CheckIn) == 0


def test_a_number_may_be_declined_but_not_given_and_declined_at_once(browser: Opener, cast: Cast) -> None:
    form = page_of(browser, cast.ada, "nida-1").form("Send")
    both = form.submit({"item_times": "2", "item_times-declined": "declined"}, expect=422)
    assert "not both" in both.problems[0]
    form.submit({"item_times-declined": "declined"})
    assert only(CheckIn).answers == {"times": None}


# Questions that hang on others


def test_without_a_script_every_question_is_there_and_says_when_it_is_meant(browser: Opener, cast: Cast) -> None:
    page = page_of(browser, cast.ada, "asq")
    assert "Are you having thoughts of killing yourself right now?" in page.text
    assert "Only if one of the answers above is “Yes”." in page.text
    (last,) = [one for one in page.find("fieldset") if one.get("data-asked-if")]
    assert last.get("data-asked-if") == "item_q1 item_q2 item_q3 item_q4"
    assert last.get("data-at-least") == "1"


def test_a_question_that_is_not_called_for_may_stay_open(browser: Opener, cast: Cast) -> None:
    page_of(browser, cast.ada, "asq").form("Send").submit(typed(NO_TO_ALL))
    assert only(CheckIn).answers == NO_TO_ALL
    assert count(Concern) == 0


def test_a_question_that_is_called_for_has_to_be_answered(browser: Opener, cast: Cast) -> None:
    page = page_of(browser, cast.ada, "asq").form("Send").submit(typed({**NO_TO_ALL, "q3": 1}), expect=422)
    assert page.problems == ["Are you having thoughts of killing yourself right now? – not answered yet"]
    assert only(Concern).rule == "R2"


def test_all_that_is_missing_or_too_much_is_said_at_once(browser: Opener, cast: Cast) -> None:
    answers = {**SIDE_EFFECTS, "nausea_still": 1, "dizziness": 2}
    del answers["fall"]
    page = page_of(browser, cast.ada, "side-effects").form("Send").submit(typed(answers), expect=422)
    assert len(page.problems) == 3
    assert "“Is the nausea still present?” is not asked after your other answers" in page.problems[0]
    assert "Is the dizziness still present? – not answered yet" in page.problems[1]
    assert page.form("Send").values["item_nausea_still"] == "1"


def test_declining_what_was_not_asked_is_not_declining(browser: Opener, cast: Cast) -> None:
    page_of(browser, cast.ada, "asq").form("Send").submit(typed({**NO_TO_ALL, "q5": None}))
    assert only(CheckIn).answers == NO_TO_ALL
    assert count(Concern) == 0


def test_a_yes_that_contradicts_the_other_answers_is_taken_heard_and_marked(browser: Opener, cast: Cast) -> None:
    receipt = page_of(browser, cast.ada, "asq").form("Send").submit(typed({**NO_TO_ALL, "q5": 1}))
    assert receipt.h1 == "Thank you for telling us"
    assert (only(Concern).rule, only(ScoreRow).band) == ("R1", "acute")
    record = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/check-ins/{only(CheckIn).id}")
    assert "These answers contradict each other" in record.text
    assert "Yes positive contradicts" in record.text


def test_what_a_safety_screen_comes_to_is_for_clinicians_only(browser: Opener, cast: Cast) -> None:
    receipt = page_of(browser, cast.ada, "asq").form("Send").submit(typed({**NO_TO_ALL, "q1": 1, "q5": 0}))
    row = only(CheckIn)
    own = browser(cast.ada).get(f"/patients/{cast.ada.own_id}/check-ins")
    for page in (receipt, own):
        assert "acute" not in page.html
        assert "What it comes to" not in page.text
    record = browser(cast.bea).get(f"/patients/{cast.ada.own_id}/check-ins/{row.id}")
    assert "non-acute positive" in record.text
    assert "Not asked" not in record.text
    assert "brief suicide safety assessment" in record.text


# A long list


def test_none_of_these_fills_in_what_is_open_and_sends_nothing(browser: Opener, cast: Cast) -> None:
    form = page_of(browser, cast.ada, "side-effects").form("Send")
    page = form.submit({"item_dizziness": "2", "item_headache": "declined"}, button="None of these")
    assert "“None” is chosen wherever you had not answered." in page.text
    values = page.form("Send").values
    assert {values[f"item_{code}"] for code in SIDE_EFFECTS} == {"0", "2", "declined"}
    assert "item_dizziness_still" not in values
    assert count(CheckIn) == 0
    assert only(CheckInDraft).answers["dizziness"] == 2
    page.form("Send").submit({"item_dizziness_still": "0", "item_nausea": "1", "item_nausea_still": "1"})
    row = only(CheckIn)
    assert row.answers == {**SIDE_EFFECTS, "dizziness": 2, "dizziness_still": 0, "headache": None} | {
        "nausea": 1,
        "nausea_still": 1,
    }
    assert row.quality == []


def test_a_published_scale_has_no_quick_way(browser: Opener, cast: Cast) -> None:
    assert "None of these" not in page_of(browser, cast.ada, "pcl-5-week").text
    answer = page_of(browser, cast.dot, "gad-7").form("Send").submit({}, expect=422)
    assert len(answer.problems) == 7


@pytest.mark.parametrize("change", [{}, {"on": "yesterday"}, {"submission_id": "7"}])
def test_what_was_said_of_danger_before_the_rest_is_filled_in_is_heard(
    browser: Opener, cast: Cast, change: dict[str, str]
) -> None:
    address = f"/patients/{cast.ada.own_id}/check-ins/new/{plan_item(cast.ada, 'side-effects', 1).id}"
    ada = browser(cast.ada)
    sent = {**ada.get(address).form("Send").values.to_dict(), "item_chest_pain": "3", "none": "yes", **change}
    page = ada.post(address, sent)
    assert [one.rule for one in db.session.scalars(select(Concern))] == ["R8"]
    (box,) = [one for one in page.all if one.get("data-help") == "emergency"]
    assert box.get("hidden") is None


def test_asking_for_the_quick_way_where_there_is_none_changes_nothing(browser: Opener, cast: Cast) -> None:
    item = plan_item(cast.ada, "gad-7", 7)
    ada = browser(cast.ada)
    address = f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}"
    sent = {**ada.get(address).form("Send").values.to_dict(), "none": "yes"}
    assert len(ada.post(address, sent, expect=422).problems) == 7


# Versions and totals


@pytest.mark.parametrize("version", ["2", "999", "x", "-1", "1e9", "٣", "9" * 30])
def test_a_version_that_does_not_exist_is_named_and_the_answers_stay(browser: Opener, cast: Cast, version: str) -> None:
    item, ada = plan_item(cast.ada), browser(cast.ada)
    address = f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}"
    sent = {**ada.get(address).form("Send").values.to_dict(), **typed(DAILY), "version": version}
    page = ada.post(address, sent, expect=422)
    assert f"There is no version “{version[:20]}” of these questions." in page.problems[0]
    assert count(CheckIn) == 0
    page.form("Send").submit()
    assert (only(CheckIn).answers, only(CheckIn).version) == (DAILY, 1)


def test_a_total_that_a_page_sends_along_is_nothing(browser: Opener, cast: Cast) -> None:
    item, ada = plan_item(cast.ada, "gad-7", 7), browser(cast.ada)
    address = f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}"
    answers = typed({f"q{n}": 1 for n in range(1, 8)})
    sent = {**ada.get(address).form("Send").values.to_dict(), **answers, "total": "21", "value": "21", "score": "21"}
    ada.post(address, sent)
    assert only(ScoreRow).value == 7


def test_a_total_sent_as_an_answer_is_no_question_here(browser: Opener, cast: Cast) -> None:
    item, ada = plan_item(cast.ada, "gad-7", 7), browser(cast.ada)
    address, before = f"/patients/{cast.ada.own_id}/check-ins/new/{item.id}", everything()
    answers = typed({f"q{n}": 1 for n in range(1, 8)} | {"total": 21})
    sent = {**ada.get(address).form("Send").values.to_dict(), **answers}
    assert "There is no question “total” in this questionnaire." in ada.post(address, sent, expect=422).problems
    assert everything() == before | {"check_in_drafts": 1, "audit_events": before["audit_events"] + 1}


# Help


def helped(browser: Opener, cast: Cast, instrument: str, answers: Any) -> Any:
    definition = CATALOGUE.get(instrument)
    sent = {**least(instrument), **answers}
    for item in definition.items:
        if item.asked_if and any(sent.get(code) not in ("0", None) for code in item.asked_if.items):
            sent.setdefault(item.code, 0)
    return page_of(browser, cast.ada, instrument).form("Send").submit(typed(sent))


@pytest.mark.parametrize("item", ["chest_pain", "breath", "fainting"])
def test_a_dangerous_side_effect_says_to_call_emergency_services_first(browser: Opener, cast: Cast, item: str) -> None:
    page = helped(browser, cast, "side-effects", {item: 1})
    assert page.text.index("Call emergency services now") < page.text.index("Sent Sun, Nov 22")
    assert ("Call 911", "tel:911") in page.links
    assert "You can talk to somebody now" not in page.text
    assert (only(Concern).rule, only(Alert).severity) == ("R8", 3)


@pytest.mark.parametrize(
    ("answers", "said", "rule"),
    [({"blood": 1}, "Please call the clinic today", "R9"), ({"urgency": 3}, "Please contact the clinic", "R9b")],
)
def test_a_urinary_sign_says_to_contact_the_clinic(
    browser: Opener, cast: Cast, answers: Any, said: str, rule: str
) -> None:
    page = helped(browser, cast, "urinary", answers)
    assert said in page.text
    assert "You can talk to somebody now" not in page.text
    assert "emergency services now" not in page.text
    assert only(Concern).rule == rule


def test_a_question_about_the_body_left_open_is_met_gently(browser: Opener, cast: Cast) -> None:
    page = helped(browser, cast, "side-effects", {"chest_pain": None})
    assert "You left a question about your body open" in page.text
    assert "whether you are safe" not in page.text
    assert only(Concern).rule == "R4"


@pytest.mark.parametrize("answers", [{"chest_pain": 2}, {"confusion": 3}])
def test_the_page_learns_while_it_is_filled_in_which_help_to_offer(browser: Opener, cast: Cast, answers: Any) -> None:
    form = page_of(browser, cast.ada, "side-effects").form("Send")
    sent = {**form.values.to_dict(), **typed(answers)}
    answer = form.page.browser.open(f"{form.action}/draft", "POST", data=sent)
    assert answer.json == {"saved": True, "help": "emergency"}
