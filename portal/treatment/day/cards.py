"""Everything that must be known before each visit of a day, in as many statements as for one."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from portal.treatment.day import queries
from portal.treatment.day.queries import Allergic, Visit
from portal.treatment.flowsheet import several as flowsheets
from portal.treatment.flowsheet.entries import Entry
from portal.treatment.flowsheet.kinds import EntryKind
from portal.treatment.flowsheet.standing import Standing as Bedside
from portal.treatment.flowsheet.standing import standing as stands
from portal.treatment.orders import queries as orders
from portal.treatment.orders.queries import Order
from portal.treatment.preparation import queries as preparations
from portal.treatment.preparation.queries import Said
from portal.treatment.preparation.steps import Step
from portal.treatment.rules import queries as rules
from portal.treatment.screening.standing import Standing as Screened
from portal.treatment.screening.standings import list_standings


@dataclass(frozen=True, slots=True)
class Card:
    """One visit; `bedside` is what has been recorded there so far."""

    visit: Visit
    allergies: tuple[Allergic, ...]
    order: Order | None
    screening: Screened
    said: Mapping[Step, Said]
    bedside: Bedside

    @property
    def last_reading(self) -> Entry | None:
        """The last vital signs that were taken."""
        return self.bedside.last(EntryKind.VITALS)

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to be given: it has ended, or was recorded as given."""
        return self.bedside.ended_at is not None or self.visit.was_given


def list_cards(user_id: uuid.UUID, start: datetime, end: datetime) -> list[Card]:
    """Return the visits of a day in order of time; arguments as `queries.list_visits`."""
    visits = queries.list_visits(user_id, start, end)
    if not visits:
        return []
    patients, infusions = {one.patient_id for one in visits}, [one.infusion_id for one in visits]
    allergies, screenings = queries.list_allergies(patients), list_standings(patients)
    ordered, said = orders.list_in_force(infusions), preparations.latest(infusions)
    entries, laid_down = flowsheets.of_infusions(infusions), rules.current().rules
    return [
        Card(
            visit=one,
            allergies=tuple(allergies.get(one.patient_id, ())),
            order=ordered.get(one.infusion_id),
            screening=screenings[one.patient_id],
            said=said.get(one.infusion_id, {}),
            bedside=stands(entries.get(one.infusion_id, []), laid_down),
        )
        for one in visits
    ]
