"""A provider's review before a booster: the decision, and the sheet as it was when it was signed."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, choice, key


class ReviewDecision(StrEnum):
    BOOSTER = "booster"
    WAIT = "wait"
    CHANGE = "change"
    STOP = "stop"
    REFER = "refer"


class BoosterReview(Base):
    """One signed review. `sheet` is the markup of its elements as signed, `fingerprint` a digest of what made it.

    `as_of` is the moment whose state the sheet shows. One signed in error is withdrawn with a reason and stays.
    """

    __tablename__ = "booster_reviews"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    submission_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    decision: Mapped[ReviewDecision] = mapped_column(choice(ReviewDecision, "decision"))
    reason: Mapped[str] = mapped_column(Text())
    next_review_on: Mapped[date]
    sheet: Mapped[str] = mapped_column(Text())
    language: Mapped[str] = mapped_column(String(12))
    fingerprint: Mapped[str] = mapped_column(String(64))
    as_of: Mapped[datetime]
    signed_at: Mapped[datetime]
    signed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_reason: Mapped[str] = mapped_column(Text(), default="")

    __table_args__ = (Index(None, "patient_id", "signed_at"),)
