"""Rows of the Daylio app's CSV export.

The export names a mood and not its level, and people rename moods; a name that is not one of the five is refused until
the person says what it means. Where an export has a `scales` column it holds "name: number" pairs between bars, without
the range of the scale; a pair whose scale the person has described becomes a value, any other stays readable in the
note.
"""

import html
import re
from collections.abc import Callable
from decimal import Decimal

from portal.checkins.history.cells import clean
from portal.checkins.history.entry import Content, answer
from portal.checkins.history.mapping import Daylio, Scale
from portal.checkins.history.problems import HistoryError, RowRefused, shown
from portal.checkins.history.table import Table
from portal.checkins.history.when import written
from portal.messages import N_

MOOD = Scale("Daylio mood", Decimal(1), Decimal(5), higher_is_better=True, column="mood")
MOODS = {"rad": 5, "good": 4, "meh": 3, "bad": 2, "awful": 1}
NEEDED = ("full_date", "time", "mood")
SEPARATOR = " | "

NOT_DAYLIO = N_("This is not an export of the Daylio app: the column “%(column)s” is missing.")
NO_MOOD = N_("This row has no mood.")
UNKNOWN_MOOD = N_("The mood “%(mood)s” is not one of the five that Daylio starts with. Say which of them it is like.")

_LINE_TAG = re.compile(r"<br\s*/?>|</(?:div|p|li|h[1-6])>", re.IGNORECASE)
_ITEM_TAG = re.compile(r"<li>", re.IGNORECASE)
_OTHER_TAG = re.compile(r"</?(?:b|strong|i|em|u|s|strike|span|font|div|p|ul|ol|h[1-6])>", re.IGNORECASE)


def is_daylio(columns: tuple[str, ...]) -> bool:
    """Say whether a header is that of a Daylio export."""
    return set(NEEDED) <= {column.casefold() for column in columns}


def reader(daylio: Daylio, table: Table) -> Callable[[tuple[str, ...]], Content]:
    """Return the function that reads one row's cells.

    Raises:
        HistoryError: the file lacks a column that every such export has.
    """
    positions = {name.casefold(): position for position, name in enumerate(table.columns)}
    for needed in NEEDED:
        if needed not in positions:
            raise HistoryError(NOT_DAYLIO, column=needed)
    moods = MOODS | {folded(name): level for name, level in daylio.moods.items()}
    scales = {scale.column.casefold(): scale for scale in daylio.scales}

    def read(cells: tuple[str, ...]) -> Content:
        def cell(name: str) -> str:
            return cells[positions[name]] if name in positions else ""

        values, unread = _scales(cell("scales"), scales)
        values[MOOD.name] = mood = _mood(cell("mood"), moods)
        text = "\n".join(filter(None, (_text(cell("note_title")), _text(cell("note")))))
        activities = parts(cell("activities"))
        # Not the mood's name, which the app changes in every entry when the person renames it.
        said = [("mood", str(mood)), ("note", text), *(("activity", name) for name in activities)]
        said += [("scale", part) for part in parts(cell("scales").replace("\N{NO-BREAK SPACE}", " "))]
        note = "\n".join(filter(None, (text, unread)))
        return Content(written(cell("full_date"), cell("time"), "ymd"), values, note, activities, tuple(said))

    return read


def folded(name: str) -> str:
    """Return a name in the form in which names are compared."""
    return " ".join(name.casefold().split())


def parts(text: str) -> tuple[str, ...]:
    """Return the parts of a cell that are written between bars, each once."""
    return tuple(dict.fromkeys(part for part in map(str.strip, text.split(SEPARATOR)) if part))


def pair(part: str) -> tuple[str, str]:
    """Return the name and the number of one part of the `scales` column; both empty where it has another form."""
    name, colon, found = part.replace("\N{NO-BREAK SPACE}", " ").partition(": ")
    return (name.strip(), found.strip()) if colon else ("", "")


def _scales(text: str, scales: dict[str, Scale]) -> tuple[dict[str, Decimal], str]:
    values: dict[str, Decimal] = {}
    unread = []
    for part in parts(text.replace("\N{NO-BREAK SPACE}", " ")):
        name, written_number = pair(part)
        scale = scales.get(name.casefold())
        if scale is None:
            unread.append(part)
        elif (found := answer(written_number, scale)) is not None:
            values[scale.name] = found
    return values, SEPARATOR.join(unread)


def _mood(name: str, moods: dict[str, int]) -> Decimal:
    if not name:
        raise RowRefused(NO_MOOD)
    level = moods.get(folded(name))
    if level is None:
        raise RowRefused(UNKNOWN_MOOD, mood=shown(name))
    return Decimal(level)


def _text(text: str) -> str:
    """Return a note without Daylio's own mark-up; a "<3" that somebody typed stays."""
    broken = _ITEM_TAG.sub("- ", _LINE_TAG.sub("\n", text))
    return clean(html.unescape(_OTHER_TAG.sub("", broken)))
