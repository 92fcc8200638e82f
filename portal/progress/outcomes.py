"""What is said above a chart of outcomes in an order, such as those of a screening: which, and when; never how much."""

from portal.progress.reading import is_current, latest
from portal.progress.timeline import InstrumentView, ScorePoint, Timeline
from portal.progress.words import Message, counted, message


def sentences(timeline: Timeline, instrument: InstrumentView) -> list[Message]:
    """Return the newest outcome, the one before it, and what is not known since."""
    name, newest = instrument.short_title, latest(timeline)
    if newest is None and not timeline.scores:
        return [message("There is no %(scale)s result yet.", scale=name)]
    if newest is None:
        return [_without_result(instrument, timeline.scores[-1])]
    said = [message("%(scale)s on %(on)s: %(band)s.", scale=name, on=newest.on, band=newest.band)]
    before = [point for point in timeline.scores if point.value is not None and point.at < newest.at]
    if before:
        said.append(message("The result before, on %(on)s: %(band)s.", on=before[-1].on, band=before[-1].band))
    if not is_current(timeline, newest):
        days = (timeline.today - newest.on).days
        said.append(
            counted(
                "That was %(n)s day ago; how it has been since then is not known.",
                "That was %(n)s days ago; how it has been since then is not known.",
                days,
            )
        )
    if timeline.scores[-1] is not newest:
        said.append(_without_result(instrument, timeline.scores[-1]))
    return said


def _without_result(instrument: InstrumentView, point: ScorePoint) -> Message:
    return message(
        "%(scale)s was answered on %(on)s, with too few answers for a result.",
        scale=instrument.short_title,
        on=point.on,
    )
