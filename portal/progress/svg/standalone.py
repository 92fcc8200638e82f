"""A chart as a file of its own: every colour and size written on the element, so that any viewer shows it."""

import re
from functools import lru_cache
from typing import NamedTuple
from xml.etree import ElementTree

SVG = "http://www.w3.org/2000/svg"
MARGIN = 16.0
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_VARIABLE = re.compile(r"(--chart-[\w-]+):\s*(?:var\([^,]+,\s*([^)]+)\)|([^;}]+))")
_USE = re.compile(r"var\((--chart-[\w-]+)\)")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
LEFT_OUT = {"pointer-events"}
UNDER_THE_POINTER = {"c-recall"}
Properties = tuple[tuple[str, str], ...]


class Rule(NamedTuple):
    """One rule of the page's style sheet: the classes of each step of its selector, and what it lays down."""

    steps: tuple[frozenset[str], ...]
    properties: Properties

    @property
    def weight(self) -> int:
        """How specific the rule is."""
        return sum(map(len, self.steps))


def standalone(drawn: str, css: str, *, size: float) -> str:
    """Return a drawn chart as an SVG document on light ground, with no class, script or style sheet in it.

    Args:
        drawn: the chart, as `chart.draw` returns it.
        css: the page's style sheet for charts; its first colours are those for light ground.
        size: of the words, in units of the drawing.

    Raises:
        xml.etree.ElementTree.ParseError: `drawn` is not well-formed.
    """
    colours, found = rules(css)
    root = ElementTree.fromstring(drawn)  # noqa: S314 - our own drawing
    _paint(root, [], found)
    left, top, wide, high = (float(part) for part in root.attrib["viewBox"].split())
    outer = (left - MARGIN, top - MARGIN, wide + 2 * MARGIN, high + 2 * MARGIN)
    ground = dict(zip(("x", "y", "width", "height"), (f"{part:g}" for part in outer), strict=True))
    root.insert(2, ElementTree.Element(f"{{{SVG}}}rect", ground | {"fill": colours["--chart-paper"]}))
    root.set("viewBox", " ".join(f"{part:g}" for part in outer))
    root.attrib |= {"width": f"{outer[2]:g}", "height": f"{outer[3]:g}"}
    root.attrib |= {"font-family": _FONT, "font-size": f"{size:g}", "fill": colours["--chart-ink"]}
    ElementTree.register_namespace("", SVG)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


@lru_cache(maxsize=4)
def rules(css: str) -> tuple[dict[str, str], tuple[Rule, ...]]:
    """Return the colours for light ground, and the rules for what is drawn, the weaker ones first."""
    plain = _COMMENT.sub("", css)
    colours: dict[str, str] = {}
    for name, fallback, value in _VARIABLE.findall(plain):
        colours.setdefault(name, (fallback or value).strip())
    found = []
    for selectors, body in _RULE.findall(_without_conditions(plain)):
        properties = tuple(
            (name.strip(), _USE.sub(lambda used: colours[used[1]], value).strip())
            for name, _, value in (part.partition(":") for part in body.split(";"))
            if value and not name.strip().startswith("--") and name.strip() not in LEFT_OUT
        )
        for selector in selectors.split(","):
            steps = _steps(selector)
            if steps:
                found.append(Rule(steps, properties))
    return colours, tuple(sorted(found, key=lambda rule: rule.weight))


def _without_conditions(css: str) -> str:
    """Leave out what holds only on some screens: blocks that begin with an at-sign."""
    kept, depth, skipped = [], 0, False
    for part in re.split(r"([{}])", css):
        if depth == 0 and part.strip().startswith("@"):
            skipped = True
        if not skipped:
            kept.append(part)
        depth += (part == "{") - (part == "}")
        skipped = skipped and (depth > 0 or part != "}")
    return "".join(kept)


def _steps(selector: str) -> tuple[frozenset[str], ...] | None:
    """Return the classes of each step; None where the rule is not about what a chart draws, or about a pointer."""
    steps = selector.split()
    if not steps or not all(re.fullmatch(r"(\.c-[\w-]+)+", step) for step in steps):
        return None
    return tuple(frozenset(step.strip(".").split(".")) for step in steps)


def _paint(element: ElementTree.Element, above: list[set[str]], found: tuple[Rule, ...]) -> None:
    own = set((element.attrib.pop("class", "")).split())
    for rule in found:
        if rule.steps[-1] <= own and _is_within(rule.steps[:-1], above):
            element.attrib |= dict(rule.properties)
    for child in list(element):
        if child.get("class") in UNDER_THE_POINTER:
            element.remove(child)
        else:
            _paint(child, [*above, own], found)


def _is_within(steps: tuple[frozenset[str], ...], above: list[set[str]]) -> bool:
    remaining = iter(above)
    return all(any(step <= classes for classes in remaining) for step in steps)
