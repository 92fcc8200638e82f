"""The clinic's own definitions in a folder, read when the portal starts. One wrong file, and it does not start."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.instruments import loader
from portal.instruments.definition import Definition
from portal.instruments.lines import line_of
from portal.instruments.own.draft import OWN
from portal.instruments.tables import DefinitionError

_NAMESPACE = uuid.UUID("a2a0c1de-9f0e-4c1b-8a55-5b6f1e1d6c77")
_EXAMPLE = Path(__file__).with_name("example.toml")
_current: tuple["File", ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    """One file that can be used: its name, its text, and the definition in it."""

    name: str
    source: str
    definition: Definition

    @property
    def id(self) -> uuid.UUID:
        """The id that the definition has before and after it is approved; other content has another one."""
        return uuid.uuid5(_NAMESPACE, self.source)


def use(folder: str) -> None:
    """Read every definition (*.toml) of a folder, "" for none, and offer them from now on.

    Raises:
        DefinitionError: the folder or a file in it cannot be used; names the file, the line and the reason.
    """
    global _current
    _current = ()
    _current = tuple(_read_all(Path(folder))) if folder else ()


def current() -> tuple[File, ...]:
    """Return the definitions that were read when the portal started."""
    return _current


@cache
def example() -> str:
    """Return a definition that shows what one can say, with remarks."""
    return _EXAMPLE.read_text(encoding="utf-8")


def refuse_changed(approved: Mapping[tuple[str, int], Definition]) -> None:
    """Refuse files that would change a version which is approved, or that come after a higher one.

    Args:
        approved: the clinic's own definitions that are or were in force, by id and version.

    Raises:
        DefinitionError: a file needs a higher version.
    """
    for file in _current:
        one = file.definition
        highest = max((version for name, version in approved if name == one.id), default=0)
        same = approved.get((one.id, one.version))
        if same == one or (same is None and one.version > highest):
            continue
        why = (
            f"version {one.version} of {one.id} was approved with other content" if same else "a later one is approved"
        )
        reason = f"{why}, and what is approved never changes; give this one version {highest + 1}"
        raise DefinitionError(file.name, line_of(file.source, "version"), "version", reason)


def refuse_other_ids(definition: Definition, name: str, source: str) -> None:
    """Refuse a scale that could be taken for one that comes with the portal, now or in a later release."""
    if not definition.id.startswith(OWN):
        reason = f"a scale of the clinic's own has an id that begins with {OWN}, like {OWN}{definition.id}"
        raise DefinitionError(name, line_of(source, "id"), "id", reason)


def _read_all(folder: Path) -> Iterable[File]:
    if not folder.is_dir():
        raise DefinitionError(str(folder), None, "", "is not a folder")
    found: dict[tuple[str, int], str] = {}
    for path in sorted(folder.glob("*.toml")):
        definition = loader.load_file(path, shipped=False)
        source = path.read_text(encoding="utf-8")
        refuse_other_ids(definition, path.name, source)
        twice = found.setdefault((definition.id, definition.version), path.name)
        if twice != path.name:
            raise DefinitionError(path.name, line_of(source, "version"), "version", f"stands in {twice} already")
        yield File(path.name, source, definition)
