"""A provider's signature under the record of an infusion: reading and writing it."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from portal.access.policy import Actor
from portal.accounts.models import User
from portal.audit import service as audit
from portal.db import session
from portal.treatment import lock as locks
from portal.treatment import problems
from portal.treatment.after_signature import Change, Kind
from portal.treatment.entry import GIVEN
from portal.treatment.flowsheet.models import FlowsheetEntry
from portal.treatment.models import Infusion, InfusionRevision, InfusionSignature
from portal.treatment.problems import Problem, Refused, Stale

MOST = 50
MOST_CHANGES = 500


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature, and the note that was made with it."""

    signed_at: datetime
    signed_by: str
    note: str


@dataclass(frozen=True, slots=True)
class Signed:
    """The latest signature under a record, and when the record last changed."""

    signed_at: datetime
    signed_by: str
    changed_at: datetime | None

    @property
    def is_out_of_date(self) -> bool:
        """Whether something reached the record after it was signed."""
        return self.changed_at is not None and self.changed_at > self.signed_at


@dataclass(frozen=True, slots=True)
class Seen:
    """How much of a record somebody had before them when they signed: the infusion's revision, entries of the day."""

    revision: int
    entries: int


def list_signatures(patient_id: uuid.UUID, infusion_id: uuid.UUID) -> list[Signature]:
    """Return the signatures under the record of an infusion, the latest first."""
    of_infusion = (InfusionSignature.patient_id == patient_id, InfusionSignature.infusion_id == infusion_id)
    rows = session.execute(
        select(InfusionSignature.signed_at, User.name, InfusionSignature.note)
        .join(User, User.id == InfusionSignature.signed_by_id)
        .where(*of_infusion)
        .order_by(InfusionSignature.signed_at.desc())
        .limit(MOST)
    )
    return [Signature(*row) for row in rows]


def list_changes(patient_id: uuid.UUID, infusion_id: uuid.UUID) -> list[Change]:
    """Return what was changed in an infusion, and every entry of its day, as changes of its record."""
    revised = (
        select(InfusionRevision.changed_at, User.name, InfusionRevision.reason)
        .join(Infusion, Infusion.id == InfusionRevision.infusion_id)
        .join(User, User.id == InfusionRevision.changed_by_id)
        .where(Infusion.patient_id == patient_id, Infusion.id == infusion_id)
        .order_by(InfusionRevision.revision.desc())
        .limit(MOST_CHANGES)
    )
    entry = FlowsheetEntry
    entered = (
        select(entry.recorded_at, User.name, entry.kind, entry.reason, entry.corrects_id)
        .join(User, User.id == entry.recorded_by_id)
        .where(entry.patient_id == patient_id, entry.infusion_id == infusion_id)
        .order_by(entry.recorded_at.desc())
        .limit(MOST_CHANGES)
    )
    found = [Change(Kind.CHANGED, row[0], row[1], reason=row[2]) for row in session.execute(revised)]
    for at, by, kind, reason, corrects in session.execute(entered):
        found.append(Change(Kind.CORRECTED if corrects else Kind.ADDED, at, by, kind, reason))
    return found


def list_signed(infusion_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Signed]:
    """Return, for those of these infusions whose record is signed, by whom and whether it changed afterwards.

    The caller has made sure that the reader may see them.
    """
    wanted = list(infusion_ids)
    if not wanted:
        return {}
    other = aliased(InfusionSignature)
    later = select(other.id).where(
        other.infusion_id == InfusionSignature.infusion_id, other.signed_at > InfusionSignature.signed_at
    )
    revised = (
        select(func.max(InfusionRevision.changed_at))
        .where(InfusionRevision.infusion_id == InfusionSignature.infusion_id)
        .scalar_subquery()
    )
    entered = (
        select(func.max(FlowsheetEntry.recorded_at))
        .where(FlowsheetEntry.infusion_id == InfusionSignature.infusion_id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(InfusionSignature.infusion_id, InfusionSignature.signed_at, User.name, revised, entered)
        .join(User, User.id == InfusionSignature.signed_by_id)
        .where(InfusionSignature.infusion_id.in_(wanted), ~later.exists())
    )
    return {row[0]: Signed(*row[1:3], max(filter(None, row[3:]), default=None)) for row in rows}


def seen(infusion_id: uuid.UUID) -> Seen:
    """Return how much there is of a record now."""
    revision = session.scalars(select(Infusion.revision).where(Infusion.id == infusion_id)).one()
    entries = select(func.count()).select_from(FlowsheetEntry).where(FlowsheetEntry.infusion_id == infusion_id)
    return Seen(revision, session.scalar(entries) or 0)


def sign_infusion(
    patient_id: uuid.UUID,
    infusion_id: uuid.UUID,
    *,
    signature_id: uuid.UUID,
    as_seen: Seen,
    note: str = "",
    by: Actor,
    at: datetime,
) -> None:
    """Sign the record of an infusion that was given.

    Args:
        signature_id: minted when the form was drawn; the same one twice is one signature.
        as_seen: what the page showed that was signed.

    Raises:
        Refused: it was not given, or the id is another signature's.
        Stale: the record has changed since the page was opened.
    """
    locks.lock(patient_id)
    infusion = locks.infusion(patient_id, infusion_id)
    known = session.get(InfusionSignature, signature_id)
    if known is not None:
        if known.infusion_id != infusion_id:
            raise Refused(Problem("", problems.SENT_ALREADY, {}))
        return
    if infusion.status not in GIVEN:
        raise Refused(Problem("", problems.NOT_GIVEN, {}))
    if seen(infusion_id) != as_seen:
        raise Stale
    signature = InfusionSignature(id=signature_id, patient_id=patient_id, infusion_id=infusion_id, note=note)
    signature.signed_at, signature.signed_by_id = at, by.user_id
    session.add(signature)
    session.flush()
    audit.record("infusion:signed", by=by, at=at, patient_id=patient_id, thing_id=infusion_id)
