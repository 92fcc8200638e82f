"""Scales and words for tests; none of the words belong to anybody."""

from dataclasses import replace
from typing import Any

from portal import db
from portal.access.policy import Actor
from portal.accounts.models import User
from portal.instruments import catalogue, wording
from portal.instruments.models import ClinicDefinition
from tests.cast import Person

STATEMENT = wording.STATEMENTS[0]
REST = """\
id = "own-rest"
version = 1
title = "Restfulness"
short_title = "REST"
neutral_title = "Past week: rest"
recall_days = 7
minutes = 1
validated = false
license = "Written by the clinic"
license_status = "public-domain"
attribution = "Harbour Clinic"
source = "made up for this test"

[answers]
often = [{ value = 0, label = "Never" }, { value = 1, label = "Often" }, { value = 2, label = "Always" }]

[[items]]
code = "q1"
text = "Did you rest?"
kind = "choice"
answers = "often"

[[items]]
code = "q2"
text = "Did you wake?"
kind = "choice"
answers = "often"

[[scales]]
code = "total"
title = "REST"
method = "sum"
items = ["q1", "q2"]
reversed = ["q2"]
better = "higher"
"""
TYPED: dict[str, Any] = {
    "title": "Restfulness",
    "short_title": "REST",
    "neutral_title": "Past week: rest",
    "language": "en",
    "recall_days": "7",
    "minutes": "1",
    "questions": "Did you rest?\n\nDid you wake?\nDid you worry?",
    "answers": "0 = Never\n1 = Often\n2 = Always",
    "method": "sum",
    "reversed": "2",
    "subscales": "Nights: 1, 2",
    "better": "higher",
    "bands": "0-3 little rest\n4-6 much rest",
    "missing_allowed": "1",
    "safety": "3: 2",
    "source": "made up for this test",
    "license_status": "public-domain",
    "license": "Written by the clinic",
    "attribution": "Harbour Clinic",
}


def director(person: Person) -> Actor:
    """Make a provider the medical director, and return who they are now."""
    db.session.get_one(User, person.user_id).is_medical_director = True
    db.session.commit()
    return replace(person.actor, is_medical_director=True)


def texts_for(instrument: str, mark: str = "") -> dict[str, str]:
    """Return made-up words for every blank of a shipped structure."""
    found = {}
    for blank in wording.blanks(catalogue.structure_of(instrument)):
        lines = [f"answer {value}{mark}" for value in blank.values] or [f"words for {blank.key}{mark}"]
        found[blank.key] = "\n".join(lines)
    return found


def rows() -> list[ClinicDefinition]:
    """Keep what was done, and return what is in the table, by instrument and version."""
    db.session.commit()
    found = list(db.session.query(ClinicDefinition).order_by(ClinicDefinition.instrument, ClinicDefinition.version))
    db.session.rollback()
    return found
