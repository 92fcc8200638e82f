"""What waits in this browser to be sent from a bedside: a cookie says how much of it is whose, and nothing else.

Its script (flowsheet-queue.js) keeps the cookie true; who writes a false one only changes what they are warned of.
"""

import re
from uuid import UUID

from flask import render_template, request

from portal.access.policy import Actor

COOKIE = "interval-unsent"
_ONE = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):([0-9]{1,5})")
_MOST = 2000


def is_any() -> bool:
    """Return whether anything waits, of whomever; also where it cannot be said how much."""
    return bool(request.cookies.get(COOKIE))


def warn_first(visitor: Actor | None) -> str | None:
    """Return the page that asks before somebody signs out while entries of theirs wait; None where none do."""
    waiting = count_of(visitor.user_id) if visitor else 0
    if not waiting or "and_keep" in request.form:
        return None
    return render_template("accounts/unsent.html", waiting=waiting)


def count_of(user_id: UUID) -> int:
    """Return how many entries of one person wait."""
    said = request.cookies.get(COOKIE, "")[:_MOST]
    return sum(int(count) for who, count in _ONE.findall(said) if who == str(user_id))
