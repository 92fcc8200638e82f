"""Reading the safety rules in force, and the versions that were laid down."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from portal import clock
from portal.accounts.models import User
from portal.db import session
from portal.safety.rules import DEFAULT_SET, RuleSet
from portal.safety.ruleset.models import SafetyRulesVersion

REMEMBERED_SECONDS = 10.0
MOST_VERSIONS = 50


@dataclass(frozen=True, slots=True)
class Version:
    """One version: what it laid down, who did, when and why."""

    rule_set: RuleSet
    reason: str
    changed_at: datetime
    changed_by: str

    @property
    def version(self) -> int:
        """Its number."""
        return self.rule_set.version


class _Remembered(NamedTuple):
    rule_set: RuleSet
    since: float


_remembered: _Remembered | None = None


def get() -> RuleSet:
    """Return the rules as the database has them now; Interval's defaults where none were laid down."""
    kept = SafetyRulesVersion
    row = session.execute(select(kept.version, kept.values).order_by(kept.version.desc()).limit(1)).one_or_none()
    return RuleSet(row.version, row.values) if row else DEFAULT_SET


def current() -> RuleSet:
    """Return the rules in force, at most ten seconds old."""
    global _remembered
    if _remembered is None or clock.tick() - _remembered.since >= REMEMBERED_SECONDS:
        _remembered = _Remembered(get(), clock.tick())
    return _remembered.rule_set


def forget() -> None:
    """Read the rules afresh the next time somebody asks in this process."""
    global _remembered
    _remembered = None


def list_versions() -> list[Version]:
    """Return the versions that were laid down here, the latest first."""
    kept = SafetyRulesVersion
    rows = session.execute(
        select(kept.version, kept.values, kept.reason, kept.changed_at, User.name)
        .join(User, User.id == kept.changed_by_id)
        .order_by(kept.version.desc())
        .limit(MOST_VERSIONS)
    )
    return [Version(RuleSet(row[0], row[1]), *row[2:]) for row in rows]
