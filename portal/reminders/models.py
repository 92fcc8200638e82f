"""How often a patient was reminded of what, so that it stops."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class CheckInReminder(Base):
    """Of one instrument the last mail that said it is due: `given` of them so far in a series (`reminders.plan`)."""

    __tablename__ = "check_in_reminders"

    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"), primary_key=True)
    instrument: Mapped[str] = mapped_column(String(60), primary_key=True)
    series: Mapped[str] = mapped_column(String(60))
    given: Mapped[int] = mapped_column(SmallInteger())
    last_on: Mapped[date]
    last_at: Mapped[datetime]
