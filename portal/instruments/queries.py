"""Reading what a clinic has added to the shipped instruments."""

from collections.abc import Sequence

from sqlalchemy import select

from portal.db import session
from portal.instruments.models import ClinicDefinition


def list_approved() -> Sequence[ClinicDefinition]:
    """Return every definition that is or ever was in force, retired ones too: old answers are read with theirs."""
    approved = select(ClinicDefinition).where(ClinicDefinition.approved_at.is_not(None))
    return session.scalars(approved.order_by(ClinicDefinition.instrument, ClinicDefinition.version)).all()
