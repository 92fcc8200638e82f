"""The live chart's figure: valid, plain, and the same numbers as the picture and the table."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import orjson
import plotly.graph_objects as go
import pytest

from portal.progress import figures, ranges, table
from portal.progress.timeline import Mark, Timeline
from portal.progress.traces import plain
from tests.progress import stories
from tests.progress.kinds import KINDS
from tests.progress.stories import TODAY, WORDS, infusion, mood, score, timeline

STORIES = [stories.lasting_responder, stories.wears_off, stories.newcomer, stories.ten_years, *KINDS]
EDGES = {
    "one point": timeline([score(TODAY, 9)]),
    "only declined": timeline([score(TODAY, None)]),
    "only an infusion": timeline(infusions=[infusion(TODAY, 1)]),
    "only days": timeline(daily=[mood({TODAY: 5.0})]),
    "no instrument": timeline(instrument=None, daily=[mood({TODAY: 5.0})]),
    "two on one day": timeline([score(TODAY, 9, hour=8), score(TODAY, 11, hour=18)]),
    "marks": timeline(
        marks=[Mark(TODAY, "visit", "video visit"), Mark(TODAY - timedelta(days=9), "medicine", "sertraline", TODAY)]
    ),
}


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def drawn(about: Timeline, chosen: ranges.Range = "all") -> dict[str, Any]:
    return figures.by_date(ranges.select(about, chosen), WORDS)


def roles(figure: dict[str, Any], role: str) -> list[dict[str, Any]]:
    return [trace for trace in figure["data"] if trace["meta"]["role"] == role]


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from leaves(one)
    else:
        yield value


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("chosen", ["interval", "3-months", "1-year", "all"])
def test_plotly_accepts_every_story(story: Callable[[], Timeline], chosen: ranges.Range) -> None:
    figure = drawn(story(), chosen)
    assert len(go.Figure(figure).data) == len(figure["data"])


@pytest.mark.parametrize("name", EDGES)
def test_plotly_accepts_every_edge(name: str) -> None:
    go.Figure(drawn(EDGES[name]))


@pytest.mark.parametrize("story", STORIES)
def test_it_is_made_of_plain_values_only(story: Callable[[], Timeline]) -> None:
    figure = drawn(story())
    assert json.loads(orjson.dumps(figure)) == figure
    assert {type(value) for value in leaves(figure)} <= {str, int, float, bool, type(None)}


@pytest.mark.parametrize("story", STORIES)
def test_it_has_roles_and_no_colour(story: Callable[[], Timeline]) -> None:
    written = orjson.dumps(drawn(story())).decode()
    assert '"color"' not in written
    assert "fillcolor" not in written
    assert all(trace["meta"]["role"] for trace in drawn(story())["data"])


@pytest.mark.parametrize("story", STORIES)
def test_its_scores_are_those_of_the_table(story: Callable[[], Timeline]) -> None:
    shown = ranges.select(story(), "1-year")
    (trace,) = roles(figures.by_date(shown, WORDS), "score")
    values = [value for value in trace["y"] if value is not None]
    rows = [row.score.point.value for row in reversed(table.rows(shown)) if row.score]
    assert values == [value for value in rows if value is not None]


@pytest.mark.parametrize("story", STORIES)
def test_every_infusion_is_a_line_and_a_head_at_its_own_time(story: Callable[[], Timeline]) -> None:
    shown = ranges.select(story(), "all")
    figure = figures.by_date(shown, WORDS)
    times = sorted(
        f"{mark.at.astimezone(shown.time_zone):%Y-%m-%d %H:%M}"
        for mark in shown.shown_infusions
        if mark.status not in ("missed", "cancelled")
    )
    lines = [shape for shape in figure["layout"]["shapes"] if shape["xref"] == "x"]
    kinds = ("induction", "booster", "planned", "stopped-early")
    heads = [x for role in kinds for trace in roles(figure, role) for x in trace["x"]]
    assert sorted(line["x0"] for line in lines) == sorted(heads) == times
    assert all(line["x0"] == line["x1"] and (line["y0"], line["y1"]) == (0, 1) for line in lines)


def test_a_score_says_which_days_it_covers() -> None:
    (trace,) = roles(drawn(timeline([score(date(2026, 3, 20), 11)])), "score")
    assert trace["hovertext"][0] == "PHQ-9 11, Moderate<br>covers 6 – 20 March 2026<br>20 March 2026"
    assert trace["customdata"][0] == ["2026-03-06 00:00", "2026-03-20 23:59"]


def test_an_infusion_says_how_much_was_given() -> None:
    (trace,) = roles(drawn(timeline(infusions=[infusion(ago(3), 8, status="stopped-early", dose=20)])), "stopped-early")
    assert trace["hovertext"] == [
        "Booster, infusion 8: stopped early<br>20 mg (0.25 mg/kg)<br>IV<br>40 minutes<br>12 June 2026"
    ]
    assert trace["text"] == ["8"]


def test_a_gap_stays_open() -> None:
    (trace,) = roles(drawn(timeline([score(ago(90), 9), score(ago(80), 9), score(ago(2), 9)])), "score")
    assert trace["y"] == [9, 9, None, 9, None]
    assert trace["connectgaps"] is False
    lengths = {len(trace[key]) for key in ("x", "y", "hovertext", "customdata")}
    assert lengths == {len(trace["marker"]["symbol"])}


def test_a_prorated_score_is_open_and_an_unscored_answer_a_cross() -> None:
    about = timeline([score(ago(9), 9), score(ago(5), 8, state="prorated"), score(ago(2), None)])
    figure = drawn(about)
    assert roles(figure, "score")[0]["marker"]["symbol"][:2] == ["circle", "circle-open"]
    assert "prorated" in roles(figure, "score")[0]["hovertext"][1]
    assert roles(figure, "unscored")[0]["y"] == [0]


def test_ten_years_are_thinned_but_keep_their_extremes() -> None:
    shown = ranges.select(stories.ten_years(), "all")
    figure = figures.by_date(shown, WORDS)
    for series, trace in zip(shown.daily, roles(figure, "daily"), strict=True):
        values = [point.value for point in series.points]
        assert len(trace["y"]) <= 500
        assert (min(trace["y"]), max(trace["y"])) == (min(values), max(values))
    assert len(orjson.dumps(figure)) < 130_000


@pytest.mark.parametrize(
    "hostile",
    ["<b>bold</b>", '<a href="javascript:alert(1)">x</a>', "<br>", "&lt;b&gt;", "%{x}", "<span style='x'>", "<extra>"],
)
def test_what_people_wrote_means_nothing_to_plotly(hostile: str) -> None:
    series = replace(mood({ago(n): 5.0 for n in range(9)}), label=hostile)
    about = timeline([score(ago(4), 9)], daily=[series], marks=[Mark(ago(3), "event", hostile)])
    about = replace(about, scores=(replace(about.scores[0], band=hostile),))
    figure = drawn(about)
    (dots,) = roles(figure, "daily")
    (event,) = roles(figure, "mark-event")
    shown = [roles(figure, "score")[0]["hovertext"][0].split("<br>")[0], event["hovertext"][0].split("<br>")[0]]
    shown += [dots["hovertemplate"].split(" %{y}")[0]]
    for words in shown:
        assert "<" not in words
        assert "%{" not in words
        assert plain(hostile) in words


def test_the_live_chart_is_told_where_each_picture_has_its_lanes() -> None:
    figure = drawn(stories.lasting_responder(), "1-year")
    axes = {key for key in figure["layout"] if key.startswith("yaxis")}
    for sheet in figure["layout"]["meta"]["sheets"]:
        assert set(sheet["lanes"]) == axes
        assert all(0 <= top < bottom <= sheet["bottom"] for top, bottom in sheet["lanes"].values())
    assert [sheet["name"] for sheet in figure["layout"]["meta"]["sheets"]] == ["wide", "narrow"]


def test_marks_have_a_row_for_each_picture() -> None:
    figure = drawn(stories.lasting_responder(), "1-year")
    found = [trace for trace in figure["data"] if trace["yaxis"] == "y2"]
    assert len(found) == 5
    for trace in found:
        assert [len(rows) for rows in trace["meta"]["rows"]] == [len(trace["x"])] * 2
