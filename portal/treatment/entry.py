"""What somebody enters about one infusion, before it is a row."""

import uuid
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from portal.treatment import dose
from portal.treatment.dose import Dose
from portal.treatment.models import Infusion, InfusionKind, InfusionStatus, Route, Site

GIVEN = frozenset({InfusionStatus.COMPLETED, InfusionStatus.STOPPED_EARLY})


@dataclass(frozen=True, slots=True)
class Entry:
    """One infusion as it is planned or was done.

    Args:
        planned_at, started_at: aware moments.
        dose_mg, dose_mg_per_kg, weight_kg: above zero, or None where unknown.
        dose_mg_per_kg_h: the rate, only where it is ordered or given as one.
        minutes: how long it is to run or ran, 1 or more, None where unknown.
        given_by_id, supervised_by_id: people of the care team, None where nobody said.
        at_bedside: who else was there, in words.
        dose_reason: why a dose far above the usual one is right.
    """

    number: int
    kind: InfusionKind
    status: InfusionStatus
    planned_at: datetime | None = None
    started_at: datetime | None = None
    dose_mg: float | None = None
    dose_mg_per_kg: float | None = None
    dose_mg_per_kg_h: float | None = None
    weight_kg: float | None = None
    route: Route = Route.INTRAVENOUS
    minutes: int | None = None
    site: Site = Site.HOME
    given_by_id: uuid.UUID | None = None
    supervised_by_id: uuid.UUID | None = None
    at_bedside: str = ""
    outcome_note: str = ""
    dose_reason: str = ""

    @property
    def was_given(self) -> bool:
        """Whether any of the dose was given."""
        return self.status in GIVEN

    @property
    def happens_at(self) -> datetime | None:
        """When it took place or is to take place."""
        return self.started_at or self.planned_at

    @property
    def ends_at(self) -> datetime | None:
        """When it ended, as far as the start and the minutes say."""
        return self.started_at + timedelta(minutes=self.minutes or 0) if self.started_at else None

    @property
    def dose(self) -> Dose:
        """The numbers of the dose."""
        return Dose(self.dose_mg, self.dose_mg_per_kg, self.weight_kg, self.dose_mg_per_kg_h, self.minutes)

    def completed(self) -> "Entry":
        """Return the entry with the missing one of mg and mg/kg worked out, all numbers as they are stored."""
        return self.with_dose(dose.complete(self.dose))

    def with_dose(self, found: Dose) -> "Entry":
        """Return the entry with this dose, whole: what it does not say is unknown."""
        return replace(
            self,
            dose_mg=found.mg,
            dose_mg_per_kg=found.mg_per_kg,
            dose_mg_per_kg_h=found.mg_per_kg_h,
            weight_kg=found.weight_kg,
            minutes=found.minutes,
        )


NAMES = tuple(field.name for field in fields(Entry))
_MOMENTS = ("planned_at", "started_at")
PEOPLE = ("given_by_id", "supervised_by_id")
_KINDS: dict[str, type[StrEnum]] = {"kind": InfusionKind, "status": InfusionStatus, "route": Route, "site": Site}


def of_row(row: Infusion) -> Entry:
    """Return a stored infusion as it would be entered."""
    return Entry(**{name: getattr(row, name) for name in NAMES})


def to_json(entry: Entry) -> dict[str, Any]:
    """Return the entry in plain values, for a version that is kept."""
    values = {name: getattr(entry, name) for name in NAMES}
    values |= {name: values[name] and values[name].isoformat() for name in _MOMENTS}
    return values | {name: values[name] and str(values[name]) for name in PEOPLE}


def from_json(values: dict[str, Any]) -> Entry:
    """Return an entry from the plain values of a kept version; what an older one did not know stays open."""
    moments = {name: values[name] and datetime.fromisoformat(values[name]) for name in _MOMENTS}
    kinds = {name: kind(values[name]) for name, kind in _KINDS.items()}
    people = {name: values.get(name) and uuid.UUID(values[name]) for name in PEOPLE}
    return Entry(**values | moments | kinds | people)


def changed(before: Entry, after: Entry) -> list[str]:
    """Return the names of what is different."""
    return [name for name in NAMES if getattr(before, name) != getattr(after, name)]
