"""The map file: a mapping as TOML, for the command line."""

import json
import re
import tomllib
from dataclasses import replace
from decimal import Decimal

from portal.checkins.history.build import build
from portal.checkins.history.look import Look
from portal.checkins.history.mapping import Daylio, Mapping
from portal.checkins.history.problems import HistoryError, MappingError, Problem
from portal.messages import N_

LARGEST = 100_000
NOT_TOML = N_("The map file cannot be read: %(reason)s")
NOT_UTF8 = N_("The map file is not UTF-8 text.")
TOO_LARGE = N_("The map file is too large.")


def parse(content: bytes) -> Mapping | Daylio:
    """Return the mapping in a map file.

    Raises:
        HistoryError: not TOML; the message has the line and column.
        MappingError: every key that is missing, unknown or wrong, each with its line where it has one.
    """
    if len(content) > LARGEST:
        raise HistoryError(TOO_LARGE)
    try:
        text = content.decode("utf-8-sig")
        raw = tomllib.loads(text, parse_float=Decimal)
    except UnicodeDecodeError:
        raise HistoryError(NOT_UTF8) from None
    except (tomllib.TOMLDecodeError, ArithmeticError, ValueError, RecursionError) as error:
        raise HistoryError(NOT_TOML, reason=str(error)) from None
    try:
        return build(raw)
    except MappingError as error:
        raise MappingError(numbered(error.problems, content)) from None


def numbered(problems: tuple[Problem, ...], content: bytes) -> tuple[Problem, ...]:
    """Return the problems with the lines of a map file on which their keys stand."""
    lines = content.decode("utf-8-sig").splitlines()
    return tuple(replace(problem, line=_line(lines, problem.path)) for problem in problems)


def _line(lines: list[str], path: tuple[str | int, ...]) -> int:
    """Return the line (from 1) of a key, else of its table, else 0."""
    at = path[1] if len(path) > 1 and isinstance(path[1], int) else -1
    first, last = 0, len(lines)
    if at >= 0:
        heads = [line for line, text in enumerate(lines) if re.match(rf"\s*\[\[\s*{path[0]}\s*\]\]", text)]
        if at >= len(heads):
            return 0
        first, last = heads[at], heads[at + 1] if at + 1 < len(heads) else last
    key = re.compile(rf"""\s*\[?\[?\s*["']?{re.escape(str(path[-1]))}["']?\s*[=\]]""")
    found = next((line for line in range(first, last) if key.match(lines[line])), first if at >= 0 else -1)
    return found + 1


def template(look: Look, zone: str) -> str:
    """Return a map file to fill in, for a file that was looked at: what its numbers mean is left to the person.

    Args:
        look: from `look.look`.
        zone: the IANA time zone to propose.
    """
    lines = ["# What the columns of this diary mean. Fill in what is empty and take out what is not wanted.", ""]
    lines += [f'kind = "{look.kind}"', f"time_zone = {_quoted(zone)}"]
    if look.kind == "daylio":
        lines += ["", "[moods]", "# 1 is the worst, 5 the best."]
        lines += [f'{_quoted(mood)} = ""' for mood in look.unknown_moods]
    else:
        lines += [f"date = {_quoted(look.date_column)}"]
        lines += [f"time = {_quoted(look.time_column)}"] if look.time_column else []
        lines += ['# date_format = "DD/MM/YYYY"  # or "MM/DD/YYYY" or "YYYY-MM-DD"'] if look.dates_are_ambiguous else []
        lines += ['# note = "name of the column with notes"']
    for column in look.numbers:
        lines += ["", "[[scale]]", f"column = {_quoted(column.name)}", f"name = {_quoted(column.name.capitalize())}"]
        lines += [f'minimum = ""  # the lowest that can be answered; in this file {column.lowest}']
        lines += [f'maximum = ""  # the highest that can be answered; in this file {column.highest}']
        lines += ['better = ""  # "higher" or "lower"']
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Return a TOML string; JSON's escapes are a subset of TOML's, but for the delete character, which is cleaned."""
    return json.dumps(text, ensure_ascii=False)
