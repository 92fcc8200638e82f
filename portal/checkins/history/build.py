"""From nested plain values (a map file, a form, stored JSON) to a mapping and back; every mistake is found at once."""

from collections.abc import Mapping as Named
from dataclasses import replace

from portal.checkins.history.cells import clean
from portal.checkins.history.daylio import MOOD
from portal.checkins.history.draft import Draft, Path
from portal.checkins.history.encoding import ENCODINGS
from portal.checkins.history.mapping import LONGEST_NAME, LONGEST_UNIT, MOST_SCALES, Daylio, Mapping, Scale
from portal.checkins.history.problems import HistoryError, MappingError
from portal.checkins.history.table import DELIMITERS
from portal.checkins.history.when import FORMATS, find_zone
from portal.messages import N_

KINDS = ("csv", "daylio")
BETTER = ("higher", "lower")
SEPARATORS = dict(zip(("comma", "semicolon", "tab"), DELIMITERS, strict=True))
COMMON = frozenset({"kind", "time_zone", "scale", "encoding", "separator"})
KEYS = {
    "csv": COMMON | {"date", "time", "date_format", "note", "missing"},
    "daylio": COMMON | {"moods"},
    "scale": frozenset({"column", "name", "minimum", "maximum", "better", "unit"}),
}
LONGEST_COLUMN = 200

ORDER = N_("The lowest number (%(minimum)s) must be less than the highest (%(maximum)s).")
SAME_NAME = N_("Two scales have the name “%(name)s”.")
SAME_COLUMN = N_("The column “%(column)s” is used twice.")
NO_SCALES = N_("Choose at least one scale.")
TOO_MANY_SCALES = N_("At most %(limit)s scales can be read at once.")
NOT_A_LIST = N_("This must be a list.")
MOOD_NUMBER = N_("A mood is a whole number from 1 (worst) to 5 (best).")


def build(given: Named[str, object]) -> Mapping | Daylio:
    """Return the mapping that nested plain values describe (the shape of the map file).

    Raises:
        MappingError: with every problem, each with the path of its key.
    """
    draft = Draft()
    kind = draft.choice(given, (), "kind", KINDS) or "csv"
    draft.known(given, (), KEYS[kind])
    built = _daylio(draft, given) if kind == "daylio" else _csv(draft, given)
    if draft.problems:
        raise MappingError(tuple(draft.problems))
    return built


def raw(how: Mapping | Daylio) -> dict[str, object]:
    """Return plain values (fit for JSON) from which `build` makes the same mapping again."""
    separators = {mark: name for name, mark in SEPARATORS.items()}
    common: dict[str, object] = {
        "time_zone": how.time_zone,
        "encoding": how.encoding,
        "separator": separators[how.delimiter] if how.delimiter else None,
        "scale": [_raw_scale(scale) for scale in how.scales],
    }
    if isinstance(how, Daylio):
        return {"kind": "daylio", **_filled(common), "moods": dict(how.moods)}
    formats = {order: name for name, order in FORMATS.items()}
    own = {
        "date": how.date_column,
        "time": how.time_column,
        "note": how.note_column,
        "date_format": formats[how.date_order] if how.date_order else None,
        "missing": list(how.missing) or None,
    }
    return {"kind": "csv", **_filled(common | own)}


def _filled(values: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in values.items() if value is not None}


def _raw_scale(scale: Scale) -> dict[str, object]:
    return {
        "column": scale.column,
        "name": scale.name,
        "minimum": str(scale.minimum),
        "maximum": str(scale.maximum),
        "better": BETTER[0] if scale.higher_is_better else BETTER[1],
        **({"unit": scale.unit} if scale.unit else {}),
    }


def _csv(draft: Draft, given: Named[str, object]) -> Mapping:
    date = draft.text(given, (), "date", LONGEST_COLUMN, needed=True)
    time, note = (draft.text(given, (), key, LONGEST_COLUMN) for key in ("time", "note"))
    scales = _scales(draft, given)
    if not scales and not draft.problems:
        draft.add(("scale",), NO_SCALES)
    used = [(("date",), date), (("time",), time), (("note",), note)]
    _once(draft, [*used, *((("scale", at, "column"), scale.column) for at, scale in scales)])
    form = draft.choice(given, (), "date_format", FORMATS)
    return Mapping(
        date_column=date or "",
        time_column=time,
        note_column=note,
        date_order=FORMATS[form] if form else None,
        missing=_missing(draft, given),
        scales=tuple(scale for _, scale in scales),
        time_zone=_zone(draft, given),
        encoding=draft.choice(given, (), "encoding", ENCODINGS),
        delimiter=_separator(draft, given),
    )


def _daylio(draft: Draft, given: Named[str, object]) -> Daylio:
    scales = _scales(draft, given)
    for at, scale in scales:
        if scale.name.casefold() == MOOD.name.casefold():
            draft.add(("scale", at, "name"), SAME_NAME, name=scale.name)
    _once(draft, [(("scale", at, "column"), scale.column) for at, scale in scales])
    return Daylio(
        moods=_moods(draft, given),
        scales=tuple(scale for _, scale in scales),
        time_zone=_zone(draft, given),
        encoding=draft.choice(given, (), "encoding", ENCODINGS),
        delimiter=_separator(draft, given),
    )


def _scales(draft: Draft, given: Named[str, object]) -> list[tuple[int, Scale]]:
    """Return the readable scales, each with its place in the list."""
    tables = given.get("scale", [])
    if not isinstance(tables, list):
        draft.add(("scale",), NOT_A_LIST)
        return []
    if len(tables) > MOST_SCALES:
        draft.add(("scale",), TOO_MANY_SCALES, limit=str(MOST_SCALES))
        return []
    found = [(at, scale) for at, table in enumerate(tables) if (scale := _scale(draft, table, ("scale", at)))]
    names: set[str] = set()
    for at, scale in found:
        if scale.name.casefold() in names:
            draft.add(("scale", at, "name"), SAME_NAME, name=scale.name)
        names.add(scale.name.casefold())
    return found


def _scale(draft: Draft, table: object, path: Path) -> Scale | None:
    if not isinstance(table, dict):
        draft.add(path, NOT_A_LIST)
        return None
    draft.known(table, path, KEYS["scale"])
    column = draft.text(table, path, "column", LONGEST_COLUMN, needed=True)
    name = draft.text(table, path, "name", LONGEST_NAME, needed=True)
    minimum, maximum = draft.number(table, path, "minimum"), draft.number(table, path, "maximum")
    better = draft.choice(table, path, "better", BETTER, needed=True)
    unit = draft.text(table, path, "unit", LONGEST_UNIT) or ""
    if minimum is not None and maximum is not None and minimum >= maximum:
        draft.add((*path, "minimum"), ORDER, minimum=str(minimum), maximum=str(maximum))
    if column is None or name is None or minimum is None or maximum is None or better is None:
        return None
    return Scale(name, minimum, maximum, better == "higher", column, unit)


def _once(draft: Draft, used: list[tuple[Path, str | None]]) -> None:
    seen: set[str] = set()
    for path, column in used:
        if column is not None and column.casefold() in seen:
            draft.add(path, SAME_COLUMN, column=column)
        seen.add((column or "").casefold())


def _zone(draft: Draft, given: Named[str, object]) -> str | None:
    name = draft.text(given, (), "time_zone", LONGEST_COLUMN)
    try:
        return find_zone(name).key if name else None
    except HistoryError as error:
        draft.add(("time_zone",), error.message, **error.values)
        return None


def _separator(draft: Draft, given: Named[str, object]) -> str | None:
    name = draft.choice(given, (), "separator", SEPARATORS)
    return SEPARATORS[name] if name else None


def _missing(draft: Draft, given: Named[str, object]) -> tuple[str, ...]:
    values = given.get("missing", [])
    if not isinstance(values, list) or len(values) > MOST_SCALES:
        draft.add(("missing",), NOT_A_LIST)
        return ()
    texts = [draft.text({"missing": str(value)}, (), "missing", LONGEST_UNIT) for value in values]
    return tuple(text for text in texts if text)


def _moods(draft: Draft, given: Named[str, object]) -> dict[str, int]:
    table = given.get("moods", {})
    if not isinstance(table, dict):
        draft.add(("moods",), MOOD_NUMBER)
        return {}
    moods: dict[str, int] = {}
    for name, value in table.items():
        if str(value) in ("1", "2", "3", "4", "5"):
            moods[clean(name)] = int(str(value))
        else:
            draft.add(("moods", name), MOOD_NUMBER)
    return moods


def relocated(error: MappingError, positions: dict[int, int]) -> MappingError:
    """Return the same problems with the places of scales in a list replaced, as a page numbers them."""

    def moved(path: Path) -> Path:
        return tuple(positions.get(part, part) if isinstance(part, int) else part for part in path)

    return MappingError(tuple(replace(problem, path=moved(problem.path)) for problem in error.problems))
