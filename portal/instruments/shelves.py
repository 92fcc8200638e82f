"""Which instruments stand together on a page: ready, waiting for words, waiting for approval, retired."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from portal.instruments import loader
from portal.instruments.definition import Definition, FilledBy, Wording
from portal.instruments.loader import Catalogue
from portal.instruments.queries import State, Version


@dataclass(frozen=True, slots=True)
class Entry:
    """One instrument with the clinic's own versions of it that are in force."""

    definition: Definition
    versions: tuple[Version, ...]
    is_shipped: bool

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it can be asked in, the first one first."""
        own = [self.definition.language] if self.definition.has_wording else []
        return tuple(dict.fromkeys([*own, *(one.language for one in self.versions)]))


@dataclass(frozen=True, slots=True)
class PublicShelves:
    """What everybody may know about: `clinic` are the clinic's own scales, `totals` what a clinician enters."""

    questionnaires: Sequence[Entry]
    ours: Sequence[Entry]
    structures: Sequence[Entry]
    totals: Sequence[Entry]
    clinic: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class ClinicShelves:
    """What the clinic looks after."""

    ready: Sequence[Entry]
    wordless: Sequence[Entry]
    totals: Sequence[Entry]
    waiting: Sequence[Version]
    retired: Sequence[Version]


def takes_wording(definition: Definition) -> bool:
    """Return whether a clinic can paste words into a shipped definition: any that patients answer."""
    return definition.filled_by is FilledBy.PATIENT


def public(known: Catalogue, versions: Iterable[Version]) -> PublicShelves:
    """Return the instruments in use, each as it is shipped where it is, with the attestations of its wordings."""
    entries = _entries(known, versions)
    shipped = [one for one in entries if one.is_shipped]
    asked = [one for one in shipped if takes_wording(one.definition)]
    worded = [one for one in asked if one.definition.wording is Wording.SHIPPED]
    return PublicShelves(
        questionnaires=[one for one in worded if one.definition.is_validated],
        ours=[one for one in worded if not one.definition.is_validated],
        structures=[one for one in asked if one.definition.wording is Wording.CLINIC],
        totals=[one for one in shipped if not takes_wording(one.definition)],
        clinic=[one for one in entries if not one.is_shipped],
    )


def clinic(known: Catalogue, versions: Sequence[Version]) -> ClinicShelves:
    """Return the instruments by what they wait for."""
    entries = _entries(known, versions)
    return ClinicShelves(
        ready=[one for one in entries if one.languages and takes_wording(one.definition)],
        wordless=[one for one in entries if not one.languages],
        totals=[one for one in entries if not takes_wording(one.definition)],
        waiting=[one for one in versions if one.state is State.WAITING],
        retired=[one for one in versions if one.state in (State.RETIRED, State.DECLINED)],
    )


def _entries(known: Catalogue, versions: Iterable[Version]) -> list[Entry]:
    """Return the instruments in use, by title; a shipped one as it is shipped."""
    own: dict[str, list[Version]] = {}
    for one in versions:
        if one.state is State.IN_FORCE:
            own.setdefault(one.instrument, []).append(one)
    shipped = loader.catalogue()
    found = [shipped.get(one.id) if one.id in shipped else one for one in known]
    entries = [Entry(one, tuple(own.get(one.id, ())), one.id in shipped) for one in found]
    return sorted(entries, key=lambda one: one.definition.title.casefold())
