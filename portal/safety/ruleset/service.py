"""Laying down other thresholds for the safety rules."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.clinic.models import Clinic
from portal.db import session
from portal.safety import thresholds
from portal.safety.rules import RuleSet
from portal.safety.ruleset import problems, queries
from portal.safety.ruleset.models import SafetyRulesVersion
from portal.safety.ruleset.problems import Refused, Stale


def change(values: Mapping[str, float], version: int, reason: str, by: Actor, at: datetime) -> RuleSet:
    """Put thresholds into force as a new version; where they are in force already, nothing is written.

    Args:
        values: every threshold by name.
        version: the one they were drawn up from; from 0, Interval's defaults, they may be confirmed as they are.
        reason: why, in the medical director's words.
        by: the medical director.
        at: now, aware UTC.

    Raises:
        Refused: one is missing or lies outside its safe bounds, or the reason is missing.
        Stale: others were laid down since that version.
    """
    session.execute(select(Clinic.id).where(Clinic.id == 1).with_for_update())
    now = queries.get()
    changed = differing(now, values)
    if now.version and not changed:
        return now
    if now.version != version:
        raise Stale
    found = list(problems.find(values, reason))
    if found:
        raise Refused(*found)
    kept = {one.name: float(values[one.name]) for one in thresholds.ALL}
    row = SafetyRulesVersion(version=version + 1, values=kept, reason=reason.strip())
    row.changed_at, row.changed_by_id = at, by.user_id
    session.add(row)
    session.flush()
    queries.forget()
    audit.record("safety-rules:changed", by=by, at=at, version=row.version, fields=changed)
    return RuleSet(row.version, kept)


def differing(now: RuleSet, values: Mapping[str, float]) -> list[str]:
    """Return the names of the thresholds that would change, in the order of the rules."""
    return [one.name for one in thresholds.ALL if values.get(one.name) != now.value(one.name)]
