"""Which questions the answers so far call for. Pure."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from portal.instruments.definition import Condition, Definition, Item
from portal.instruments.numbers import Number


class Presence(StrEnum):
    """Whether an item is called for; undecided while an answer that would settle it is not given or was declined."""

    ASKED = "asked"
    HIDDEN = "hidden"
    UNDECIDED = "undecided"


def presence(
    items: Sequence[Item], answers: Mapping[str, Number | None], asked: Collection[str]
) -> dict[str, Presence]:
    """Return for each item whether these answers call for it.

    A condition on items of which none is asked hides nothing: then the plan chose this item for itself. An answer to a
    hidden item counts for nothing, except a positive one to a safety item, which is always heard.

    Args:
        items: all items of a definition in printed order.
        answers: from item code to number; None is declined, absent is unanswered. They have to be valid numbers.
        asked: the codes that were put to the person or may yet be.
    """
    found: dict[str, Presence] = {}
    values: dict[str, Number | None] = {}
    for item in items:
        state = Presence.ASKED if item.asked_if is None else _presence(item.asked_if, found, values, asked)
        value = answers.get(item.code) if item.code in asked else None
        is_heard = state is not Presence.HIDDEN or value in item.positive_values
        found[item.code], values[item.code] = state, value if is_heard else None
    return found


def shown(
    definition: Definition, answers: Mapping[str, Number | None], asked: Collection[str] | None = None
) -> tuple[str, ...]:
    """Return the codes of the asked items that these answers call for, in printed order.

    Args:
        definition: the instrument.
        answers: from item code to number, valid; None is declined, absent is unanswered.
        asked: the codes put to the person, None for the default ones.

    Raises:
        KeyError: one of `asked` is unknown.
    """
    codes = tuple(item.code for item in definition.asked(asked))
    states = presence(definition.items, answers, codes)
    return tuple(code for code in codes if states[code] is Presence.ASKED)


def _presence(
    gate: Condition, before: Mapping[str, Presence], values: Mapping[str, Number | None], asked: Collection[str]
) -> Presence:
    is_open, strangers = False, 0
    for code in gate.items:
        value = values[code]
        if value is not None:
            if value >= gate.at_least:
                return Presence.ASKED
        elif before[code] is not Presence.HIDDEN:
            is_open = is_open or code in asked
            strangers += code not in asked
    if is_open:
        return Presence.UNDECIDED
    return Presence.ASKED if strangers == len(gate.items) else Presence.HIDDEN
