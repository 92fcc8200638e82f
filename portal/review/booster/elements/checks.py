"""Element 9: the urinary and misuse checks, and what else of long-term treatment is due or needs attention. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from portal.progress.words import Message, message
from portal.review.booster.elements import parts
from portal.review.booster.sheet import Element, Line
from portal.treatment.monitoring.due import State

MOST_FOUND = 60
ALWAYS = ("urinary", "misuse")
NAMES = {
    "urinary": message("Urinary check"),
    "misuse": message("Misuse check"),
    "liver": message("Liver tests"),
    "cognition": message("Memory and thinking"),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """One kind of check.

    Args:
        kind: as it is stored.
        state, due_on: where it stands, and by which day it is to be done; None where nothing is asked.
        done_on: when it was last done; None where it never was.
        found: what that came to, as it was said; "" where only `needs_attention` is known.
        left_open_on: when it was last answered without saying anything, if that was later.
    """

    kind: str
    state: State
    due_on: date | None = None
    done_on: date | None = None
    found: str = ""
    needs_attention: bool = False
    left_open_on: date | None = None


def checks(found: Sequence[Checked]) -> Element:
    """Return the last result of each check and whether it is due; liver and cognition only where that matters now."""
    return parts.element(9, _lines(found))


def _lines(found: Sequence[Checked]) -> Iterator[Line]:
    for one in found:
        is_late = one.state in {State.DUE, State.OVERDUE}
        if one.kind in ALWAYS or is_late or one.needs_attention:
            yield _line(one)


def _line(one: Checked) -> Line:
    said = [_last(one), *_open(one), *_due(one)]
    line = parts.row(said)
    if one.needs_attention or (one.state is State.OVERDUE and one.done_on):
        return parts.attention(line)
    return parts.missing(line) if one.done_on is None or one.left_open_on else parts.plain(line)


def _last(one: Checked) -> Message:
    if one.done_on is None:
        return message("%(check)s: no result on record", check=NAMES[one.kind])
    fine = message("needs attention") if one.needs_attention else message("nothing to note")
    came_to = message("%(found)s", found=parts.shortened(one.found, MOST_FOUND)) if one.found else fine
    values = {"check": NAMES[one.kind], "found": came_to, "on": parts.on(one.done_on)}
    return message("%(check)s on %(on)s: %(found)s", **values)


def _open(one: Checked) -> Iterator[Message]:
    if one.left_open_on is not None:
        yield message("left open on %(on)s", on=parts.on(one.left_open_on))


def _due(one: Checked) -> Iterator[Message]:
    if one.due_on is None:
        yield message("not asked for at a set time") if one.state is State.DONE else message("not due before treatment")
    elif one.state is State.OVERDUE:
        yield message("overdue since %(on)s", on=parts.on(one.due_on))
    elif one.state is State.DUE:
        yield message("due by %(on)s", on=parts.on(one.due_on))
    else:
        yield message("next due by %(on)s", on=parts.on(one.due_on))
