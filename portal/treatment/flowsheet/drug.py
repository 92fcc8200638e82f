"""The milligrams of one ampoule: drawn, given and wasted must add up, and a lot has its day. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from portal.treatment.flowsheet import problems
from portal.treatment.problems import Problem

TOLERANCE_MG = 0.5
"""How far drawn may differ from given and wasted together. [D]"""


def unaccounted(values: Mapping[str, Any]) -> float | None:
    """Return by how many mg drawn differs from given and wasted; None where that is nothing, or cannot be told."""
    drawn, given = values.get("drawn_mg"), values.get("given_mg")
    if drawn is None or given is None:
        return None
    away = float(drawn) - float(given) - float(values.get("wasted_mg") or 0)
    return away if abs(away) > TOLERANCE_MG + 1e-9 else None


def is_expired(values: Mapping[str, Any], on: date) -> bool:
    """Return whether the lot was past its day on the day it was used."""
    return bool(values.get("expires_on")) and date.fromisoformat(str(values["expires_on"])) < on


def check(values: Mapping[str, Any], on: date) -> list[Problem]:
    """Return what needs a reason and has none.

    Args:
        values: of the entry, by the form's field names.
        on: the patient's day on which it was used.
    """
    if values.get("difference_reason"):
        return []
    found = []
    if unaccounted(values) is not None:
        said = {"drawn": values["drawn_mg"], "given": values["given_mg"], "wasted": values.get("wasted_mg") or 0}
        found.append(Problem("difference_reason", problems.DOES_NOT_ADD_UP, said))
    if is_expired(values, on):
        day = date.fromisoformat(str(values["expires_on"]))
        found.append(Problem("difference_reason", problems.LOT_EXPIRED, {"day": day}))
    return found
