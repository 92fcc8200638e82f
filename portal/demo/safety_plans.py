"""What the demo's patients wrote down with their providers for hard days. Everything is invented."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.demo.case import Agenda, Case
from portal.demo.people import PHONE_OF_THE_ADULT
from portal.safety.plan import queries, sections, service


@dataclass(frozen=True, slots=True)
class Version:
    """One version: the day of the record, what it says, when to look at it again, and whether the patient wrote it."""

    day: int
    stored: Mapping[str, Any]
    review_on: int
    is_own: bool = False


_FIRST: Mapping[str, Any] = {
    "signs": [{"what": "I stop answering my sister"}, {"what": "Awake at four, and everything is my fault"}],
    "alone": [{"what": "Shower, then tea in the kitchen, not in bed"}, {"what": "Walk to the harbour light and back"}],
    "company": [{"name": "The library on Quay Street", "contact": "open until eight"}],
    "people": [{"name": "Sam", "phone": PHONE_OF_THE_ADULT["ada"]}],
    "services": [{"name": "Harbour Clinic", "phone": "+1 503 555 0100", "hours": "Monday to Friday, 9 to 5"}],
    "emergency": [{"name": "Emergency department, City Hospital", "phone": "911", "hours": "always"}],
    "crisis": [{"name": "988 Suicide & Crisis Lifeline", "phone": "988", "hours": "always, call or text"}],
    "safer": [{"what": "The old tablets go to Sam", "who": "Sam"}],
    "matters": [{"what": "My niece. The garden in May."}],
}
PLANS: Mapping[str, tuple[Version, ...]] = {
    "ada": (
        Version(31, _FIRST, 120),
        Version(
            262,
            {
                **_FIRST,
                "company": [*_FIRST["company"], {"name": "Choir on Thursdays", "contact": "Ines, +1 503 555 0177"}],
                "people": [*_FIRST["people"], {"name": "Ines from the choir", "phone": "+1 503 555 0177"}],
                "matters": [{"what": "My niece. The garden in May. The job, since it is mine."}],
            },
            344,
            is_own=True,
        ),
    ),
    "ruth": (
        Version(
            24,
            {
                "signs": [{"what": "The week of the anniversary"}, {"what": "I take the phone off the hook"}],
                "alone": [{"what": "The radio, loud"}, {"what": "Feed the birds, even at night"}],
                "people": [{"name": "Sam", "phone": PHONE_OF_THE_ADULT["ruth"]}],
                "services": [{"name": "Bea, Harbour Clinic", "phone": "+1 503 555 0100", "hours": "weekdays, 9 to 5"}],
                "crisis": [{"name": "988", "phone": "988", "hours": "always"}],
                "safer": [{"what": "Sam keeps the key of the cabinet", "who": "Sam"}],
                "matters": [{"what": "The birds would notice."}],
            },
            204,
        ),
    ),
}


def plan(case: Case, agenda: Agenda) -> None:
    """Note the versions of a patient's safety plan."""
    for one in PLANS.get(case.story.key, ()):
        agenda.add(case.calendar.at(one.day, 15), _write, case, one)


def _write(case: Case, one: Version, *, at: datetime) -> None:
    standing = queries.latest(case.patient_id)
    said = service.Written(sections.read(one.stored), case.calendar.on(one.review_on), case.provider.user_id)
    service.write(
        case.patient_id,
        said,
        seen=standing.id if standing else None,
        submission_id=case.id(f"safety-plan:{one.day}"),
        by=case.actor if one.is_own else case.provider,
        at=at,
    )
