"""The rows of docs/instruments.md, worked out from the definitions so that the page cannot drift from them.

`python -m tests.instruments.catalogue_table` prints them.
"""

from collections.abc import Sequence

from portal.instruments.definition import Definition, FilledBy, Method, Scale, Wording
from portal.instruments.loader import catalogue

HEAD = "| instrument | items | looks back | scoring | unanswered | safety items | licence | source | verified |"
LINE = "|---|---|---|---|---|---|---|---|---|"


def with_wording() -> list[str]:
    return table([one for one in catalogue() if one.filled_by is FilledBy.PATIENT and one.wording is Wording.SHIPPED])


def structure_only() -> list[str]:
    return table([one for one in catalogue() if one.wording is Wording.CLINIC])


def totals() -> list[str]:
    return table([one for one in catalogue() if one.filled_by is FilledBy.CLINICIAN])


def table(definitions: Sequence[Definition]) -> list[str]:
    return [HEAD, LINE, *(row(definition) for definition in definitions)]


def row(definition: Definition) -> str:
    label = "" if definition.is_validated else " · not validated"
    cells = (
        f"**{definition.short_title}** `{definition.id}`{label}",
        _items(definition),
        _window(definition.recall_days),
        "; ".join(dict.fromkeys(_scoring(scale, named=len(definition.scales) > 1) for scale in definition.scales)),
        "; ".join(dict.fromkeys(_missing(scale) for scale in definition.scales)),
        ", ".join(f"`{item.code}`" for item in definition.items if item.is_safety) or "–",
        f"{definition.license_status.value}: {definition.license}",
        definition.source,
        str(definition.verified_on or "unverified"),
    )
    return "| " + " | ".join(cells) + " |"


def _window(days: int | None) -> str:
    if days is None:
        return "–"
    return "1 day" if days == 1 else f"{days} days"


def _items(definition: Definition) -> str:
    number = str(len(definition.items))
    on_demand = sum(not item.is_default for item in definition.items)
    hidden = sum(item.asked_if is not None for item in definition.items)
    further = [f"{on_demand} where the plan says so"] * bool(on_demand)
    further += [f"{hidden} only after certain answers"] * bool(hidden)
    return f"{number} ({', '.join(further)})" if further else number


def _scoring(scale: Scale, *, named: bool) -> str:
    words = [f"{scale.title}: {_method(scale)}" if named else _method(scale)]
    if scale.bands and scale.method is not Method.TRIAGE:
        words.append(", ".join(f"{band.label} {band.minimum:g}–{band.maximum:g}" for band in scale.bands))
    if scale.cutoff:
        words.append(f"cut-off {scale.cutoff.at_least}")
    if scale.response:
        fall = f"{scale.response.reduction * 100:g} %"
        words.append(f"response −{fall}, remission below {scale.response.remission_below}")
    if scale.reliable_change:
        words.append(f"reliable change {scale.reliable_change.points:g}")
    if scale.higher_is_better:
        words.append("more is better")
    return ", ".join(words)


def _method(scale: Scale) -> str:
    number, span = len(scale.items), f"{scale.minimum:g}–{scale.maximum:g}"
    if scale.method is Method.TRIAGE:
        return "the highest that holds: " + " > ".join(level.label for level in scale.levels)
    if scale.method is Method.MAXIMUM:
        return f"sum of the greatest answer of each of {len(scale.groups)} domains, {span}"
    if scale.method is Method.MEAN:
        return f"mean of {number} to one decimal, {span}"
    if number == 1:
        return f"the answer, {span}"
    times = f" × {scale.times}" if scale.times != 1 else ""
    return f"sum of {number}{times}, {span}"


def _missing(scale: Scale) -> str:
    if scale.method is Method.TRIAGE:
        return "no result while an answer could still raise it"
    if any(group.one_of for group in scale.groups):
        pairs = [" or ".join(codes) for group in scale.groups for codes in group.one_of]
        return f"every domain is needed; of {' and of '.join(pairs)} one is enough"
    if not scale.missing_allowed:
        return "all are needed"
    strict = [f"at most {one.missing_allowed} of {', '.join(one.items)}" for one in scale.groups]
    limits = [
        words for words, one in zip(strict, scale.groups, strict=True) if one.missing_allowed < scale.missing_allowed
    ]
    whose = "of their cluster" if scale.groups else "of the others"
    return ", ".join([f"up to {scale.missing_allowed} take the mean {whose}", *limits])


if __name__ == "__main__":
    print("\n".join([*with_wording(), "", *structure_only(), "", *totals()]))  # noqa: T201
