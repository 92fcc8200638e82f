"""The scales on which a clinic can draw a line."""

from collections.abc import Iterable

from portal.instruments import catalogue
from portal.instruments.definition import Definition, Method
from portal.instruments.loader import Catalogue
from portal.treatment.rules.values import DEFAULTS, Lined

DAILY = "daily"


def list_scales(also: Iterable[str] = ()) -> list[Lined]:
    """Return the primary scales that come to an amount with a good end, those with a default first, the others by name.

    Args:
        also: instruments that have a line already; they stay, also where they are no longer asked.
    """
    known = catalogue.current()
    ids = {one.id for one in known.plannable()} | {*_known(known, (*DEFAULTS.lines, *also))}
    found = [known.get(one) for one in ids - {DAILY}]
    lined = [_lined(one) for one in found if _can_have_one(one)]
    first = {name: place for place, name in enumerate(DEFAULTS.lines)}
    return sorted(lined, key=lambda one: (first.get(one.instrument, len(first)), one.title.casefold()))


def _known(known: Catalogue, ids: Iterable[str]) -> set[str]:
    return {one.id for one in known.versions()} & set(ids)


def _can_have_one(definition: Definition) -> bool:
    scale = definition.primary
    return scale.method is not Method.TRIAGE and scale.higher_is_better is not None


def _lined(definition: Definition) -> Lined:
    scale = definition.primary
    return Lined(
        instrument=definition.id,
        title=definition.short_title,
        minimum=scale.minimum,
        maximum=scale.maximum,
        higher_is_better=bool(scale.higher_is_better),
        decimals=scale.digits or 0,
        published=scale.cutoff.source if scale.cutoff else "",
        cutoff=scale.cutoff.at_least if scale.cutoff else None,
    )
