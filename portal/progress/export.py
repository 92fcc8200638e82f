"""What a chart shows as one tidy table: a line for each score, infusion, daily answer and other mark of the range."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from portal.progress import describe
from portal.progress.reading import change_from
from portal.progress.timeline import DailySeries, InfusionMark, InstrumentView, Mark, ScorePoint, Timeline
from portal.progress.words import Message, message

SCORE, INFUSION, DAILY = message("Score"), message("Infusion"), message("Daily answer")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is shown.

    Args:
        on: its day for the patient; `at` the moment (aware), where it has one; `until` the last day of a stretch.
        kind: what it is.
        name: of the scale, the question or the infusion, or the mark's own words.
        value: points, the answer, or the dose in mg; `low` to `high` is what it could have come to.
        meaning: the band of a score, how an infusion went.
        details: everything else that is known of it.
    """

    on: date
    kind: Message
    name: Message
    at: datetime | None = None
    until: date | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    meaning: Message | None = None
    details: tuple[Message, ...] = ()


def lines(timeline: Timeline) -> tuple[Line, ...]:
    """Return everything of the range that is shown, in order of time; nothing is thinned out."""
    found = [*map(_infusion, timeline.shown_infusions), *map(_mark, timeline.shown_marks)]
    if timeline.instrument is not None:
        found += [_score(timeline, timeline.instrument, point) for point in timeline.shown_scores]
    for series in timeline.daily:
        found += _daily(series)
    return tuple(sorted(found, key=lambda line: (line.on, line.at.timestamp() if line.at else 0.0)))


def _score(timeline: Timeline, instrument: InstrumentView, point: ScorePoint) -> Line:
    covers, change = describe.covers(instrument, point), change_from(instrument, timeline.baseline, point)
    said = [*describe.qualities(point), *([covers] if covers else []), *([describe.CHANGE[change]] if change else [])]
    meaning = message("%(band)s", band=point.band) if point.band else None
    return Line(
        on=point.on,
        at=point.at,
        kind=SCORE,
        name=message("%(scale)s", scale=instrument.short_title),
        value=None if instrument.has_levels else point.value,
        low=None if instrument.has_levels else instrument.minimum,
        high=None if instrument.has_levels else instrument.maximum,
        meaning=describe.TOO_FEW if point.value is None else meaning,
        details=(*said, describe.version(point.version)),
    )


def _infusion(mark: InfusionMark) -> Line:
    name, *rest = describe.infusion(mark)
    return Line(
        on=mark.on,
        at=mark.at,
        kind=INFUSION,
        name=name,
        value=mark.dose_mg,
        meaning=describe.STATUS[mark.status],
        details=tuple(rest),
    )


def _mark(mark: Mark) -> Line:
    still = (message("still open"),) if mark.goes_on else ()
    until = None if mark.goes_on else mark.until
    return Line(on=mark.on, until=until, kind=describe.MARK[mark.kind], name=describe.label(mark), details=still)


def _daily(series: DailySeries) -> Iterator[Line]:
    name, diary = message("%(label)s", label=series.label), (message("from an earlier diary"),)
    for on, at, value, source in series.points:
        yield Line(
            on=on,
            at=at,
            kind=DAILY,
            name=name,
            value=value,
            low=series.minimum,
            high=series.maximum,
            details=diary if source == "import" else (),
        )
