"""Which questions the answers so far call for. Pure."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from portal.instruments.definition import Definition, Item
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
        found[item.code] = _presence(item, found, values, asked)
        value = answers.get(item.code) if item.code in asked else None
        is_heard = found[item.code] is not Presence.HIDDEN or value in item.positive_values
        values[item.code] = value if is_heard else None
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
    item: Item, before: Mapping[str, Presence], values: Mapping[str, Number | None], asked: Collection[str]
) -> Presence:
    if item.asked_if is None:
        return Presence.ASKED
    given = {code: values[code] for code in item.asked_if.items}
    if any(value is not None and value >= item.asked_if.at_least for value in given.values()):
        return Presence.ASKED
    possible = [code for code in given if before[code] is not Presence.HIDDEN]
    if any(given[code] is None and code in asked for code in possible):
        return Presence.UNDECIDED
    return Presence.ASKED if possible and not any(code in asked for code in given) else Presence.HIDDEN
