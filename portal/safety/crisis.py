"""Crisis resources by country: those in the file beside this one, and the clinic's own, which win for a country."""

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

from portal.safety import crisis_file
from portal.safety.crisis_file import Country, CrisisFileError, Line, Service

__all__ = ["SHIPPED", "Country", "Line", "Service", "country_codes", "for_country", "read_own", "use"]

SHIPPED = crisis_file.read(
    Path(__file__).with_name("crisis_resources.toml").read_text(encoding="utf-8"), "crisis_resources.toml"
)
_known: Mapping[str, Country] = SHIPPED


def read_own(path: str, *, known: Collection[str], today: date) -> Mapping[str, Country]:
    """Return what a clinic's own file says, nothing where it has none.

    Args:
        path: of a file like the one beside this one; "" for none.
        known: the codes of the countries there are.
        today: nothing was checked after this day.

    Raises:
        CrisisFileError: the file cannot be read, or something in it is wrong.
    """
    if not path:
        return {}
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CrisisFileError(f"{path} cannot be read") from error
    return crisis_file.read(text, path, known=known, today=today)


def use(own: Mapping[str, Country]) -> None:
    """Know these resources of the clinic's own besides: what it says of a country stands for the whole of it."""
    global _known
    _known = MappingProxyType({**SHIPPED, **own})


def for_country(code: str) -> Country:
    """Return a country's resources; empty ones, never another country's, where we know of none."""
    return _known.get(code.upper(), Country(code.upper()))


def country_codes() -> tuple[str, ...]:
    """Return the countries to choose from, those with numbers and those without."""
    return tuple(_known)
