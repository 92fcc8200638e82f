"""Questionnaires that the care team asked for once, outside the plan."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, key


class QuestionnaireRequest(Base):
    """One questionnaire to be filled in once, from the day `from_on` on and before the day `before_on`.

    `plan_item_id` is the line that asks it, which is no part of the plan. `check_in_id` is the answer in its latest
    version.
    """

    __tablename__ = "questionnaire_requests"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    plan_item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan_items.id"))
    instrument: Mapped[str] = mapped_column(String(60))
    from_on: Mapped[date]
    before_on: Mapped[date]
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    check_in_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("check_ins.id"), index=True)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))

    __table_args__ = (
        Index(None, "plan_item_id"),
        Index(
            "ix_questionnaire_requests_open",
            "patient_id",
            "instrument",
            sqlite_where=text("check_in_id IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=text("check_in_id IS NULL AND withdrawn_at IS NULL"),
        ),
    )
