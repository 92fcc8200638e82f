"""What differs between two versions of a clinic's rules for treatment. Pure."""

from typing import Any, NamedTuple

from portal.treatment.rules.problems import RANGES, name_of, name_of_line
from portal.treatment.rules.values import Point, Rules, plain

PLAIN = ("during_every", "after_at", "silent_days", "evening_text", "day_text", "after_text", "call_name", "call_phone")


class Change(NamedTuple):
    """One thing that differs: what a form calls it ("during_hard_systolic", "class_item:answer"), before and after."""

    name: str
    before: Any
    after: Any


def flat(rules: Rules) -> dict[str, Any]:
    """Return the rules as one value a name; an answer classed as by default and a scale without a line have none."""
    found: dict[str, Any] = {}
    for point in Point:
        stage = rules.stage(point)
        for level, limits in (("soft", stage.soft), ("hard", stage.hard)):
            found |= {name_of(point, level, limit): getattr(limits, limit) for limit in RANGES}
    found |= {name: getattr(rules, name) for name in PLAIN}
    found |= {f"months_{kind}": value for kind, value in rules.months.items()}
    found |= {name_of_line(one): plain(value) for one, value in rules.lines.items()}
    found |= {f"class_{name}": value for name, value in rules.classes.items()}
    return found


def between(before: Rules, after: Rules) -> list[Change]:
    """Return what differs, in the order of the page; None stands for nothing laid down."""
    was, now = flat(before), flat(after)
    names = [*now, *(name for name in was if name not in now)]
    return [Change(name, was.get(name), now.get(name)) for name in names if was.get(name) != now.get(name)]
