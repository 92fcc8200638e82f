"""Definitions with what no shipped one has: every method with reversed, grouped, hidden and fractional items."""

from portal.instruments.definition import Definition
from portal.instruments.loader import load_text

HEAD = """\
id = "{id}"
version = 1
title = "Made up"
short_title = "Made up"
neutral_title = "Made up"
minutes = 1
validated = false
license = "ours"
license_status = "public-domain"
attribution = "nobody"
source = "made up for a test"

[answers]
often = [
  {{ value = 0, label = "never" }},
  {{ value = 1, label = "seldom" }},
  {{ value = 2, label = "often" }},
  {{ value = 3, label = "always" }},
]
"""
ITEM = """
[[items]]
code = "q{number}"
text = "Question {number}?"
kind = "choice"
answers = "often"
"""
SCALE = """
[[scales]]
code = "total"
title = "Total"
better = "lower"
method = """


def source(scale: str, items: int = 4, name: str = "made-up", extra: str = "") -> str:
    """Return the TOML of a definition with `items` questions, answered 0 to 3, and the rest of its one scale."""
    asked = "".join(ITEM.format(number=number) for number in range(1, items + 1))
    return HEAD.format(id=name) + asked + extra + SCALE + scale


def make(scale: str, items: int = 4, name: str = "made-up", extra: str = "") -> Definition:
    """Return that definition."""
    return load_text(source(scale, items, name, extra), f"{name}.toml", shipped=True)


HIDDEN = 'asked_if = { items = ["q1"], at_least = 2 }\n'
REST = """
[[items]]
code = "hours"
text = "How long?"
kind = "number"
unit = "hours"
minimum = 0
maximum = 3
step = 0.25
"""

MEAN = make(
    """"mean"
items = ["q1", "q2", "q3", "q4"]
reversed = ["q2", "q4"]
missing_allowed = 1
missing_source = "nobody"
bands = [
  { code = "low", label = "low", from = 0, to = 1.4 },
  { code = "high", label = "high", from = 1.5, to = 3 },
]
bands_source = "nobody"
""",
    name="mean",
)
MEAN_OF_PARTS = make('"mean"\nitems = ["q1", "hours"]\ntimes = 3\n', items=1, name="mean-of-parts", extra=REST)
SUM_OF_PARTS = make('"sum"\nitems = ["q1", "hours"]\nreversed = ["hours"]\n', 1, "sum-of-parts", REST)
GROUPED = make(
    """"sum"
items = ["q1", "q2", "q3", "q4", "q5"]
reversed = ["q2"]
times = 2
missing_allowed = 2
missing_source = "nobody"
groups = [{ items = ["q1", "q2"], missing_allowed = 1 }, { items = ["q3", "q4", "q5"], missing_allowed = 1 }]
""",
    items=5,
    name="grouped",
)
GREATEST = make(
    """"maximum"
items = ["q1", "q2", "q3", "q4"]
reversed = ["q4"]
groups = [{ items = ["q1", "q4"] }, { items = ["q2", "q3"], needs_all = false }]
""",
    name="greatest",
)
SKIPPING = make('"sum"\nitems = ["q1", "q2", "q3"]\n', 2, "skipping", ITEM.format(number=3) + HIDDEN)
SKIPPING_MEAN = make('"mean"\nitems = ["q1", "q2", "q3"]\n', 2, "skipping-mean", ITEM.format(number=3) + HIDDEN)
SKIPPING_GREATEST = make(
    '"maximum"\nitems = ["q1", "q2", "q3"]\ngroups = [{ items = ["q1"] }, { items = ["q2", "q3"] }]\n',
    *(2, "skipping-greatest", ITEM.format(number=3) + HIDDEN),
)
SKIPPING_FILLED = make(
    '"sum"\nitems = ["q2", "q3"]\nmissing_allowed = 1\nmissing_source = "nobody"\n',
    *(2, "skipping-filled", ITEM.format(number=3) + HIDDEN),
)
FOLLOWED = make(
    '"sum"\nitems = ["q1", "q3"]\n',
    *(1, "followed"),
    f"{ITEM.format(number=2)}safety_positive = [3]\n{HIDDEN}{ITEM.format(number=3)}{HIDDEN.replace('q1', 'q2')}",
)
CHAIN = make(
    """"triage"
items = ["q1", "q2", "q3", "q4"]
bands_source = "nobody"
levels = [
  { value = 7, code = "top", label = "top", when = [{ items = ["q1", "q4"], at_least = 3 }] },
  { value = 2, code = "middle", label = "middle", when = [{ items = ["q2", "q3"], at_least = 2 }] },
  { value = 0, code = "rest", label = "rest" },
]
""",
    *(2, "chain"),
    ITEM.format(number=3)
    + 'asked_if = { items = ["q2"], at_least = 1 }\n'
    + ITEM.format(number=4)
    + 'safety_positive = [3]\nasked_if = { items = ["q3"], at_least = 1 }\n',
)
MADE_UP = (
    *(MEAN, MEAN_OF_PARTS, SUM_OF_PARTS, GROUPED, GREATEST),
    *(SKIPPING, SKIPPING_MEAN, SKIPPING_GREATEST, SKIPPING_FILLED, FOLLOWED, CHAIN),
)
