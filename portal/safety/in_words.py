"""What a rule found in scores, over days, in silence or in what was left open, in words for the care team. Pure.

The numbers and days are those kept with the concern, so that an alert says later what it said when it was opened.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.messages import N_


@dataclass(frozen=True, slots=True)
class Telling:
    """One sentence: an English message id with its values, which are texts, numbers, days, tellings or rows of these.

    Args:
        msgid: the sentence, for one where it has a plural.
        values: what is filled in; `n` is what the plural counts.
        plural: the sentence for several; "" where there is only one.
    """

    msgid: str
    values: Mapping[str, Any] = field(default_factory=dict)
    plural: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a concern keeps of what was found.

    Args:
        name: what the scale or the questionnaire is called.
        value: the number that counts, in points; None where there is none.
        details: as `over_time.Sign` and the round about silence write them.
        names: from the id of any instrument to what it is called.
    """

    name: str
    value: float | None
    details: Mapping[str, Any]
    names: Mapping[str, str] = field(default_factory=dict)


def tell(rule: str, found: Found) -> tuple[Telling, ...]:
    """Return what the rule with this code found, in sentences, the main one first; nothing for a single answer."""
    in_words = _BY_RULE.get(rule)
    return in_words(found) if in_words else ()


def _worsening(found: Found) -> tuple[Telling, ...]:
    details, before = found.details, found.details.get("before")
    rises = before is None or found.value is None or found.value >= before
    values = {"name": found.name, "before": before, "value": found.value, "points": details.get("points")}
    values["day"] = _day(details.get("before_on"))
    said = [Telling(_WORSE[rises, details.get("since") == "best"], values)]
    if details.get("overlaps"):
        said.append(Telling(N_("The two look back over some of the same days.")))
    return tuple(said)


_WORSE = {
    (True, False): N_("%(name)s rose from %(before)s (%(day)s) to %(value)s. Reliable change is %(points)s points."),
    (True, True): N_(
        "%(name)s rose from its best, %(before)s (%(day)s), to %(value)s. Reliable change is %(points)s points."
    ),
    (False, False): N_("%(name)s fell from %(before)s (%(day)s) to %(value)s. Reliable change is %(points)s points."),
    (False, True): N_(
        "%(name)s fell from its best, %(before)s (%(day)s), to %(value)s. Reliable change is %(points)s points."
    ),
}


def _severe(found: Found) -> tuple[Telling, ...]:
    details = found.details
    values = {"name": found.name, "value": found.value, "least": details.get("at_least")}
    values["before"] = details.get("before")
    first = N_("%(name)s is %(value)s, with no score before it. Severe is %(least)s or more.")
    after = N_("%(name)s went from %(before)s to %(value)s. Severe is %(least)s or more.")
    said = [Telling(first if values["before"] is None else after, values)]
    if details.get("is_complete") is False:
        said.append(Telling(N_("Some questions were left out; the score is worked out from the others.")))
    return tuple(said)


def _activated(found: Found) -> tuple[Telling, ...]:
    details = found.details
    sentence, several = _ACTIVATED.get(details.get("why", ""), _SOMEHOW)
    values = {"name": found.name, "value": found.value, "least": details.get("at_least")}
    values |= {"hours": details.get("hours"), "energy": details.get("energy"), "n": int(details.get("nights") or 1)}
    days = tuple(_day(one) for one in details.get("days", ()))
    said = Telling(sentence, values, several)
    return (said, Telling(N_("Days: %(days)s"), {"days": days})) if days else (said,)


_SOMEHOW = (N_("%(name)s shows signs of activation."), "")
_ACTIVATED = {
    "asrm": (N_("%(name)s came to %(value)s. It counts from %(least)s."), ""),
    "activation": (N_("%(name)s: %(value)s signs were answered “clearly”. It counts from %(least)s."), ""),
    "sleep-need": (N_("Needed much less sleep for a night."), N_("Needed much less sleep %(n)s nights in a row.")),
    "sleep-and-energy": (
        N_("Slept %(hours)s hours or less for a night, with an energy of %(energy)s or more."),
        N_("Slept %(hours)s hours or less %(n)s nights in a row, with an energy of %(energy)s or more."),
    ),
}


def _misuse(found: Found) -> tuple[Telling, ...]:
    return (Telling(N_("%(name)s is positive. Talk about it before the next infusion."), {"name": found.name}),)


def _silence(found: Found) -> tuple[Telling, ...]:
    heard_on = _day(found.details.get("heard_on"))
    said = [_missed(one, found.names) for one in found.details.get("missed", ())]
    last = (
        Telling(N_("When this was opened they had last been heard of on %(day)s."), {"day": heard_on})
        if heard_on
        else Telling(N_("When this was opened they had never been heard of."))
    )
    return (*(said or [Telling(N_("Nothing was heard of the patient."))]), last)


def _missed(one: Mapping[str, Any], names: Mapping[str, str]) -> Telling:
    values = {"name": names.get(one["instrument"], one["instrument"]), "day": _day(one.get("since"))}
    values["n"] = int(one.get("askings") or 1)
    several = N_("%(name)s: not answered %(n)s times in a row, since %(day)s.")
    return Telling(N_("%(name)s: not answered since %(day)s."), values, several)


def _day(text: Any) -> date | str:
    """Return a day as it was kept, "" where there is none."""
    return date.fromisoformat(text) if text else ""


_BY_RULE: Mapping[str, Callable[[Found], tuple[Telling, ...]]] = {
    "R5": _worsening,
    "R6": _severe,
    "R7": _activated,
    "R10": _misuse,
    "R11": _silence,
}
