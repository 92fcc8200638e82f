"""The hard stops of one patient beside the clinic's own. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from portal.treatment.rules.problems import LOW
from portal.treatment.rules.values import Limits

NAMES = tuple(one.name for one in fields(Limits))


def own(asked: Limits, clinics: Limits) -> Limits:
    """Return what differs from the clinic's; what is left out or the same follows the clinic's, also once that changes.

    Args:
        asked: what the order lays down; None where it says nothing.
        clinics: the clinic's hard stops while treatment runs.
    """
    values = {name: getattr(asked, name) for name in NAMES}
    return Limits(**{name: None if value == getattr(clinics, name) else value for name, value in values.items()})


def effective(order: Limits, clinics: Limits) -> Limits:
    """Return the limits that hold: the order's, and the clinic's where it says nothing."""
    mine = {name: getattr(order, name) for name in NAMES}
    return Limits(**{name: getattr(clinics, name) if value is None else value for name, value in mine.items()})


def looser(order: Limits, clinics: Limits) -> tuple[str, ...]:
    """Return the names of the limits that would let through what the clinic's own stop."""
    both = ((name, getattr(order, name), getattr(clinics, name)) for name in NAMES)
    return tuple(
        name
        for name, mine, theirs in both
        if mine is not None and theirs is not None and (mine < theirs if name in LOW else mine > theirs)
    )


def to_json(order: Limits, reason: str) -> dict[str, Any]:
    """Return an order's own limits in plain values, with the reason where one was asked for."""
    return {name: value for name, value in asdict(order).items() if value is not None} | {"reason": reason}


def from_json(values: Mapping[str, Any]) -> tuple[Limits, str]:
    """Return an order's own limits and the reason for looser ones, "" where none was asked for."""
    return Limits(**{name: values.get(name) for name in NAMES}), str(values.get("reason", ""))
