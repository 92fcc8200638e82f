"""The clinic's own safety rules, version by version."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base


class SafetyRulesVersion(Base):
    """One version of the thresholds, whole; where there is none, Interval's defaults are in force as version 0."""

    __tablename__ = "safety_rules"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    values: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(Text(), default="")
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
