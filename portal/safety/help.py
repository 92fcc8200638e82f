"""What somebody is offered for what they answered. Pure.

The patient is never told a rule; they read whom to call. The same help is offered while they answer and on the receipt.
"""

from collections.abc import Iterable
from enum import StrEnum

from portal.safety import rules
from portal.safety.rules import DEFAULT_SET, Finding


class Help(StrEnum):
    """Whom to turn to, the most urgent first."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"
    CLINIC_TODAY = "clinic-today"
    SOON = "soon"
    CLINIC = "clinic"
    LEFT_OPEN = "left-open"
    SUPPORT = "support"
    TOLD = "told"
    NEXT_VISIT = "next-visit"


_BY_RULE = {
    "R8": Help.EMERGENCY,
    "R1": Help.CRISIS,
    "R2": Help.CRISIS,
    "R3": Help.CRISIS,
    "R4": Help.CRISIS,
    "R9": Help.CLINIC_TODAY,
    "R9b": Help.CLINIC,
    "R7": Help.SOON,
    "R6": Help.SUPPORT,
    "R5": Help.TOLD,
    "R10": Help.NEXT_VISIT,
}
_OF_THE_BODY = frozenset({"R8", "R9", "R9b"})
_BODY_ITEMS = frozenset(
    (one.instrument, one.item) for rule in DEFAULT_SET.rules if rule.code in _OF_THE_BODY for one in rule.criteria
)


def possible(instrument: str) -> tuple[Help, ...]:
    """Return the help that single answers to an instrument may call for while they are given, the most urgent first.

    What only scores and several days say is offered once the check-in is sent. Where no rule names it, its safety items
    are those of a clinic's own scale, and are about being safe.
    """
    named = {rule.code for rule in DEFAULT_SET.rules for one in rule.criteria if one.instrument == instrument}
    offered = {_BY_RULE[code] for code in named if code in _BY_RULE} or {Help.CRISIS}
    return tuple(one for one in Help if one in offered)


def best(found: Iterable[tuple[str, str, str]]) -> Help | None:
    """Return the most urgent help for what was found, None where nothing calls for any.

    Args:
        found: rule code, instrument id and item code of each concern. A question about the body that was left open is
            not one about being safe.
    """
    offered = {_help(*one) for one in found}
    return next((help_ for help_ in Help if help_ in offered), None)


def best_for(findings: Iterable[Finding]) -> Help | None:
    """Return the most urgent help for what the rules have just found."""
    return best((one.rule.code, one.answer.instrument, one.answer.item) for one in findings)


def _help(rule: str, instrument: str, item: str) -> Help | None:
    if rule == rules.UNKNOWN and (instrument, item) in _BODY_ITEMS:
        return Help.LEFT_OPEN
    return _BY_RULE.get(rule)
