"""All versions of all instruments, and which of them is meant."""

from collections.abc import Collection, Iterable, Iterator

from portal.instruments.definition import Definition, FilledBy

ENGLISH = "en"


class UnknownInstrument(LookupError):
    """No instrument has this id, or this version of it."""


class Catalogue:
    """All versions of all instruments; iterating gives the one in use of each, by id.

    Args:
        definitions: the versions; of two with the same id and version the later one counts.
        retired: ids and versions that old answers may still be read with, and that nobody is asked any more.
    """

    def __init__(self, definitions: Iterable[Definition], retired: Collection[tuple[str, int]] = ()) -> None:
        ordered = sorted(definitions, key=lambda definition: (definition.id, definition.version))
        self._versions = {(definition.id, definition.version): definition for definition in ordered}
        self._retired = frozenset(retired)
        self._of: dict[str, list[Definition]] = {}
        for (name, version), definition in self._versions.items():
            if (name, version) not in self._retired:
                self._of.setdefault(name, []).append(definition)
        self._latest = {name: _chosen(of, ENGLISH) for name, of in self._of.items()}

    def __iter__(self) -> Iterator[Definition]:
        return iter(self._latest.values())

    def __len__(self) -> int:
        return len(self._latest)

    def __contains__(self, instrument: object) -> bool:
        return instrument in self._latest

    def get(self, instrument: str, version: int | None = None, language: str | None = None) -> Definition:
        """Return one version of an instrument; raises UnknownInstrument.

        Args:
            instrument: its id.
            version: exactly this one, retired or not. None: the latest whose wording is in `language`, else the latest
                in English, else the latest structure.
            language: such as "en" or "pt-BR"; None means English.
        """
        if version is not None and (instrument, version) in self._versions:
            return self._versions[instrument, version]
        if instrument not in self._latest:
            raise UnknownInstrument(f"no instrument is called {instrument!r}; known are {', '.join(self._latest)}")
        if version is not None:
            raise UnknownInstrument(f"{instrument!r} has no version {version}")
        return self._latest[instrument] if language is None else _chosen(self._of[instrument], language)

    def askable(self) -> tuple[Definition, ...]:
        """Return the latest version of each instrument that patients can be asked, by short title."""
        found = [
            definition if definition.is_askable else next((one for one in reversed(of) if one.is_askable), None)
            for definition, of in zip(self._latest.values(), self._of.values(), strict=True)
        ]
        return tuple(sorted((one for one in found if one), key=lambda one: (one.short_title.casefold(), one.id)))

    def team_rated(self) -> tuple[Definition, ...]:
        """Return the instruments whose total the care team enters, by id; no patient is ever asked one."""
        return tuple(one for one in self._latest.values() if one.filled_by is FilledBy.CLINICIAN)

    def plannable(self) -> tuple[Definition, ...]:
        """Return what a patient's plan can hold: what they can be asked, and what the care team enters."""
        return (*self.askable(), *self.team_rated())

    def versions(self) -> tuple[Definition, ...]:
        """Return every version of every instrument, retired ones too, by id and version."""
        return tuple(self._versions.values())


def _chosen(versions: list[Definition], language: str) -> Definition:
    """Return the version to use, of at least one, ordered from the oldest to the latest."""
    for wanted in (language, ENGLISH):
        worded = [one for one in versions if one.has_wording and one.language == wanted]
        if worded:
            return worded[-1]
    bare = [one for one in versions if not one.has_wording]
    return (bare or versions)[-1]
