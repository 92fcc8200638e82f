"""A patient's medicines and allergies as a screening shows and keeps them, one line each."""

import hashlib
import uuid
from dataclasses import dataclass

from portal.treatment.medication import queries as medication


@dataclass(frozen=True, slots=True)
class Lists:
    """What is taken now and what is not tolerated, in order of the names."""

    medicines: list[str]
    allergies: list[str]

    @property
    def mark(self) -> str:
        """What tells these lists from any others; a page carries it, so that a change meanwhile is noticed."""
        return hashlib.sha256(repr((self.medicines, self.allergies)).encode()).hexdigest()[:16]


def find(patient_id: uuid.UUID) -> Lists:
    """Return the lists as they stand now."""
    medicines, allergies = medication.list_current(patient_id), medication.list_allergies(patient_id)
    return Lists(
        [_line(one.name, one.dose) for one in medicines], [_line(one.substance, one.reaction) for one in allergies]
    )


def _line(name: str, more: str) -> str:
    return f"{name}, {more}" if more else name
