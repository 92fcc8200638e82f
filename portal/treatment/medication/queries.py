"""Reading a patient's medicines and allergies; medication history included."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from portal.accounts.models import User
from portal.db import session
from portal.treatment.medication import chips
from portal.treatment.medication.chips import Chip
from portal.treatment.medication.models import Allergy, ChangeKind, Medicine, MedicineChange
from portal.treatment.models import TreatmentRevision
from portal.treatment.screening.models import Screening

MOST_MEDICINES, MOST_CHANGES, MOST_ALLERGIES, MOST_SCREENINGS = 300, 1000, 200, 100
THINGS = (Medicine.__tablename__, MedicineChange.__tablename__, Allergy.__tablename__)


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change of a medicine; `on` is None for a start on a day nobody knows."""

    id: uuid.UUID
    medicine_id: uuid.UUID
    kind: ChangeKind
    on: date | None
    dose: str
    reason: str
    revision: int
    withdrawn_at: datetime | None
    recorded_at: datetime
    recorded_by: str


class DatedChange(NamedTuple):
    """A medicine started, taken differently or stopped on a known day; the dose is in somebody's own words."""

    on: date
    kind: ChangeKind
    name: str
    dose: str


@dataclass(frozen=True, slots=True)
class MedicineRow:
    """A medicine as it is taken now, or was when it was stopped; the dose is in somebody's own words."""

    id: uuid.UUID
    name: str
    dose: str
    groups: tuple[str, ...]
    started_on: date | None
    stopped_on: date | None
    note: str
    revision: int
    withdrawn_at: datetime | None
    recorded_at: datetime
    recorded_by: str

    @property
    def is_current(self) -> bool:
        """Whether it is taken now: a stop is recorded only once it has come."""
        return self.stopped_on is None and self.withdrawn_at is None


@dataclass(frozen=True, slots=True)
class AllergyRow:
    """What a patient is allergic to or does not tolerate."""

    id: uuid.UUID
    substance: str
    reaction: str
    revision: int
    withdrawn_at: datetime | None
    recorded_at: datetime
    recorded_by: str


_MEDICINES = select(
    *(Medicine.id, Medicine.name, Medicine.dose, Medicine.groups, Medicine.started_on, Medicine.stopped_on),
    *(Medicine.note, Medicine.revision, Medicine.withdrawn_at, Medicine.recorded_at, User.name.label("recorded_by")),
).join(User, User.id == Medicine.recorded_by_id)
_CHANGES = select(
    *(MedicineChange.id, MedicineChange.medicine_id, MedicineChange.kind, MedicineChange.on, MedicineChange.dose),
    *(MedicineChange.reason, MedicineChange.revision, MedicineChange.withdrawn_at, MedicineChange.recorded_at),
    User.name.label("recorded_by"),
).join(User, User.id == MedicineChange.recorded_by_id)
_ALLERGIES = select(
    *(Allergy.id, Allergy.substance, Allergy.reaction, Allergy.revision, Allergy.withdrawn_at, Allergy.recorded_at),
    User.name.label("recorded_by"),
).join(User, User.id == Allergy.recorded_by_id)


def list_medicines(patient_id: uuid.UUID, *, withdrawn: bool = False) -> list[MedicineRow]:
    """Return a patient's medicines: those taken now by name, then those stopped, the latest first.

    Args:
        patient_id: whose.
        withdrawn: also return what was recorded by mistake.
    """
    mine = _MEDICINES.where(Medicine.patient_id == patient_id)
    if not withdrawn:
        mine = mine.where(Medicine.withdrawn_at.is_(None))
    rows = session.execute(mine.order_by(Medicine.recorded_at.desc()).limit(MOST_MEDICINES))
    return sorted(map(_medicine, rows), key=_standing)


def list_current(patient_id: uuid.UUID) -> list[MedicineRow]:
    """Return the medicines a patient takes now, by name."""
    return [one for one in list_medicines(patient_id) if one.is_current]


def get_medicine(patient_id: uuid.UUID, medicine_id: uuid.UUID) -> MedicineRow | None:
    """Return one medicine of a patient, a withdrawn one too; None where it is not theirs."""
    row = session.execute(_MEDICINES.where(Medicine.patient_id == patient_id, Medicine.id == medicine_id))
    return next(map(_medicine, row), None)


def list_changes(patient_id: uuid.UUID, medicine_id: uuid.UUID | None = None) -> dict[uuid.UUID, list[ChangeRow]]:
    """Return what was recorded of each medicine (or one), withdrawn changes too, in the order they happened."""
    mine = _CHANGES.where(MedicineChange.patient_id == patient_id)
    if medicine_id is not None:
        mine = mine.where(MedicineChange.medicine_id == medicine_id)
    found: dict[uuid.UUID, list[ChangeRow]] = {}
    for row in session.execute(mine.order_by(MedicineChange.recorded_at).limit(MOST_CHANGES)):
        found.setdefault(row.medicine_id, []).append(ChangeRow(**row._asdict()))
    place = list(ChangeKind)
    return {
        one: sorted(rows, key=lambda row: (place.index(row.kind), row.on or date.min)) for one, rows in found.items()
    }


def list_dated_changes(patient_id: uuid.UUID) -> list[DatedChange]:
    """Return every change on a known day of the medicines that stand, in order of time; of very many, the latest."""
    row = MedicineChange
    mine = select(row.on, row.kind, Medicine.name, row.dose).join(Medicine, Medicine.id == row.medicine_id)
    standing = (row.withdrawn_at.is_(None), Medicine.withdrawn_at.is_(None), row.on.is_not(None))
    newest = mine.where(row.patient_id == patient_id, *standing).order_by(row.on.desc(), row.recorded_at.desc())
    found = session.execute(newest.limit(MOST_CHANGES)).all()
    return [DatedChange(row.on, row.kind, row.name, row.dose) for row in reversed(found) if row.on]


def list_allergies(patient_id: uuid.UUID, *, withdrawn: bool = False) -> list[AllergyRow]:
    """Return a patient's allergies, by substance; with `withdrawn` also what was recorded by mistake."""
    mine = _ALLERGIES.where(Allergy.patient_id == patient_id)
    if not withdrawn:
        mine = mine.where(Allergy.withdrawn_at.is_(None))
    rows = session.execute(mine.order_by(Allergy.recorded_at.desc()).limit(MOST_ALLERGIES))
    return sorted((AllergyRow(*row) for row in rows), key=lambda one: one.substance.casefold())


def get_allergy(patient_id: uuid.UUID, allergy_id: uuid.UUID) -> AllergyRow | None:
    """Return one allergy of a patient, a withdrawn one too; None where it is not theirs."""
    row = session.execute(_ALLERGIES.where(Allergy.patient_id == patient_id, Allergy.id == allergy_id)).one_or_none()
    return AllergyRow(*row) if row else None


def list_chips(patient_id: uuid.UUID, *, is_bipolar: bool) -> tuple[Chip, ...]:
    """Return what about the medicines a patient takes now matters with treatment."""
    return chips.chips(list_current(patient_id), is_bipolar=is_bipolar)


def last_changed_at(patient_id: uuid.UUID) -> datetime | None:
    """Return when anything of the medicines or allergies was last recorded, corrected or withdrawn."""
    kept = TreatmentRevision
    moments: list[Any] = [
        select(func.max(row.recorded_at)).where(row.patient_id == patient_id).scalar_subquery()
        for row in (Medicine, MedicineChange, Allergy)
    ]
    revised = select(func.max(kept.changed_at)).where(kept.patient_id == patient_id, kept.thing.in_(THINGS))
    found = session.execute(select(*moments, revised.scalar_subquery())).one()
    return max((at for at in found if at is not None), default=None)


def confirmed_at(patient_id: uuid.UUID) -> datetime | None:
    """Return when the last screening confirmed both lists as they still are; None where it did not.

    Only then does an empty list say that there is nothing; else it says that nothing is recorded. A correction
    says what was heard when the patient was asked, so the lists count as of then.
    """
    asked = select(Screening.id, Screening.corrects_id, Screening.lists_checked, Screening.recorded_at)
    newest = asked.where(Screening.patient_id == patient_id).order_by(Screening.recorded_at.desc())
    rows = session.execute(newest.limit(MOST_SCREENINGS)).all()
    last = first = next((row for row in rows if row.corrects_id is None), None)
    corrections = {row.corrects_id: row for row in rows}
    while last is not None and last.id in corrections:
        last = corrections[last.id]
    if first is None or last is None or not last.lists_checked:
        return None
    changed = last_changed_at(patient_id)
    return first.recorded_at if changed is None or changed <= first.recorded_at else None


def _medicine(row: Any) -> MedicineRow:
    values = row._asdict()
    return MedicineRow(**values | {"groups": tuple(values["groups"])})


def _standing(one: MedicineRow) -> tuple[bool, bool, int, str]:
    ended = -one.stopped_on.toordinal() if one.stopped_on else 0
    return (one.withdrawn_at is not None, one.stopped_on is not None, ended, one.name.casefold())
