"""How a questionnaire is put to a person: lists answered as a whole, questions that hang on others, one sitting."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.checkins import asking
from portal.checkins.sitting import Sitting, read_sitting
from portal.instruments import loader
from portal.safety.help import Help, best

CATALOGUE = loader.catalogue()
ASKABLE = [one.id for one in CATALOGUE.askable()]


def asked(instrument: str) -> list[str]:
    return list(CATALOGUE.get(instrument).default_items)


def test_only_our_own_long_list_may_be_answered_as_a_whole() -> None:
    assert [name for name in ASKABLE if asking.quick_none(CATALOGUE.get(name))] == ["side-effects"]
    assert asking.quick_none(CATALOGUE.get("side-effects")) == "None"


@pytest.mark.parametrize(
    ("instrument", "item", "sentence"),
    [
        ("asq", "q5", "Only if one of the answers above is “Yes”."),
        ("side-effects", "nausea_still", "Only if the answer to “Nausea” is not “None”."),
        ("phq-9", "q1", None),
    ],
)
def test_when_a_question_is_asked_is_said_in_words(instrument: str, item: str, sentence: Any) -> None:
    definition = CATALOGUE.get(instrument)
    said = asking.only_if(definition.item(item), definition.items)
    assert (said and said.message % said.values) == sentence


@pytest.mark.parametrize("instrument", [one.id for one in CATALOGUE])
def test_every_question_that_hangs_on_another_says_so_whatever_the_questionnaire(instrument: str) -> None:
    definition = CATALOGUE.get(instrument)
    for item in definition.items:
        said = asking.only_if(item, definition.items)
        assert (said is None) is (item.asked_if is None)
        if said is not None:
            assert (said.message % said.values).startswith("Only if")


@pytest.mark.parametrize(
    ("answers", "hidden"),
    [
        ({"q1": 0, "q2": 0, "q3": 0, "q4": 0}, {"q5"}),
        ({"q1": 0, "q2": 0, "q3": 0, "q4": 1}, set()),
        ({"q1": None, "q2": 0, "q3": 0, "q4": 0}, set()),
    ],
)
def test_the_last_question_of_a_screen_is_ruled_out_by_four_noes_and_by_nothing_else(answers: Any, hidden: Any) -> None:
    assert asking.hidden(CATALOGUE.get("asq"), answers, asked("asq")) == hidden


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1-3", Sitting(1, 3)),
        ("3-3", Sitting(3, 3)),
        ("4-3", None),
        ("0-3", None),
        ("1-", None),
        ("1-3-5", None),
        ("one-three", None),
        ("100-200", None),
        ("", None),
        (None, None),
    ],
)
def test_a_place_in_a_sitting_is_read_only_where_it_can_be(text: Any, found: Any) -> None:
    assert read_sitting(text) == found


@given(st.integers(1, 98), st.integers(1, 99))
def test_the_next_place_can_always_be_read_again(number: int, of: int) -> None:
    following = Sitting(number, max(number, of)).next
    assert read_sitting(str(following)) == following
    assert following.number == number + 1


@given(st.text())
def test_no_text_at_all_breaks_reading_a_place(text: str) -> None:
    found = read_sitting(text)
    assert found is None or found.number <= found.of


def test_an_address_names_no_instrument_and_is_each_ones_own() -> None:
    keys = {one.key for one in CATALOGUE}
    assert len(keys) == len(CATALOGUE)
    assert not any(one.id in one.key for one in CATALOGUE)


@pytest.mark.parametrize(
    ("found", "help_"),
    [
        ([], None),
        ([("R1", "daily", "safe")], Help.CRISIS),
        ([("R2", "phq-9", "q9"), ("R4", "phq-9", "q9")], Help.CRISIS),
        ([("R4", "daily", "safe")], Help.CRISIS),
        ([("R8", "side-effects", "chest_pain")], Help.EMERGENCY),
        ([("R8", "side-effects", "breath"), ("R1", "daily", "safe")], Help.EMERGENCY),
        ([("R9", "urinary", "blood")], Help.CLINIC_TODAY),
        ([("R9b", "urinary", "pain"), ("R9", "urinary", "blood")], Help.CLINIC_TODAY),
        ([("R9b", "urinary", "urgency")], Help.CLINIC),
        ([("R4", "side-effects", "chest_pain")], Help.LEFT_OPEN),
        ([("R4", "urinary", "blood"), ("R9b", "urinary", "pain")], Help.CLINIC),
        ([("R11", "daily", "")], None),
        ([("R10", "misuse", "use")], Help.NEXT_VISIT),
        ([("R5", "phq-9", "total")], Help.TOLD),
        ([("R5", "phq-9", "total"), ("R6", "phq-9", "total")], Help.SUPPORT),
        ([("R7", "daily", "sleep_need"), ("R5", "phq-9", "total")], Help.SOON),
        ([("R6", "phq-9", "total"), ("R2", "phq-9", "q9")], Help.CRISIS),
        ([("R4", "side-effects", "chest_pain"), ("R5", "phq-9", "total")], Help.LEFT_OPEN),
    ],
)
def test_the_most_urgent_help_is_offered_and_a_question_about_the_body_is_not_one_about_safety(
    found: Any, help_: Any
) -> None:
    assert best(found) is help_
