"""The numbers of the chart as rows, for those who read rather than look. Newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from math import ceil
from typing import Generic, TypeVar

from portal.progress import describe
from portal.progress.reading import Change, VersionChange, change_from, given, version_changes
from portal.progress.timeline import DailySeries, InfusionMark, InstrumentView, Mark, ScorePoint, Timeline
from portal.progress.words import Span

R = TypeVar("R")
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One answered scale. `difference` is in points from the baseline, below 0 where the score fell.

    `days_since` counts from the infusion numbered `infusion_number`, the last one given before the answer.
    """

    point: ScorePoint
    covers: Span | None
    difference: float | None
    change: Change | None
    infusion_number: int | None
    days_since: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: exactly one of `score`, `version`, `infusion` and `mark` is there.

    `version` stands below the first score of another version of the questions.
    """

    on: date
    score: ScoreRow | None = None
    infusion: InfusionMark | None = None
    mark: Mark | None = None
    version: VersionChange | None = None


@dataclass(frozen=True, slots=True)
class DailyCell:
    """The answers of one day to one question; `count` is 0 where there were none, and then the values are None."""

    count: int
    low: float | None = None
    high: float | None = None
    is_imported: bool = False


@dataclass(frozen=True, slots=True)
class DailyRow:
    """One day, with a cell for each of the timeline's daily series, in their order."""

    on: date
    cells: tuple[DailyCell, ...]


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """A part of a long table. `number` counts from 1 to `pages` (at least 1); `total` is how many rows there are."""

    rows: tuple[R, ...]
    number: int
    pages: int
    total: int


def rows(timeline: Timeline) -> tuple[Row, ...]:
    """Return scores, changes of their version, infusions and other marks of the shown range, newest first."""
    found: list[tuple[date, datetime | None, Row]] = []
    found += [(p.on, p.at, Row(p.on, score=_score(timeline, p))) for p in timeline.shown_scores]
    found += [(c.point.on, c.point.at, Row(c.point.on, version=c)) for c in _versions(timeline)]
    found += [(i.on, i.at, Row(i.on, infusion=i)) for i in timeline.shown_infusions]
    found += [(m.on, None, Row(m.on, mark=m)) for m in timeline.shown_marks]
    found.sort(key=lambda entry: (entry[0], entry[1].timestamp() if entry[1] else float("inf")), reverse=True)
    return tuple(row for _, _, row in found)


def daily_page(timeline: Timeline, number: int, size: int = PAGE_SIZE) -> Page[DailyRow]:
    """Return one page of the days of the shown range with an answer to any daily question, newest first.

    Raises:
        ValueError: `size` is below 1.
    """
    answered = {point[0] for series in timeline.daily for point in series.points}
    days = page(sorted(answered, reverse=True), number, size)
    wanted, none = set(days.rows), DailyCell(0)
    cells = [_cells(series, wanted) for series in timeline.daily]
    found = tuple(DailyRow(on, tuple(of_series.get(on, none) for of_series in cells)) for on in days.rows)
    return Page(found, days.number, days.pages, days.total)


def page(found: Sequence[R], number: int, size: int = PAGE_SIZE) -> Page[R]:
    """Return the part numbered `number` (from 1; what lies beyond either end is brought back to it) of `size` rows.

    Raises:
        ValueError: `size` is below 1.
    """
    if size < 1:
        raise ValueError("a page holds at least one row")
    pages = max(1, ceil(len(found) / size))
    number = min(max(number, 1), pages)
    return Page(tuple(found[(number - 1) * size : number * size]), number, pages, len(found))


def _versions(timeline: Timeline) -> list[VersionChange]:
    shown = set(timeline.shown_scores)
    return [change for change in version_changes(timeline) if change.point in shown]


def _score(timeline: Timeline, point: ScorePoint) -> ScoreRow:
    instrument, baseline = timeline.instrument, timeline.baseline
    before = [mark for mark in given(timeline) if mark.at < point.at]
    return ScoreRow(
        point=point,
        covers=describe.recall_window(instrument, point) if instrument else None,
        difference=_difference(instrument, baseline, point),
        change=change_from(instrument, baseline, point) if instrument else None,
        infusion_number=before[-1].number if before else None,
        days_since=(point.on - before[-1].on).days if before else None,
    )


def _difference(instrument: InstrumentView | None, baseline: ScorePoint | None, point: ScorePoint) -> float | None:
    if baseline is None or baseline.value is None or point.value is None:
        return None
    if instrument is None or instrument.has_levels or baseline.version != point.version or point.at <= baseline.at:
        return None
    return round(point.value - baseline.value, 6)


def _cells(series: DailySeries, wanted: set[date]) -> dict[date, DailyCell]:
    cells = {}
    for on, group in groupby((point for point in series.points if point[0] in wanted), key=lambda point: point.on):
        points = list(group)
        values = [point.value for point in points]
        imported = all(point.source == "import" for point in points)
        cells[on] = DailyCell(len(points), min(values), max(values), imported)
    return cells
