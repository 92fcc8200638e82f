"""The intervals between infusions, laid over each other."""

from xml.etree import ElementTree

from portal.progress.svg import overlay
from tests.progress import stories
from tests.progress.stories import WORDS, timeline


def test_the_intervals_are_laid_over_each_other_with_the_current_one_heavy() -> None:
    root = ElementTree.fromstring(overlay.draw(stories.wears_off(), WORDS))  # noqa: S314 - our own drawing
    heavy = [element for element in root.iter() if "c-now" in (element.get("class") or "").split()]
    assert len([element for element in heavy if "c-ends" in (element.get("class") or "")]) == 1
    texts = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert "13, now" in texts
    assert "line: 10" in texts
    assert root.get("aria-label") == "PHQ-9 by days since the infusion"


def test_one_interval_is_not_compared_with_anything() -> None:
    assert overlay.draw(stories.newcomer(), WORDS) == ""
    assert overlay.draw(timeline(), WORDS) == ""
