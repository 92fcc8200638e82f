"""What the elements of a review sheet share: their headings, and how lists and words are cut short. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date

from portal.checkins.unheard import Unheard
from portal.progress.words import Message, Span, counted, message
from portal.review.booster.sheet import Element, Line, Tone

MOST_CHARACTERS = 200
"""So much of somebody's own words is shown; the whole of it stands where it was said."""
MOST_OF_A_NAME = 32

_NAMES = {
    1: message("Last infusion and doses"),
    2: message("Score"),
    3: message("Change and response"),
    4: message("Slope and trend"),
    5: message("Intervals so far"),
    6: message("Safety answers and alerts"),
    7: message("Mania indicators"),
    8: message("Tolerability and vital signs"),
    9: message("Urinary and misuse checks"),
    10: message("Medicines and pregnancy"),
    11: message("Check-ins done"),
    12: message("In the patient’s own words"),
}


def element(number: int, lines: Iterable[Line]) -> Element:
    """Return one element under its heading; `number` from 1 to 12."""
    return Element(number, _NAMES[number], tuple(lines))


def plain(said: Message, words: str = "") -> Line:
    """Return a line that asks for nothing."""
    return Line(said, words=words)


def attention(said: Message, words: str = "") -> Line:
    """Return a line that a provider should not miss."""
    return Line(said, Tone.ATTENTION, words)


def danger(said: Message, words: str = "") -> Line:
    """Return a line that a provider must not miss."""
    return Line(said, Tone.DANGER, words)


def missing(said: Message, words: str = "") -> Line:
    """Return a line about what nobody knows, asked or wrote down."""
    return Line(said, Tone.MISSING, words)


def on(day: date) -> Span:
    """Return a day as it is written where there is little room."""
    return Span(day, day)


def row(parts: Iterable[Message]) -> Message:
    """Return what stands beside each other on one line; at least one part."""
    return _folded(list(parts), "%(one)s · %(other)s")


def listed(parts: Sequence[Message], most: int) -> Message:
    """Return a list of at most `most` parts (1 or more) with how many more there are; at least one part."""
    shown = _folded(list(parts[:most]), "%(one)s, %(other)s")
    if len(parts) <= most:
        return shown
    return counted("%(shown)s, and %(n)s more", "%(shown)s, and %(n)s more", len(parts) - most, shown=shown)


def unheard(silent: Unheard, *, is_first: bool = False) -> Message:
    """Return for how long nothing has been heard of a patient, or the scale was not answered."""
    if silent.of_scale and is_first:
        return counted("Not answered for %(n)s day", "Not answered for %(n)s days", silent.days)
    if silent.of_scale:
        return counted("not answered for %(n)s day", "not answered for %(n)s days", silent.days)
    if is_first:
        return counted("Not heard of for %(n)s day", "Not heard of for %(n)s days", silent.days)
    return counted("not heard of for %(n)s day", "not heard of for %(n)s days", silent.days)


def name(text: str) -> Message:
    """Return a name or a few words that somebody typed, as part of a line."""
    return message("%(name)s", name=shortened(text, MOST_OF_A_NAME))


def shortened(text: str, most: int = MOST_CHARACTERS) -> str:
    """Return somebody's words on one line, cut between words to `most` characters (2 or more), the ellipsis among them.

    What is not cut is unchanged but for its spaces and line breaks.
    """
    whole = " ".join(text.split())
    if len(whole) <= most:
        return whole
    kept = whole[: most - 1]
    between = kept.rfind(" ")
    if between >= most // 2 and whole[most - 1] != " ":
        kept = kept[:between]
    return f"{kept.rstrip()}…"


def _folded(parts: list[Message], msgid: str) -> Message:
    found, *rest = parts
    for part in rest:
        found = message(msgid, one=found, other=part)
    return found
