"""The check-ins that count as checks of long-term treatment."""

import uuid
from typing import Any

from sqlalchemy import and_, select

from portal.checkins.models import CheckIn, ScoreRow
from portal.db import session
from portal.instruments import catalogue
from portal.treatment.monitoring.due import Sent

SCALES = {"urinary": "worst", "misuse": "use"}
"""By instrument, which is also the kind of check, the scale that says whether something is there: above zero."""
MOST = 100


def list_sent(patient_id: uuid.UUID) -> list[Sent]:
    """Return the checks that a patient sent, each in its latest version, the latest first."""
    is_scale = and_(ScoreRow.check_in_id == CheckIn.id, ScoreRow.scale.in_(SCALES.values()))
    rows = session.execute(
        select(CheckIn.id, CheckIn.instrument, CheckIn.version, CheckIn.for_on, ScoreRow.value)
        .outerjoin(ScoreRow, is_scale)
        .where(CheckIn.patient_id == patient_id, CheckIn.instrument.in_(SCALES), CheckIn.superseded_at.is_(None))
        .order_by(CheckIn.for_on.desc(), CheckIn.received_at.desc())
        .limit(MOST)
    )
    return [Sent(row.instrument, row.for_on, row.id, _is_positive(row.value), _level(row)) for row in rows]


def _is_positive(value: float | None) -> bool | None:
    return None if value is None else value > 0


def _level(row: Any) -> str:
    """Return how much there is in the words of the instrument, in the version that was asked."""
    scale = catalogue.current().get(row.instrument, row.version).scale(SCALES[row.instrument])
    band = scale.band(row.value)
    return band.label if band else ""
