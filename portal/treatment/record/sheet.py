"""Everything the clinic's files hold of one infusion, gathered for one page."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.treatment import queries, signing
from portal.treatment.after_signature import Change, changes_after
from portal.treatment.flowsheet import queries as flowsheets
from portal.treatment.flowsheet.infusion_row import BY_BEDSIDE
from portal.treatment.flowsheet.kinds import EntryKind, Level
from portal.treatment.flowsheet.queries import Flowsheet, Line
from portal.treatment.flowsheet.standing import Standing as Bedside
from portal.treatment.flowsheet.standing import standing
from portal.treatment.medication import queries as medication
from portal.treatment.medication.queries import AllergyRow
from portal.treatment.models import Course
from portal.treatment.orders import queries as orders
from portal.treatment.orders.differences import Difference, What, differences, drugs
from portal.treatment.orders.queries import Order
from portal.treatment.preparation import queries as preparations
from portal.treatment.preparation.queries import Said
from portal.treatment.preparation.steps import Step
from portal.treatment.queries import InfusionRow, Version
from portal.treatment.record.thin import chosen
from portal.treatment.rules import queries as rules
from portal.treatment.rules.values import Rules
from portal.treatment.screening import queries as screenings
from portal.treatment.screening.queries import Screened, Signed
from portal.treatment.signing import Signature

MOST_READINGS = 36
CUT, DENSE_CHARACTERS, DENSE_ROWS = 110, 900, 45


@dataclass(frozen=True, slots=True)
class Sheet:
    """One infusion, whole.

    Args:
        order: the one in force, with what was done otherwise in `differences`.
        screened, decided: the screening the order went by, or the last one before it, and what was decided about it.
        rules: the clinic's, of the version that its last entry was judged by.
        readings: those for the table, `left_out` of them only on the portal; every flagged one is there.
        versions: the infusion before each change that somebody made by hand.
        effects: side effects with their end, None where nobody noted it.
        after: what reached the record after the last signature.
    """

    infusion: InfusionRow
    course: Course
    allergies: tuple[AllergyRow, ...]
    order: Order | None
    differences: tuple[Difference, ...]
    screened: Screened | None
    decided: Signed | None
    said: dict[Step, Said]
    flowsheet: Flowsheet
    bedside: Bedside
    rules: Rules
    readings: tuple[Line, ...]
    left_out: int
    effects: tuple[tuple[Line, datetime | None], ...]
    versions: tuple[Version, ...]
    signatures: tuple[Signature, ...]
    after: tuple[Change, ...]

    def lines(self, *kinds: str) -> list[Line]:
        """Return what counts of some kinds, in true order."""
        return [line for line in self.flowsheet.lines if line.kind in kinds]

    @property
    def is_dense(self) -> bool:
        """Whether so much was written that it must be printed smaller to stay on one page."""
        told = [value for line in self.flowsheet.lines for value in line.values.values() if isinstance(value, str)]
        told += [self.infusion.outcome_note, self.order.instructions if self.order else ""]
        told += [line.reason for line in self.corrected] + [one.note for one in self.signatures]
        return len(self.readings) > DENSE_ROWS or sum(min(len(one), CUT) for one in told) > DENSE_CHARACTERS

    @property
    def stops(self) -> list[Line]:
        """Every entry that was a hard stop, and every word that it may go on."""
        told = (EntryKind.AUTHORISATION, EntryKind.EMERGENCY)
        return [line for line in self.flowsheet.lines if line.level is Level.HARD or line.kind in told]

    @property
    def corrected(self) -> list[Line]:
        """What was corrected or taken back."""
        return [*(line for line in self.flowsheet.lines if line.earlier), *self.flowsheet.mistaken]


def get_sheet(patient_id: uuid.UUID, infusion: InfusionRow, course: Course) -> Sheet:
    """Return everything that is recorded of one infusion of a patient."""
    flowsheet = flowsheets.get_flowsheet(patient_id, infusion.id)
    order = orders.get_in_force(patient_id, infusion.id)
    screened, decided = _screening(patient_id, infusion, order)
    lines = flowsheet.lines
    then = rules.of_version(lines[-1].rules_version) if lines else rules.current().rules
    readings = [line for line in lines if line.kind is EntryKind.VITALS]
    flagged = [place for place, line in enumerate(readings) if line.level is not Level.NONE]
    shown = chosen(readings, flagged, MOST_READINGS)
    signatures = signing.list_signatures(patient_id, infusion.id)
    signed_at = signatures[0].signed_at if signatures else None
    return Sheet(
        infusion=infusion,
        course=course,
        allergies=tuple(medication.list_allergies(patient_id)),
        order=order,
        differences=differences(order.what, _given(infusion, flowsheet.lines)) if order and infusion.was_given else (),
        screened=screened,
        decided=decided,
        said=preparations.latest([infusion.id]).get(infusion.id, {}),
        flowsheet=flowsheet,
        bedside=standing(flowsheet.entries, then),
        rules=then,
        readings=tuple(shown),
        left_out=len(readings) - len(shown),
        effects=_effects(flowsheet),
        versions=tuple(one for one in queries.list_versions(patient_id, infusion.id) if one.reason != BY_BEDSIDE),
        signatures=tuple(signatures),
        after=changes_after(signed_at, signing.list_changes(patient_id, infusion.id)),
    )


def _screening(
    patient_id: uuid.UUID, infusion: InfusionRow, order: Order | None
) -> tuple[Screened | None, Signed | None]:
    asked = screenings.list_screenings(patient_id)
    wanted = order.screening_id if order else None
    found = next((one for one in asked if one.id == wanted), None)
    found = found or next((one for one in asked if one.asked_at <= infusion.happens_at), None)
    if found is None:
        return None, None
    made = screenings.list_decisions(patient_id)
    return found, next((one for one in made if one.screening_id == found.id), None)


def _given(infusion: InfusionRow, lines: Sequence[Line]) -> What:
    had = drugs(str(line.values.get("drug") or "") for line in lines if line.kind is EntryKind.DRUG)
    return What(had, infusion.entry.dose, infusion.route.value)


def _effects(flowsheet: Flowsheet) -> tuple[tuple[Line, datetime | None], ...]:
    ends: dict[uuid.UUID, datetime] = {}
    for line in flowsheet.lines:
        if line.kind is EntryKind.SIDE_EFFECT_ENDED:
            of = flowsheet.line(uuid.UUID(str(line.values["of"])))
            if of is not None:
                ends[of.id] = line.occurred_at
    had = (line for line in flowsheet.lines if line.kind is EntryKind.SIDE_EFFECT)
    return tuple((line, ends.get(line.id)) for line in had)
