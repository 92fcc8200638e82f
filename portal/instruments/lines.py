"""Finds the line on which a key of a TOML file stands, for messages about what is wrong with it."""

import re

_HEADER = re.compile(r"\s*(\[\[?)([^\[\]]+)\]")
_KEY = re.compile(r"\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)\s*=")
_LONG = re.compile(r"\"{3}|'{3}")


def line_of(source: str, path: str) -> int | None:
    """Return the line, from 1, of a key such as `scales[0].groups[1].items`, or None where nothing of it is found.

    A key that is missing stands on the line of its table; what is within an inline table or list, on the line of that.
    """
    found = _lines(source)
    while path:
        line = found.get(path, found.get(f"{path}[0]"))
        if line is not None:
            return line
        path = path[: path.rindex("[")] if path.endswith("]") else path.rpartition(".")[0]
    return None


def _lines(source: str) -> dict[str, int]:
    """Return the first line of every key and table header; what only looks like one within a long text is left out."""
    found: dict[str, int] = {}
    seen: dict[str, int] = {}
    within, quoted = "", False
    for number, line in enumerate(source.splitlines(), start=1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if not quoted and header:
            within = _opened(header[1] == "[[", _parts(header[2]), seen)
            found.setdefault(within, number)
        elif not quoted and key:
            found.setdefault(".".join(part for part in (within, *_parts(key[1])) if part), number)
        quoted ^= len(_LONG.findall(line)) % 2 == 1
    return found


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]


def _opened(is_list: bool, parts: list[str], seen: dict[str, int]) -> str:
    """Return the path of a header; tables of a list get their number, and a header below a list means its last one."""
    path = ""
    for place, part in enumerate(parts):
        path = f"{path}.{part}" if path else part
        is_new = is_list and place == len(parts) - 1
        if is_new:
            seen[path] = seen.get(path, -1) + 1
        if path in seen:
            path = f"{path}[{seen[path]}]"
    return path
