"""How a questionnaire is put to a person: which list may be answered as a whole, what a question hangs on. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from portal.instruments.answers import Answers
from portal.instruments.definition import Condition, Definition, Item, ItemKind
from portal.instruments.skips import Presence, presence
from portal.messages import N_

LONG_LIST = 7

_ONLY_IF = {
    ("one", "is"): N_("Only if the answer to “%(question)s” is “%(answer)s”."),
    ("one", "not"): N_("Only if the answer to “%(question)s” is not “%(answer)s”."),
    ("one", "least"): N_("Only if the answer to “%(question)s” is %(answer)s or more."),
    ("above", "is"): N_("Only if one of the answers above is “%(answer)s”."),
    ("above", "not"): N_("Only if one of the answers above is not “%(answer)s”."),
    ("above", "least"): N_("Only if one of the answers above is %(answer)s or more."),
    ("some", "is"): N_("Only if one of these is “%(answer)s”: %(question)s"),
    ("some", "not"): N_("Only if one of these is not “%(answer)s”: %(question)s"),
    ("some", "least"): N_("Only if one of these is %(answer)s or more: %(question)s"),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English message id and what is filled into it; the edge translates it."""

    message: str
    values: Mapping[str, str]


def quick_none(definition: Definition) -> str | None:
    """Return the answer that a whole list may be given at once, such as "None"; None where it may not.

    Only a list of our own with seven questions or more that all offer the same lowest answer, 0. A validated scale is
    answered question by question.
    """
    listed = listed_items(definition)
    if definition.is_validated or len(listed) < LONG_LIST or any(one.kind is not ItemKind.CHOICE for one in listed):
        return None
    labels = {none.label if (none := item.option(0)) else "" for item in listed}
    label = labels.pop()
    return label if label and not labels else None


def listed_items(definition: Definition) -> list[Item]:
    """Return the items that are asked of everybody: neither further ones nor those that hang on another answer."""
    return [item for item in definition.items if item.is_default and item.asked_if is None]


def hidden(definition: Definition, answers: Answers, asked: Collection[str]) -> frozenset[str]:
    """Return the codes of the asked items that the other answers rule out.

    Args:
        definition: the instrument.
        answers: from item code to number, valid; None is declined, absent is unanswered.
        asked: the codes of the items that were put to the person.
    """
    if all(item.asked_if is None for item in definition.items):
        return frozenset()
    states = presence(definition.items, answers, asked)
    return frozenset(code for code in asked if states[code] is Presence.HIDDEN)


def only_if(item: Item, asked: Sequence[Item]) -> Sentence | None:
    """Return in words when a question is asked, None for one that always is.

    Args:
        item: the question.
        asked: every item of the page, in printed order.
    """
    condition = item.asked_if
    if condition is None:
        return None
    heads = [one for one in asked if one.code in condition.items]
    before = [one for one in asked[: asked.index(item)] if one.asked_if is None]
    where = "one" if len(heads) == 1 else "above" if heads == before else "some"
    how, answer = _answers(heads[0], condition) if heads else ("least", f"{condition.at_least:.12g}")
    questions = ", ".join(one.text for one in heads)
    return Sentence(_ONLY_IF[where, how], {"question": questions, "answer": answer})


def _answers(head: Item, condition: Condition) -> tuple[str, str]:
    """Return which answers call for the question: "is" or "not" this one, or this one and any above."""
    if head.kind is not ItemKind.CHOICE:
        return "least", f"{condition.at_least:.12g}"
    calling = [option for option in head.options if option.value >= condition.at_least]
    others = [option for option in head.options if option.value < condition.at_least]
    if len(calling) == 1:
        return "is", calling[0].label
    if len(others) == 1:
        return "not", others[0].label
    least = min(calling, key=lambda option: option.value, default=None)
    return "least", f"“{least.label}”" if least else f"{condition.at_least:.12g}"
