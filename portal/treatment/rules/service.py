"""Laying down what a clinic wants for treatment."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.clinic.models import Clinic
from portal.db import session
from portal.treatment.problems import Problem, Refused, Stale
from portal.treatment.rules import changes, problems, queries
from portal.treatment.rules.models import TreatmentRulesVersion
from portal.treatment.rules.queries import InForce
from portal.treatment.rules.scales import list_scales
from portal.treatment.rules.values import Class, Rules, to_json


def lay_down(
    rules: Rules,
    *,
    version: int,
    reason: str,
    why_clear: str = "",
    defaults: Mapping[str, Class],
    by: Actor,
    at: datetime,
) -> InForce:
    """Put rules into force as a new version; where they are in force already, lines and all, nothing is written.

    Args:
        version: the one they were drawn up from; from 0, Interval's defaults, they may be taken over as they are.
        reason: why, in the medical director's words.
        why_clear: why an answer that stops treatment by default may be clear; needed where one newly is.
        defaults: Interval's class of each "item:answer".

    Raises:
        Refused: they cannot be right, would not be safe, or a reason is missing.
        Stale: others were laid down since that version.
    """
    session.execute(select(Clinic.id).where(Clinic.id == 1).with_for_update())
    now = queries.current()
    if now.lines_version and now.rules == rules:
        return now
    if now.version != version:
        raise Stale
    lowered = set(problems.lowered_to_clear(rules, defaults)) - set(problems.lowered_to_clear(now.rules, defaults))
    found = [*problems.find(rules, list_scales(rules.lines)), *_reasons(reason, why_clear, needs_why=bool(lowered))]
    if found:
        raise Refused(*found)
    said = "\n".join(filter(None, (reason.strip(), why_clear.strip() if lowered else "")))
    row = TreatmentRulesVersion(version=version + 1, values=to_json(rules), reason=said)
    row.changed_at, row.changed_by_id = at, by.user_id
    session.add(row)
    session.flush()
    names = [change.name for change in changes.between(now.rules, rules)]
    audit.record("treatment-rules:changed", by=by, at=at, version=row.version, fields=names)
    return InForce(row.version, rules, row.version)


def _reasons(reason: str, why_clear: str, *, needs_why: bool) -> list[Problem]:
    found = [] if reason.strip() else [Problem("reason", problems.NO_REASON, {})]
    if needs_why and not why_clear.strip():
        found.append(Problem("why_clear", problems.NO_REASON_TO_CLEAR, {}))
    return found
