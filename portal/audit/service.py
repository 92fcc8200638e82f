"""Writing the audit. Called last in a use case: from here to the commit, writers wait for one another."""

import hashlib
import uuid
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import bindparam, insert, select, update

from portal.access.policy import Actor
from portal.audit.models import AuditEvent, AuditHead
from portal.db import run, session

_HEADS: Any = AuditHead.__table__
_TAKE = (
    update(_HEADS)
    .where(_HEADS.c.id == 1)
    .values(sequence=_HEADS.c.sequence + 1)
    .returning(_HEADS.c.sequence, _HEADS.c.hash)
)
_SEAL = update(_HEADS).where(_HEADS.c.id == 1).values(hash=bindparam("new_hash"))
_INSERT = insert(AuditEvent.__table__)  # type: ignore[arg-type]
DONE = "done"
REFUSED = "refused"


def record(
    event: str,
    *,
    by: Actor | None,
    at: datetime,
    patient_id: uuid.UUID | None = None,
    thing_id: uuid.UUID | None = None,
    outcome: str = DONE,
    address: str = "",
    **details: Any,
) -> None:
    """Append one sealed row in the caller's transaction.

    Args:
        event: what happened, in the past tense (`"check-in:submitted"`).
        by: who did it; None for the portal itself or an unknown visitor.
        at: when, aware UTC.
        patient_id: whose record it concerns.
        thing_id: the row it was done to.
        outcome: `DONE` or `REFUSED`.
        address: the network address, where `by` carries none.
        details: metadata such as counts, ids and field names; never a value a person entered.
    """
    sequence, previous = run(_TAKE).one()
    row: dict[str, Any] = {
        "sequence": sequence,
        "at": at,
        "event": event,
        "outcome": outcome,
        "actor_id": by.user_id if by else None,
        "actor_role": by.role.value if by else "",
        "patient_id": patient_id,
        "thing_id": thing_id,
        "address": (by.address if by else "") or address,
        "details": details,
        "previous_hash": previous,
    }
    row["hash"] = seal(row)
    run(_INSERT, row)
    run(_SEAL, {"new_hash": row["hash"]})


def seal(row: dict[str, Any]) -> str:
    """Return the SHA-256 that ties a row to the one before it, over the row's canonical JSON."""
    content = {name: value for name, value in row.items() if name != "hash"}
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)).hexdigest()


def first_broken() -> int | None:
    """Return the sequence number of the first row that does not fit the chain, or None where all of it holds."""
    previous, expected = "", 1
    table = AuditEvent.__table__
    for row in session.execute(select(table).order_by(table.c.sequence)).mappings().yield_per(1000):
        if row["sequence"] != expected or row["previous_hash"] != previous or row["hash"] != seal(dict(row)):
            return expected
        previous, expected = row["hash"], expected + 1
    head = session.execute(select(AuditHead.sequence, AuditHead.hash).where(AuditHead.id == 1)).one()
    return None if (head.sequence, head.hash) == (expected - 1, previous) else expected
