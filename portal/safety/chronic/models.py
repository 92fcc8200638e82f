"""The personal baseline of somebody who lives with thoughts of death."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, key


class PersonalBaseline(Base):
    """One answer a clinician knows of: unchanged, it waits on a worklist until this runs out.

    A new one for the same question takes the place of the former, which stays as withdrawn.
    """

    __tablename__ = "personal_baselines"

    id: Mapped[uuid.UUID] = key()
    submission_id: Mapped[uuid.UUID]
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    instrument: Mapped[str] = mapped_column(String(60))
    item: Mapped[str] = mapped_column(String(40))
    value: Mapped[float]
    reason: Mapped[str] = mapped_column(Text())
    set_at: Mapped[datetime]
    set_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    expires_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_reason: Mapped[str] = mapped_column(Text(), default="")

    __table_args__ = (
        Index(
            "uq_personal_baselines_in_force",
            "patient_id",
            "instrument",
            "item",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )
