"""One patient of the demo while their year is written, and what is still to be written of it, in order of time."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from heapq import heappop, heappush

from portal.access.policy import Actor
from portal.checkins.occurrences import Moment
from portal.demo.calendar import Calendar
from portal.demo.people import Story
from portal.patients.queries import PatientRef

NAMESPACE = uuid.UUID("0d1c7b1e-5c1f-4f0f-9a55-1b2f6a9f6d10")


@dataclass(frozen=True, slots=True)
class Case:
    """Who is written about, and who writes.

    Attributes:
        infusions: id and time of those written so far, by number.
        reviews: ids of those signed so far, by the day of the record.
    """

    story: Story
    ref: PatientRef
    actor: Actor
    staff: Mapping[str, Actor]
    calendar: Calendar
    infusions: dict[int, Moment] = field(default_factory=dict)
    reviews: dict[int, uuid.UUID] = field(default_factory=dict)

    @property
    def patient_id(self) -> uuid.UUID:
        """The patient's id."""
        return self.ref.id

    @property
    def provider(self) -> Actor:
        """Who answers for the treatment."""
        return self.staff[self.story.team[0]]

    @property
    def nurse(self) -> Actor:
        """Who comes to the patient's home."""
        return self.staff["nia"] if "nia" in self.story.team else self.provider

    @property
    def adult(self) -> str:
        """The adult who is with the patient."""
        return f"Sam {self.story.family_name}"

    @property
    def course_id(self) -> uuid.UUID:
        """The id of the one course they have."""
        return self.id("course")

    def id(self, name: str) -> uuid.UUID:
        """Return the id of a thing of this patient, the same one each time."""
        return uuid.uuid5(NAMESPACE, f"{self.story.key}:{name}")

    def dose_mg(self) -> float:
        """Return what an infusion is ordered to give, in mg."""
        return round(self.story.weight_kg * self.story.mg_per_kg, 1)


class Agenda:
    """What is to be written of a patient; what hangs on what was there before is written in its turn.

    A deed may note others: an answer that somebody must hear of brings the call an hour later.
    """

    def __init__(self) -> None:
        self._deeds: list[tuple[datetime, int, partial[object]]] = []
        self._noted = 0

    def add(self, moment: datetime, deed: Callable[..., object], *args: object, **values: object) -> None:
        """Note what is to be called with these arguments and with the moment as `at`."""
        self._noted += 1
        heappush(self._deeds, (moment, self._noted, partial(deed, *args, **values, at=moment)))

    def run(self) -> None:
        """Do everything in order of time; what is noted for one moment, in the order it was noted."""
        while self._deeds:
            _, _, deed = heappop(self._deeds)
            deed()
