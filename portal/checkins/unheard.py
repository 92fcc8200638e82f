"""Whether a patient has gone silent, for whoever reads a score: silence never looks stable. Pure.

Silent is who is in a spell of silence (R11), and, whether or not a worker has seen it, who owes something and has sent
no check-in for as many days as the clinic's rules say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from portal.checkins.silence_rule import DAILY


@dataclass(frozen=True, slots=True)
class Unheard:
    """For how many of the patient's days nothing has been heard of them; or, `of_scale`, the scale was not answered."""

    days: int
    of_scale: bool = False


def unheard(
    heard_at: datetime,
    missed: Sequence[Mapping[str, Any]],
    instrument: str,
    now: datetime,
    zone: ZoneInfo,
    *,
    silent_for_long: bool,
) -> Unheard | None:
    """Return since when a patient in care has been silent; None where they have not.

    Args:
        heard_at: when the last check-in came in, or the patient was enrolled if later; aware.
        missed: what the spell of silence that goes on is about, as `silence_rule.details` has it; empty without one.
        instrument: the scale that is read.
        now: aware.
        zone: where the patient lives.
        silent_for_long: whether they owe something and have been silent for as long as the clinic's rules say.
    """
    today = now.astimezone(zone).date()
    days = (today - heard_at.astimezone(zone).date()).days
    since = {one["instrument"]: one["since"] for one in missed}
    if silent_for_long or (DAILY in since and days > 0):
        return Unheard(days)
    if instrument in since:
        return Unheard((today - date.fromisoformat(since[instrument])).days, of_scale=True)
    return None
