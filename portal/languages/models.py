"""Who read a translated text and answers for it."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, key


class ReviewedText(Base):
    """One signature under a text in one language, as it was worded then: other words are another fingerprint."""

    __tablename__ = "reviewed_texts"

    id: Mapped[uuid.UUID] = key()
    submission_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    text: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(12))
    fingerprint: Mapped[str] = mapped_column(String(64))
    knows_by: Mapped[str] = mapped_column(Text())
    reviewed_at: Mapped[datetime]
    reviewed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))

    __table_args__ = (Index(None, "language", "text", "reviewed_at"),)
