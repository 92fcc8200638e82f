"""What the demo clinic has laid down: limits of treatment with its own words and whom to call, rules for alerts."""

from dataclasses import replace
from datetime import datetime

from portal.access.policy import Actor
from portal.safety import thresholds
from portal.safety.ruleset import service as safety
from portal.treatment.rules import service
from portal.treatment.rules.forms import ANSWER_DEFAULTS
from portal.treatment.rules.values import DEFAULTS, Rules

EVENING = (
    "Eat and drink as your nurse has written on your card, and not later than it says.\n"
    "Ask somebody you trust to be with you from the start until you have slept.\n"
    "Take your usual medicines unless we have told you otherwise. If you are not sure, write to us or call.\n"
    "Lay out loose clothes and, if you like, music without words."
)
DAY = (
    "Your nurse calls when she is on her way. Keep the door reachable and your phone on.\n"
    "Tell her when you last ate and drank, and anything that has changed since yesterday."
)
AFTER = (
    "No driving, machines or big decisions for 24 hours. No alcohol and no cannabis.\n"
    "Rest, eat something light when you feel like it, and have somebody with you tonight.\n"
    "If something worries you, call the clinic. In an emergency call 911."
)


def lay_down(director: Actor, first: datetime, second: datetime) -> None:
    """Put the clinic's rules into force, and change them once.

    Args:
        director: the medical director.
        first, second: when.
    """
    ours = replace(
        DEFAULTS,
        evening_text=EVENING,
        day_text=DAY,
        after_text=AFTER,
        call_name="Provider on call",
        call_phone="+1 503 555 0142",
    )
    _put(ours, 0, "Interval's limits as they stand, with our own words and whom to call.", director, first)
    stricter = replace(ours, months={**ours.months, "liver": 3})
    _put(stricter, 1, "Several patients have boosters every three to four weeks now.", director, second)


def lay_down_for_safety(director: Actor, at: datetime) -> None:
    """Put the clinic's own thresholds for alerts into force: stricter in two, Interval's in all others."""
    ours = {**thresholds.DEFAULTS, "R3.hours": 2.0, "R7.sleep_hours": 5.0}
    reason = "Signed as they stand, with two hours for R3 and five hours of sleep for R7, as our team agreed."
    safety.change(ours, 0, reason, by=director, at=at)


def _put(rules: Rules, version: int, reason: str, by: Actor, at: datetime) -> None:
    service.lay_down(rules, version=version, reason=reason, defaults=ANSWER_DEFAULTS, by=by, at=at)
