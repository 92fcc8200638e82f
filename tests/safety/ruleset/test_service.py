"""Laying down thresholds: versions, refusals, two directors at once, the audit."""

from typing import Any

import pytest
from sqlalchemy import select

from portal import db
from portal.audit.models import AuditEvent
from portal.safety import thresholds
from portal.safety.rules import DEFAULT_SET, RuleSet
from portal.safety.ruleset import queries, service
from portal.safety.ruleset.models import SafetyRulesVersion
from portal.safety.ruleset.problems import Refused, Stale
from tests.cast import NOW, Cast


def change(cast: Cast, version: int = 0, reason: str = "agreed", **values: float) -> RuleSet:
    wanted = {**thresholds.DEFAULTS, **{name.replace("_", ".", 1): value for name, value in values.items()}}
    kept = service.change(wanted, version, reason, cast.bea.actor, NOW)
    db.session.commit()
    return kept


def test_what_is_laid_down_is_in_force_at_once_and_the_version_before_stays(cast: Cast) -> None:
    assert queries.current() is DEFAULT_SET
    change(cast, R3_hours=2)
    change(cast, 1, "quicker still", R3_hours=1)
    assert (queries.current().version, queries.current().value("R3.hours")) == (2, 1)
    assert [(one.version, one.rule_set.value("R3.hours"), one.reason) for one in queries.list_versions()] == [
        (2, 1, "quicker still"),
        (1, 2, "agreed"),
    ]


def test_every_threshold_is_kept_with_a_version_so_that_a_later_default_changes_nothing(cast: Cast) -> None:
    change(cast)
    row = db.session.scalars(select(SafetyRulesVersion)).one()
    assert set(row.values) == set(thresholds.DEFAULTS)


@pytest.mark.parametrize(
    ("values", "reason", "named"),
    [
        ({"R3_hours": 5}, "x", ["R3.hours"]),
        ({"R2_answer": 2, "R6_phq9": 27}, "x", ["R2.answer", "R6.phq9"]),
        ({}, "  ", ["reason"]),
        ({"R7_energy": 10}, "", ["R7.energy", "reason"]),
    ],
)
def test_what_is_not_safe_or_not_reasoned_is_refused_and_nothing_is_written(
    cast: Cast, values: Any, reason: str, named: list[str]
) -> None:
    with pytest.raises(Refused) as refused:
        change(cast, reason=reason, **values)
    assert [one.name for one in refused.value.problems] == named
    db.session.rollback()
    assert queries.list_versions() == []


def test_a_threshold_that_is_missing_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused):
        service.change({"R3.hours": 2}, 0, "x", cast.bea.actor, NOW)


def test_others_laid_down_meanwhile_are_not_written_over(cast: Cast) -> None:
    change(cast, R3_hours=2)
    with pytest.raises(Stale):
        change(cast, 0, R5_days=1)
    db.session.rollback()
    assert queries.get().value("R5.days") == 3


def test_the_same_again_is_no_new_version_whoever_sends_it(cast: Cast) -> None:
    change(cast, R3_hours=2)
    assert change(cast, 0, R3_hours=2).version == 1
    assert len(queries.list_versions()) == 1


def test_the_audit_names_the_thresholds_and_never_their_values(cast: Cast) -> None:
    change(cast, R3_hours=2, R1_minutes=10)
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "safety-rules:changed")).one()
    assert event.actor_id == cast.bea.user_id
    assert event.details == {"version": 1, "fields": ["R1.minutes", "R3.hours"]}
