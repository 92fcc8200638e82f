"""The chart, as it ships: the picture comes alive under our policy, and every infusion stands at its date."""

import re
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser import story
from tests.browser.window import DESK, PHONE, Window
from tests.cast import ZONE
from tests.live import Live

PIXELS = 1.5
SHEET = re.compile(rb"/Type\s*/Page\b(?!s)")
MOST_SHIFT = 0.02
COUNT_SHIFTS = """
    window.shifted = 0;
    new PerformanceObserver((seen) => seen.getEntries().forEach((one) => { window.shifted += one.value; }))
        .observe({ type: "layout-shift", buffered: true });
"""
PICTURE = """() => {
    const svg = [...document.querySelectorAll("figure[data-chart] svg.chart")].find((one) => one.checkVisibility());
    return [...svg.querySelectorAll(".c-infusion:has(> title) > .c-stem")]
        .map((stem) => stem.getBoundingClientRect()).map((box) => box.left + box.width / 2);
}"""
# How many pieces each infusion's line has: it leaves words alone.
PIECES = """(lines) => [...document.querySelectorAll(`figure[data-chart] :is(${lines})`)]
    .filter((line) => line.closest("svg").checkVisibility())
    .map((line) => line.getAttribute("d").split("M").length - 1);
"""
ALIVE = """() => {
    const plot = document.querySelector(".chart-live");
    const edges = ({ left, top, right, bottom }) => ({ left, top, right, bottom });
    const box = (one) => edges(one.getBoundingClientRect());
    const stems = [...plot.querySelectorAll(".shapelayer path")]
        .map((path) => ({ ...box(path), shape: plot.layout.shapes[Number(path.dataset.index)] }))
        .filter((stem) => stem.shape.xref === "x")
        .map(({ shape, ...stem }) => ({ ...stem, at: shape.x0 }));
    const roles = ["induction", "booster", "planned"];
    const heads = [...plot.querySelectorAll(".scatterlayer .trace")].flatMap((trace) => {
        const { x, meta } = trace.__data__[0].trace;
        const points = roles.includes(meta.role) ? [...trace.querySelectorAll("path.point")] : [];
        return points.map((point, n) => ({ ...box(point), at: x[n] }));
    });
    return {
        range: plot._fullLayout.xaxis.range,
        area: box(plot.querySelector(".nsewdrag[data-subplot='xy3']")),
        whole: box(plot),
        lowest: Math.max(...[...plot.querySelectorAll(".nsewdrag")].map((lane) => box(lane).bottom)),
        stems,
        heads,
        position: getComputedStyle(plot.querySelector(".main-svg")).position,
        ink: getComputedStyle(plot.querySelector(".xtick text")).fill,
    };
}"""


def instant(text: str) -> float:
    """Return a moment as Plotly writes it, in seconds."""
    return datetime.fromisoformat(text + "Z").timestamp()


def place(found: dict[str, Any], at: str) -> float:
    """Return where a moment belongs on the screen, by the range that the axis says it has."""
    start, end = map(instant, found["range"])
    area = found["area"]
    return float(area["left"] + (area["right"] - area["left"]) * (instant(at) - start) / (end - start))


def middle(box: dict[str, Any]) -> float:
    return float(box["left"] + box["right"]) / 2


def reach_for_the_chart(page: Page, size: dict[str, int]) -> None:
    if size is PHONE:
        page.get_by_role("button", name="Explore the chart").click()
    else:
        page.locator("figure[data-chart] svg.chart:visible").hover()
    expect(page.locator("figure[data-chart].is-live .main-svg").first).to_be_attached()
    # It is drawn once more when its heads have found their sizes.
    page.wait_for_timeout(300)


def luminance(colour: str) -> float:
    """Return how light a colour is, from 0 to 1; "rgb(0, 0, 0)" is 0."""
    return sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")) / (3 * 255)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_live_chart_stands_where_the_picture_stood_with_every_infusion_at_its_date(
    live: Live, window: Callable[..., Window], size: dict[str, int], scheme: str
) -> None:
    story.tell(live)
    dates = [f"{at.astimezone(ZoneInfo(ZONE)):%Y-%m-%d %H:%M}" for at in story.given_and_planned()]
    one = window(size, color_scheme=scheme)
    one.page.add_init_script(COUNT_SHIFTS)
    page = one.sign_in(live.cast.ada)
    one.open(f"/patients/{live.cast.ada.own_id}/progress?range=all")
    drawn = page.evaluate(PICTURE)
    assert len(drawn) == len(dates)
    reach_for_the_chart(page, size)

    found = page.evaluate(ALIVE)
    assert found["position"] == "absolute"
    assert [stem["at"] for stem in found["stems"]] == dates
    for before, stem in zip(page.evaluate(PICTURE), found["stems"], strict=True):
        assert abs(middle(stem) - place(found, stem["at"])) <= PIXELS
        assert abs(middle(stem) - before) <= PIXELS
        assert found["area"]["left"] <= middle(stem) <= found["area"]["right"]
        # Through all lanes, from its sign down to the axis.
        assert found["whole"]["top"] < stem["top"] < found["area"]["top"]
        assert abs(stem["bottom"] - found["lowest"]) <= 40
    assert page.evaluate(PIECES, "svg.chart .c-plot .c-stem") == page.evaluate(PIECES, ".chart-live .shapelayer path")
    assert max(page.evaluate(PIECES, ".chart-live .shapelayer path")) > 1
    for head in found["heads"]:
        assert abs(middle(head) - place(found, head["at"])) <= PIXELS
        assert found["whole"]["top"] <= head["top"] < head["bottom"] <= found["area"]["top"] + PIXELS
    assert sorted(head["at"] for head in found["heads"]) == sorted(dates)
    assert all(left["left"] < right["left"] for left, right in pairwise(found["stems"]))
    assert (luminance(found["ink"]) > 0.5) is (scheme == "dark")
    assert page.evaluate("window.shifted") <= MOST_SHIFT


def test_the_chart_loads_its_library_only_when_somebody_reaches_for_it(
    live: Live, window: Callable[..., Window]
) -> None:
    story.tell(live)
    desk = window(DESK)
    page = desk.sign_in(live.cast.ada)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    desk.open(f"/patients/{live.cast.ada.own_id}/progress")
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "plotly" in url]
    reach_for_the_chart(page, DESK)
    assert len([url for url in asked if "plotly" in url]) == 1


def test_a_point_says_what_it_is_to_pointer_and_keyboard(live: Live, window: Callable[..., Window]) -> None:
    story.tell(live)
    desk = window(DESK)
    page = desk.sign_in(live.cast.bea)
    desk.open(f"/patients/{live.cast.ada.own_id}/progress?range=all")
    reach_for_the_chart(page, DESK)
    heads = page.evaluate(ALIVE)["heads"]
    booster = max(heads[len(story.SERIES) : -1], key=middle)
    page.mouse.move(middle(booster), (booster["top"] + booster["bottom"]) / 2)
    expect(page.locator(".chart-live .hoverlayer")).to_contain_text("35")
    page.locator(".chart-live").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-said]")).to_contain_text("PHQ-9")


def test_the_team_sees_the_same_chart_as_the_patient(live: Live, window: Callable[..., Window]) -> None:
    story.tell(live)
    address = f"/patients/{live.cast.ada.own_id}/progress?range=all"
    said = []
    for person in (live.cast.ada, live.cast.bea):
        one = window(DESK)
        one.sign_in(person)
        page = one.open(address)
        page.get_by_text("The same in numbers").click()
        said.append((page.locator("#progress-headline").inner_text(), page.get_by_role("table").first.inner_text()))
    assert said[0] == said[1]


def test_the_days_of_the_newest_score_are_shaded_and_those_of_the_score_pointed_at(
    live: Live, window: Callable[..., Window]
) -> None:
    story.tell(live)
    desk = window(DESK)
    page = desk.sign_in(live.cast.ada)
    desk.open(f"/patients/{live.cast.ada.own_id}/progress?range=all")
    drawn = page.locator("figure[data-chart] svg.chart:visible .c-window").bounding_box()
    reach_for_the_chart(page, DESK)
    band = page.locator(".chart-recall")
    page.mouse.move(5, 5)
    expect(band).to_have_class("chart-recall is-resting")
    alive = band.bounding_box()
    assert drawn
    assert alive
    assert abs(drawn["x"] - alive["x"]) <= PIXELS
    assert abs(drawn["width"] - alive["width"]) <= PIXELS
    assert abs(drawn["height"] - alive["height"]) <= PIXELS
    page.locator(".chart-live").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(band).to_have_class("chart-recall")
    earlier = band.bounding_box()
    assert earlier
    assert earlier["x"] < alive["x"]
    expect(page.locator("[data-said]")).to_contain_text("covers")


def test_the_picture_and_the_numbers_can_be_saved(live: Live, window: Callable[..., Window], tmp_path: Path) -> None:
    story.tell(live)
    desk = window(DESK)
    page = desk.sign_in(live.cast.ada)
    desk.open(f"/patients/{live.cast.ada.own_id}/progress?range=all")
    page.get_by_text("Print or save", exact=True).click()
    kept = {}
    for name in ("Picture (SVG)", "Picture (PNG)", "Numbers (CSV)"):
        with page.expect_download() as begun:
            page.get_by_text(name).click()
        kept[name] = tmp_path / begun.value.suggested_filename
        begun.value.save_as(kept[name])
    today = datetime.now(ZoneInfo(ZONE)).date()
    assert [one.name for one in kept.values()] == [f"progress-{today}.{kind}" for kind in ("svg", "png", "csv")]
    png = kept["Picture (PNG)"].read_bytes()
    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20]) == 2 * (760 + 32)
    assert len(png) > 20_000
    assert "PHQ-9" in kept["Numbers (CSV)"].read_text(encoding="utf-8-sig")
    # By itself, from a folder, under no style sheet of ours.
    page.context.new_page().goto(kept["Picture (SVG)"].as_uri())
    alone = page.context.pages[-1]
    assert alone.locator("text").first.evaluate("one => getComputedStyle(one).fill") == "rgb(23, 38, 44)"


def test_without_script_a_png_is_not_offered_and_the_rest_is(live: Live, window: Callable[..., Window]) -> None:
    story.tell(live)
    desk = window(DESK, java_script_enabled=False)
    page = desk.sign_in(live.cast.ada)
    desk.open(f"/patients/{live.cast.ada.own_id}/progress")
    page.get_by_text("Print or save", exact=True).click()
    assert page.get_by_text("Picture (SVG)").is_visible()
    assert page.get_by_text("Picture (PNG)").is_hidden()


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_page_prints_with_chart_words_and_table_and_nothing_to_press(
    live: Live, window: Callable[..., Window], paper: str
) -> None:
    story.tell(live)
    desk = window(DESK)
    page = desk.sign_in(live.cast.bea)
    desk.open(f"/patients/{live.cast.ada.own_id}/progress?range=all")
    assert len(SHEET.findall(page.pdf(format=paper))) <= 4
    page.emulate_media(media="print")
    for shown in (
        "#progress-headline",
        "#by-date svg.chart-wide",
        "#by-infusion svg.chart-large",
        ".progress-table tr",
    ):
        assert page.locator(shown).first.is_visible(), shown
    for gone in (".progress-tools", ".progress-views", ".progress-save", "[data-explore]", ".pager a"):
        assert not [one for one in page.locator(gone).all() if one.is_visible()], gone
