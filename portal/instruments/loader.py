"""Reads instrument definitions from their TOML files. A wrong file is refused as a whole, never half loaded."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from portal.instruments.definition import Definition, LicenseStatus
from portal.instruments.items import read_answers, read_items, read_loinc
from portal.instruments.loinc import AllowList, allow_list
from portal.instruments.scales import read_scales
from portal.instruments.tables import DefinitionError, Table

__all__ = ["Catalogue", "DefinitionError", "UnknownInstrument", "catalogue", "load_directory", "load_file"]

SHIPPED = Path(__file__).with_name("definitions")


class UnknownInstrument(LookupError):
    """No instrument has this id, or this version of it."""


class Catalogue:
    """All versions of all instruments; iterating gives the latest version of each, by id."""

    def __init__(self, definitions: Iterable[Definition]) -> None:
        ordered = sorted(definitions, key=lambda definition: (definition.id, definition.version))
        self._versions = {(definition.id, definition.version): definition for definition in ordered}
        self._latest = {definition.id: definition for definition in ordered}

    def __iter__(self) -> Iterator[Definition]:
        return iter(self._latest.values())

    def __len__(self) -> int:
        return len(self._latest)

    def __contains__(self, instrument: object) -> bool:
        return instrument in self._latest

    def get(self, instrument: str, version: int | None = None) -> Definition:
        """Return this version of the instrument, the latest for None; raises UnknownInstrument."""
        if instrument not in self._latest:
            raise UnknownInstrument(f"no instrument is called {instrument!r}; known are {', '.join(self._latest)}")
        if version is None:
            return self._latest[instrument]
        if (instrument, version) not in self._versions:
            raise UnknownInstrument(f"{instrument!r} has no version {version}")
        return self._versions[instrument, version]


@cache
def catalogue() -> Catalogue:
    """Return the definitions shipped with the portal; read once."""
    return load_directory(SHIPPED)


def load_directory(path: Path) -> Catalogue:
    """Return every definition (*.toml) of a directory; raises DefinitionError for the first wrong file."""
    files = sorted(path.glob("*.toml"))
    if not files:
        raise DefinitionError(str(path), None, "", "holds no definitions (*.toml)")
    found: dict[tuple[str, int], Definition] = {}
    for file in files:
        definition = load_file(file)
        if (definition.id, definition.version) in found:
            raise DefinitionError(file.name, None, "version", f"{definition.version} of {definition.id} exists already")
        found[definition.id, definition.version] = definition
    return Catalogue(found.values())


def load_file(path: Path) -> Definition:
    """Return the definition in one file, named `<id>.toml`, or `<id>@<version>.toml` for a kept older version.

    Raises DefinitionError, which names the file, the line, the key and the reason.
    """
    try:
        source = path.read_text(encoding="utf-8")
        values = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise DefinitionError(path.name, int(line[1]) if line else None, "", f"is not valid TOML: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(path.name, None, "", f"cannot be read: {error}") from error
    root = Table(values, path.name, source)
    definition = _definition(root, allow_list())
    if path.stem not in (definition.id, f"{definition.id}@{definition.version}"):
        root.refuse(
            "id", f"the file has to be called {definition.id}.toml or {definition.id}@{definition.version}.toml"
        )
    return definition


def _definition(root: Table, loinc: AllowList) -> Definition:
    name, stem = _id(root), root.text("stem", "")
    answers = read_answers(root.table("answers"), loinc) if root.has("answers") else {}
    items = read_items(root, name, stem, answers, loinc)
    definition = Definition(
        id=name,
        version=root.integer("version", 1, 10_000),
        title=root.text("title"),
        short_title=root.text("short_title"),
        neutral_title=root.text("neutral_title"),
        recall_days=root.integer("recall_days", 0, 366) if root.has("recall_days") else None,
        minutes=root.integer("minutes", 1, 120),
        is_validated=root.boolean("validated"),
        items=items,
        scales=read_scales(root, name, items, loinc),
        license=root.text("license"),
        license_status=_license_status(root),
        attribution=root.text("attribution"),
        source=root.text("source"),
        verified_on=root.day("verified_on"),
        instruction=root.text("instruction", ""),
        stem=stem,
        copyright_notice=root.text("copyright_notice", ""),
        loinc=read_loinc(root, name, loinc),
    )
    root.done()
    return definition


def _id(root: Table) -> str:
    name = root.text("id")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        root.refuse("id", f"{name!r} needs to be lower-case letters and digits, joined by hyphens")
    return name


def _license_status(root: Table) -> LicenseStatus:
    status = root.choice("license_status", LicenseStatus)
    if not status.may_ship:
        root.refuse("license_status", f"{status} does not allow this wording to be shipped with the portal")
    return status
