"""What was recorded or corrected after a provider signed the record of an infusion. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What happened to the record."""

    CHANGED = "changed"
    ADDED = "added"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a record.

    Args:
        kind: whether the infusion itself was changed, or an entry of the day added or corrected.
        at: when it reached the record, aware; not when it happened at the bedside.
        by: who recorded it.
        about: which entry, a code; "" for the infusion itself.
        reason: why, "" where nobody said.
    """

    kind: Kind
    at: datetime
    by: str
    about: str = ""
    reason: str = ""


def changes_after(signed_at: datetime | None, changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return what reached the record after it was signed, in order of time; nothing where nobody has signed.

    Args:
        signed_at: the latest signature, aware; an earlier one no longer counts.
    """
    if signed_at is None:
        return ()
    return tuple(sorted((one for one in changes if one.at > signed_at), key=lambda one: one.at))
