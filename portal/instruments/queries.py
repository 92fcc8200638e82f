"""Reading what a clinic has added to the shipped instruments."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from portal.access.policy import Role
from portal.accounts.models import User
from portal.db import run, session
from portal.instruments import loader
from portal.instruments.definition import WORDINGS_PER_VERSION, Definition
from portal.instruments.models import ClinicDefinition, Origin
from portal.instruments.own import files
from portal.instruments.tables import DefinitionError


class State(StrEnum):
    """How far a definition of the clinic's has come."""

    WAITING = "waiting"
    IN_FORCE = "in-force"
    RETIRED = "retired"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an instrument as the clinic asks it, or as it waits for the medical director.

    `approved_by` is who approved it or attested to its licence. One from a file has no row yet and nobody who proposed.
    """

    id: uuid.UUID
    origin: Origin
    instrument: str
    version: int
    language: str
    source: str
    statement: str = ""
    licence: str = ""
    proposed_at: datetime | None = None
    proposed_by: str = ""
    approved_at: datetime | None = None
    approved_by: str = ""
    approved_role: Role | None = None
    retired_at: datetime | None = None
    file: str = ""

    @property
    def state(self) -> State:
        """How far it has come."""
        if self.retired_at is not None:
            return State.RETIRED if self.approved_at else State.DECLINED
        return State.IN_FORCE if self.approved_at else State.WAITING

    @property
    def definition(self) -> Definition:
        """What its source says; raises DefinitionError."""
        return read(self.source)

    @property
    def title(self) -> str:
        """What it calls itself; its id where this version of the portal cannot read it."""
        try:
            return self.definition.title
        except DefinitionError:
            return self.instrument

    @property
    def digest(self) -> str:
        """What tells this content from any other."""
        return sha256(self.source.encode()).hexdigest()


class Approved(NamedTuple):
    """A definition that is or was in force; a retired one still says how old answers are read."""

    instrument: str
    version: int
    source: str
    is_retired: bool


_APPROVED = (
    select(
        ClinicDefinition.instrument,
        ClinicDefinition.version,
        ClinicDefinition.source,
        ClinicDefinition.retired_at.is_not(None),
    )
    .where(ClinicDefinition.approved_at.is_not(None))
    .order_by(ClinicDefinition.instrument, ClinicDefinition.version)
)


@lru_cache(maxsize=1000)
def read(source: str) -> Definition:
    """Return the definition that a clinic keeps as this text; raises DefinitionError."""
    return loader.load_text(source, "definition", shipped=False)


def approved() -> list[Approved]:
    """Return every definition that is or ever was in force, the cheapest way; it is asked for on every page."""
    return [Approved(*row) for row in run(_APPROVED)]


def list_versions() -> list[Version]:
    """Return everything the clinic has added, by instrument and version, and the files that nobody approved yet."""
    kept = [_version(row, names) for row, *names in session.execute(_versions())]
    return sorted([*kept, *_waiting_files(kept)], key=lambda one: (one.instrument, one.version))


def list_waiting() -> list[Version]:
    """Return what waits for the medical director, from a page or from a file."""
    return [one for one in list_versions() if one.state is State.WAITING]


def get_version(definition_id: uuid.UUID) -> Version | None:
    """Return one definition of the clinic's, also one that is a file so far."""
    return next((one for one in list_versions() if one.id == definition_id), None)


def list_versions_of(instrument: str) -> list[Version]:
    """Return what the clinic has added to one instrument, the oldest version first."""
    return [one for one in list_versions() if one.instrument == instrument]


def next_version(instrument: str) -> int:
    """Return the version that the clinic's next proposal of its own scale gets."""
    return max((one.version for one in list_versions_of(instrument)), default=0) + 1


def next_wording(instrument: str, structure_version: int) -> int:
    """Return the version that the clinic's next wording of this structure gets."""
    first = structure_version * WORDINGS_PER_VERSION
    mine = ClinicDefinition.instrument == instrument
    within = ClinicDefinition.version.between(first, first + WORDINGS_PER_VERSION - 1)
    return max(session.scalar(select(func.max(ClinicDefinition.version)).where(mine, within)) or 0, first) + 1


def _versions() -> Any:
    proposer, approver = aliased(User), aliased(User)
    return (
        select(ClinicDefinition, proposer.name, approver.name, approver.role)
        .outerjoin(proposer, proposer.id == ClinicDefinition.proposed_by_id)
        .outerjoin(approver, approver.id == ClinicDefinition.approved_by_id)
    )


def _version(row: ClinicDefinition, names: Sequence[Any]) -> Version:
    proposer, approver, role = names
    return Version(
        id=row.id,
        origin=row.origin,
        instrument=row.instrument,
        version=row.version,
        language=row.language,
        source=row.source,
        statement=row.statement,
        licence=row.licence,
        proposed_at=row.proposed_at,
        proposed_by=proposer or "",
        approved_at=row.approved_at,
        approved_by=approver or "",
        approved_role=role,
        retired_at=row.retired_at,
    )


def _waiting_files(kept: Iterable[Version]) -> list[Version]:
    """Return the files whose content is not in the table, neither approved nor declined."""
    known = {(one.instrument, one.version): one for one in kept}
    found = []
    for file in files.current():
        row = known.get((file.definition.id, file.definition.version))
        if row is None or (row.approved_at is None and row.source != file.source):
            found.append(_from_file(file))
    return found


def _from_file(file: files.File) -> Version:
    one = file.definition
    return Version(file.id, Origin.OWN, one.id, one.version, one.language, file.source, file=file.name)
