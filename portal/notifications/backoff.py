"""How long a mail waits before it is tried again, and when it is given up."""

from datetime import timedelta

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
LONGEST_WAIT_URGENT = timedelta(minutes=15)
MOST_ATTEMPTS = 60
MOST_ATTEMPTS_OURS = 5


def wait(attempts: int, *, urgent: bool, spread: float) -> timedelta:
    """Return the pause after a failed attempt: doubling up to a limit, spread so that not all come back at once.

    Args:
        attempts: how many have been made, from 1.
        urgent: urgent mail is tried more often.
        spread: from 0 (three quarters of the pause) to 1 (five quarters).
    """
    longest = LONGEST_WAIT_URGENT if urgent else LONGEST_WAIT
    doubled = FIRST_WAIT * 2.0 ** min(attempts - 1, 16)
    return min(doubled, longest) * (0.75 + spread / 2)
