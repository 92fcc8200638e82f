"""Versions of what a clinic lays down for treatment."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from portal import db
from portal.audit.models import AuditEvent
from portal.treatment.problems import Refused, Stale
from portal.treatment.rules import problems, queries, service
from portal.treatment.rules.forms import ANSWER_DEFAULTS
from portal.treatment.rules.models import TreatmentRulesVersion
from portal.treatment.rules.values import DEFAULTS, Class, Rules
from tests.cast import NOW, Cast

TIGHTER = replace(DEFAULTS, during_every=10)


def lay_down(cast: Cast, rules: Rules, version: int = 0, **values: Any) -> queries.InForce:
    usual: dict[str, Any] = {"reason": "our own protocol", "by": cast.bea.actor, "at": NOW}
    return service.lay_down(rules, version=version, defaults=ANSWER_DEFAULTS, **usual | values)


def test_what_is_laid_down_is_in_force_and_the_version_before_stays(cast: Cast) -> None:
    assert queries.current() == queries.InForce(0, DEFAULTS)
    lay_down(cast, TIGHTER)
    lay_down(cast, replace(TIGHTER, day_text="Wear loose sleeves."), 1, reason="patients asked")
    assert queries.current().version == 2
    assert queries.current().rules.day_text == "Wear loose sleeves."
    kept = queries.list_versions()
    assert [(one.version, one.reason, one.changed_by) for one in kept] == [
        (2, "patients asked", "Bea Lindqvist"),
        (1, "our own protocol", "Bea Lindqvist"),
    ]
    assert kept[1].rules == TIGHTER


def test_the_audit_names_the_fields_and_never_their_values(cast: Cast) -> None:
    lay_down(cast, replace(TIGHTER, evening_text="Nothing after eight."))
    row = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "treatment-rules:changed")).one()
    assert row.details == {"version": 1, "fields": ["during_every", "evening_text"]}
    assert row.actor_id == cast.bea.user_id


def test_the_defaults_may_be_confirmed_as_they_are(cast: Cast) -> None:
    assert lay_down(cast, DEFAULTS).version == 1
    assert lay_down(cast, DEFAULTS, 1).version == 1
    assert len(queries.list_versions()) == 1


def test_the_same_rules_sent_twice_are_one_version(cast: Cast) -> None:
    assert lay_down(cast, TIGHTER).version == lay_down(cast, TIGHTER).version == 1
    assert len(queries.list_versions()) == 1


def test_the_second_of_two_directors_is_turned_back(cast: Cast) -> None:
    lay_down(cast, TIGHTER)
    with pytest.raises(Stale):
        lay_down(cast, replace(DEFAULTS, during_every=5))
    assert queries.current().rules == TIGHTER


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_without_a_reason_nothing_is_laid_down(cast: Cast, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        lay_down(cast, TIGHTER, reason=reason)
    assert [(one.field, one.msgid) for one in refused.value.problems] == [("reason", problems.NO_REASON)]
    assert queries.current().version == 0


def test_a_stop_becomes_clear_only_with_a_reason_of_its_own(cast: Cast) -> None:
    cleared = replace(DEFAULTS, classes={"intraocular:yes": Class.CLEAR})
    with pytest.raises(Refused) as refused:
        lay_down(cast, cleared)
    assert [one.field for one in refused.value.problems] == ["why_clear"]
    assert lay_down(cast, cleared, why_clear="an eye doctor sees all of ours").version == 1
    assert queries.list_versions()[0].reason == "our own protocol\nan eye doctor sees all of ours"
    later = replace(cleared, during_every=10)
    assert lay_down(cast, later, 1).version == 2, "the reason was given before"


def test_a_stop_may_become_a_caution_without_one(cast: Cast) -> None:
    assert lay_down(cast, replace(DEFAULTS, classes={"intraocular:yes": Class.CAUTION})).version == 1


def test_rules_that_are_not_safe_are_refused(cast: Cast) -> None:
    during = replace(DEFAULTS.during, hard=replace(DEFAULTS.during.hard, spo2=None))
    with pytest.raises(Refused) as refused:
        lay_down(cast, replace(DEFAULTS, during=during))
    assert [one.field for one in refused.value.problems] == ["during_hard_spo2"]
    assert queries.list_versions() == []


def test_rules_from_before_there_were_lines_leave_them_to_be_confirmed(cast: Cast) -> None:
    lay_down(cast, TIGHTER)
    row = db.session.get_one(TreatmentRulesVersion, 1)
    row.values = {name: value for name, value in row.values.items() if name not in ("lines", "silent_days")}
    db.session.commit()
    assert (queries.current().rules, queries.current().lines_version) == (TIGHTER, 0)
    assert lay_down(cast, TIGHTER, 1).lines_version == 2
    assert (queries.current().version, queries.current().lines_version) == (2, 2)
    assert lay_down(cast, TIGHTER, 2).version == 2


def test_a_line_off_its_scale_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        lay_down(cast, replace(DEFAULTS, lines={"phq-9": 28}))
    assert [one.field for one in refusal.value.problems] == ["line_phq-9"]
