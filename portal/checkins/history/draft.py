"""Single values out of nested plain ones, collecting what is wrong instead of stopping at the first mistake."""

from collections.abc import Collection
from collections.abc import Mapping as Named
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches

from portal.checkins.history.cells import clean, plain
from portal.checkins.history.mapping import HIGHEST
from portal.checkins.history.problems import Problem, RowRefused, shown
from portal.messages import N_

Path = tuple[str | int, ...]

LONGEST_CHOICE = 200
MOST_DECIMALS = 4

REQUIRED = N_("This is needed.")
NOT_TEXT = N_("This must be text.")
TOO_LONG = N_("This is too long: at most %(limit)s characters.")
NOT_A_NUMBER = N_("This must be a number.")
TOO_BIG = N_("This must be a number between %(lowest)s and %(highest)s with at most %(decimals)s decimals.")
CHOOSE = N_("“%(value)s” is not one of: %(choices)s.")
UNKNOWN_KEY = N_("There is nothing by this name. Known: %(known)s.")
UNKNOWN_KEY_BUT = N_("There is nothing by this name. Did you mean “%(near)s”?")


class Draft:
    """Reads values by table and key; `problems` has one problem for each that is missing or wrong."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, path: Path, message: str, **values: str) -> None:
        self.problems.append(Problem(path, message, values))

    def known(self, table: Named[str, object], path: Path, keys: Collection[str]) -> None:
        for key in table:
            if key in keys:
                continue
            near = get_close_matches(key, keys, n=1, cutoff=0.6)
            if near:
                self.add((*path, key), UNKNOWN_KEY_BUT, near=near[0])
            else:
                self.add((*path, key), UNKNOWN_KEY, known=", ".join(sorted(keys)))

    def text(self, table: Named[str, object], path: Path, key: str, limit: int, *, needed: bool = False) -> str | None:
        value = table.get(key)
        if value is not None and not isinstance(value, str):
            self.add((*path, key), NOT_TEXT)
            return None
        try:
            bare = " ".join(clean(value or "").split())
        except RowRefused as refused:
            self.add((*path, key), refused.message, **refused.values)
            return None
        if len(bare) > limit:
            self.add((*path, key), TOO_LONG, limit=str(limit))
        if not bare and needed:
            self.add((*path, key), REQUIRED)
        return bare or None

    def choice(
        self, table: Named[str, object], path: Path, key: str, choices: Collection[str], *, needed: bool = False
    ) -> str | None:
        value = self.text(table, path, key, LONGEST_CHOICE, needed=needed)
        if value is None or value in choices:
            return value
        self.add((*path, key), CHOOSE, value=shown(value), choices=", ".join(choices))
        return None

    def number(self, table: Named[str, object], path: Path, key: str) -> Decimal | None:
        value = table.get(key)
        if value is None or value == "":
            self.add((*path, key), REQUIRED)
            return None
        try:
            found = Decimal(str(value).strip().replace(",", ".").replace("\N{MINUS SIGN}", "-"))
        except InvalidOperation:
            found = Decimal("NaN")
        if isinstance(value, bool) or not found.is_finite():
            self.add((*path, key), NOT_A_NUMBER)
            return None
        if abs(found) > HIGHEST or found != round(found, MOST_DECIMALS):
            self.add((*path, key), TOO_BIG, lowest=str(-HIGHEST), highest=str(HIGHEST), decimals=str(MOST_DECIMALS))
            return None
        return plain(found)
