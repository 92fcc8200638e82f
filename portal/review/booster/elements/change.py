"""Elements 3 and 4: what has changed since the baseline and the best score, and where the score is heading. Pure.

Only complete scores of the version asked now are compared; each threshold is the scale's own, with its source.
"""

from collections.abc import Iterator

from portal.instruments.change import Trend
from portal.progress import reading
from portal.progress.describe import amount
from portal.progress.reading import change_from, is_current
from portal.progress.standing import State
from portal.progress.telling import whole_percent
from portal.progress.timeline import InstrumentView, ScorePoint, Timeline
from portal.progress.words import Message, Points, counted, message
from portal.review.booster.elements import parts
from portal.review.booster.elements.scores import speaks
from portal.review.booster.sheet import Element, Line

MOST_OF_SOURCES = 180
NOW = message("now")
RELIABLY = {"improved": message("reliably improved"), "worse": message("reliably worse")}
TRENDS = {Trend.BETTER: message("better"), Trend.STEADY: message("steady"), Trend.WORSE: message("worse")}


def change(timeline: Timeline) -> Element:
    """Return the change since the baseline and the best score, and what has been reached."""
    return parts.element(3, _changes(timeline))


def heading(timeline: Timeline) -> Element:
    """Return the slope, the trend with its rule, and how long ago the best score was."""
    return parts.element(4, _heading(timeline))


def _changes(timeline: Timeline) -> Iterator[Line]:
    instrument, points = speaks(timeline), reading.complete(timeline)
    if instrument is None or not points:
        yield parts.missing(message("There is no complete score to compare."))
        return
    newest = points[-1]
    if reading.latest(timeline) is not newest:
        said = message(
            "The newest score was worked out from part of the answers and is left out: compared is %(score)s, %(on)s.",
            score=amount(instrument, newest.value),
            on=parts.on(newest.on),
        )
        yield parts.attention(said)
    yield _since_baseline(timeline, instrument, newest)
    yield from _chosen(timeline)
    yield from _since_best(timeline, instrument, newest)
    yield _reached(instrument, reading.response_state(timeline), _when(timeline, newest))
    yield from _sources(instrument, newest)


def _since_baseline(timeline: Timeline, instrument: InstrumentView, newest: ScorePoint) -> Line:
    baseline = timeline.baseline
    if baseline is None:
        has_begun = bool(reading.given(timeline))
        return parts.missing(
            message("There is no complete score from before the first infusion to compare with.")
            if has_begun
            else message("No infusion has been given, so there is no baseline yet.")
        )
    values = {"score": amount(instrument, baseline.value), "on": parts.on(baseline.on)}
    if baseline.version != newest.version:
        said = "The baseline, %(score)s on %(on)s, is of version %(version)s of the questions: not compared."
        return parts.missing(message(said, version=baseline.version, **values))
    if newest.at <= baseline.at:
        return parts.missing(message("Since the baseline, %(score)s on %(on)s, there is no complete score.", **values))
    against = message("Against the baseline, %(score)s on %(on)s", **values)
    moved = _difference(instrument, baseline, newest, when=_when(timeline, newest))
    said_row = parts.row([against, moved, _reliably(timeline, instrument, baseline, newest)])
    is_worse = change_from(instrument, baseline, newest) == "worse"
    return parts.attention(said_row) if is_worse else parts.plain(said_row)


def _when(timeline: Timeline, newest: ScorePoint) -> Message:
    """Return "now", or the day of a score that is too old, or not the newest one, to speak for today."""
    if is_current(timeline, newest) and reading.latest(timeline) is newest:
        return NOW
    return message("on %(on)s", on=parts.on(newest.on))


def _difference(instrument: InstrumentView, before: ScorePoint, after: ScorePoint, *, when: Message) -> Message:
    then, now = before.value or 0, after.value or 0
    points = round(abs(now - then), 6)
    if not points:
        return message("the same %(when)s", when=when)
    values = {"score": amount(instrument, now), "points": amount(instrument, points), "when": when}
    # More than all of a small score says less than its points.
    if then <= 0 or points > then:
        lower, higher = "%(score)s %(when)s, lower by %(points)s", "%(score)s %(when)s, higher by %(points)s"
    else:
        values["percent"] = whole_percent(100 * points / then)
        lower = "%(score)s %(when)s, lower by %(points)s (%(percent)s %%)"
        higher = "%(score)s %(when)s, higher by %(points)s (%(percent)s %%)"
    return message(lower if now < then else higher, **values)


def _reliably(timeline: Timeline, instrument: InstrumentView, before: ScorePoint, after: ScorePoint) -> Message:
    if instrument.reliable_change is None:
        return message("no reliable change is published for this scale")
    verdict = change_from(instrument, before, after)
    if verdict is not None:
        return message(
            "%(verdict)s (%(points)s points or more)", verdict=RELIABLY[verdict], points=instrument.reliable_change
        )
    # That nothing had changed by then would look stable.
    if timeline.unheard is not None:
        return parts.unheard(timeline.unheard)
    return message("no reliable change (that takes %(points)s points)", points=instrument.reliable_change)


def _chosen(timeline: Timeline) -> Iterator[Line]:
    note = timeline.baseline_note
    if note is not None:
        cut = {
            name: parts.shortened(value, 120) if isinstance(value, str) else value
            for name, value in note.values.items()
        }
        yield parts.plain(message("Baseline: %(note)s", note=message(note.msgid, **cut)))
    elif timeline.baseline is not None:
        yield parts.plain(message("The baseline is the last complete score before the first infusion of the course."))


def _since_best(timeline: Timeline, instrument: InstrumentView, newest: ScorePoint) -> Iterator[Line]:
    best = reading.best(timeline)
    if best is None:
        return
    values = {"score": amount(instrument, best.value), "on": parts.on(best.on)}
    if best.value == newest.value:
        yield parts.plain(
            message("The newest complete score is the best of the course: %(score)s on %(on)s.", **values)
        )
        return
    against = message("Against the best of the course, %(score)s on %(on)s", **values)
    moved = _difference(instrument, best, newest, when=_when(timeline, newest))
    said = parts.row([against, moved, _reliably(timeline, instrument, best, newest)])
    is_worse = change_from(instrument, best, newest) == "worse"
    yield parts.attention(said) if is_worse else parts.plain(said)


def _reached(instrument: InstrumentView, state: State, when: Message) -> Line:
    said = []
    if instrument.response_fraction and state.is_response is not None:
        percent = round(100 * instrument.response_fraction)
        name = message("Response (%(percent)s %% below the baseline)", percent=percent)
        said.append(_state(name, state.is_response, state.response_on, when))
    if instrument.remission_below is not None and state.is_remission is not None:
        name = message("Remission (below %(line)s)", line=instrument.remission_below)
        said.append(_state(name, state.is_remission, state.remission_on, when))
    if said:
        return parts.plain(parts.row(said))
    if instrument.response_fraction is None and instrument.remission_below is None:
        return parts.missing(message("Response and remission: no rule is published for this scale."))
    return parts.missing(message("Response and remission: cannot be said."))


def _state(name: Message, is_so: bool, first: object, when: Message) -> Message:
    values = {"what": name, "on": first, "when": when}
    if first is None:
        return message("%(what)s: not reached", what=name)
    values["on"] = parts.on(first)  # type: ignore[arg-type]
    if is_so and when is NOW:
        return message("%(what)s: yes, first reached on %(on)s", **values)
    if is_so:
        return message("%(what)s: yes %(when)s, first reached on %(on)s", **values)
    return message("%(what)s: not %(when)s, first reached on %(on)s", **values)


def _sources(instrument: InstrumentView, newest: ScorePoint) -> Iterator[Line]:
    if instrument.sources:
        sources = parts.shortened("; ".join(instrument.sources), MOST_OF_SOURCES)
        values = {"sources": sources, "version": newest.version}
        yield parts.plain(message("Thresholds: %(sources)s; scale in version %(version)s.", **values))


def _heading(timeline: Timeline) -> Iterator[Line]:
    instrument, points = speaks(timeline), reading.complete(timeline)
    if instrument is None or not points:
        yield parts.missing(message("There is no complete score, so no slope and no trend."))
        return
    if timeline.unheard is not None:
        yield parts.attention(
            message(
                "%(silent)s; where it stands now is not known.", silent=parts.unheard(timeline.unheard, is_first=True)
            )
        )
    elif not is_current(timeline, points[-1]):
        days = (timeline.today - points[-1].on).days
        said = "The last complete score is %(n)s day old; where it stands now is not known."
        yield parts.missing(
            counted(said, "The last complete score is %(n)s days old; where it stands now is not known.", days)
        )
    yield _slope(timeline)
    yield _trend(timeline, instrument, points[-1])
    yield _best(timeline, instrument)


def _slope(timeline: Timeline) -> Line:
    slope = reading.slope(timeline)
    if slope is None:
        return parts.missing(
            message("Fewer than three complete scores from the best since the last infusion on: no slope.")
        )
    values = {"points": Points(abs(slope.per_week), 1), "scores": slope.scores, "on": parts.on(slope.since)}
    over = message("%(scores)s complete scores since %(on)s", **values)
    if round(slope.per_week, 1) == 0:
        return parts.plain(parts.row([message("No slope to speak of"), over]))
    falls = "Falling by %(points)s points a week" if slope.per_week < 0 else "Rising by %(points)s points a week"
    return parts.plain(parts.row([message(falls, **values), over]))


def _trend(timeline: Timeline, instrument: InstrumentView, newest: ScorePoint) -> Line:
    trend = reading.trend(timeline)
    if trend is None and instrument.reliable_change is None:
        return parts.missing(message("No trend: no reliable change is published for this scale."))
    if trend is None:
        return parts.missing(message("No trend: there is nothing to compare the newest complete score with."))
    rule = message(
        "worse is %(points)s points or more the wrong way since the score before or the best; "
        "better as much the right way since the score before",
        points=instrument.reliable_change,
    )
    when = _when(timeline, newest)
    heading = message("Trend: %(trend)s", trend=TRENDS[trend])
    if timeline.unheard is not None and trend is Trend.STEADY:
        heading = message("Trend: %(trend)s", trend=parts.unheard(timeline.unheard))
    elif when is not NOW:
        heading = message("Trend %(when)s: %(trend)s", when=when, trend=TRENDS[trend])
    said = parts.row([heading, rule])
    return parts.attention(said) if trend is Trend.WORSE else parts.plain(said)


def _best(timeline: Timeline, instrument: InstrumentView) -> Line:
    best = reading.best(timeline)
    if best is None:
        return parts.missing(message("No best score yet: there is no complete score since the first infusion."))
    if best.on == timeline.today:
        values = {"score": amount(instrument, best.value)}
        return parts.plain(message("The best score of the course, %(score)s, is that of today.", **values))
    return parts.plain(
        counted(
            "The best score of the course, %(score)s, was %(n)s day ago, on %(on)s.",
            "The best score of the course, %(score)s, was %(n)s days ago, on %(on)s.",
            (timeline.today - best.on).days,
            score=amount(instrument, best.value),
            on=parts.on(best.on),
        )
    )
