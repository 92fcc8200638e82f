"""What a batch says to one patient, and whether it can be sent. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.access.policy import REACHABLE, PatientStatus
from portal.follow_ups.many.reasons import LeftOut
from portal.messaging.wording.fill import fill, unknown

MOST, LONGEST, LONGEST_SUBJECT = 500, 10_000, 200


@dataclass(frozen=True, slots=True)
class Text:
    """What a batch writes; both may hold fields."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Fitted:
    """The words for one patient, and why they cannot be sent."""

    subject: str
    body: str
    why: LeftOut


def fit(text: Text, values: Mapping[str, str | None], status: PatientStatus) -> Fitted:
    """Return what one patient would get.

    Args:
        text: what is written to all; without unknown fields.
        values: the patient's, by the names of the fields.
        status: where the patient is in the clinic's care.
    """
    subject, body = fill(text.subject, values), fill(text.body, values)
    why = LeftOut.NONE
    if status not in REACHABLE:
        why = LeftOut.NOT_IN_CARE
    elif subject.missing or body.missing:
        why = LeftOut.MISSING_VALUE
    elif len(subject.text) > LONGEST_SUBJECT or len(body.text) > LONGEST:
        why = LeftOut.TOO_LONG
    return Fitted(subject.text[:LONGEST_SUBJECT], body.text[:LONGEST], why)


def wrong(text: Text) -> list[str]:
    """Return the fields of a text that nobody knows, each once."""
    return list(dict.fromkeys([*unknown(text.subject), *unknown(text.body)]))
