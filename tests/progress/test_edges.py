"""What a chart has to bear: drawn, as a figure, as a file and as numbers, at every edge and for any timeline."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import ROOT
from portal.progress import describe, export, figures, ranges, table
from portal.progress.svg import chart, overlay
from portal.progress.svg.frame import NARROW, WIDE, Sheet
from portal.progress.svg.standalone import MARGIN, standalone
from portal.progress.timeline import InfusionStatus, Mark, MarkKind, Timeline
from tests.progress.edges import ago, edges
from tests.progress.stories import TODAY, WORDS, infusion, mood, say, score, timeline

CSS = (Path(ROOT) / "static/css/chart.css").read_text(encoding="utf-8")
NUMBERS = re.compile(r"[MHL](-?[\d.]+)(?: (-?[\d.]+))?")
PLACED = {"c-point", "c-ring", "c-stem", "c-mark", "c-score", "c-daily", "c-median", "c-window", "c-recall"}
names = pytest.mark.parametrize("name", edges())


def parsed(markup: str) -> ElementTree.Element:
    return ElementTree.fromstring(markup)  # noqa: S314 - our own drawing


def shown(about: Timeline, chosen: ranges.Range = "all") -> Timeline:
    return ranges.select(about, chosen)


def inside(about: Timeline, sheet: Sheet) -> None:
    """Hold every mark to the plot: nothing stands before its first day, after its last, or beside the lanes."""
    frame, _ = chart.framed(about, WORDS, sheet)
    root = parsed(chart.draw(about, WORDS, sheet))
    plot = next(group for group in root if group.get("class") == "c-plot")
    for element in plot.iter():
        if not PLACED & set((element.get("class") or "").split()):
            continue
        xs = [float(element.get("cx") or frame.left)]
        xs += [float(found[1]) for found in NUMBERS.finditer(element.get("d") or "")]
        assert min(xs) >= frame.left - 2.1, (element.get("class"), xs)
        assert max(xs) <= frame.right + 2.1, (element.get("class"), xs)
        ys = [float(element.get("cy") or 0)]
        ys += [float(found[2]) for found in NUMBERS.finditer(element.get("d") or "") if found[2]]
        assert min(ys) >= 0
        assert max(ys) <= frame.bottom


def told(about: Timeline) -> Counter[str]:
    """How many of each kind the table of numbers tells."""
    return Counter(say(line.kind) for line in export.lines(about))


def same_as_shown(about: Timeline) -> None:
    lines = export.lines(about)
    answers = [point for series in about.daily for point in series.points]
    expected = Counter(describe.MARK[mark.kind].msgid for mark in about.shown_marks)
    expected += Counter({"Score": len(about.shown_scores) if about.instrument else 0})
    expected += Counter({"Infusion": len(about.shown_infusions), "Daily answer": len(answers)})
    assert told(about) == expected
    assert [line.on for line in lines] == sorted(line.on for line in lines)
    if about.instrument and not about.instrument.has_levels:
        values = [line.value for line in lines if line.kind == export.SCORE]
        assert sorted(map(str, values)) == sorted(str(point.value) for point in about.shown_scores)
    assert sum((line.value or 0) for line in lines if line.kind == export.DAILY) == sum(one.value for one in answers)
    assert all(about.start <= line.on <= about.end for line in lines if line.kind in (export.SCORE, export.DAILY))
    numbered = table.rows(about)
    assert len(lines) - len(answers) == len([row for row in numbered if not row.version])


@names
@pytest.mark.parametrize("sheet", [WIDE, NARROW])
@pytest.mark.parametrize("chosen", ranges.RANGES)
def test_every_edge_is_drawn_with_each_mark_inside_the_plot(name: str, sheet: Sheet, chosen: ranges.Range) -> None:
    inside(shown(edges()[name], chosen), sheet)


@names
def test_every_edge_is_a_figure_that_plotly_takes(name: str) -> None:
    figure = figures.by_date(shown(edges()[name]), WORDS)
    assert len(go.Figure(figure).data) == len(figure["data"])


@names
@pytest.mark.parametrize("sheet", [overlay.WIDE, overlay.NARROW])
def test_every_edge_is_laid_over_itself_or_left_out(name: str, sheet: overlay.Spread) -> None:
    drawn = overlay.draw(edges()[name], WORDS, sheet)
    assert bool(drawn) is overlay.can_compare(edges()[name])
    if drawn:
        parsed(drawn)


@names
def test_every_edge_is_told_in_numbers_as_it_is_shown(name: str) -> None:
    for chosen in ranges.RANGES:
        same_as_shown(shown(edges()[name], chosen))


@names
def test_every_edge_is_a_file_that_needs_no_style_sheet(name: str) -> None:
    drawn = chart.draw(shown(edges()[name]), WORDS, WIDE, about="It fell.")
    alone = standalone(drawn, CSS, size=WIDE.font)
    assert alone.startswith("<?xml")
    root = parsed(alone)
    assert not [one for one in root.iter() if one.get("class") or one.tag.endswith(("style", "script"))]
    assert "var(" not in alone
    assert "ns0:" not in alone
    assert float(root.get("width") or 0) == WIDE.width + 2 * MARGIN
    for path in root.iter("{http://www.w3.org/2000/svg}path"):
        assert path.get("fill") or path.get("stroke") or path.get("id"), path.attrib


def test_the_file_has_the_colours_of_the_page_on_light_ground() -> None:
    root = parsed(standalone(chart.draw(shown(edges()["one point"]), WORDS, WIDE), CSS, size=WIDE.font))
    (point,) = [one for one in root.iter("{http://www.w3.org/2000/svg}circle") if one.get("r") == "4" and one.get("cx")]
    assert (point.get("fill"), point.get("stroke"), point.get("stroke-width")) == ("#17262c", "#fffdf8", "1.5")
    grounds = [one.get("fill") for one in root.iter("{http://www.w3.org/2000/svg}rect")]
    assert grounds[:2] == ["#fffdf8", "#f9f6ee"]


def test_an_infusion_of_the_series_keeps_its_look_in_the_file() -> None:
    about = shown(timeline([score(ago(3), 9)], [infusion(ago(9), 1, kind="induction"), infusion(ago(5), 2)]))
    root = parsed(standalone(chart.draw(about, WORDS, WIDE), CSS, size=WIDE.font))
    signs = [(one.get("fill"), one.get("stroke")) for one in root.iter("{http://www.w3.org/2000/svg}circle")]
    assert ("#fffdf8", "#0b5a64") in signs
    assert ("#0b5a64", "#0b5a64") in signs


def test_the_window_of_the_newest_score_is_shaded_and_says_its_days() -> None:
    about = shown(timeline([score(ago(60), 20), score(ago(3), 9)]))
    root = parsed(chart.draw(about, WORDS, WIDE))
    frame, _ = chart.framed(about, WORDS, WIDE)
    (window,) = [one for one in root.iter() if one.get("class") == "c-window"]
    left, right = (float(found[1]) for found in list(NUMBERS.finditer(window.get("d") or ""))[:2])
    assert left == pytest.approx(frame.x_on(ago(17), 0), abs=0.1)
    assert right == pytest.approx(frame.x_on(ago(3), 1), abs=0.1)
    assert "covers 29 May – 12 June 2026" in [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]


def test_a_score_about_the_moment_has_no_window() -> None:
    about = edges()["one point"]
    assert about.instrument
    momentary = timeline(about.scores, instrument=about.instrument.__class__(**_without_recall(about)))
    assert "c-window" not in chart.draw(shown(momentary), WORDS, WIDE)


def _without_recall(about: Timeline) -> dict[str, object]:
    assert about.instrument
    fields = about.instrument.__class__.__dataclass_fields__
    return {name: getattr(about.instrument, name) for name in fields} | {"recall_days": None}


days = st.integers(0, 4_000)
statuses = st.sampled_from(get_args(InfusionStatus))
kinds = st.sampled_from(list(get_args(MarkKind)))


def made(
    scores: Sequence[tuple[int, int | None]],
    infusions: Sequence[tuple[int, InfusionStatus]],
    answers: dict[int, int],
    marks: Sequence[tuple[int, int | None, MarkKind, str]],
) -> Timeline:
    points = [score(ago(n), value) for n, value in sorted(scores, key=lambda one: -one[0])]
    given = [infusion(ago(n), i, status=status) for i, (n, status) in enumerate(sorted(infusions, reverse=True), 1)]
    also = [
        Mark(ago(n), kind, label, None if lasts is None else min(ago(n) + timedelta(days=lasts), TODAY))
        for n, lasts, kind, label in sorted(marks, key=lambda one: -one[0])
    ]
    return timeline(points, given, [mood({ago(n): float(value) for n, value in answers.items()})], also)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(days, st.none() | st.integers(0, 27)), max_size=12),
    st.lists(st.tuples(days, statuses), max_size=8),
    st.dictionaries(days, st.integers(0, 10), max_size=12),
    st.lists(st.tuples(days, st.none() | st.integers(1, 400), kinds, st.text(max_size=40)), max_size=8),
    st.sampled_from(ranges.RANGES),
)
def test_any_timeline_draws_inside_its_plot_and_is_told_in_numbers_as_it_is_shown(
    scores: list[tuple[int, int | None]],
    infusions: list[tuple[int, InfusionStatus]],
    answers: dict[int, int],
    marks: list[tuple[int, int | None, MarkKind, str]],
    chosen: ranges.Range,
) -> None:
    about = shown(made(scores, infusions, answers, marks), chosen)
    for sheet in (WIDE, NARROW):
        inside(about, sheet)
    same_as_shown(about)
    parsed(standalone(chart.draw(about, WORDS, WIDE), CSS, size=WIDE.font))
