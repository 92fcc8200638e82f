"""The fields with which somebody answers the questions of an instrument."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.checkins.asking import listed_items, only_if, quick_none
from portal.instruments.definition import Definition, FilledBy, Item, ItemKind
from portal.web.fields import Depends, Field, HoursField, NumberField, RadioField, SelectChoice, StripField

PREFIX = "item_"
SHORT_LABEL, FEW_OPTIONS, MOST_SEGMENTS = 10, 3, 4
CHOOSE = _l("Choose an answer, or “Prefer not to answer”.")
ENTER = _l("Enter a number, or “Prefer not to answer”.")
ENTER_TOTAL = _l("Enter the total.")


def question_fields(definition: Definition, asked: Sequence[Item]) -> dict[str, Field]:
    """Return the fields of a page by their names, in printed order."""
    is_list = quick_none(definition) is not None
    optional = {code for code, others in stand_ins(definition).items() if others}
    return {
        PREFIX + item.code: question_field(
            item,
            depends=_depends(item, asked),
            is_slim=is_list and _is_short(item),
            may_decline=may_decline(definition),
            may_stay_open=item.code in optional,
        )
        for item in asked
    }


def question_field(
    item: Item,
    *,
    depends: Depends | None = None,
    is_slim: bool = False,
    may_decline: bool = True,
    may_stay_open: bool = False,
) -> Field:
    """Return the field with which somebody answers one question; also for showing a questionnaire before it is used.

    Whether an answer is missing is for the service to say, because that may hang on the other answers.

    Args:
        item: the question.
        depends: the answers it hangs on.
        is_slim: draw its few short answers as one strip, for a long list.
        may_decline: offer "Prefer not to answer".
        may_stay_open: another question can stand in for it.
    """
    options: dict[str, Any] = {
        "may_decline": may_decline,
        "hint": item.hint,
        "depends": depends,
        "is_needed": item.is_required and not may_stay_open,
    }
    if item.kind is ItemKind.SCALE:
        bounds = {"lowest": int(item.minimum), "highest": int(item.maximum)}
        return StripField(item.text, low=item.low_label, high=item.high_label, **bounds, **options)
    if item.kind is ItemKind.HOURS:
        return HoursField(item.text, **options)
    if item.kind is ItemKind.NUMBER:
        if not may_decline and not item.hint:
            span = {"lowest": f"{item.minimum:.12g}", "highest": f"{item.maximum:.12g}"}
            options["hint"] = _l("From %(lowest)s to %(highest)s", **span)
        return NumberField(item.text, lowest=item.minimum, highest=item.maximum, unit=item.unit, **options)
    choices = [SelectChoice(str(option.value), option.label) for option in item.options]
    inline = len(choices) <= FEW_OPTIONS and all(len(option.label) <= SHORT_LABEL for option in item.options)
    return RadioField(item.text, choices=choices, inline=inline, segments=is_slim, **options)


def stand_ins(definition: Definition) -> dict[str, frozenset[str]]:
    """Return the items that another one can stand in for, with those others."""
    pairs = [pair for scale in definition.scales for group in scale.groups for pair in group.needs if len(pair) > 1]
    return {code: frozenset(pair) - {code} for pair in pairs for code in pair}


def missing_text(item: Item, *, may_decline: bool = True) -> Any:
    """Return what is said at a question that nobody answered."""
    if item.kind is not ItemKind.NUMBER:
        return CHOOSE
    return ENTER if may_decline else ENTER_TOTAL


def may_decline(definition: Definition) -> bool:
    """Return whether "Prefer not to answer" is offered: not for a total that a clinician has worked out."""
    return definition.filled_by is FilledBy.PATIENT


def filled_with_none(definition: Definition, sent: Any) -> Any:
    """Return what was sent with the lowest answer chosen wherever a question of the list was not answered."""
    filled = sent.copy()
    for item in listed_items(definition):
        if not sent.get(PREFIX + item.code):
            filled[PREFIX + item.code] = "0"
    return filled


def _depends(item: Item, asked: Sequence[Item]) -> Depends | None:
    said = only_if(item, asked)
    if item.asked_if is None or said is None:
        return None
    fields = [PREFIX + code for code in item.asked_if.items]
    return Depends(fields, item.asked_if.at_least, _l(said.message, **said.values))


def _is_short(item: Item) -> bool:
    few = len(item.options) <= MOST_SEGMENTS
    return item.kind is ItemKind.CHOICE and few and all(len(option.label) <= SHORT_LABEL for option in item.options)
