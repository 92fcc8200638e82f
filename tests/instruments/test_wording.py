"""The shipped wording is what its owners published; a changed comma is a changed instrument."""

import re
from typing import Any

import pytest

from portal.instruments.loader import catalogue
from tests.instruments.answers import DAILY, DEFINITIONS, GAD_7, PHQ_9

PHQ_2, GAD_2 = catalogue().get("phq-2"), catalogue().get("gad-2")
STEM = "Over the last 2 weeks, how often have you been bothered by any of the following problems?"
FREQUENCY = [(0, "Not at all"), (1, "Several days"), (2, "More than half the days"), (3, "Nearly every day")]
PHQ_9_ITEMS = [
    ("q1", "44250-9", "Little interest or pleasure in doing things"),
    ("q2", "44255-8", "Feeling down, depressed, or hopeless"),
    ("q3", "44259-0", "Trouble falling or staying asleep, or sleeping too much"),
    ("q4", "44254-1", "Feeling tired or having little energy"),
    ("q5", "44251-7", "Poor appetite or overeating"),
    (
        "q6",
        "44258-2",
        "Feeling bad about yourself — or that you are a failure or have let yourself or your family down",
    ),
    ("q7", "44252-5", "Trouble concentrating on things, such as reading the newspaper or watching television"),
    (
        "q8",
        "44253-3",
        (
            "Moving or speaking so slowly that other people could have noticed? Or the opposite — being so fidgety or "
            "restless that you have been moving around a lot more than usual"
        ),
    ),
    ("q9", "44260-8", "Thoughts that you would be better off dead or of hurting yourself in some way"),
]
GAD_7_ITEMS = [
    ("q1", "69725-0", "Feeling nervous, anxious or on edge"),
    ("q2", "68509-9", "Not being able to stop or control worrying"),
    ("q3", "69733-4", "Worrying too much about different things"),
    ("q4", "69734-2", "Trouble relaxing"),
    ("q5", "69735-9", "Being so restless that it is hard to sit still"),
    ("q6", "69689-8", "Becoming easily annoyed or irritable"),
    ("q7", "69736-7", "Feeling afraid as if something awful might happen"),
]
DAILY_ITEMS = [
    ("mood", "Overall, how was your mood today?", True),
    ("anxiety", "How anxious or tense did you feel today?", True),
    ("energy", "How was your energy today?", True),
    ("sleep_h", "About how many hours did you sleep last night?", True),
    ("safe", "Do you feel able to keep yourself safe today?", True),
    ("pain", "How strong was your pain today?", False),
    ("ocd_time", "How much time did unwanted thoughts or rituals take today?", False),
    ("sleep_need", "Did you need much less sleep than usual without feeling tired?", False),
    ("meds", "Did you take your regular medicines as planned?", False),
    ("function", "How well did you manage your usual activities?", False),
]


@pytest.mark.parametrize(
    ("definition", "items"),
    [(PHQ_9, PHQ_9_ITEMS), (GAD_7, GAD_7_ITEMS), (PHQ_2, PHQ_9_ITEMS[:2]), (GAD_2, GAD_7_ITEMS[:2])],
    ids=["phq-9", "gad-7", "phq-2", "gad-2"],
)
def test_scored_items_have_the_published_words_codes_and_answers(definition: Any, items: Any) -> None:
    scored = [definition.item(code) for code in definition.primary.items]
    assert [(item.code, item.loinc, item.text) for item in scored] == items
    for item in scored:
        assert item.stem == definition.stem == STEM
        assert [(option.value, option.label) for option in item.options] == FREQUENCY


def test_two_week_scales_say_that_they_cover_fourteen_days() -> None:
    assert (PHQ_9.recall_days, GAD_7.recall_days, DAILY.recall_days) == (14, 14, 1)


def test_the_phq_9_function_item_stands_alone_may_stay_empty_and_is_not_scored() -> None:
    item = PHQ_9.item("function")
    assert item.text.startswith("If you checked off any problems, how difficult have these problems made it")
    assert (item.stem, item.is_required, item.loinc) == ("", False, "69722-7")
    assert item.code not in PHQ_9.primary.items


def test_the_answer_codes_of_the_function_item_are_not_in_numeric_order() -> None:
    options = PHQ_9.item("function").options
    assert [option.label for option in options] == [
        "Not difficult at all",
        "Somewhat difficult",
        "Very difficult",
        "Extremely difficult",
    ]
    assert [option.loinc for option in options] == ["LA6572-7", "LA6573-5", "LA6575-0", "LA6574-3"]


def test_the_daily_check_in_asks_five_items_and_offers_five_more() -> None:
    assert [(item.code, item.text, item.is_default) for item in DAILY.items] == DAILY_ITEMS


def test_sleep_is_answered_with_a_quick_choice_or_typed_to_the_half_hour() -> None:
    item = DAILY.item("sleep_h")
    assert (item.minimum, item.maximum, item.step) == (0, 24, 0.5)
    assert [option.value for option in item.options] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert (item.options[0].label, item.options[-1].label) == ("3 or less", "10 or more")


def test_every_number_strip_has_words_at_both_ends() -> None:
    strips = [item for definition in DEFINITIONS for item in definition.items if item.kind == "scale"]
    assert strips
    assert all(item.low_label and item.high_label for item in strips)
    assert {tuple(option.value for option in item.options) for item in strips} == {tuple(range(11))}


def test_the_authors_attribution_is_kept() -> None:
    for definition in (PHQ_9, GAD_7, PHQ_2, GAD_2):
        assert definition.attribution.startswith(
            "Developed by Drs. Robert L. Spitzer, Janet B.W. Williams, Kurt Kroenke"
        )
        assert definition.attribution.endswith("with an educational grant from Pfizer Inc.")


def test_all_our_own_checks_and_no_others_are_labelled_not_validated() -> None:
    ours = {"activation", "altered-experience", "daily", "misuse", "side-effects", "urinary"}
    assert {definition.id for definition in DEFINITIONS if not definition.is_validated} == ours
    assert {definition.id for definition in DEFINITIONS if "Not a validated scale" in definition.attribution} == ours


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda definition: definition.id)
def test_the_neutral_title_names_no_instrument_and_no_illness(definition: Any) -> None:
    forbidden = (
        *("phq", "gad", "pcl", "peg", "asq", "nida", "epds", "asrm", "qids", "oci", "who-5", "ssrs", "pmq", "madrs"),
        *("ymrs", "cadss", "isi", "kset", "ham-d", "depress", "anxi", "suicid", "mania", "manic", "ptsd", "trauma"),
        *("obsess", "insomn", "pain", "misuse", "crav", "side effect", "urin", "risk", "score", "ketamine", "infusion"),
    )
    assert not re.findall(rf"\b({'|'.join(forbidden)})", definition.neutral_title.lower())


def test_neutral_titles_tell_the_questionnaires_apart() -> None:
    titles = [definition.neutral_title for definition in DEFINITIONS]
    assert len(set(titles)) == len(titles)
