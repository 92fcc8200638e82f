"""What a follow-up is about: an infusion, a check-in, or nothing in particular. Pure."""

import uuid
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class About:
    """At most one of the two; as text it can stand in an address, which tells nothing."""

    infusion_id: uuid.UUID | None = None
    check_in_id: uuid.UUID | None = None

    def __str__(self) -> str:
        if self.infusion_id is not None:
            return f"t-{self.infusion_id.hex}"
        return f"c-{self.check_in_id.hex}" if self.check_in_id is not None else ""


NOTHING = About()


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wrote to a patient, and when it is to go out: now where `send_on` is None."""

    subject: str
    body: str
    about: About = NOTHING
    send_on: date | None = None
    unless_check_in: bool = False


def read(text: str) -> About:
    """Return what a form's value stands for.

    Raises:
        ValueError: it stands for nothing.
    """
    kind, _, number = text.rpartition("-")
    if kind == "t":
        return About(infusion_id=uuid.UUID(number))
    if kind == "c":
        return About(check_in_id=uuid.UUID(number))
    raise ValueError("about nothing")
