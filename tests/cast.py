"""The people in the tests: two patients, two providers, a nurse, an administrator."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from portal.access.policy import Actor, Role
from portal.accounts.models import AccountStatus, User
from portal.db import session
from portal.patients.models import CareTeamMember, Condition, Consent, ConsentKind, Patient, PatientCondition

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
PASSWORD = "a quiet harbour at dusk"
ZONE = "America/New_York"
ENROLLED = NOW - timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Person:
    """One of the cast."""

    user_id: uuid.UUID
    email: str
    actor: Actor
    patient_id: uuid.UUID | None = None

    @property
    def own_id(self) -> uuid.UUID:
        """The patient this person is; only for Ada and Dot."""
        assert self.patient_id is not None
        return self.patient_id


@dataclass(frozen=True, slots=True)
class Cast:
    """Ada is looked after by Bea and Nia, Dot by Cal; Eve runs the accounts."""

    ada: Person
    bea: Person
    cal: Person
    dot: Person
    eve: Person
    nia: Person

    def everybody(self) -> dict[str, Person]:
        """Return the cast by name."""
        return {name: getattr(self, name) for name in ("ada", "bea", "cal", "dot", "eve", "nia")}


def assemble(password_hash: str) -> Cast:
    """Write the cast into an empty database and commit."""
    staff = {
        "bea": _person("bea", "Bea Lindqvist", Role.PROVIDER, password_hash),
        "cal": _person("cal", "Cal Moreno", Role.PROVIDER, password_hash),
        "nia": _person("nia", "Nia Achebe", Role.NURSE, password_hash),
        "eve": _person("eve", "Eve Tanaka", Role.ADMINISTRATOR, password_hash),
    }
    ada = _patient("ada", ("Ada", "Okafor"), Condition.TREATMENT_RESISTANT_DEPRESSION, password_hash)
    dot = _patient("dot", ("Dot", "Vasquez"), Condition.CHRONIC_PAIN, password_hash)
    for patient, member in ((ada, staff["bea"]), (ada, staff["nia"]), (dot, staff["cal"])):
        is_lead = member.actor.role is Role.PROVIDER
        session.add(CareTeamMember(patient_id=patient.own_id, user_id=member.user_id, since=ENROLLED, is_lead=is_lead))
    session.commit()
    return Cast(ada=ada, dot=dot, **staff)


def _person(short: str, name: str, role: Role, password_hash: str, patient_id: uuid.UUID | None = None) -> Person:
    user = User(
        id=uuid.uuid4(),
        email=f"{short}@interval.example",
        name=name,
        role=role,
        status=AccountStatus.ACTIVE,
        password_hash=password_hash,
        time_zone=ZONE,
        created_at=ENROLLED,
    )
    session.add(user)
    session.flush()
    actor = Actor(user_id=user.id, role=role, name=name, patient_id=patient_id, time_zone=ZONE)
    return Person(user.id, user.email, actor, patient_id)


def _patient(short: str, name: tuple[str, str], condition: Condition, password_hash: str) -> Person:
    patient_id = uuid.uuid4()
    person = _person(short, " ".join(name), Role.PATIENT, password_hash, patient_id)
    session.add(
        Patient(
            id=patient_id,
            user_id=person.user_id,
            given_name=name[0],
            family_name=name[1],
            born_on=date(1988, 5, 17),
            mobile_phone="+1 212 555 0134",
            country="US",
            emergency_name="Ike Okafor",
            emergency_phone="+1 212 555 0178",
            emergency_may_call=True,
            enrolled_at=ENROLLED,
            invited_at=ENROLLED,
            consented_at=ENROLLED,
            acknowledged_at=ENROLLED,
        )
    )
    session.flush()
    session.add(PatientCondition(patient_id=patient_id, condition=condition, recorded_at=ENROLLED))
    for kind in ConsentKind:
        session.add(
            Consent(patient_id=patient_id, kind=kind, version="1", given_at=ENROLLED, given_by_id=person.user_id)
        )
    return person
