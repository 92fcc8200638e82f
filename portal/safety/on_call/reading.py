"""When somebody will read what a patient has answered, in words for the patient. Pure."""

from datetime import datetime
from enum import Enum
from typing import NamedTuple

from portal.clinic import hours
from portal.messages import N_
from portal.safety.help import Help
from portal.safety.on_call import cover as rota
from portal.safety.on_call.cover import Cover

TOLD_ON_CALL = frozenset({"R1", "R3", "R8", "V1", "V2", "V3", Help.EMERGENCY.value})
"""Rules that reach whoever is on call while the clinic is closed, and the one kind of help that means only those."""


class Reading(Enum):
    """When it is read, as a message id; those of `OPEN` and `LATER` have a day and a time."""

    ON_CALL = N_("Somebody of the clinic who is on call has been told now.")
    OPEN = N_("The clinic is open now, until %(time)s. Your care team can see this now.")
    LATER = N_("Nobody at the clinic is reading right now. This will be read on %(day)s from %(time)s.")
    NOT_SAID = N_("The clinic has not said when it reads this.")


class When(NamedTuple):
    """When an answer is read: which words, and the moment they speak of (aware UTC) where they speak of one."""

    reading: Reading
    at: datetime | None = None

    @property
    def msgid(self) -> str:
        """The English message id, for the edge to translate with `day` and `time` of the moment."""
        return str(self.reading.value)


def when(found: str, cover: Cover, at: datetime, *, mail_goes_out: bool = True) -> When:
    """Return when an answer is read.

    Args:
        found: the rule it met ("R1"), or the `Help` that is offered for it; `Help.CRISIS` may stand for a rule that
            waits for the clinic to open, so it promises nobody who is on call.
        cover: the clinic's hours and rota.
        at: when it arrived, aware.
        mail_goes_out: whether whoever is on call can be told at all; they look at no page.

    Returns:
        The words to say, never a promise of somebody who is not there.
    """
    closes = hours.open_until(cover.opening, at)
    if closes is not None:
        return When(Reading.OPEN, closes)
    is_told = found in TOLD_ON_CALL and mail_goes_out
    if is_told and rota.who(cover, at):
        return When(Reading.ON_CALL)
    shifts = [one.starts_at for one in cover.shifts if one.starts_at > at] if is_told else []
    opens = hours.next_open(cover.opening, at)
    first = min([*shifts, *([opens] if opens else [])], default=None)
    return When(Reading.LATER, first) if first else When(Reading.NOT_SAID)
