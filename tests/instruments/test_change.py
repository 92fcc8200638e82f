from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from portal.instruments.change import compare, is_remission, is_response, percent_of_baseline, reliable_change
from portal.instruments.definition import Method
from portal.instruments.loader import catalogue
from portal.instruments.scoring import score
from tests.instruments.answers import DAILY, GAD_7, PHQ_9, written

PHQ, GAD = PHQ_9.primary, GAD_7.primary


@dataclass
class Stored:
    value: float | None
    state: str = "complete"


@pytest.mark.parametrize(
    ("baseline", "current", "percent"),
    [
        (20, 10, 50),
        (20, 20, 100),
        (16, 20, 125),
        (8, 1, 12.5),
        (20, 0, 0),
        (0, 5, None),
        (None, 5, None),
        (5, None, None),
    ],
)
def test_percent_of_baseline(baseline: Any, current: Any, percent: Any) -> None:
    assert percent_of_baseline(baseline, current) == percent


@pytest.mark.parametrize(
    ("baseline", "current", "response"),
    [(20, 10, True), (20, 11, False), (21, 10, True), (21, 11, False), (20, 25, False), (0, 0, None), (None, 1, None)],
)
def test_response_is_a_fall_by_half_or_more(baseline: Any, current: Any, response: Any) -> None:
    assert is_response(PHQ.response, baseline, current) is response


@pytest.mark.parametrize(("current", "remission"), [(4, True), (5, False), (0, True), (None, None)])
def test_remission_is_below_five(current: Any, remission: Any) -> None:
    assert is_remission(PHQ.response, current) is remission
    assert is_remission(GAD.response, current) is remission


@pytest.mark.parametrize(
    ("scale", "baseline", "current", "label"),
    [
        (PHQ, 18, 12, "reliably-improved"),
        (PHQ, 18, 13, "no-reliable-change"),
        (PHQ, 12, 17, "no-reliable-change"),
        (PHQ, 12, 18, "reliably-worse"),
        (GAD, 15, 9, "reliably-improved"),
        (GAD, 9, 15, "reliably-worse"),
        (GAD, 15, 10, "no-reliable-change"),
        (GAD, 9, 9, "no-reliable-change"),
        (replace(PHQ, higher_is_better=True), 12, 18, "reliably-improved"),
        (replace(PHQ, higher_is_better=None), 12, 18, None),
        (DAILY.primary, 2, 9, None),
        (PHQ, None, 9, None),
        (PHQ, 9, None, None),
    ],
)
def test_reliable_change_is_six_points_in_the_better_or_worse_direction(
    scale: Any, baseline: Any, current: Any, label: Any
) -> None:
    assert reliable_change(scale, baseline, current) == label


def test_a_comparison_carries_the_thresholds_it_used() -> None:
    change = compare(PHQ, Stored(20), Stored(4))
    assert (change.percent_of_baseline, change.is_response, change.is_remission) == (20, True, True)
    assert change.reliable == "reliably-improved"
    assert (change.response_rule.remission_below, change.response_rule.source) == (5, "McInnes 2022; HEDIS DRR-E")
    assert (change.reliable_rule.points, change.reliable_rule.important_points) == (6, 5)


def test_a_prorated_score_has_no_response_or_remission_until_a_clinician_confirms_it() -> None:
    prorated = score(PHQ_9, written("1,0,0,0,0,0,0,0,–")).primary
    assert prorated.state == "prorated"
    change = compare(PHQ, Stored(20), prorated)
    assert (change.is_response, change.is_remission, change.reliable) == (None, None, "reliably-improved")
    confirmed = compare(PHQ, Stored(20), prorated, prorated_confirmed=True)
    assert (confirmed.is_response, confirmed.is_remission) == (True, True)


def test_a_prorated_baseline_has_no_response_but_today_may_be_in_remission() -> None:
    change = compare(PHQ, Stored(20, "prorated"), Stored(3))
    assert (change.is_response, change.is_remission) == (None, True)


def test_without_a_score_nothing_is_said() -> None:
    change = compare(PHQ, Stored(20), Stored(None, "not-scorable"), prorated_confirmed=True)
    assert (change.percent_of_baseline, change.is_response, change.is_remission, change.reliable) == (None,) * 4


def test_a_scale_without_thresholds_has_only_a_percentage() -> None:
    change = compare(DAILY.scale("pain"), Stored(8), Stored(4))
    assert (change.percent_of_baseline, change.is_response, change.reliable) == (50, None, None)


def test_stored_decimals_compare_exactly() -> None:
    assert is_response(PHQ.response, Decimal(13), Decimal("6.5")) is True


# Published thresholds: the change that is just reliable, and the one just short of it.
RELIABLE = [
    ("phq-9", 20, 14, 15),
    ("gad-7", 15, 9, 10),
    ("pcl-5-month", 50, 35, 36),
    ("pcl-5-week", 50, 35, 36),
    ("epds", 20, 16, 17),
    ("peg", 7.3, 5.8, 5.9),
    ("who-5", 40, 52, 48),
]


@pytest.mark.parametrize(("instrument", "baseline", "reliable", "short"), RELIABLE)
def test_reliable_change_has_the_published_threshold_and_goes_the_scales_own_way(
    instrument: Any, baseline: Any, reliable: Any, short: Any
) -> None:
    scale = catalogue().get(instrument).primary
    assert reliable_change(scale, baseline, reliable) == "reliably-improved"
    assert reliable_change(scale, reliable, baseline) == "reliably-worse"
    assert reliable_change(scale, baseline, short) == reliable_change(scale, short, baseline) == "no-reliable-change"
    assert reliable_change(scale, Decimal(str(baseline)), Decimal(str(reliable))) == "reliably-improved"


def test_every_scale_with_a_reliable_change_is_in_that_table() -> None:
    found = {one.id for one in catalogue() for scale in one.scales if scale.reliable_change}
    assert found == {row[0] for row in RELIABLE}


@pytest.mark.parametrize(
    ("instrument", "baseline", "current", "response", "remission"),
    [
        ("qids-sr16", 20, 10, True, False),
        ("qids-sr16", 20, 11, False, False),
        ("qids-sr16", 20, 5, True, True),  # remission: 5 or less
        ("qids-sr16", 20, 6, True, False),
        ("phq-9", 20, 5, True, False),  # remission: below 5
        ("gad-7", 9, 4, True, True),
        ("who-5", 20, 80, None, None),
        ("peg", 8, 2, None, None),
        ("oci-r", 40, 10, None, None),
        ("asrm", 12, 0, None, None),
    ],
)
def test_response_and_remission_are_said_where_they_are_published(
    instrument: Any, baseline: Any, current: Any, response: Any, remission: Any
) -> None:
    change = compare(catalogue().get(instrument).primary, Stored(baseline), Stored(current))
    assert (change.is_response, change.is_remission) == (response, remission)
    assert (change.response_rule is None) == (response is None)


def test_every_threshold_names_its_source() -> None:
    for definition in catalogue():
        for scale in definition.scales:
            rules = [rule for rule in (scale.cutoff, scale.response, scale.reliable_change) if rule]
            assert all(rule.source for rule in rules)
            assert scale.bands_source or not scale.bands
            assert scale.method is not Method.TRIAGE or not rules
