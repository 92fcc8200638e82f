"""The thresholds as a file in TOML: written with its bounds and sources, read with every problem and its line. Pure."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from portal.instruments.lines import line_of
from portal.messages import N_
from portal.safety import thresholds
from portal.safety.rules import RuleSet
from portal.safety.ruleset.problems import bounds
from portal.safety.thresholds import BY_NAME, Threshold

LARGEST, HUGE = 50_000, 1_000_000
VERSION = "version"

NOT_TOML = N_("this is not TOML: %(why)s")
UNKNOWN_RULE = N_("there is no rule %(rule)s; there are %(known)s")
UNKNOWN_THRESHOLD = N_("rule %(rule)s has no threshold %(name)s; it has %(known)s")
NO_TABLE = N_("%(rule)s needs its thresholds below it, each on a line of its own, under the heading [%(rule)s]")
NOT_A_NUMBER = N_("%(name)s needs a number from %(least)s to %(most)s, without quotation marks")
OUTSIDE = N_("%(name)s is %(value)s, outside its safe bounds: it may be from %(least)s to %(most)s")
FIXED = N_("%(name)s is %(value)s, but it is always %(least)s: anything else is not safe")
NOT_A_STEP = N_("%(name)s is %(value)s, but goes in steps of %(step)s")
NOT_LATER = N_("%(name)s must be more than R11.remind_first: the second reminder comes after the first")
NOT_A_VERSION = N_("version needs a whole number: the version that the file was drawn up from")

_IN_FILE = {
    thresholds.OUT_OF_BOUNDS: OUTSIDE,
    thresholds.FIXED: FIXED,
    thresholds.NOT_A_STEP: NOT_A_STEP,
    thresholds.NOT_LATER: NOT_LATER,
}


class LineProblem(NamedTuple):
    """What is wrong on one line: an English message id and its values; `line` is None where it cannot be told."""

    line: int | None
    msgid: str
    values: Mapping[str, object]


class BadFile(ValueError):
    """A rule file that cannot be used; `problems` stand in the order of their lines."""

    def __init__(self, *problems: LineProblem) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


class RuleFile(NamedTuple):
    """What a file lays down: thresholds by name, and the version it was drawn up from, None where it does not say."""

    values: Mapping[str, float]
    version: int | None


def read(text: str) -> RuleFile:
    """Return what a rule file lays down; what it leaves out is not in `values`.

    Raises:
        BadFile: it names a rule or a threshold that there is none, or a value that is no number or not safe.
    """
    try:
        root = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadFile(_not_toml(str(error))) from None
    version = root.pop(VERSION, None)
    found = list(_strangers(root, text))
    if version is not None and (type(version) is not int or version < 0):
        found.append(LineProblem(line_of(text, VERSION), NOT_A_VERSION, {}))
    values: dict[str, float] = {}
    for name, value in _named(root):
        if type(value) not in (int, float) or not -HUGE < value < HUGE:
            found.append(LineProblem(line_of(text, name), NOT_A_NUMBER, {"name": name, **bounds(BY_NAME[name])}))
        else:
            values[name] = float(value)
    for one, why in thresholds.problems(values):
        said = {"name": one.name, "value": f"{values[one.name]:g}", **bounds(one)}
        found.append(LineProblem(line_of(text, one.name), _IN_FILE[why], said))
    if found:
        raise BadFile(*sorted(found, key=lambda one: one.line or 0))
    return RuleFile(values, version)


def write(rule_set: RuleSet) -> str:
    """Return the rules in force as a file that `read` takes."""
    lines = [
        "# The thresholds of the safety rules. Change a number, check the file, then load it.",
        "# What is left out stays as it is. Nothing can be set outside the bounds that stand beside it.",
        f"{VERSION} = {rule_set.version}  # the version this file was drawn up from",
    ]
    for rule in dict.fromkeys(one.rule for one in thresholds.ALL):
        lines += ["", f"[{rule}]"]
        lines += [_line(one, rule_set.value(one.name)) for one in thresholds.of_rule(rule)]
    return "\n".join(lines) + "\n"


def _line(one: Threshold, value: float) -> str:
    may = "fixed" if one.is_fixed else f"{one.least:g} to {one.most:g}"
    return f"{one.name.partition('.')[2]} = {value:g}  # {one.unit}, {may}; default {one.default:g} ({one.source})"


def _not_toml(why: str) -> LineProblem:
    line = re.search(r"at line ([0-9]+)", why)
    return LineProblem(int(line[1]) if line else None, NOT_TOML, {"why": why})


def _strangers(root: Mapping[str, Any], text: str) -> Iterator[LineProblem]:
    rules = list(dict.fromkeys(one.rule for one in thresholds.ALL))
    for rule, table in root.items():
        known = [one.name.partition(".")[2] for one in thresholds.of_rule(rule)]
        if rule not in rules:
            yield LineProblem(line_of(text, rule), UNKNOWN_RULE, {"rule": rule, "known": ", ".join(rules)})
        elif not isinstance(table, dict):
            yield LineProblem(line_of(text, rule), NO_TABLE, {"rule": rule})
        else:
            for name in table.keys() - set(known):
                values = {"rule": rule, "name": name, "known": ", ".join(known)}
                yield LineProblem(line_of(text, f"{rule}.{name}"), UNKNOWN_THRESHOLD, values)


def _named(root: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield name and value of every threshold there is; strangers are told of elsewhere."""
    for rule, table in root.items():
        if isinstance(table, dict):
            yield from ((name, value) for key, value in table.items() if (name := f"{rule}.{key}") in BY_NAME)
