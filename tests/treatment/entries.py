"""Entries for the tests, as somebody would make them."""

from datetime import datetime, timedelta
from typing import Any

from portal.treatment.entry import Entry
from portal.treatment.models import InfusionKind, InfusionStatus
from tests.cast import NOW


def given(started_at: datetime = NOW - timedelta(days=2), **values: Any) -> Entry:
    """Return an infusion that was completed."""
    usual: dict[str, Any] = {"number": 1, "dose_mg": 35.0, "weight_kg": 70.0, "minutes": 40, "started_at": started_at}
    usual |= {"kind": InfusionKind.INDUCTION, "status": InfusionStatus.COMPLETED}
    return Entry(**usual | values)


def planned(planned_at: datetime = NOW + timedelta(days=3), **values: Any) -> Entry:
    """Return an infusion that lies ahead."""
    usual: dict[str, Any] = {
        "number": 2,
        "kind": InfusionKind.INDUCTION,
        "status": InfusionStatus.PLANNED,
        "planned_at": planned_at,
    }
    return Entry(**usual | values)
