"""What holds for every instrument that can be scored, shipped or made up to be awkward."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.instruments.definition import Method
from portal.instruments.loader import catalogue
from portal.instruments.scoring import score, validate
from tests.instruments.answers import answer_sets, complete, values
from tests.instruments.made_up import MADE_UP

SCORABLE = (*catalogue(), *MADE_UP)
every = pytest.mark.parametrize("definition", SCORABLE, ids=lambda definition: definition.id)
some = settings(max_examples=30, deadline=None)


@every
@some
@given(st.data())
def test_any_valid_answers_are_scored_within_the_range_of_their_scale(definition: Any, data: st.DataObject) -> None:
    asked, answers = data.draw(answer_sets(definition))
    assert validate(definition, answers, asked) == ()
    for scale in score(definition, answers, asked).scales:
        meaning = definition.scale(scale.code)
        assert (scale.value is None) == (scale.state == "not-scorable")
        assert scale.value is None or meaning.minimum <= scale.value <= meaning.maximum
        assert scale.band == meaning.band(scale.value)
        assert (scale.band is not None) == (scale.value is not None and bool(meaning.bands))
        assert 0 <= scale.answered <= scale.of <= len(meaning.items)
        if meaning.method is not Method.TRIAGE:
            assert (scale.state == "complete") == (scale.answered == scale.of)


@every
@some
@given(st.data())
def test_complete_answers_are_scored_on_every_scale_without_filling_anything_in(
    definition: Any, data: st.DataObject
) -> None:
    answers = data.draw(complete(definition))
    result = score(definition, answers, [item.code for item in definition.items])
    assert [scale.code for scale in result.scales] == [scale.code for scale in definition.scales]
    assert {scale.state for scale in result.scales} == {"complete"}
    assert (result.declined, result.missing, result.inconsistent) == ((), (), ())
    assert set(result.hidden) == {item.code for item in definition.items} - set(answers)


@every
@some
@given(st.data())
def test_a_higher_answer_never_lowers_a_score_unless_it_counts_from_the_other_end(
    definition: Any, data: st.DataObject
) -> None:
    asked = [item.code for item in definition.items]
    answers = data.draw(complete(definition))
    item = definition.item(data.draw(st.sampled_from(sorted(answers))))
    higher = max(data.draw(values(item)), answers[item.code] or 0)
    more = data.draw(complete(definition, answers | {item.code: higher}))
    before, after = score(definition, answers, asked), score(definition, more, asked)
    only_it_grew = set(answers) == set(more) and higher > (answers[item.code] or 0)
    for old, new in zip(before.scales, after.scales, strict=True):
        scale = definition.scale(old.code)
        change = new.value - old.value
        assert change <= 0 if item.code in scale.reversed_items else change >= 0
        if only_it_grew and item.code not in scale.items:
            assert change == 0
        elif only_it_grew and scale.method is Method.SUM:
            assert change


@every
@some
@given(st.data(), st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(definition: Any, data: st.DataObject, shuffle: random.Random) -> None:
    asked, answers = data.draw(answer_sets(definition))
    order = list(answers)
    shuffle.shuffle(order)
    shuffled = {code: answers[code] for code in order}
    assert score(definition, shuffled, sorted(asked)) == score(definition, answers, asked)


@every
@some
@given(st.data())
def test_a_safety_item_without_an_answer_is_never_negative(definition: Any, data: st.DataObject) -> None:
    asked, answers = data.draw(answer_sets(definition))
    result = score(definition, answers, asked)
    assert set(result.safety) == {code for code in asked if definition.item(code).is_safety} - set(result.hidden)
    for code, state in result.safety.items():
        assert (state == "unknown") == (answers.get(code) is None)


@every
@some
@given(st.data())
def test_a_complete_sum_is_the_bare_sum(definition: Any, data: st.DataObject) -> None:
    answers = data.draw(complete(definition))
    for scale in score(definition, answers, [item.code for item in definition.items]).scales:
        meaning = definition.scale(scale.code)
        if meaning.method is Method.SUM and not meaning.reversed_items:
            assert scale.value == meaning.times * sum(answers.get(code) or 0 for code in meaning.items)


@pytest.mark.parametrize(
    "scale",
    [scale for definition in SCORABLE for scale in definition.scales if scale.bands],
    ids=lambda scale: scale.title,
)
def test_both_edges_of_a_band_belong_to_it_and_no_score_is_without_one(scale: Any) -> None:
    for band in scale.bands:
        assert scale.band(band.minimum) == scale.band(band.maximum) == band
    if scale.method is not Method.TRIAGE:
        step = 0.1 if scale.method is Method.MEAN else 1
        count = round((scale.maximum - scale.minimum) / step)
        assert all(scale.band(round(scale.minimum + place * step, 1)) for place in range(count + 1))


def test_every_shipped_instrument_can_be_scored() -> None:
    assert all(definition.scales for definition in catalogue())
    assert len(catalogue()) == 29
