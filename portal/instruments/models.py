"""What a clinic has added to the shipped instruments."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, choice, key


class Origin(StrEnum):
    """A scale of the clinic's own, or a licensed wording of an instrument whose structure is shipped."""

    OWN = "own"
    WORDING = "wording"


class ClinicDefinition(Base):
    """One version of an instrument as this clinic asks it: never rewritten, because old answers stay with theirs.

    `source` is the whole definition as TOML, read by `instruments.loader`. It is in force once approved; a wording is
    approved by whoever attests to its licence in `statement`, with `licence` saying which one.
    """

    __tablename__ = "clinic_definitions"

    id: Mapped[uuid.UUID] = key()
    origin: Mapped[Origin] = mapped_column(choice(Origin))
    instrument: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    language: Mapped[str] = mapped_column(String(12), default="en")
    source: Mapped[str] = mapped_column(Text())
    statement: Mapped[str] = mapped_column(Text(), default="")
    licence: Mapped[str] = mapped_column(Text(), default="")
    proposed_at: Mapped[datetime]
    proposed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    retired_at: Mapped[datetime | None]
    retired_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))

    __table_args__ = (UniqueConstraint("instrument", "version"),)
