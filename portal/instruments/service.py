"""What a clinic adds to the shipped instruments: licensed wordings, and scales of its own.

A version that was in force is never rewritten and never removed: old answers are read with theirs.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.db import session
from portal.instruments import catalogue, loader, queries, wording
from portal.instruments.models import ClinicDefinition, Origin
from portal.instruments.own import files
from portal.instruments.queries import State, Version

PASTED = "the wording"
PROPOSED = "the definition"


class NotPossible(Exception):
    """It is not in a state in which that can be done."""


class ChangedMeanwhile(Exception):
    """Somebody else saved something in between; what is here has to be looked at again."""


class NotNewer(Exception):
    """A definition with this version was approved, and that never changes; `next_version` is free."""

    def __init__(self, next_version: int) -> None:
        super().__init__(next_version)
        self.next_version = next_version


def attest_wording(
    instrument: str, language: str, texts: Mapping[str, str], statement: str, licence: str, *, by: Actor, at: datetime
) -> uuid.UUID:
    """Put a licensed wording of a shipped structure in force; it takes the place of the one in that language.

    Args:
        instrument: the id of a shipped definition.
        language: of the texts, like "en".
        texts: what was pasted, by the keys of `wording.blanks`.
        statement: which of `wording.STATEMENTS` the person attests to.
        licence: the licence or permission, in their words.
        by: who attests.
        at: when, aware UTC.

    Returns:
        The id of the definition; the one in force where the same was attested before.

    Raises:
        UnknownInstrument: there is no such shipped definition.
        ValueError: the statement is not one of ours, or the licence is not named.
        DefinitionError: the texts do not make a definition that can be asked.
        ChangedMeanwhile: somebody else saved a wording at the same moment.
    """
    if statement not in wording.STATEMENTS or not licence.strip():
        raise ValueError("a wording needs one of the statements, and a licence")
    _one_at_a_time()
    structure, source = loader.catalogue().get(instrument), catalogue.structure_of(instrument)
    version = queries.next_wording(instrument, structure.structure_version)
    filled = wording.fill(source, texts, version=version, language=language)
    loader.load_text(filled, PASTED, shipped=False)
    before = _in_force(instrument, language)
    if any(_says_the_same(one, filled, statement, licence) for one in before):
        return before[0].id
    row = ClinicDefinition(
        origin=Origin.WORDING,
        instrument=instrument,
        version=version,
        language=language,
        source=filled,
        statement=statement,
        licence=licence.strip(),
        proposed_at=at,
        proposed_by_id=by.user_id,
        approved_at=at,
        approved_by_id=by.user_id,
    )
    _keep(row)
    _retire(before, by=by, at=at)
    audit.record(
        "wording:attested", by=by, at=at, thing_id=row.id, instrument=instrument, version=version, language=language
    )
    return row.id


def retire(definition_id: uuid.UUID, *, by: Actor, at: datetime) -> None:
    """Offer a wording no longer; raises NotPossible where none is in force under this id."""
    _one_at_a_time()
    row = session.get(ClinicDefinition, definition_id)
    if row is None or row.origin is not Origin.WORDING or row.retired_at is not None:
        raise NotPossible
    _retire([row], by=by, at=at)
    audit.record("wording:retired", by=by, at=at, thing_id=row.id, instrument=row.instrument, version=row.version)


def propose_scale(source: str, *, by: Actor, at: datetime) -> uuid.UUID:
    """Keep a scale of the clinic's own until the medical director approves it; return its id.

    A proposal of the same version that nobody approved is replaced.

    Args:
        source: the whole definition as TOML.
        by: who proposes it.
        at: when, aware UTC.

    Raises:
        DefinitionError: it cannot be used, or has the id of a shipped one.
        NotNewer: this version, or a later one, was approved with other content.
    """
    definition = loader.load_text(source, PROPOSED, shipped=False)
    files.refuse_other_ids(definition, PROPOSED, source)
    _one_at_a_time()
    known = {one.version: one for one in queries.list_versions_of(definition.id) if not one.file}
    same = known.get(definition.version)
    if same is not None and same.source == source and same.state in (State.WAITING, State.IN_FORCE):
        return same.id
    _refuse_older(known, definition.version)
    values = {"source": source, "language": definition.language, "retired_at": None, "retired_by_id": None}
    row = _row_of(definition.id, definition.version, **values, proposed_at=at, proposed_by_id=by.user_id)
    _keep(row)
    _record_scale("scale:proposed", row, by=by, at=at)
    return row.id


def approve(definition_id: uuid.UUID, digest: str, *, by: Actor, at: datetime) -> uuid.UUID:
    """Put a scale of the clinic's own in force; return its id. A file's content is copied, and the file may go.

    Args:
        definition_id: of a version that waits, or was declined.
        digest: of the content that was looked at.
        by: the medical director.
        at: when, aware UTC.

    Raises:
        NotPossible: there is no such version, or it is or was in force.
        ChangedMeanwhile: its content is no longer the one that was looked at.
        NotNewer: a later version was approved.
        DefinitionError: it cannot be used, or the portal would not start again with the files it has.
    """
    _one_at_a_time()
    found = queries.get_version(definition_id)
    if found is None or found.origin is not Origin.OWN or found.approved_at is not None:
        raise NotPossible
    if found.digest != digest:
        raise ChangedMeanwhile
    definition = loader.load_text(found.source, found.file or PROPOSED, shipped=False)
    files.refuse_other_ids(definition, found.file or PROPOSED, found.source)
    known = {one.version: one for one in queries.list_versions_of(found.instrument)}
    _refuse_older(known, found.version)
    approved = {(one.instrument, one.version): one.definition for one in known.values() if one.approved_at}
    files.refuse_changed(approved | {(found.instrument, found.version): definition})
    before = _in_force(found.instrument)
    row = _row_of(found.instrument, found.version, source=found.source, language=definition.language)
    row.proposed_at = row.proposed_at or at
    row.approved_at, row.approved_by_id, row.retired_at, row.retired_by_id = at, by.user_id, None, None
    _keep(row)
    _retire(before, by=by, at=at)
    _record_scale("scale:approved", row, by=by, at=at)
    return row.id


def withdraw(definition_id: uuid.UUID, *, by: Actor, at: datetime) -> None:
    """Decline a scale that waits, or offer one in force no longer; raises NotPossible where it is neither."""
    _one_at_a_time()
    row = session.get(ClinicDefinition, definition_id)
    if row is None or row.origin is not Origin.OWN or row.retired_at is not None:
        raise NotPossible
    _retire([row], by=by, at=at)
    _record_scale("scale:withdrawn", row, by=by, at=at)


def _one_at_a_time() -> None:
    """Wait until nobody else is changing a definition: what is decided here rests on all of them."""
    session.execute(select(ClinicDefinition.id).order_by(ClinicDefinition.id).with_for_update())


def _in_force(instrument: str, language: str = "") -> list[ClinicDefinition]:
    mine = [ClinicDefinition.instrument == instrument, ClinicDefinition.approved_at.is_not(None)]
    mine += [ClinicDefinition.retired_at.is_(None)]
    mine += [ClinicDefinition.language == language] if language else []
    return list(session.scalars(select(ClinicDefinition).where(*mine)))


def _says_the_same(row: ClinicDefinition, filled: str, statement: str, licence: str) -> bool:
    texts = wording.read(row.source) == wording.read(filled)
    return texts and (row.statement, row.licence) == (statement, licence.strip())


def _refuse_older(known: Mapping[int, Version], version: int) -> None:
    highest = max((one.version for one in known.values() if one.approved_at), default=0)
    if version <= highest:
        raise NotNewer(max(known) + 1)


def _row_of(instrument: str, version: int, **values: object) -> ClinicDefinition:
    """Return the row of a version that is not approved, made where there is none, with these values."""
    mine = (ClinicDefinition.instrument == instrument, ClinicDefinition.version == version)
    row = session.scalar(select(ClinicDefinition).where(*mine))
    row = row or ClinicDefinition(origin=Origin.OWN, instrument=instrument, version=version, statement="", licence="")
    for name, value in values.items():
        setattr(row, name, value)
    return row


def _keep(row: ClinicDefinition) -> None:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise ChangedMeanwhile from None
    catalogue.forget()


def _retire(rows: list[ClinicDefinition], *, by: Actor, at: datetime) -> None:
    for row in rows:
        row.retired_at, row.retired_by_id = at, by.user_id
    session.flush()
    catalogue.forget()


def _record_scale(event: str, row: ClinicDefinition, *, by: Actor, at: datetime) -> None:
    audit.record(event, by=by, at=at, thing_id=row.id, instrument=row.instrument, version=row.version)
