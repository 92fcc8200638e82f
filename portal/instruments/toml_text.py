"""Writes a definition down as TOML, so that whatever a page puts together is checked by the one loader."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

DELETE = "\x7f"


def dumps(values: Mapping[str, Any]) -> str:
    """Return values as TOML text that `tomllib.loads` reads back as the same values.

    Args:
        values: texts, numbers, booleans, dates, lists and tables, by key. A list of tables is written as `[[key]]`, a
            table as `[key]`; what is inside those is written inline.

    Raises:
        TypeError: a value is none of these.
    """
    plain = {key: value for key, value in values.items() if not isinstance(value, Mapping) and not _is_tables(value)}
    parts = ["\n".join(f"{_key(key)} = {_inline(value)}" for key, value in plain.items())]
    for key, value in values.items():
        if isinstance(value, Mapping):
            parts.append(f"[{_key(key)}]\n{_body(value)}")
        elif _is_tables(value):
            parts.extend(f"[[{_key(key)}]]\n{_body(inner)}" for inner in value)
    return "\n\n".join(part for part in parts if part).rstrip() + "\n"


def _is_tables(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _body(values: Mapping[str, Any]) -> str:
    return "\n".join(f"{_key(key)} = {_inline(value)}" for key, value in values.items())


def _inline(value: object) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace(DELETE, "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_inline(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return _list(value)
    raise TypeError(f"TOML has no {type(value).__name__}")


def _list(values: list[Any] | tuple[Any, ...]) -> str:
    if not _is_tables(values):
        return "[" + ", ".join(map(_inline, values)) + "]"
    return "[\n" + "".join(f"  {_inline(one)},\n" for one in values) + "]"


def _key(key: str) -> str:
    is_bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if is_bare else json.dumps(key, ensure_ascii=False).replace(DELETE, "\\u007f")
