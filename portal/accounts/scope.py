"""What a session that a link opened is limited to: one check-in that is due. Pure."""

import uuid
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Scope:
    """One asking: the line of the plan, and the patient's day on which it fell due."""

    plan_item_id: uuid.UUID
    since: date

    def __str__(self) -> str:
        return f"{self.plan_item_id.hex}:{self.since.isoformat()}"


def read(text: str) -> Scope:
    """Return a scope from what is kept of it.

    Raises:
        ValueError: it is none.
    """
    item, _, since = text.partition(":")
    return Scope(uuid.UUID(hex=item), date.fromisoformat(since))
