"""What about a patient's medicines matters with treatment: one chip each, with its reason and source. Pure.

A chip says what is known and how well; it never says what to take, how much of it, or to leave it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from portal.messages import N_
from portal.treatment.medication.groups import Group


class Taken(Protocol):
    """A medicine as it is taken now: its name, and the groups it is in as their stored words."""

    @property
    def name(self) -> str: ...

    @property
    def groups(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing to know.

    Args:
        code: its name, steady over versions.
        label: what it is about, as a message id.
        reason: why it matters, as a message id.
        source: where that is from, as a message id; [V] was checked against it, [K] is general professional knowledge.
        medicines: the medicines it is about, as they were typed; none where it is one that is missing.
    """

    code: str
    label: str
    reason: str
    source: str
    medicines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Rule:
    code: str
    groups: tuple[Group, ...]
    label: str
    reason: str
    source: str


_GENERAL = N_("General professional knowledge [K]")
_REFERENCE = N_("Published pharmacology [V]")
_BIPOLAR_SOURCE = N_("General professional knowledge [K]; the bipolar trial of the NIMH required one [V]")

_RULES = (
    _Rule(
        "benefit",
        (Group.BENZODIAZEPINE, Group.Z_DRUG),
        N_("Benzodiazepine or z-drug"),
        N_("May blunt the benefit. In one study (47 people) it depended on the daily dose."),
        N_("Andrashko 2020 [V]"),
    ),
    _Rule(
        "lamotrigine",
        (Group.LAMOTRIGINE,),
        N_("Lamotrigine"),
        N_("May reduce the acute altered perception. What it does to the benefit is not settled."),
        N_("Andrade 2017; Mayo 2023 [V]"),
    ),
    _Rule(
        "cyp-inhibitor",
        (Group.CYP_INHIBITOR,),
        N_("CYP3A4 or CYP2B6 inhibitor"),
        N_("Changes the exposure to what is given."),
        _REFERENCE,
    ),
    _Rule(
        "cyp-inducer",
        (Group.CYP_INDUCER,),
        N_("CYP3A4 or CYP2B6 inducer"),
        N_("Changes the exposure to what is given."),
        _REFERENCE,
    ),
    _Rule(
        "maoi",
        (Group.MAOI,),
        N_("MAO inhibitor"),
        N_("Caution with blood pressure. Trials often leave out people who take one."),
        N_("One trial protocol [V]; general professional knowledge [K]"),
    ),
    _Rule(
        "pressure",
        (Group.STIMULANT, Group.SNRI, Group.DECONGESTANT),
        N_("Stimulant, SNRI or decongestant"),
        N_("Can affect blood pressure and pulse."),
        _GENERAL,
    ),
    _Rule(
        "ssri",
        (Group.SSRI,),
        N_("SSRI"),
        N_("Associated with higher peaks of blood pressure."),
        N_("Szarmach 2020 [V]"),
    ),
    _Rule(
        "sedation",
        (Group.OPIOID, Group.ALCOHOL, Group.GABAPENTINOID, Group.SEDATIVE),
        N_("Opioid, alcohol, gabapentinoid or other sedative"),
        N_("Can affect breathing and add to sedation."),
        _GENERAL,
    ),
    _Rule(
        "naltrexone",
        (Group.NALTREXONE,),
        N_("Naltrexone"),
        N_("May block the benefit."),
        _GENERAL,
    ),
)
STABILISERS = frozenset({Group.LITHIUM, Group.VALPROATE, Group.ANTIPSYCHOTIC})
_LISTED = N_("Mood stabiliser in bipolar: listed")
_LISTED_REASON = N_("Confirm that it is on board.")
_MISSING = N_("Mood stabiliser in bipolar: none listed")
_MISSING_REASON = N_("Confirm a mood stabiliser is on board. No lithium, valproate or antipsychotic is listed.")


def chips(medicines: Iterable[Taken], *, is_bipolar: bool = False) -> tuple[Chip, ...]:
    """Return the chips of a patient, in a fixed order, each once.

    Args:
        medicines: those that are taken now.
        is_bipolar: whether the patient has a bipolar disorder.
    """
    taken = list(medicines)
    found = [
        Chip(rule.code, rule.label, rule.reason, rule.source, names)
        for rule in _RULES
        if (names := _in(rule.groups, taken))
    ]
    if is_bipolar:
        found.append(_about_stabiliser(_in(STABILISERS, taken)))
    return tuple(found)


def _in(groups: Collection[Group], taken: Iterable[Taken]) -> tuple[str, ...]:
    wanted = {group.value for group in groups}
    return tuple(dict.fromkeys(one.name for one in taken if wanted & set(one.groups)))


def _about_stabiliser(names: tuple[str, ...]) -> Chip:
    label, reason = (_LISTED, _LISTED_REASON) if names else (_MISSING, _MISSING_REASON)
    return Chip("stabiliser", label, reason, _BIPOLAR_SOURCE, names)
