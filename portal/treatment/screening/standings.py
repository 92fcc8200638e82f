"""Where the screenings of several patients stand, in as many statements as for one."""

import uuid
from collections.abc import Collection, Iterable

from sqlalchemy import select

from portal.accounts.models import User
from portal.db import session
from portal.treatment.rules import queries as rules
from portal.treatment.screening import queries, since
from portal.treatment.screening.models import Screening, ScreeningDecision
from portal.treatment.screening.queries import Screened, Signed
from portal.treatment.screening.standing import Standing


def list_standings(patient_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Standing]:
    """Return where the screening of each of these patients stands; who was never asked is in it, too.

    The caller has made sure that the reader may see them.
    """
    found = {patient_id: Standing() for patient_id in patient_ids}
    counts = _counting(patient_ids)
    if not counts:
        return found
    decisions = _decisions(one.id for one in counts.values())
    happened = since.find_all({patient_id: one.asked_at for patient_id, one in counts.items()})
    classes = rules.current().rules.classes
    for patient_id, one in counts.items():
        found[patient_id] = queries.compare(one, decisions, happened[patient_id], classes)
    return found


def _counting(patient_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Screened]:
    """Return of each patient the screening that counts."""
    asked = select(Screening, User.name).join(User, User.id == Screening.recorded_by_id)
    rows: dict[uuid.UUID, list[tuple[Screening, str]]] = {}
    for row, name in session.execute(asked.where(Screening.patient_id.in_(patient_ids))):
        rows.setdefault(row.patient_id, []).append((row, name))
    latest = {patient_id: queries.latest(queries.versions_of(own)) for patient_id, own in rows.items()}
    return {patient_id: one for patient_id, one in latest.items() if one}


def _decisions(screening_ids: Iterable[uuid.UUID]) -> list[Signed]:
    """Return every decision about some screenings, the latest first."""
    made = ScreeningDecision
    rows = session.execute(
        select(made.id, made.screening_id, made.decision, made.overrides, made.reason, made.decided_at, User.name)
        .join(User, User.id == made.decided_by_id)
        .where(made.screening_id.in_(list(screening_ids)))
        .order_by(made.decided_at.desc())
    )
    return [Signed(*row) for row in rows]
