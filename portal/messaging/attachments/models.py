"""What a message brings along: files, the chart as it was, and questionnaires to fill in."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, choice, key
from portal.messaging.attachments.kinds import FileKind


class Attachment(Base):
    """One thing that a message brings along; until that is sent it belongs to who brought it, and has no message.

    A file's bytes lie in the store under its id, and `size` and `sha256` are theirs; width and height are a picture's.
    A questionnaire has no file: `instrument` is to be answered before the day `before_on`, and `request_id` is what
    came of it. `swept_at` is when one that was not sent was taken back or given up; the row stays as long as its file.
    """

    __tablename__ = "attachments"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    brought_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    brought_at: Mapped[datetime]
    message_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("messages.id"))
    position: Mapped[int] = mapped_column(SmallInteger(), default=0)
    kind: Mapped[FileKind] = mapped_column(choice(FileKind))
    name: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    width: Mapped[int] = mapped_column(SmallInteger(), default=0)
    height: Mapped[int] = mapped_column(SmallInteger(), default=0)
    instrument: Mapped[str | None] = mapped_column(String(60))
    before_on: Mapped[date | None]
    request_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("questionnaire_requests.id"))
    swept_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "message_id"),
        Index(None, "brought_by_id", "brought_at"),
        Index(
            "ix_attachments_unsent",
            "brought_at",
            sqlite_where=text("message_id IS NULL"),
            postgresql_where=text("message_id IS NULL"),
        ),
    )
