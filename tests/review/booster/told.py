"""What an element says, in English, for tests that read it."""

from portal.review.booster.sheet import Element, Tone
from tests.progress.stories import say


def lines(element: Element) -> list[str]:
    """Return the lines as they would be read, somebody's own words after them in guillemets."""
    return [f"{say(line.said)} «{line.words}»" if line.words else say(line.said) for line in element.lines]


def text(element: Element) -> str:
    """Return everything an element says."""
    return "\n".join(lines(element))


def tones(element: Element) -> list[Tone]:
    """Return the tone of each line."""
    return [line.tone for line in element.lines]


def tone_of(element: Element, part: str) -> Tone:
    """Return the tone of the one line that has a part in it."""
    (found,) = [line for line, told in zip(element.lines, lines(element), strict=True) if part in told]
    return found.tone
