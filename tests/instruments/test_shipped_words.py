"""PCL-5, PEG, ASQ, the NIDA question and our own checks, word for word."""

from typing import Any

import pytest

from portal.instruments.loader import catalogue

PCL_MONTH, PCL_WEEK = catalogue().get("pcl-5-month"), catalogue().get("pcl-5-week")
PEG, ASQ, NIDA = catalogue().get("peg"), catalogue().get("asq"), catalogue().get("nida-1")
PCL_5_ITEMS = [
    "Repeated, disturbing, and unwanted memories of the stressful experience?",
    "Repeated, disturbing dreams of the stressful experience?",
    (
        "Suddenly feeling or acting as if the stressful experience were actually happening again (as if you "
        "were actually "
        "back there reliving it)?"
    ),
    "Feeling very upset when something reminded you of the stressful experience?",
    (
        "Having strong physical reactions when something reminded you of the stressful experience (for example, heart "
        "pounding, trouble breathing, sweating)?"
    ),
    "Avoiding memories, thoughts, or feelings related to the stressful experience?",
    (
        "Avoiding external reminders of the stressful experience (for example, people, places, "
        "conversations, activities, "
        "objects, or situations)?"
    ),
    "Trouble remembering important parts of the stressful experience?",
    (
        "Having strong negative beliefs about yourself, other people, or the world (for example, having "
        "thoughts such as: "
        "I am bad, there is something seriously wrong with me, no one can be trusted, the world is "
        "completely dangerous)?"
    ),
    "Blaming yourself or someone else for the stressful experience or what happened after it?",
    "Having strong negative feelings such as fear, horror, anger, guilt, or shame?",
    "Loss of interest in activities that you used to enjoy?",
    "Feeling distant or cut off from other people?",
    (
        "Trouble experiencing positive feelings (for example, being unable to feel happiness or have loving "
        "feelings for "
        "people close to you)?"
    ),
    "Irritable behavior, angry outbursts, or acting aggressively?",
    "Taking too many risks or doing things that could cause you harm?",
    'Being "superalert" or watchful or on guard?',
    "Feeling jumpy or easily startled?",
    "Having difficulty concentrating?",
    "Trouble falling or staying asleep?",
]
PCL_5_INSTRUCTION = (
    "Below is a list of problems that people sometimes have in response to a very stressful experience. Please read "
    "each problem carefully and then choose one of the answers to indicate how much you have been bothered by that "
    "problem in the past %s."
)
ASQ_ITEMS = [
    "In the past few weeks, have you wished you were dead?",
    "In the past few weeks, have you felt that you or your family would be better off if you were dead?",
    "In the past week, have you been having thoughts about killing yourself?",
    "Have you ever tried to kill yourself?",
    "Are you having thoughts of killing yourself right now?",
]
SYMPTOMS = [
    *("nausea", "vomiting", "dizziness", "headache", "vision", "detached", "perceptions", "panic", "low_mood"),
    *("sleepiness", "confusion", "palpitations", "chest_pain", "breath", "fainting", "fall", "iv_site"),
]


@pytest.mark.parametrize(("definition", "window", "days"), [(PCL_MONTH, "month", 30), (PCL_WEEK, "week", 7)])
def test_the_pcl_5_has_its_published_words_in_either_window(definition: Any, window: Any, days: Any) -> None:
    assert [item.text for item in definition.items] == PCL_5_ITEMS
    assert definition.instruction == PCL_5_INSTRUCTION % window
    assert {item.stem for item in definition.items} == {f"In the past {window}, how much were you bothered by:"}
    for item in definition.items:
        assert [option.label for option in item.options] == [
            "Not at all",
            "A little bit",
            "Moderately",
            "Quite a bit",
            "Extremely",
        ]
        assert [option.value for option in item.options] == [0, 1, 2, 3, 4]
    assert definition.recall_days == days


def test_the_pcl_5_has_its_four_clusters_and_no_severity_bands() -> None:
    for definition in (PCL_MONTH, PCL_WEEK):
        clusters = {scale.code: (scale.items[0], scale.items[-1], scale.maximum) for scale in definition.scales[1:]}
        assert clusters == {
            "b": ("q1", "q5", 20),
            "c": ("q6", "q7", 8),
            "d": ("q8", "q14", 28),
            "e": ("q15", "q20", 24),
        }
        assert not any(scale.bands for scale in definition.scales)
        change, cutoff = definition.primary.reliable_change, definition.primary.cutoff
        assert change is not None
        assert (change.points, change.important_points) == (15, 10)
        assert cutoff is not None
        assert cutoff.at_least == 33


def test_the_peg_has_its_published_words_and_ends() -> None:
    asked = [(item.text, item.low_label, item.high_label) for item in PEG.items]
    past_week = "What number best describes how, during the past week, pain has interfered with your "
    interferes = ("Does not interfere", "Completely interferes")
    assert asked == [
        (
            "What number best describes your pain on average in the past week?",
            "No pain",
            "Pain as bad as you can imagine",
        ),
        (past_week + "enjoyment of life?", *interferes),
        (past_week + "general activity?", *interferes),
    ]


def test_the_asq_has_its_published_words_and_asks_item_5_only_after_a_yes() -> None:
    assert [item.text for item in ASQ.items] == ASQ_ITEMS
    assert {tuple((option.value, option.label) for option in item.options) for item in ASQ.items} == {
        ((1, "Yes"), (0, "No"))
    }
    assert [item.asked_if is not None for item in ASQ.items] == [False] * 4 + [True]
    assert all(item.positive_values == (1,) for item in ASQ.items)


def test_the_asq_says_what_to_do_and_that_answering_alone_was_not_validated() -> None:
    assert "immediate full safety evaluation" in ASQ.guidance
    assert "refusal alone is not a positive screen" in ASQ.guidance
    assert "item 4 stays Yes for good" in ASQ.guidance
    assert "Validated when asked by staff" in ASQ.staff_note
    assert "extension" in ASQ.staff_note
    assert "NIMH" in ASQ.attribution


def test_the_nida_question_is_one_number_and_says_whose_it_is() -> None:
    (item,) = NIDA.items
    assert item.text == (
        "How many times in the past year have you used an illegal drug or used a prescription medication for "
        "nonmedical reasons?"
    )
    assert (item.kind, item.minimum, item.hint) == ("number", 0, "")
    assert "National Institute on Drug Abuse" in NIDA.attribution


def test_seventeen_side_effects_each_ask_whether_they_are_still_present() -> None:
    definition = catalogue().get("side-effects")
    first, second = definition.items[::2], definition.items[1::2]
    assert [item.code for item in first] == SYMPTOMS
    for item, still in zip(first, second, strict=True):
        assert [option.label for option in item.options] == ["None", "Mild", "Moderate", "Severe"]
        assert still.code == f"{item.code}_still"
        assert still.asked_if is not None
        assert (still.asked_if.items, still.asked_if.at_least) == ((item.code,), 1)


@pytest.mark.parametrize(
    ("instrument", "safety"),
    [
        (
            "side-effects",
            {"chest_pain": (1, 2, 3), "breath": (1, 2, 3), "fainting": (1, 2, 3), "confusion": (3,)},
        ),
        ("urinary", {"blood": (1,), "urgency": (3,), "pain": (3,)}),
        ("activation", {}),
        ("altered-experience", {}),
        ("misuse", {}),
        ("daily", {"safe": (1, 2)}),
        ("epds", {"q10": (1, 2, 3)}),
        ("qids-sr16", {"q12": (1, 2, 3)}),
        ("c-ssrs", dict.fromkeys(["q1", "q2", "q3", "q4", "q5", "q6", "q6b"], (1,))),
    ],
)
def test_these_answers_and_no_others_are_positive(instrument: Any, safety: Any) -> None:
    items = catalogue().get(instrument).items
    assert {item.code: item.positive_values for item in items if item.is_safety} == safety
