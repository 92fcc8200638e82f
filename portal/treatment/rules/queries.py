"""Reading what the clinic has laid down for treatment."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import User
from portal.db import session
from portal.treatment.rules.models import TreatmentRulesVersion
from portal.treatment.rules.values import DEFAULTS, Rules, from_json

MOST_VERSIONS = 50


@dataclass(frozen=True, slots=True)
class InForce:
    """The rules in force and their version; 0 is Interval's defaults.

    `lines_version` is the version that says what the lines are: 0 as well where it was laid down before rules had any.
    """

    version: int
    rules: Rules
    lines_version: int = 0


@dataclass(frozen=True, slots=True)
class Version:
    """One version: who laid it down, when and why."""

    version: int
    rules: Rules
    reason: str
    changed_at: datetime
    changed_by: str


def current() -> InForce:
    """Return the rules in force now."""
    kept = TreatmentRulesVersion
    row = session.execute(select(kept.version, kept.values).order_by(kept.version.desc()).limit(1)).one_or_none()
    if row is None:
        return InForce(0, DEFAULTS)
    return InForce(row.version, from_json(row.values), row.version if "lines" in row.values else 0)


def of_version(version: int) -> Rules:
    """Return the rules as one version laid them down; the defaults, where it is 0."""
    values = session.scalar(select(TreatmentRulesVersion.values).where(TreatmentRulesVersion.version == version))
    return from_json(values) if values else DEFAULTS


def list_versions() -> list[Version]:
    """Return the versions that were laid down here, the latest first."""
    kept = TreatmentRulesVersion
    rows = session.execute(
        select(kept.version, kept.values, kept.reason, kept.changed_at, User.name)
        .join(User, User.id == kept.changed_by_id)
        .order_by(kept.version.desc())
        .limit(MOST_VERSIONS)
    )
    return [Version(row[0], from_json(row[1]), *row[2:]) for row in rows]
