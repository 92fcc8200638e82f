"""The clinic's own settings."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.clinic.hours import OnCall
from portal.db import Base, choice, key


class Clinic(Base):
    """The one clinic this portal serves: its name, place, hours and the times it holds itself to."""

    __tablename__ = "clinics"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    display_name: Mapped[str] = mapped_column(String(120))
    country: Mapped[str] = mapped_column(String(2))
    time_zone: Mapped[str] = mapped_column(String(64))
    phone: Mapped[str] = mapped_column(String(40), default="")
    hours: Mapped[dict[str, Any]]
    reply_within_hours: Mapped[int] = mapped_column(default=16)
    review_within_hours: Mapped[int] = mapped_column(default=16)
    past_days: Mapped[int] = mapped_column(default=7)
    on_call: Mapped[OnCall] = mapped_column(choice(OnCall, "on_call"), default=OnCall.NEVER)
    leave_address: Mapped[str] = mapped_column(String(300), default="")
    check_in_links: Mapped[bool] = mapped_column(default=False)
    is_demo: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]


class Holiday(Base):
    """A day on which the clinic is closed."""

    __tablename__ = "holidays"

    id: Mapped[uuid.UUID] = key()
    on: Mapped[date] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(120))
