"""The check-ins that count as checks of long-term treatment."""

import uuid

from sqlalchemy import and_, select

from portal.checkins.models import CheckIn, ScoreRow
from portal.db import session
from portal.treatment.monitoring.due import Sent

SCALES = {"urinary": "worst", "misuse": "use"}
"""By instrument, which is also the kind of check, the scale that says whether something is there: above zero."""
MOST = 100


def list_sent(patient_id: uuid.UUID) -> list[Sent]:
    """Return the checks that a patient sent, each in its latest version, the latest first."""
    is_scale = and_(ScoreRow.check_in_id == CheckIn.id, ScoreRow.scale.in_(SCALES.values()))
    rows = session.execute(
        select(CheckIn.id, CheckIn.instrument, CheckIn.for_on, ScoreRow.value, ScoreRow.band)
        .outerjoin(ScoreRow, is_scale)
        .where(CheckIn.patient_id == patient_id, CheckIn.instrument.in_(SCALES), CheckIn.superseded_at.is_(None))
        .order_by(CheckIn.for_on.desc(), CheckIn.received_at.desc())
        .limit(MOST)
    )
    return [
        Sent(row.instrument, row.for_on, row.id, None if row.value is None else row.value > 0, row.band or "")
        for row in rows
    ]
