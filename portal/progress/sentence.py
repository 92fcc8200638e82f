"""The sentences above a progress chart: what it shows, in words, and no more than the answers can carry.

Silence is never called stable, a change is called reliable only by the scale's own published threshold, and a score
without something to compare it with is left as a number.
"""

from collections.abc import Sequence

from portal.progress import outcomes, wearing
from portal.progress.describe import amount
from portal.progress.headline import finished_series, headline, when
from portal.progress.reading import (
    baseline_of,
    change_from,
    course,
    given,
    is_current,
    latest,
    next_planned,
    scored,
    version_changes,
)
from portal.progress.response import Response, responses
from portal.progress.timeline import InfusionMark, InstrumentView, ScorePoint, Timeline
from portal.progress.words import Message, counted, message


def sentences(timeline: Timeline) -> tuple[Message, ...]:
    """Return what the whole timeline says: first the headline, then what belongs beside it.

    Give the timeline before a range is selected: what is said must not change with the button pressed.
    """
    said = [*_about_scores(timeline), *_about_versions(timeline), *_about_the_plan(timeline)]
    if not scored(timeline.scores):
        said += _about_days(timeline)
    return tuple(said) or (message("There is nothing to show yet."),)


def _about_scores(timeline: Timeline) -> list[Message]:
    instrument, newest = timeline.instrument, latest(timeline)
    if instrument is None:
        return []
    if instrument.has_levels:
        return outcomes.sentences(timeline, instrument)
    if newest is None:
        return [_nothing_scored(timeline, instrument)]
    if len(scored(timeline.scores)) == 1:
        return [_only_one(instrument, newest), *_silence(timeline, newest)]
    past = given(timeline)
    if not past:
        return [_before_any_infusion(timeline, instrument), *_silence(timeline, newest)]
    if timeline.baseline is None or timeline.baseline.value is None:
        return [
            _now(timeline, instrument, newest, past),
            message("There is no score from before the first infusion to compare it with."),
            *_silence(timeline, newest),
        ]
    return [*_since_baseline(timeline, instrument, newest, past), *_silence(timeline, newest)]


def _nothing_scored(timeline: Timeline, instrument: InstrumentView) -> Message:
    if not timeline.scores:
        return message("There is no %(scale)s score yet.", scale=instrument.short_title)
    return counted(
        "%(scale)s was answered once, with too few answers for a score.",
        "%(scale)s was answered %(n)s times, each time with too few answers for a score.",
        len(timeline.scores),
        scale=instrument.short_title,
    )


def _only_one(instrument: InstrumentView, point: ScorePoint) -> Message:
    if point.state == "prorated":
        return message(
            "%(scale)s was %(score)s on %(on)s, worked out from part of the answers. "
            "One score cannot show a change yet.",
            scale=instrument.short_title,
            score=amount(instrument, point.value),
            on=point.on,
        )
    return message(
        "%(scale)s was %(score)s on %(on)s. One score cannot show a change yet.",
        scale=instrument.short_title,
        score=amount(instrument, point.value),
        on=point.on,
    )


def _before_any_infusion(timeline: Timeline, instrument: InstrumentView) -> Message:
    points = scored(timeline.scores)
    points = [point for point in points if point.version == points[-1].version]
    if len(points) == 1:
        return _only_one(instrument, points[0])
    return message(
        "%(scale)s was %(first)s on %(start)s and %(last)s on %(end)s, before any infusion.",
        scale=instrument.short_title,
        first=amount(instrument, points[0].value),
        start=points[0].on,
        last=amount(instrument, points[-1].value),
        end=points[-1].on,
    )


def _now(timeline: Timeline, instrument: InstrumentView, newest: ScorePoint, past: list[InfusionMark]) -> Message:
    before = [infusion for infusion in past if infusion.at < newest.at]
    if not before:
        return message(
            "%(scale)s was %(score)s on %(on)s. There is no score since the first infusion.",
            scale=instrument.short_title,
            score=amount(instrument, newest.value),
            on=newest.on,
        )
    days = (newest.on - before[-1].on).days
    values = {"scale": instrument.short_title, "score": amount(instrument, newest.value), "number": before[-1].number}
    if newest.on == timeline.today:
        return counted(
            "%(scale)s is %(score)s now, %(n)s day after infusion %(number)s.",
            "%(scale)s is %(score)s now, %(n)s days after infusion %(number)s.",
            days,
            **values,
        )
    if is_current(timeline, newest):
        return counted(
            "%(scale)s was %(score)s on %(on)s, %(n)s day after infusion %(number)s.",
            "%(scale)s was %(score)s on %(on)s, %(n)s days after infusion %(number)s.",
            days,
            on=newest.on,
            **values,
        )
    return counted(
        "%(scale)s was %(score)s when last answered, %(n)s day after infusion %(number)s.",
        "%(scale)s was %(score)s when last answered, %(n)s days after infusion %(number)s.",
        days,
        **values,
    )


def _since_baseline(
    timeline: Timeline, instrument: InstrumentView, newest: ScorePoint, past: list[InfusionMark]
) -> list[Message]:
    baseline = timeline.baseline
    assert baseline is not None
    first = next((infusion for infusion in past if infusion.at >= baseline.at), past[-1])
    after = [point for point in scored(timeline.scores) if point.at > max(first.at, baseline.at)]
    complete = [point for point in after if point.state == "complete"]
    before = {"scale": instrument.short_title, "score": amount(instrument, baseline.value), "when": when(timeline)}
    if not after:
        return [message("%(scale)s was %(score)s %(when)s. There is no score since then.", **before)]
    if newest.version != baseline.version:
        return [_now(timeline, instrument, newest, past)]
    found = responses(timeline)
    if not complete:
        said = [message("%(scale)s was %(score)s %(when)s, and only answered in part since.", **before)]
    else:
        said = [headline(timeline, instrument, found, complete)]
    if _says_more(timeline, found, complete, newest):
        said.append(_now(timeline, instrument, newest, past))
    return [*said, *_reliably(timeline, instrument, newest), *wearing.sentences(timeline, instrument, found)]


def _says_more(timeline: Timeline, found: Sequence[Response], complete: list[ScorePoint], newest: ScorePoint) -> bool:
    """Whether the headline has not just given the newest score, with nothing after it."""
    return finished_series(timeline, found) is not None or len(found) > 1 or newest not in complete[-1:]


def _reliably(timeline: Timeline, instrument: InstrumentView, newest: ScorePoint) -> list[Message]:
    if newest.state != "complete":
        return [message("The newest score was worked out from part of the answers.")]
    if instrument.reliable_change is None:
        return []
    change, start = change_from(instrument, timeline.baseline, newest), _start(timeline, instrument)
    if not is_current(timeline, newest):
        return _reliably_then(start, newest, change)
    if change == "improved":
        return [message("Compared with %(start)s: reliably improved.", start=start)]
    if change == "worse":
        return [message("Compared with %(start)s: reliably worse.", start=start)]
    return [
        message(
            "Compared with %(start)s: no reliable change (that takes %(points)s points).",
            start=start,
            points=instrument.reliable_change,
        )
    ]


def _reliably_then(start: Message, newest: ScorePoint, change: str | None) -> list[Message]:
    """Say what had changed by the day of a score that does not speak for now; that nothing had would look stable."""
    if change == "improved":
        return [message("On %(on)s, compared with %(start)s: reliably improved.", on=newest.on, start=start)]
    if change == "worse":
        return [message("On %(on)s, compared with %(start)s: reliably worse.", on=newest.on, start=start)]
    return []


def _start(timeline: Timeline, instrument: InstrumentView) -> Message:
    """What the baseline is: the last score before the course, or the one that a clinician chose."""
    baseline, marks = timeline.baseline, course(timeline)
    if baseline is None or not marks or baseline == baseline_of(timeline.scores, marks[0].at):
        return when(timeline)
    score = amount(instrument, baseline.value)
    return message("the score chosen to start from, %(score)s on %(on)s", score=score, on=baseline.on)


def _silence(timeline: Timeline, newest: ScorePoint) -> list[Message]:
    if is_current(timeline, newest):
        return []
    silent = timeline.unheard
    if silent is not None and not silent.of_scale:
        return [
            counted(
                "No check-in has come for %(n)s day; how it has been since then is not known.",
                "No check-in has come for %(n)s days; how it has been since then is not known.",
                silent.days,
            )
        ]
    return [
        counted(
            "The last score is from %(on)s, %(n)s day ago; how it has been since then is not known.",
            "The last score is from %(on)s, %(n)s days ago; how it has been since then is not known.",
            (timeline.today - newest.on).days,
            on=newest.on,
        )
    ]


def _about_versions(timeline: Timeline) -> list[Message]:
    changes = version_changes(timeline)
    if not changes:
        return []
    return [
        message(
            "The questions or their scoring changed on %(on)s (version %(version)s): "
            "what was answered before is not compared with what came later.",
            on=changes[-1].point.on,
            version=changes[-1].point.version,
        )
    ]


def _about_the_plan(timeline: Timeline) -> list[Message]:
    planned = next_planned(timeline)
    return [message("The next infusion is planned for %(on)s.", on=planned.on)] if planned else []


def _about_days(timeline: Timeline) -> list[Message]:
    said = []
    diary = [p for series in timeline.daily for p in series.points if p.source == "import"]
    if diary:
        days = [point.on for point in diary]
        said.append(
            counted(
                "Shown is one entry of an earlier diary, from %(start)s.",
                "Shown are %(n)s entries of an earlier diary, from %(start)s to %(end)s.",
                len({point.at for point in diary}),
                start=min(days),
                end=max(days),
            )
        )
    answered = {p.on for series in timeline.daily for p in series.points if p.source == "check-in"}
    if answered:
        said.append(
            counted(
                "The daily questions were answered on one day, %(start)s.",
                "The daily questions were answered on %(n)s days since %(start)s.",
                len(answered),
                start=min(answered),
            )
        )
    return said
