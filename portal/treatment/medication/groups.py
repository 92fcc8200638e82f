"""Which groups a medicine belongs to, recognised from its generic name. Pure.

The names are a file of our own (`groups.toml`), general professional knowledge [K]; the groups are those of the
chips in `chips.py`. Whoever records a medicine can choose its groups by hand.
"""

import re
import tomllib
import unicodedata
from enum import StrEnum
from functools import cache
from pathlib import Path

NAMES = Path(__file__).with_name("groups.toml")


class Group(StrEnum):
    """A group of medicines that matters with treatment."""

    BENZODIAZEPINE = "benzodiazepine"
    Z_DRUG = "z-drug"
    LAMOTRIGINE = "lamotrigine"
    CYP_INHIBITOR = "cyp-inhibitor"
    CYP_INDUCER = "cyp-inducer"
    MAOI = "maoi"
    STIMULANT = "stimulant"
    SNRI = "snri"
    DECONGESTANT = "decongestant"
    SSRI = "ssri"
    OPIOID = "opioid"
    ALCOHOL = "alcohol"
    GABAPENTINOID = "gabapentinoid"
    SEDATIVE = "sedative"
    NALTREXONE = "naltrexone"
    LITHIUM = "lithium"
    VALPROATE = "valproate"
    ANTIPSYCHOTIC = "antipsychotic"


def recognise(name: str) -> tuple[Group, ...]:
    """Return the groups of a medicine, in the order of `Group`; none where its name is not known.

    Args:
        name: as it was typed, with whatever else stands in it ("Quetiapine fumarate XR"); a known name counts
            where it stands as a whole word, so that "esketamine" or "amphetamines" are nothing else by accident.
    """
    words = f" {' '.join(_words(name))} "
    return tuple(group for group, names in _names().items() if any(f" {one} " in words for one in names))


def source() -> str:
    """Return where the names are from."""
    return str(_file()["source"])


@cache
def _names() -> dict[Group, tuple[str, ...]]:
    kept = _file()["names"]
    return {group: tuple(" ".join(_words(one)) for one in kept[group.value]) for group in Group}


@cache
def _file() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(NAMES.read_text(encoding="utf-8"))


def _words(text: str) -> list[str]:
    plain = "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    return re.findall(r"[a-z0-9]+", re.sub(r"['’]", "", plain))
