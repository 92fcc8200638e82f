"""The patient, the people around them, and what they agreed to."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.access.policy import PatientStatus
from portal.db import Base, choice, key


class Condition(StrEnum):
    TREATMENT_RESISTANT_DEPRESSION = "treatment-resistant-depression"
    ANXIETY = "anxiety"
    BIPOLAR = "bipolar"
    CHRONIC_PAIN = "chronic-pain"
    CHRONIC_SUICIDAL_IDEATION = "chronic-suicidal-ideation"
    OCD = "ocd"
    POSTPARTUM_DEPRESSION = "postpartum-depression"
    PTSD = "ptsd"


class ConsentKind(StrEnum):
    CARE = "care"
    NOT_MONITORED = "not-monitored"


class Patient(Base):
    """A person in care; `card_since` is since when the crisis card waits for them to say that they have read it."""

    __tablename__ = "patients"

    id: Mapped[uuid.UUID] = key()
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), unique=True)
    given_name: Mapped[str] = mapped_column(String(100))
    family_name: Mapped[str] = mapped_column(String(100))
    born_on: Mapped[date]
    mobile_phone: Mapped[str] = mapped_column(String(40), default="")
    home_phone: Mapped[str] = mapped_column(String(40), default="")
    address_line_1: Mapped[str] = mapped_column(String(200), default="")
    address_line_2: Mapped[str] = mapped_column(String(200), default="")
    city: Mapped[str] = mapped_column(String(100), default="")
    region: Mapped[str] = mapped_column(String(100), default="")
    postal_code: Mapped[str] = mapped_column(String(20), default="")
    country: Mapped[str] = mapped_column(String(2))
    emergency_name: Mapped[str] = mapped_column(String(200), default="")
    emergency_relationship: Mapped[str] = mapped_column(String(100), default="")
    emergency_phone: Mapped[str] = mapped_column(String(40), default="")
    emergency_may_call: Mapped[bool] = mapped_column(default=False)
    primary_instrument: Mapped[str] = mapped_column(String(60), default="phq-9")
    status: Mapped[PatientStatus] = mapped_column(choice(PatientStatus), default=PatientStatus.ACTIVE)
    enrolled_at: Mapped[datetime]
    invited_at: Mapped[datetime | None]
    consented_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    card_since: Mapped[datetime | None]


class PatientCondition(Base):
    """A condition a patient is treated for."""

    __tablename__ = "patient_conditions"

    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"), primary_key=True)
    condition: Mapped[Condition] = mapped_column(choice(Condition), primary_key=True)
    recorded_at: Mapped[datetime]


class CareTeamMember(Base):
    """A provider or nurse who looks after a patient, from when until when; the lead answers for it."""

    __tablename__ = "care_team_members"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"))
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    is_lead: Mapped[bool] = mapped_column(default=False)
    since: Mapped[datetime]
    until: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_care_team_members_lead",
            "patient_id",
            unique=True,
            sqlite_where=text("is_lead AND until IS NULL"),
            postgresql_where=text("is_lead AND until IS NULL"),
        ),
        Index(
            "uq_care_team_members_current",
            "patient_id",
            "user_id",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
        Index(None, "user_id", "until"),
    )


class Calling(StrEnum):
    """Why somebody who is not on the care team may look after one alert."""

    ON_CALL = "on-call"
    ESCALATED = "escalated"
    ASSIGNED = "assigned"


class CalledIn(Base):
    """Somebody who was called to an alert: until it is closed, and a day longer, they may see the patient's chart."""

    __tablename__ = "called_in"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"), index=True)
    alert_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("alerts.id"))
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    why: Mapped[Calling] = mapped_column(choice(Calling))
    since: Mapped[datetime]
    until: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("alert_id", "user_id"), Index(None, "user_id", "until"))


class Consent(Base):
    """What a patient agreed to or acknowledged, in which version, and when."""

    __tablename__ = "consents"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"), index=True)
    kind: Mapped[ConsentKind] = mapped_column(choice(ConsentKind))
    version: Mapped[str] = mapped_column(String(20))
    given_at: Mapped[datetime]
    given_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))

    __table_args__ = (UniqueConstraint("patient_id", "kind", "version"),)


class StatusChange(Base):
    """A patient paused, taken up again, transferred, discharged, or died: who recorded it and why."""

    __tablename__ = "status_changes"

    id: Mapped[uuid.UUID] = key()
    patient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("patients.id"), index=True)
    before: Mapped[PatientStatus] = mapped_column(choice(PatientStatus, "before"))
    after: Mapped[PatientStatus] = mapped_column(choice(PatientStatus, "after"))
    reason: Mapped[str] = mapped_column(Text())
    effective_on: Mapped[date]
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
