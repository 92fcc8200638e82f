"""The six traps of the clinical reference that break correctness, each as the rules meet it."""

from datetime import date, timedelta
from typing import Any

import pytest

from portal.instruments import loader
from portal.instruments.loinc import allow_list
from portal.safety import over_time, rules
from portal.safety.over_time import Scored
from portal.safety.rules import DEFAULT_SET

PHQ_9, GAD_7 = loader.catalogue().get("phq-9"), loader.catalogue().get("gad-7")
EPDS, C_SSRS = loader.catalogue().get("epds"), loader.catalogue().get("c-ssrs")
TODAY = date(2026, 11, 22)


def found(definition: Any, answers: Any) -> dict[str, str]:
    read = rules.read(definition, answers, list(answers), {})
    return {one.item: finding.rule.code for one in read if (finding := rules.find(one, DEFAULT_SET.answer_rules))}


def test_trap_1_scales_whose_wording_may_not_be_shipped_are_judged_without_it() -> None:
    for instrument in ("epds", "asrm", "madrs"):
        assert not any(item.text for item in loader.catalogue().get(instrument).items if not _is_total(item))
    assert found(EPDS, {"q10": 1}) == {"q10": "R2"}
    assert over_time.high_asrm(6, DEFAULT_SET)


def test_trap_2_a_gad_7_of_not_at_all_is_no_sign_and_its_zero_is_called_that() -> None:
    assert {item.option(0).label for item in GAD_7.items if item.option(0)} >= {"Not at all"}
    assert "Not at all sure" not in {option.label for item in GAD_7.items for option in item.options}
    assert over_time.severe("gad-7", GAD_7.primary, Scored(TODAY, 0), None, DEFAULT_SET) == ()
    assert over_time.severe("gad-7", GAD_7.primary, Scored(TODAY, 21), None, DEFAULT_SET)


@pytest.mark.parametrize(("place", "expected"), [(0, {"q10": "R2"}), (1, {"q10": "R2"}), (2, {"q10": "R2"}), (3, {})])
def test_trap_3_the_first_printed_answer_of_epds_item_10_is_the_worst(place: int, expected: Any) -> None:
    printed = EPDS.item("q10").options
    assert [option.value for option in printed] == [3, 2, 1, 0]
    assert found(EPDS, {"q10": printed[place].value}) == expected


def test_trap_4_two_phq_9_of_one_week_share_most_of_their_days_and_the_team_is_told() -> None:
    before = Scored(TODAY - timedelta(days=4), 8)
    latest, recall = Scored(TODAY, 14), PHQ_9.recall_days or 0
    assert recall == 14
    (sign,) = over_time.worsening("phq-9", PHQ_9.primary, latest, before, None, recall_days=recall)
    assert sign.details["overlaps"]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"q4": 1}, {"q4": "R1"}),  # alone it is high
        ({"q1": 0, "q2": 0, "q6": 1, "q6b": 0}, {"q6": "R2"}),  # more than three months ago: moderate
        ({"q6": 1, "q6b": 1}, {"q6": "R2", "q6b": "R1"}),
        ({"q3": 1}, {"q3": "R2"}),
        ({"q5": 1}, {"q5": "R1"}),
    ],
)
def test_trap_5_c_ssrs_item_4_alone_is_high_and_behaviour_of_long_ago_is_not(answers: Any, expected: Any) -> None:
    heard = found(C_SSRS, answers)
    assert {item: rule for item, rule in heard.items() if rule != "R4"} == expected


@pytest.mark.parametrize(
    ("definition", "panel", "total"), [(PHQ_9, "44249-1", "44261-6"), (GAD_7, "69737-5", "70274-6")]
)
def test_trap_6_what_r6_judges_is_the_total_and_not_the_panel(definition: Any, panel: str, total: str) -> None:
    (sign,) = over_time.severe(definition.id, definition.primary, Scored(TODAY, 21), None, DEFAULT_SET)
    assert definition.scale(sign.item).loinc == total
    assert definition.loinc == panel
    assert {panel, total} <= set(allow_list().terms)


def _is_total(item: Any) -> bool:
    return str(item.kind.value) == "number"
