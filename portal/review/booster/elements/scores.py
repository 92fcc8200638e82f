"""Element 2: the newest score, what it covers, and what qualifies it. Pure."""

from collections.abc import Iterator

from portal.progress import describe
from portal.progress.reading import is_current, latest, version_changes
from portal.progress.timeline import InstrumentView, ScorePoint, Timeline
from portal.progress.words import counted, message
from portal.review.booster.elements import parts
from portal.review.booster.sheet import Element, Line


def speaks(timeline: Timeline) -> InstrumentView | None:
    """Return the scale that can be compared over time; None where only outcomes or own checks are on record."""
    instrument = timeline.instrument
    return None if instrument is None or instrument.has_levels or not instrument.is_validated else instrument


def newest(timeline: Timeline, *, primary: str, primary_name: str) -> Element:
    """Return what is said beside the score line.

    Args:
        timeline: the whole of it, with the scale that is drawn.
        primary, primary_name: the scale that comes first for this patient, its id and its short name.
    """
    return parts.element(2, _lines(timeline, primary, primary_name))


def _lines(timeline: Timeline, primary: str, primary_name: str) -> Iterator[Line]:
    instrument = speaks(timeline)
    if instrument is None or instrument.id != primary:
        yield parts.missing(message("There is no score of %(scale)s, which comes first here.", scale=primary_name))
    if instrument is None:
        return
    point = latest(timeline)
    if point is not None:
        yield from _newest(timeline, instrument, point)
    yield from _without_score(timeline, instrument, point)
    changes = version_changes(timeline)
    if changes:
        said = message(
            "Its questions or scoring changed on %(on)s; what came before is not compared.",
            on=parts.on(changes[-1].point.on),
        )
        yield parts.attention(said)


def _newest(timeline: Timeline, instrument: InstrumentView, point: ScorePoint) -> Iterator[Line]:
    heading, *rest = describe.score(instrument, point)
    said = [heading, message("%(on)s", on=parts.on(point.on)), *rest]
    said.append(message("version %(version)s", version=point.version))
    make = parts.plain if point.state == "complete" else parts.attention
    yield make(parts.row(said))
    if timeline.unheard is not None and not timeline.unheard.of_scale:
        yield parts.attention(parts.unheard(timeline.unheard, is_first=True))
    elif not is_current(timeline, point):
        yield parts.missing(
            counted(
                "That was %(n)s day ago; how it has been since then is not known.",
                "That was %(n)s days ago; how it has been since then is not known.",
                (timeline.today - point.on).days,
            )
        )


def _without_score(timeline: Timeline, instrument: InstrumentView, point: ScorePoint | None) -> Iterator[Line]:
    later = [one for one in timeline.scores if one.value is None and (point is None or one.at > point.at)]
    if not later:
        return
    heading = describe.score(instrument, later[-1])[0]
    yield parts.missing(
        parts.row([heading, message("%(on)s", on=parts.on(later[-1].on)), *describe.qualities(later[-1])])
    )
