"""The instruments this clinic has: those shipped with the portal and those it has added or pasted the wording of."""

import logging
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from portal import clock, db
from portal.instruments import loader, queries
from portal.instruments.definition import Definition
from portal.instruments.loader import Catalogue, DefinitionError, UnknownInstrument
from portal.instruments.own import files

REMEMBERED_SECONDS = 10.0
# Outside an application there is no database either: then the session raises a RuntimeError.
_OUT_OF_REACH = (SQLAlchemyError, db.Busy, RuntimeError)
_log = logging.getLogger("portal.instruments")


class ClinicCatalogue(Catalogue):
    """A catalogue that looks once more before it says that something is unknown: another process may have approved it.

    Of an instrument that is retired as a whole it still gives the last version, because plans and charts name it.
    """

    def get(self, instrument: str, version: int | None = None, language: str | None = None) -> Definition:
        try:
            return super().get(instrument, version, language)
        except UnknownInstrument:
            known = [one for one in self.versions() if version is None and one.id == instrument]
            return known[-1] if known else Catalogue.get(_look_again(self), instrument, version, language)


class _Remembered(NamedTuple):
    catalogue: ClinicCatalogue
    since: float


_remembered: _Remembered | None = None


def current() -> Catalogue:
    """Return every version of every instrument this clinic can ask, score or has ever asked, at most ten seconds old.

    While the database cannot be reached it is the last one known, or what is shipped.
    """
    if _remembered is not None and clock.tick() - _remembered.since < REMEMBERED_SECONDS:
        return _remembered.catalogue
    last = _remembered.catalogue if _remembered else loader.catalogue()
    return _look_again(last)


def is_waiting(instrument: str, version: int | None = None) -> bool:
    """Return whether a scale, or this version of it, waits for the medical director; False while nobody can look."""
    try:
        return any(one.instrument == instrument and version in (None, one.version) for one in queries.list_waiting())
    except _OUT_OF_REACH:
        return False


def forget() -> None:
    """Read the clinic's own definitions afresh the next time somebody asks in this process."""
    global _remembered
    _remembered = None


def structure_of(instrument: str) -> str:
    """Return the shipped definition of an instrument as TOML; raises UnknownInstrument."""
    return _shipped_source(instrument, loader.catalogue().get(instrument).version)


def refuse_wrong_ones() -> None:
    """Refuse to start with definitions that cannot be used, or with files that change what was approved.

    Where the database cannot be reached, or has no tables yet, there is nothing to compare with.

    Raises:
        DefinitionError: which one, and why.
    """
    try:
        kept = queries.approved()
    except _OUT_OF_REACH:
        return
    names = {(one.instrument, one.version): f"{one.instrument}@{one.version} in the database" for one in kept}
    found = {key: loader.load_text(one.source, names[key], shipped=False) for key, one in zip(names, kept, strict=True)}
    files.refuse_changed(found)


def _look_again(last: Catalogue) -> Catalogue:
    global _remembered
    try:
        kept = queries.approved()
    except _OUT_OF_REACH:
        return last
    retired = [(one.instrument, one.version) for one in kept if one.is_retired]
    found = ClinicCatalogue((*loader.catalogue().versions(), *_usable(kept)), retired)
    _remembered = _Remembered(found, clock.tick())
    return found


def _usable(kept: Iterable[queries.Approved]) -> Iterable[Definition]:
    """Return what can be read; another version of the portal may have written what this one does not know."""
    for one in kept:
        try:
            yield queries.read(one.source)
        except DefinitionError as error:
            _log.warning("a definition of the clinic's cannot be read: version %s, %s", one.version, error.key)


@cache
def _shipped_source(instrument: str, version: int) -> str:
    names = (f"{instrument}@{version}.toml", f"{instrument}.toml")
    path = next(path for name in names if (path := loader.SHIPPED / name).is_file())
    return path.read_text(encoding="utf-8")
