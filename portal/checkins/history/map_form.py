"""A mapping filled in on a page.

Names of the fields: `time_zone`, `date`, `time`, `note`, `date_format`, `separator`, `encoding`; for the column (or the
Daylio scale) at position i `scale-i-use`, `scale-i-name`, `scale-i-minimum`, `scale-i-maximum`, `scale-i-better`,
`scale-i-unit`; for the mood at position i `moods-i`.
"""

from collections.abc import Mapping as Named
from collections.abc import Sequence

from portal.checkins.history.build import build, relocated
from portal.checkins.history.mapping import Daylio, Mapping
from portal.checkins.history.problems import MappingError

PLAIN = ("time_zone", "separator", "encoding")
ONLY_CSV = ("date", "time", "note", "date_format")
OF_A_SCALE = ("name", "minimum", "maximum", "better", "unit")


def parse(kind: str, fields: Named[str, str], columns: Sequence[str], moods: Sequence[str] = ()) -> Mapping | Daylio:
    """Return the mapping in a form's values.

    Args:
        kind: "csv" or "daylio", as the look at the file found.
        fields: as sent; names not listed above are passed over.
        columns: the file's columns, or the names of a Daylio export's scales, as the page numbered them.
        moods: the mood names that the page asked about, as it numbered them; a blank answer leaves a mood unknown.

    Raises:
        MappingError: `problem.field` of each problem is the name of the field to show it at.
    """
    keys = PLAIN + (ONLY_CSV if kind == "csv" else ())
    raw: dict[str, object] = {"kind": kind, **{key: fields[key] for key in keys if fields.get(key)}}
    chosen = [at for at in range(len(columns)) if fields.get(f"scale-{at}-use")]
    raw["scale"] = [{"column": columns[at], **_scale(fields, at)} for at in chosen]
    if kind == "daylio":
        answered = {name: fields.get(f"moods-{at}", "") for at, name in enumerate(moods)}
        raw["moods"] = {name: level for name, level in answered.items() if level}
    try:
        return build(raw)
    except MappingError as error:
        raise relocated(error, dict(enumerate(chosen))) from None


def _scale(fields: Named[str, str], at: int) -> dict[str, str]:
    return {key: fields.get(f"scale-{at}-{key}", "") for key in OF_A_SCALE}
