"""The clinic's own words: templates for messages, and the words that suggest danger."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, key


class MessageTemplate(Base):
    """A text that the care team begins from, in one language; its wordings are its versions."""

    __tablename__ = "message_templates"

    id: Mapped[uuid.UUID] = key()
    submission_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    language: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]
    created_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    retired_at: Mapped[datetime | None]


class TemplateVersion(Base):
    """One wording of a template; the highest number is the one in use."""

    __tablename__ = "message_template_versions"

    template_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("message_templates.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text())
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))


class DangerWordsVersion(Base):
    """One version of the words that suggest danger in a language; where there is none, Interval's own are in force."""

    __tablename__ = "danger_words"

    language: Mapped[str] = mapped_column(String(10), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    words: Mapped[list[str]]
    reason: Mapped[str] = mapped_column(Text())
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
