"""What every small record of the treatment shares: found behind the lock, corrected and withdrawn with a reason."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import select

from portal.access.policy import Actor
from portal.db import session
from portal.messages import N_
from portal.treatment import problems, revisions
from portal.treatment.problems import Problem, Refused, Stale

Row = TypeVar("Row")

NO_REASON_TO_WITHDRAW = N_("Say why you are withdrawing it.")
WITHDRAWN = N_("This was withdrawn. Add it again if it is true after all.")


def find(kind: type[Row], patient_id: uuid.UUID, row_id: uuid.UUID) -> Row:
    """Return a row of a patient as it stands behind the lock; raises NoResultFound where it is not theirs."""
    found = select(kind).filter_by(id=row_id, patient_id=patient_id).execution_options(populate_existing=True)
    return session.scalars(found).one()


def is_sent_again(row: Any, patient_id: uuid.UUID, values: Mapping[str, Any]) -> bool:
    """Return whether a row that has a new one's id is that one, sent again.

    Raises:
        Refused: it is another one.
    """
    if row is None:
        return False
    if row.patient_id != patient_id or row.revision > 1 or row.withdrawn_at is not None or _differing(row, values):
        raise Refused(Problem("", problems.SENT_ALREADY, {}))
    return True


def correct(
    row: Any, values: Mapping[str, Any], *, revision: int, reason: str, by: Actor, at: datetime
) -> list[str] | None:
    """Correct a row, which keeps how it stood; return the names of what changed, None where nothing did.

    Args:
        row: the row, from `find`.
        values: how it is to be, by the names of its columns.
        revision: the one that the correction starts from.
        reason: why; needed.

    Raises:
        Refused: there is no reason, or the row was withdrawn.
        Stale: it was changed after that revision.
    """
    names = _differing(row, values)
    if not names:
        return None
    _check(row, revision, reason, problems.NO_REASON_TO_CHANGE)
    revisions.keep(row, _plain(row, values), reason=reason, by=by, at=at)
    for name in names:
        setattr(row, name, values[name])
    return names


def withdraw(row: Any, names: tuple[str, ...], *, revision: int, reason: str, by: Actor, at: datetime) -> bool:
    """Withdraw a row, which keeps how it stood; return whether it stood until now. Errors as `correct`.

    Args:
        row: the row, from `find`.
        names: its columns that somebody entered.
        revision: the one that whoever withdraws it has seen.
        reason: why; needed.
    """
    if row.withdrawn_at is not None:
        return False
    _check(row, revision, reason, NO_REASON_TO_WITHDRAW)
    revisions.keep(row, _plain(row, names), reason=reason, by=by, at=at)
    row.withdrawn_at = at
    return True


def _check(row: Any, revision: int, reason: str, needed: str) -> None:
    if row.withdrawn_at is not None:
        raise Refused(Problem("", WITHDRAWN, {}))
    if row.revision != revision:
        raise Stale
    if not reason:
        raise Refused(Problem("reason", needed, {}))


def _differing(row: Any, values: Mapping[str, Any]) -> list[str]:
    return [name for name, value in values.items() if getattr(row, name) != value]


def _plain(row: Any, names: Mapping[str, Any] | tuple[str, ...]) -> dict[str, Any]:
    """Return what a row says in values that JSON knows."""
    found = {name: getattr(row, name) for name in names}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in found.items()}
