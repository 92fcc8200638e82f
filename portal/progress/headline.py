"""The first sentence above a chart: did the infusions help, and how long did it hold. Pure.

At most two clauses: what the series did and how it stands now, then how long the last booster held beside the one
before it. Every figure is one of `responses`, so the sentence and the table cannot disagree.
"""

from collections.abc import Sequence

from portal.progress.describe import amount
from portal.progress.reading import baseline_of, course, days_on_the_good_side, given
from portal.progress.response import Hold, Response, Unknown
from portal.progress.telling import good_side, is_still, is_wide, newest_complete, wrong_side
from portal.progress.timeline import InstrumentView, ScorePoint, Timeline
from portal.progress.words import Message, counted, message


def of_course(timeline: Timeline, found: Sequence[Response]) -> list[Response]:
    """Return the responses of the current course, in order of time."""
    current = course(timeline)
    return [response for response in found if response.infusions[0] in current]


def finished_series(timeline: Timeline, found: Sequence[Response]) -> Response | None:
    """Return the first series of the current course; None while it is running, or where there was none."""
    ahead = [mark for mark in timeline.infusions if mark.status == "planned" and mark.on >= timeline.today]
    if any(mark.kind == "induction" for mark in ahead):
        return None
    return next((response for response in of_course(timeline, found) if response.is_series), None)


def headline(
    timeline: Timeline, instrument: InstrumentView, found: Sequence[Response], since: Sequence[ScorePoint]
) -> Message:
    """Return the headline of a timeline with a baseline that can be compared with the newest score.

    Args:
        timeline: the whole of it.
        instrument: its scale.
        found: its responses.
        since: the complete scores since the first infusion after the baseline, one or more.
    """
    series = finished_series(timeline, found)
    first = _so_far(timeline, instrument, since) if series is None else _of_series(timeline, instrument, series, found)
    later = _boosters(timeline, instrument, of_course(timeline, found))
    return message("%(first)s; %(then)s.", first=first, then=later) if later else message("%(first)s.", first=first)


def _so_far(timeline: Timeline, instrument: InstrumentView, since: Sequence[ScorePoint]) -> Message:
    baseline, reached = timeline.baseline, since[-1]
    infusions = [mark for mark in course(timeline) if baseline and baseline.at <= mark.at < reached.at]
    values = {
        "scale": instrument.short_title,
        "first": amount(instrument, baseline.value if baseline else None),
        "when": when(timeline),
        "then": amount(instrument, reached.value),
    }
    if not infusions:
        return message("%(scale)s was %(first)s %(when)s and %(then)s on %(on)s", on=reached.on, **values)
    return counted(
        "%(scale)s was %(first)s %(when)s and %(then)s after one infusion",
        "%(scale)s was %(first)s %(when)s and %(then)s after %(n)s infusions",
        len(infusions),
        **values,
    )


def when(timeline: Timeline) -> Message:
    """Return when the baseline was: before the first infusion of all or of the course, or the day of a chosen one."""
    baseline, marks = timeline.baseline, course(timeline)
    if baseline and marks and baseline != baseline_of(timeline.scores, marks[0].at):
        return message("on %(on)s", on=baseline.on)
    if marks != given(timeline):
        return message("before the first infusion of this course")
    return message("before the first infusion")


def _of_series(timeline: Timeline, instrument: InstrumentView, series: Response, found: Sequence[Response]) -> Message:
    if series.change is None or series.before is None or series.best is None:
        return _without_change(instrument, series)
    is_chosen = series.before.at > series.infusions[0].at
    values = {
        "scale": instrument.short_title,
        "first": _first(instrument, series.before, is_dated=is_chosen),
        "then": amount(instrument, series.best.value),
    }
    if series.change == 0 and is_chosen:
        return message("%(scale)s was %(first)s and %(then)s after the series", **values)
    if series.change == 0:
        return message("%(scale)s was %(first)s before the series and %(then)s after it", **values)
    moved = message("%(scale)s fell from %(first)s to %(then)s after the series", **values)
    if series.change > 0:
        moved = message("%(scale)s rose from %(first)s to %(then)s after the series", **values)
    has_helped = (series.change > 0) is instrument.higher_is_better
    return _and_since(timeline, instrument, moved, series, found) if has_helped else moved


def _first(instrument: InstrumentView, before: ScorePoint, *, is_dated: bool) -> object:
    """The score before the series; with its day where one was chosen from after the first infusion."""
    score = amount(instrument, before.value)
    return message("%(score)s on %(on)s", score=score, on=before.on) if is_dated else score


def _and_since(
    timeline: Timeline, instrument: InstrumentView, moved: Message, series: Response, found: Sequence[Response]
) -> Message:
    """Say how it stands now, unless how long the last booster has held says the same."""
    days, last = days_on_the_good_side(timeline), found[-1]
    if days and last is not series and last.held.how is Hold.STILL and (last.held.days or 0) >= days:
        return moved
    if days:
        return counted(
            "%(moved)s and has been %(side)s for %(n)s day",
            "%(moved)s and has been %(side)s for %(n)s days",
            days,
            moved=moved,
            side=good_side(instrument),
        )
    if last is series and series.held.how is Hold.BACK and is_wide(timeline, series.held):
        return message(
            "%(moved)s and was back to %(side)s some time between day %(low)s and day %(n)s",
            moved=moved,
            side=wrong_side(instrument),
            low=series.held.last_good,
            n=series.held.days,
        )
    if last is series and series.held.how is Hold.BACK:
        return counted(
            "%(moved)s and was back to %(side)s after %(n)s day",
            "%(moved)s and was back to %(side)s after %(n)s days",
            series.held.days or 0,
            moved=moved,
            side=wrong_side(instrument),
        )
    return moved


def _without_change(instrument: InstrumentView, series: Response) -> Message:
    name = instrument.short_title
    if series.cannot_be_told_apart:
        return message("What the series did to %(scale)s cannot be told apart from another infusion", scale=name)
    if series.best is None and series.before is not None and series.before.at <= series.infusions[0].at:
        first = amount(instrument, series.before.value)
        return message(
            "%(scale)s was %(first)s before the series, with no score right after it", scale=name, first=first
        )
    return message("How much %(scale)s changed with the series cannot be said", scale=name)


def _boosters(timeline: Timeline, instrument: InstrumentView, found: Sequence[Response]) -> Message | None:
    """Say how long the last booster held, and the one before it (or the series); the best score without a line."""
    if len(found) < 2 or found[-1].is_series:
        return None
    last, before = found[-1], found[-2]
    if instrument.line is None:
        return _bests(instrument, last, before)
    said = _last(timeline, instrument, last)
    told = _before(timeline, instrument, last, before)
    return message("%(last)s, %(before)s", last=said, before=told) if told else said


def _bests(instrument: InstrumentView, last: Response, before: Response) -> Message | None:
    if last.best is None:
        return None
    said = message("the best score after the last booster was %(best)s", best=amount(instrument, last.best.value))
    if before.best is None or before.best.version != last.best.version:
        return said
    values = {"last": said, "best": amount(instrument, before.best.value)}
    if before.is_series:
        return message("%(last)s, after the series %(best)s", **values)
    return message("%(last)s, after the one before %(best)s", **values)


def _last(timeline: Timeline, instrument: InstrumentView, last: Response) -> Message:
    held = last.held
    if held.how is Hold.NEVER:
        return _not_reached(timeline, instrument, last)
    if is_still(timeline, instrument, last) and held.days is not None:
        return counted(
            "the last booster has held %(n)s day so far", "the last booster has held %(n)s days so far", held.days
        )
    span = _span(timeline, last)
    if span:
        return message("the last booster held %(span)s", span=span)
    if held.why is Unknown.SCORE:
        return message("there is no score since the last booster")
    return message("how long the last booster held is not known")


def _not_reached(timeline: Timeline, instrument: InstrumentView, last: Response) -> Message:
    """A score of the same day looks back over the days before, so it says nothing of the infusion yet."""
    days = _seen_for(timeline, last)
    if not days:
        return message("there is no score after the day of the last booster")
    return counted(
        "the last booster has not brought it %(side)s in %(n)s day",
        "the last booster has not brought it %(side)s in %(n)s days",
        days,
        side=good_side(instrument),
    )


def _seen_for(timeline: Timeline, last: Response) -> int:
    newest = newest_complete(timeline)
    return (newest.on - last.infusions[-1].on).days if newest else 0


def _before(timeline: Timeline, instrument: InstrumentView, last: Response, before: Response) -> Message | None:
    if before.held.how is Hold.NEVER:
        if last.held.how is Hold.NEVER and _seen_for(timeline, last):
            return message("nor had the series") if before.is_series else message("nor had the one before")
        side = good_side(instrument)
        if before.is_series:
            return message("the series had not brought it %(side)s", side=side)
        return message("the one before had not brought it %(side)s", side=side)
    is_short = _is_plain(timeline, last)
    span = _span(timeline, before, is_short=is_short)
    if span is None:
        return None
    if before.is_series:
        return message("the series %(span)s", span=span) if is_short else message("the series held %(span)s", span=span)
    if is_short:
        return message("the one before %(span)s", span=span)
    return message("the one before held %(span)s", span=span)


def _is_plain(timeline: Timeline, last: Response) -> bool:
    """Whether the last one held a plain number of days, so that the one before needs no more than its own."""
    return last.held.how is Hold.STILL or (last.held.how is Hold.BACK and not is_wide(timeline, last.held))


def _span(timeline: Timeline, response: Response, *, is_short: bool = False) -> Message | None:
    """Return "41 days", "between 12 and 41 days" or "at least 38 days"; None where nobody can say."""
    held = response.held
    if held.how is Hold.BACK and is_wide(timeline, held):
        return message("between %(low)s and %(n)s days", low=held.last_good, n=held.days)
    if held.how is Hold.BACK and held.days is not None:
        return message("%(n)s", n=held.days) if is_short else counted("%(n)s day", "%(n)s days", held.days)
    if held.how is Hold.NEVER or not held.last_good:
        return None
    if is_short:
        return message("at least %(n)s", n=held.last_good)
    return counted("at least %(n)s day", "at least %(n)s days", held.last_good)
