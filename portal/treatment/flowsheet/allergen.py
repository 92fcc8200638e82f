"""Whether an entry names something the patient is recorded as allergic to. Pure."""

from collections.abc import Sequence

from portal.treatment.flowsheet.entries import Draft, Entry
from portal.treatment.flowsheet.kinds import EntryKind

NAMED = {EntryKind.MEDICINE_GIVEN: "name", EntryKind.DRUG: "drug"}
"""The kinds of entry that give something, with the field that says what."""


def given(entry: Entry | Draft) -> str:
    """Return what an entry says was given, or drawn to be given, as it was written; "" where it says nothing."""
    name = NAMED.get(entry.kind)
    return " ".join(str(entry.values.get(name) or "").split()) if name else ""


def named(entry: Entry | Draft, allergies: Sequence[str]) -> tuple[str, ...]:
    """Return the recorded allergies that what was given matches, as they were written.

    A name that holds the other one counts: "Penicillin" and "penicillin V".

    Args:
        entry: of any kind.
        allergies: the substances that the patient is recorded as not tolerating.
    """
    had = given(entry).casefold()
    plain = (" ".join(one.split()) for one in allergies)
    return tuple(one for one in plain if had and one and (had in one.casefold() or one.casefold() in had))
