"""How long a mail waits before it is tried again, and when it is given up. Pure."""

from dataclasses import dataclass
from datetime import timedelta

FIRST_WAIT = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a mail is tried in all, and the longest pause between two attempts."""

    attempts: int
    longest: timedelta
    longest_urgent: timedelta


# Our own server being away is nobody's fault: three days of trying, and soon after it is back.
WITH_OUR_SERVER = Patience(900, timedelta(minutes=5), timedelta(minutes=1))
WITH_THEIR_SERVER = Patience(60, timedelta(hours=1), timedelta(minutes=15))
WITH_OURSELVES = Patience(5, timedelta(hours=1), timedelta(minutes=15))


def wait(attempts: int, patience: Patience, *, urgent: bool, spread: float) -> timedelta:
    """Return the pause after a failed attempt: doubling up to a limit, spread so that not all come back at once.

    Args:
        attempts: how many have been made, from 1.
        patience: what the limit is.
        urgent: urgent mail is tried more often.
        spread: from 0 (three quarters of the pause) to 1 (five quarters).
    """
    longest = patience.longest_urgent if urgent else patience.longest
    doubled = FIRST_WAIT * 2.0 ** min(attempts - 1, 16)
    return min(doubled, longest) * (0.75 + spread / 2)
