"""What the answers of a screening come to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.treatment.rules.values import Class
from portal.treatment.screening import items
from portal.treatment.screening.items import ASKED, BY_CODE, ITEMS, Answer, judge, key, worse, worst

NO, YES, UNKNOWN = Answer.NO, Answer.YES, Answer.UNKNOWN
CLEAR, CAUTION, STOP = Class.CLEAR, Class.CAUTION, Class.STOP
ALL_NO = {item.code: NO for item in ITEMS}
ANSWERS = st.dictionaries(st.sampled_from(sorted(BY_CODE)), st.sampled_from(Answer))
CLASSES = st.dictionaries(
    st.builds(key, st.sampled_from(ITEMS), st.sampled_from((YES, UNKNOWN))),
    st.sampled_from(Class),
)
LISTED_AS_STOP = {"blood-pressure", "heart-uncontrolled", "pregnancy", "psychosis", "liver-severe", "intracranial"}
LISTED_AS_STOP |= {"intraocular", "substances"}


def level(answers: dict[str, Answer], classes: dict[str, Class] | None = None) -> Class:
    return judge(ALL_NO | answers, classes or {}).level


@pytest.mark.parametrize("code", sorted(LISTED_AS_STOP))
def test_what_the_source_lists_as_a_contraindication_is_a_stop(code: str) -> None:
    assert level({code: YES}) is STOP
    assert BY_CODE[code].source == items.ASRA


def test_nothing_else_is_a_stop_by_default() -> None:
    assert {item.code for item in ITEMS if STOP in (item.yes, item.unknown)} == LISTED_AS_STOP


@pytest.mark.parametrize(
    ("code", "source"),
    [
        ("liver-moderate", items.ASRA),
        ("thyroid-uncontrolled", items.COMMON),
        ("stroke", items.COMMON),
        ("aneurysm", items.COMMON),
        ("airway", items.COMMON),
        ("mania", items.COMMON),
        ("breastfeeding", items.COMMON),
        ("aorta", items.UNCLASSED),
        ("heart", items.UNCLASSED),
        ("psychosis-earlier", items.UNCLASSED),
        ("thyroid", items.UNCLASSED),
        ("under-18", items.UNCLASSED),
        ("no-evaluation", items.ASKP3),
    ],
)
def test_what_the_source_does_not_class_is_a_caution_that_says_where_it_comes_from(code: str, source: str) -> None:
    assert level({code: YES}) is CAUTION
    assert BY_CODE[code].source_of(YES) == source


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)
def test_not_known_is_never_clear_and_says_that_it_is_not_known(item: items.Item) -> None:
    assert level({item.code: UNKNOWN}) is CAUTION
    assert item.source_of(UNKNOWN) == items.NOT_KNOWN


def test_all_clear_is_clear_and_nothing_answered_is_not() -> None:
    assert level({}) is CLEAR
    assert judge({}, {}).level is CAUTION


def test_the_clinic_changes_a_class_and_the_finding_says_so() -> None:
    changed = {"mania:yes": STOP, "pregnancy:unknown": STOP, "liver-moderate:yes": CLEAR}
    judged = judge(ALL_NO | {"mania": YES, "pregnancy": UNKNOWN, "liver-moderate": YES}, changed)
    assert [one.item.code for one in judged.findings if one.is_changed] == ["mania", "pregnancy", "liver-moderate"]
    assert [one.item.code for one in judged.stops] == ["mania", "pregnancy"]
    assert judged.stops[0].default is CAUTION


def test_no_rule_makes_a_no_anything_but_clear() -> None:
    assert level({}, {"mania:no": STOP}) is CLEAR


def test_every_code_is_there_once_and_every_asked_question_has_a_group_with_words() -> None:
    assert len(BY_CODE) == len(ITEMS)
    assert all(item.group in items.GROUPS for item in ITEMS)
    assert {item.code for item in ITEMS if not item.is_asked}.isdisjoint({item.code for item in ASKED})


@given(ANSWERS, CLASSES)
def test_the_worst_comes_first_and_the_whole_is_as_bad_as_its_worst(
    answers: dict[str, Answer], classes: dict[str, Class]
) -> None:
    judged = judge(answers, classes)
    order = [(STOP, CAUTION, CLEAR).index(one.level) for one in judged.findings]
    assert order == sorted(order)
    assert judged.level is judged.findings[0].level
    assert len(judged.findings) == len(ITEMS)


@given(ANSWERS, CLASSES, st.sampled_from(ITEMS))
def test_a_stop_for_one_more_answer_never_makes_the_whole_better(
    answers: dict[str, Answer], classes: dict[str, Class], item: items.Item
) -> None:
    stricter = classes | {key(item, YES): STOP, key(item, UNKNOWN): STOP}
    before, after = judge(answers, classes), judge(answers, stricter)
    assert worst((before.level, after.level)) is after.level
    assert not worse(after.classes, before.classes) or answers.get(item.code) is not NO


@given(ANSWERS, CLASSES)
def test_the_same_classes_are_never_worse(answers: dict[str, Answer], classes: dict[str, Class]) -> None:
    found = judge(answers, classes).classes
    assert worse(found, found) == ()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"a": CLEAR}, {"a": CAUTION}, ("a",)),
        ({"a": CAUTION}, {"a": STOP}, ("a",)),
        ({"a": STOP}, {"a": CAUTION}, ()),
        ({}, {"a": CAUTION}, ("a",)),
        ({"a": STOP}, {}, ()),
    ],
)
def test_worse_is_said_by_item(before: dict[str, Class], after: dict[str, Class], said: tuple[str, ...]) -> None:
    assert worse(before, after) == said
