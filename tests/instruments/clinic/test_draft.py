"""A scale typed line by line: what it becomes, and what is said about lines that cannot be read."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal.instruments import loader, scoring
from portal.instruments.definition import Definition, LicenseStatus, Method
from portal.instruments.own import draft, lines
from portal.instruments.own.draft import Draft
from portal.instruments.own.lines import BadLines

BASE: dict[str, Any] = {
    "title": "Restfulness",
    "short_title": "REST 3",
    "neutral_title": "Past week: rest",
    "language": "en",
    "minutes": 1,
    "questions": "Did you rest?\n\nDid you wake?\nDid you worry?",
    "answers": "0 = Never\n1 = Often\n2 = Always",
    "method": Method.SUM,
    "better": "higher",
    "source": "made up",
    "license": "ours",
    "license_status": LicenseStatus.PUBLIC_DOMAIN,
    "attribution": "the clinic",
}


def made(**changed: Any) -> Definition:
    return loader.load_text(draft.build(Draft(**BASE | changed), 1), "typed", shipped=False)


def total(definition: Definition, *values: int | None) -> float | None:
    answers = {f"q{number}": value for number, value in enumerate(values, 1) if value is not None}
    primary = scoring.score(definition, answers).primary
    return primary.value if primary else None


def test_a_scale_becomes_a_definition() -> None:
    one = made()
    assert (one.id, one.version, one.is_validated, one.is_askable) == ("own-rest-3", 1, False, True)
    assert [item.text for item in one.items] == ["Did you rest?", "Did you wake?", "Did you worry?"]
    assert [(option.value, option.label) for option in one.items[2].options] == [
        (0, "Never"),
        (1, "Often"),
        (2, "Always"),
    ]


@pytest.mark.parametrize(
    ("changed", "values", "score"),
    [
        ({}, (2, 1, 0), 3),
        ({"reversed": "2, 3"}, (2, 1, 0), 5),
        ({"method": Method.MEAN}, (2, 1, 0), 1),
        ({"method": Method.MAXIMUM, "groups": "1, 2\n3"}, (2, 1, 1), 3),
        ({"method": Method.MAXIMUM, "groups": "1-2"}, (0, 1, 2), 1),
        ({"missing_allowed": 1}, (2, None, 1), 5),
        ({}, (2, None, 1), None),
    ],
)
def test_it_scores_as_typed(changed: dict[str, Any], values: tuple[int | None, ...], score: float | None) -> None:
    assert total(made(**changed), *values) == score


def test_subscales_take_over_which_questions_are_reversed() -> None:
    one = made(reversed="2", subscales="Nights: 1, 2\nDays: 3")
    found = scoring.score(one, {"q1": 2, "q2": 0, "q3": 1})
    assert [(scale.code, scale.value) for scale in found.scales] == [("total", 5), ("s_nights", 4), ("s_days", 1)]


def test_bands_and_safety_questions_are_kept_as_typed() -> None:
    one = made(bands="0-3 little rest\n4–6: much rest", safety="3: 1, 2")
    assert [(band.code, band.minimum, band.maximum, band.label) for band in one.primary.bands] == [
        ("little-rest", 0, 3, "little rest"),
        ("much-rest", 4, 6, "much rest"),
    ]
    assert (one.primary.bands_source, one.items[2].positive_values) == ("made up", (1, 2))


def problems(**changed: Any) -> list[tuple[str, str]]:
    with pytest.raises(BadLines) as refused:
        made(**changed)
    return [(one.name, one.message % one.values) for one in refused.value.problems]


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"questions": " \n"}, "questions", "Write at least one line."),
        ({"questions": "q\n" * 201}, "questions", "Line 201 is one too many"),
        ({"answers": ""}, "answers", "Write at least one line."),
        ({"answers": "0 = Never\nOften"}, "answers", "Line 2, “Often”, needs a whole number"),
        ({"answers": "0 = Never\n1.5 = Often"}, "answers", "Line 2, “1.5 = Often”, needs"),
        ({"bands": "0-3 little\nmuch"}, "bands", "Line 2, “much”, needs two whole numbers"),
        ({"reversed": "2, 4"}, "reversed", "Line 1 names question 4, but there are 3 questions."),
        ({"reversed": "two"}, "reversed", "Line 1, “two”, needs question numbers"),
        ({"reversed": "3, 3"}, "reversed", "Line 1 names question 3 twice."),
        ({"safety": "3: " + "1-999, " * 1000}, "safety", "Line 1, “3: 1-999"),
        ({"reversed": "3-1"}, "reversed", "Line 1, “3-1”, needs question numbers"),
        ({"subscales": "Nights 1, 2"}, "subscales", "Line 1, “Nights 1, 2”, needs a name, a colon"),
        ({"subscales": "Nights: 0"}, "subscales", "Line 1 names question 0"),
        ({"subscales": "A b: 1\nA-B: 2"}, "subscales", "Line 2: “A-B” is there twice."),
        ({"safety": "9: 1"}, "safety", "Line 1 names question 9"),
        ({"safety": "2: 1\n2: 2"}, "safety", "Line 2 names question 2 twice."),
        ({"safety": "2"}, "safety", "Line 1, “2”, needs one question number"),
        ({"groups": "1, 2"}, "groups", "Groups belong to “the highest answer of each group”"),
        ({"method": Method.MAXIMUM}, "groups", "Say which questions make up each group"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(changed: dict[str, Any], field: str, said: str) -> None:
    found = problems(**changed)
    assert found[0][0] == field
    assert found[0][1].startswith(said)


def test_everything_wrong_is_said_at_once() -> None:
    assert [name for name, _ in problems(answers="x", bands="y", safety="z")] == ["answers", "bands", "safety"]


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"bands": "0-3 little\n5-6 much"}, ("bands", 2)),
        ({"bands": "0-3 little"}, ("bands", 0)),
        ({"answers": "0 = Never\n0 = Often"}, ("answers", 2)),
        ({"answers": "0 = Never"}, ("answers", 0)),
        ({"safety": "3: 7"}, ("safety", 0)),
        ({"missing_allowed": 3}, ("missing_allowed", 0)),
        ({"method": Method.MEAN, "missing_allowed": 9}, ("missing_allowed", 0)),
        ({"short_title": "x" * 61}, ("short_title", 0)),
        ({"minutes": 500}, ("minutes", 0)),
    ],
)
def test_what_the_loader_refuses_is_traced_to_where_it_was_typed(
    changed: dict[str, Any], place: tuple[str, int]
) -> None:
    with pytest.raises(loader.DefinitionError) as refused:
        made(**changed)
    assert draft.place(refused.value.key) == place


TYPED = some.one_of(some.text(max_size=30), some.text("0123456789=:,- \nab", max_size=30))


def reasons(fields: dict[str, str]) -> list[str]:
    """Return why a scale typed so is refused; "taken" where it is not."""
    try:
        made(**fields)
    except BadLines as refused:
        return [one.message % one.values for one in refused.problems if one.name in fields]
    except loader.DefinitionError as refused:
        return [refused.reason]
    return ["taken"]


@given(some.lists(TYPED, min_size=6, max_size=6))
def test_whatever_is_typed_is_taken_or_refused_with_a_reason(typed: list[str]) -> None:
    names = ("questions", "answers", "bands", "reversed", "subscales", "safety")
    found = reasons(dict(zip(names, typed, strict=True)))
    assert found
    assert all(found)


@given(some.lists(some.integers(1, 40), min_size=1, max_size=40, unique=True))
def test_a_list_of_numbers_is_read_as_it_is_written(numbers: Iterable[int]) -> None:
    listed = list(numbers)
    assert lines.Reader().numbers("reversed", ", ".join(map(str, listed)), 40) == listed
