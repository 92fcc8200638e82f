"""The picture: readable by everybody, true to the timeline, safe to put on a page."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.progress import ranges
from portal.progress.svg import chart, overlay
from portal.progress.svg.axis import ticks
from portal.progress.svg.frame import NARROW, WIDE, Frame, Sheet
from portal.progress.svg.labels import Box
from portal.progress.svg.pen import width as width_of
from portal.progress.timeline import InfusionKind, InfusionStatus, Mark, MarkKind, Timeline
from tests.progress import stories
from tests.progress.kinds import KINDS
from tests.progress.stories import TODAY, WORDS, infusion, mood, score, series_of_six, timeline

SVG = "{http://www.w3.org/2000/svg}"
STORIES = [stories.lasting_responder, stories.wears_off, stories.newcomer, stories.ten_years, *KINDS]
SHEETS = [WIDE, NARROW]


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def parsed(markup: str) -> ElementTree.Element:
    return ElementTree.fromstring(markup)  # noqa: S314 - our own drawing


def drawn(about: Timeline, sheet: Sheet = WIDE) -> ElementTree.Element:
    return parsed(chart.draw(about, WORDS, sheet, about="PHQ-9 fell."))


def frame(about: Timeline, sheet: Sheet = WIDE) -> Frame:
    return chart.framed(about, WORDS, sheet)[0]


def having(root: ElementTree.Element, class_: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if class_ in (element.get("class") or "").split()]


def texts(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def word_box(element: ElementTree.Element, sheet: Sheet) -> Box:
    """About where the words stand, drawn a little tight: estimated widths are on the wide side."""
    long, x, y = (
        width_of(element.text or "", sheet.small) * 0.85,
        float(element.get("x") or 0),
        float(element.get("y") or 0),
    )
    left = x - {"middle": long / 2, "end": long}.get(element.get("text-anchor") or "", 0)
    return Box(left, y - sheet.small * 0.7, left + long, y)


def pieces(stem: ElementTree.Element) -> list[tuple[float, ...]]:
    """From where to where each piece of an infusion's line goes: x, y, x, y; there is nothing else in its path."""
    piece = r"M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"
    assert re.fullmatch(f"(?:{piece})+", stem.get("d") or "")
    return [tuple(map(float, found)) for found in re.findall(piece, stem.get("d") or "")]


def crossed(about: Timeline) -> Timeline:
    """The same patient with words of their own on the axis, too long to stand between two infusions."""
    kinds: list[MarkKind] = ["medicine", "event", "event"]
    own = [
        Mark(mark.on - timedelta(days=2), kind, "Started the new job, four days a week")
        for mark, kind in zip(about.infusions, kinds, strict=False)
    ]
    return replace(about, marks=tuple(own))


def titles(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}title")]


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("story", STORIES)
def test_a_screen_reader_is_told_what_it_shows_and_where_the_numbers_are(
    story: Callable[[], Timeline], sheet: Sheet
) -> None:
    root = drawn(ranges.select(story(), "all"), sheet)
    named = [root.find(f".//*[@id='{name}']") for name in (root.get("aria-labelledby") or "").split()]
    said = " ".join(element.text or "" for element in named if element is not None)
    assert root.get("role") == "img"
    assert said == "Progress chart PHQ-9 fell. The same numbers are in the table below."


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("chosen", ["interval", "3-months", "1-year", "all"])
def test_no_words_cover_others_or_leave_the_sheet(
    story: Callable[[], Timeline], chosen: ranges.Range, sheet: Sheet
) -> None:
    root = drawn(ranges.select(story(), chosen), sheet)
    width, height = (float(part) for part in (root.get("viewBox") or "").split()[2:])
    boxes = [word_box(element, sheet) for element in root.iter(f"{SVG}text")]
    for box in boxes:
        assert box.left >= -1
        assert box.right <= width + 6
        assert 0 <= box.top < box.bottom <= height
    assert not [(one, other) for one, other in combinations(boxes, 2) if one.meets(other)]


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_infusion_line_stands_at_its_date_through_every_lane(sheet: Sheet) -> None:
    about = ranges.select(stories.wears_off(), "all")
    where = frame(about, sheet)
    found = [pieces(stem) for stem in having(having(drawn(about, sheet), "c-plot")[0], "c-stem")]
    given_ = [mark for mark in about.shown_infusions if mark.was_given]
    assert [line[0][0] for line in found] == pytest.approx([where.x(mark.at) for mark in given_], abs=0.06)
    for line in found:
        assert {x for x, *_ in line} == {end for _, _, end, _ in line} == {line[0][0]}
        assert line[-1][3] == pytest.approx(where.bottom, abs=0.06)
        assert where.left < line[0][0] < where.right


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("chosen", ["interval", "3-months", "1-year", "all"])
def test_no_infusion_line_runs_through_words(story: Callable[[], Timeline], chosen: ranges.Range, sheet: Sheet) -> None:
    root = drawn(ranges.select(crossed(story()), chosen), sheet)
    boxes = [word_box(element, sheet) for element in root.iter(f"{SVG}text")]
    for stem in having(having(root, "c-plot")[0], "c-stem"):
        for x, top, _, bottom in pieces(stem):
            line = Box(x - 0.5, top, x + 0.5, bottom)
            assert not [box for box in boxes if box.meets(line)], ElementTree.tostring(stem)


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("lasts", [0, 1, 12, 40, 120])
@pytest.mark.parametrize("begins", [3, 20, 60, 150, 330])
def test_the_words_of_a_mark_stand_inside_the_plot_and_on_a_stretch_only_if_it_holds_them(
    begins: int, lasts: int, sheet: Sheet
) -> None:
    until = min(ago(begins) + timedelta(days=lasts), TODAY) if lasts else None
    mark = Mark(ago(begins), "event", "Away with my sister in the mountains", until)
    about = ranges.select(timeline([score(ago(360), 9), score(ago(1), 8)], marks=[mark]), "all")
    where, (spot,) = chart.framed(about, WORDS, sheet)
    assert spot.label_at is not None
    long = width_of(spot.label, sheet.small)
    end, has_room_before = spot.label_at + long, where.left <= spot.left - 8 - long
    assert where.left <= spot.label_at < end <= (where.right if has_room_before else sheet.width)
    assert end < spot.left or spot.label_at > spot.right or spot.left < spot.label_at < end < spot.right


@pytest.mark.parametrize(("ends", "wide"), [(200, "6"), (100, "12")])
def test_the_legend_draws_days_with_an_alert_as_the_chart_does(ends: int, wide: str) -> None:
    about = timeline([score(ago(360), 9), score(ago(1), 8)], marks=[Mark(ago(200), "alert", "", ago(ends))])
    drawn_, explained = having(drawn(ranges.select(about, "all")), "c-alert")
    assert (float(drawn_.get("width") or 0) == 6) is (wide == "6")
    assert (explained.get("width"), explained.get("rx")) == (wide, drawn_.get("rx"))


@given(st.integers(-400, 400), st.integers(0, 23), st.sampled_from(SHEETS))
def test_any_moment_of_the_range_is_inside_the_plot_on_its_own_day(days: int, hour: int, sheet: Sheet) -> None:
    about = replace(timeline([score(TODAY, 9)]), start=ago(400), end=ago(-400))
    where, on = frame(about, sheet), ago(days)
    x = where.x(stories.instant(on, hour))
    an_hour = where.per_day / 24
    assert where.left <= x <= where.right
    assert where.x_on(on, 0) - an_hour <= x < where.x_on(on, 1) + an_hour


def test_scores_stand_at_their_value_and_better_is_lower_on_the_sheet() -> None:
    about = ranges.select(timeline([score(ago(40), 27), score(ago(30), 0), score(ago(20), 12)]), "all")
    where = frame(about)
    assert where.scores
    heights = [float(e.get("cy") or 0) for e in having(drawn(about), "c-point") if e.get("cx")]
    assert heights == pytest.approx([where.scores.y(value) for value in (27, 0, 12)], abs=0.06)
    assert where.scores.top < heights[0] < heights[2] < heights[1] < where.scores.bottom


def test_a_gap_is_left_open_and_says_so() -> None:
    about = ranges.select(timeline([score(ago(n), 9) for n in (200, 190, 60, 50, 1)]), "all")
    root = drawn(about)
    (line,) = having(root, "c-score")[:1]
    assert (line.get("d") or "").count("M") == 2
    assert "no answers" in texts(root)


def test_silence_up_to_today_is_shown_as_silence() -> None:
    about = ranges.select(timeline([score(ago(200), 9), score(ago(190), 9)]), "all")
    assert "no answers since 7 December 2025" in texts(drawn(about))


def test_bands_carry_their_names_and_are_never_named_by_colour_alone() -> None:
    root = drawn(ranges.select(stories.lasting_responder(), "1-year"))
    assert {"Minimal", "Mild", "Moderate", "Moderately", "severe", "Severe"} <= set(texts(root))


def test_the_thresholds_say_their_numbers() -> None:
    about = ranges.select(timeline([score(ago(70), 21), score(ago(2), 20)], [infusion(ago(60), 1)]), "all")
    assert {"response: 10.5 or less, line: 10", "remission: below 5"} <= set(texts(drawn(about)))


def test_a_reliable_change_is_ringed_where_it_begins_and_named_once() -> None:
    about = timeline([score(ago(n), value) for n, value in ((70, 21), (50, 8), (40, 8), (30, 19), (10, 9))])
    about = ranges.select(replace(about, baseline=about.scores[0]), "all")
    root = drawn(about)
    assert len(having(root, "c-ring")) == 2 + 1  # and one in the legend
    assert texts(root).count("reliably improved") == 1


def test_what_came_before_the_range_still_decides_what_crosses_in_it() -> None:
    about = timeline([score(ago(200), 21), score(ago(150), 8), score(ago(20), 8)], [infusion(ago(190), 1)])
    assert not having(drawn(ranges.select(about, "3-months")), "c-ring")


STATUS = [
    ("completed", "booster", "c-booster", "40 mg"),
    ("completed", "induction", "c-induction", "40 mg"),
    ("planned", "booster", "c-planned", "planned 16 May"),
    ("stopped-early", "booster", "c-stopped-early", "stopped early 40 mg"),
    ("missed", "booster", "c-missed", "missed"),
    ("cancelled", "booster", "c-cancelled", "cancelled"),
]


@pytest.mark.parametrize(("status", "kind", "class_", "label"), STATUS)
def test_each_kind_of_infusion_looks_and_reads_different(
    status: InfusionStatus, kind: InfusionKind, class_: str, label: str
) -> None:
    about = ranges.select(timeline([score(ago(60), 9)], [infusion(ago(30), 7, kind=kind, status=status)]), "all")
    root = drawn(about)
    (sign,) = having(having(root, "c-plot")[0], class_)
    assert label in texts(root)
    assert bool(having(sign, "c-stem")) == (status not in ("missed", "cancelled"))
    assert any(name.endswith("16 May 2026") and "infusion 7" in name for name in titles(sign))


def test_a_dense_series_shares_one_label() -> None:
    about = ranges.select(timeline([score(ago(360), 20), score(ago(1), 9)], series_of_six(ago(340))), "all")
    assert "series 1–6: 40 mg" in texts(drawn(about, WIDE))


def test_answers_from_an_earlier_diary_look_different_and_the_legend_says_so() -> None:
    own = mood({ago(n): 5.0 for n in range(20)})
    other = replace(own, points=tuple(point._replace(source="import") for point in own.points), code="x")
    root = drawn(ranges.select(timeline([score(ago(30), 9)], daily=[own, other]), "all"))
    assert having(root, "c-daily")
    assert having(root, "c-imported")
    assert {"daily answer", "from an earlier diary"} <= set(texts(root))


@pytest.mark.parametrize(("label", "explained"), [("", True), ("seen by Bea", False)])
def test_the_legend_names_a_mark_that_has_no_words_of_its_own(label: str, explained: bool) -> None:
    about = timeline([score(ago(4), 9)], marks=[Mark(ago(3), "alert", label, ago(1))])
    root = drawn(ranges.select(about, "all"))
    assert len(having(root, "c-alert")) == (2 if explained else 1)
    assert ("Alert" in texts(root)) is explained


def test_the_legend_explains_nothing_that_is_not_there() -> None:
    root = drawn(ranges.select(timeline([score(ago(3), 9)]), "all"))
    assert "PHQ-9 score" in texts(root)
    assert not {"daily answer", "booster", "planned", "first series", "stopped early"} & set(texts(root))


def test_an_answer_without_a_score_is_a_cross_and_no_number() -> None:
    root = drawn(ranges.select(timeline([score(ago(30), None), score(ago(3), None)]), "all"))
    assert len(having(having(root, "c-plot")[0], "c-unscored")) == 2
    assert not having(having(root, "c-plot")[0], "c-point")


def test_a_range_without_scores_says_so() -> None:
    about = timeline([score(ago(500), 9)], [infusion(ago(20), 1)])
    assert "no PHQ-9 answers here" in texts(drawn(ranges.select(about, "interval")))


def test_a_timeline_without_an_instrument_is_still_drawn() -> None:
    about = timeline(instrument=None, daily=[mood({ago(n): 5.0 for n in range(9)})], infusions=[infusion(ago(4), 1)])
    assert {"Mood", "40 mg"} <= set(texts(drawn(ranges.select(about, "all"))))


HOSTILE = "<script>alert(1)</script>\"' onload=x & %(n)s {0} \x00\x1b"


@pytest.mark.parametrize("sheet", SHEETS)
def test_what_people_wrote_stays_words(sheet: Sheet) -> None:
    series = replace(mood({ago(n): 5.0 for n in range(9)}), label=HOSTILE, scale_name=HOSTILE + "2")
    about = timeline([score(ago(4), 9)], daily=[series], marks=[Mark(ago(3), "event", HOSTILE)])
    about = replace(about, scores=(replace(about.scores[0], band=HOSTILE),))
    markup = chart.draw(ranges.select(about, "all"), WORDS, sheet, about=HOSTILE)
    root = parsed(markup)
    assert "<script" not in markup
    assert "\x00" not in markup
    assert not [key for element in root.iter() for key in element.attrib if key.startswith("on")]
    assert any("<script>alert(1)</script>" in one for one in texts(root))


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("story", STORIES)
def test_nothing_in_it_needs_an_inline_style_or_another_host(story: Callable[[], Timeline], sheet: Sheet) -> None:
    root = drawn(ranges.select(story(), "all"), sheet)
    assert not [e for e in root.iter() if e.get("style") is not None or e.tag in (f"{SVG}style", f"{SVG}script")]
    links = [e.get("href") or "" for e in root.iter() if e.get("href")]
    assert all(link.startswith("#") for link in links)
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))


def test_both_sheets_can_stand_on_one_page() -> None:
    about = ranges.select(stories.lasting_responder(), "all")
    ids = [e.get("id") for sheet in SHEETS for e in drawn(about, sheet).iter() if e.get("id")]
    assert len(ids) == len(set(ids))


def test_ten_years_stay_small_enough_for_a_phone() -> None:
    about = ranges.select(stories.ten_years(), "all")
    assert len(chart.draw(about, WORDS, NARROW)) < 60_000
    assert len(chart.draw(about, WORDS, WIDE)) < 90_000


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("days", [14, 40, 100, 365, 1200, 3650, 9000])
def test_the_time_axis_names_a_few_days_at_any_length(days: int, sheet: Sheet) -> None:
    about = replace(timeline([score(TODAY, 9)]), start=ago(days), end=TODAY)
    found = ticks(frame(about, sheet))
    assert 2 <= len(found) <= 20
    assert [on for on, _ in found] == sorted({on for on, _ in found})
    assert all(about.start <= on <= about.end for on, _ in found)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 900), st.none() | st.integers(0, 27)), max_size=25),
    st.lists(st.tuples(st.integers(-30, 900), st.sampled_from(["completed", "stopped-early", "missed"])), max_size=15),
    st.dictionaries(st.integers(0, 900), st.integers(0, 10), max_size=30),
    st.sampled_from(ranges.RANGES),
)
def test_any_timeline_can_be_drawn(
    scores: list[tuple[int, int | None]],
    infusions: list[tuple[int, InfusionStatus]],
    days: dict[int, int],
    chosen: ranges.Range,
) -> None:
    points = [score(ago(n), value) for n, value in sorted(scores, key=lambda one: -one[0])]
    marks = [
        infusion(ago(n), count, status="planned" if n < 0 else status)
        for count, (n, status) in enumerate(sorted(infusions, key=lambda one: -one[0]), start=1)
    ]
    about = timeline(points, marks, [mood({ago(n): float(value) for n, value in days.items()})])
    if not about.is_empty:
        shown = ranges.select(about, chosen)
        for sheet in SHEETS:
            assert "nan" not in chart.draw(shown, WORDS, sheet)
            parsed(chart.draw(shown, WORDS, sheet))
        overlay.draw(about, WORDS)
