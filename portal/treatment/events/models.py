"""What happened in a patient's life besides treatment."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, key


class LifeEvent(Base):
    """Something that may have changed how a patient feels, added by the patient or the care team."""

    __tablename__ = "life_events"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"), index=True)
    on: Mapped[date]
    until: Mapped[date | None]
    text: Mapped[str] = mapped_column(String(300))
    revision: Mapped[int] = mapped_column(default=1)
    withdrawn_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
