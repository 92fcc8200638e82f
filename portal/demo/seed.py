"""Writing the demo clinic, through the same services people use, with a clock that runs through the past year."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import select, update

from portal.access.policy import Actor, Role
from portal.accounts import passwords
from portal.accounts import service as accounts
from portal.accounts.models import User
from portal.clinic import queries as clinic_queries
from portal.clinic import service as clinic
from portal.clinic.models import Clinic
from portal.db import session, take_touched
from portal.demo import patients, rota, rules, talk, wording
from portal.demo.people import STAFF, STORIES
from portal.notifications.models import Delivery, OutboxMessage
from portal.review import service as review

CLINIC_ZONE = "America/Los_Angeles"


class NotEmpty(Exception):
    """The database has accounts already; a demo clinic is written into an empty one only."""


def seed(*, password: str, now: datetime, step: Callable[[str], None]) -> None:
    """Write the demo clinic into an empty database and commit, one patient at a time.

    Args:
        password: what everybody in the demo signs in with.
        now: the moment the year of the demo ends, aware UTC.
        step: called with a name before each part.

    Raises:
        NotEmpty: somebody has an account here.
    """
    if session.scalar(select(User.id).limit(1)) is not None:
        raise NotEmpty
    step("the clinic and its staff")
    hashed = passwords.hash_password(password)
    staff = _open_the_clinic(hashed, now - timedelta(days=400))
    rules.lay_down(staff["bea"], now - timedelta(days=390), now - timedelta(days=120))
    rules.lay_down_for_safety(staff["bea"], now - timedelta(days=390))
    wording.lay_down(staff["bea"], now - timedelta(days=380))
    rota.lay_out(staff, CLINIC_ZONE, now=now, at=now - timedelta(days=35))
    session.commit()
    for story in STORIES:
        step(f"{story.given_name} {story.family_name}")
        talk.write(story, patients.write(story, staff, hashed, now), staff)
        _settle(now, looked_by=staff[story.team[0]])
        session.commit()


def _open_the_clinic(hashed: str, at: datetime) -> dict[str, Actor]:
    people: dict[str, Actor] = {}
    for key, name, role in STAFF:
        user = accounts.create(
            email=f"{key}@interval.example",
            name=name,
            role=Role(role),
            time_zone=CLINIC_ZONE,
            password_hash=hashed,
            by=None,
            at=at,
        )
        people[key] = Actor(user_id=user.id, role=Role(role), name=name, time_zone=CLINIC_ZONE)
    eve = people["eve"]
    accounts.set_duty(people["bea"].user_id, is_medical_director=True, by=eve, at=at)
    clinic.change(
        {
            "display_name": "Harbour Clinic (demo)",
            "country": "US",
            "time_zone": CLINIC_ZONE,
            "phone": "+1 503 555 0100",
        },
        by=eve,
        at=at,
    )
    clinic.add_holiday(date(at.year + 1, 12, 25), "Christmas Day", by=eve, at=at)
    session.get_one(Clinic, 1).is_demo = True
    clinic_queries.forget()
    return people


def _settle(now: datetime, looked_by: Actor) -> None:
    """Let the past be past: its mail counts as sent, and the team looked a few days ago."""
    touched = take_touched()
    review.refresh(touched, at=now)
    for patient_id in touched:
        review.looked(patient_id, at=now - timedelta(days=3))
    review.refresh(touched, at=now)
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.state == Delivery.WAITING)
        .values(state=Delivery.SENT, settled_at=OutboxMessage.created_at)
    )
