"""What one infusion did, in words: the same in the table of responses, beside its bar and in the sentences. Pure."""

from math import floor

from portal.progress.describe import amount
from portal.progress.reading import is_current, is_good
from portal.progress.response import Held, Hold, Response, Unknown
from portal.progress.timeline import InstrumentView, ScorePoint, Timeline
from portal.progress.words import Message, counted, message

WIDE_DAYS = 21
"""Days between the last score on the good side and the first back above which only the stretch is told. Default [D]."""


def good_side(instrument: InstrumentView) -> Message:
    """Return "below 10", or "above 50" where more is better."""
    line = amount(instrument, instrument.line)
    return message("above %(line)s", line=line) if instrument.higher_is_better else message("below %(line)s", line=line)


def wrong_side(instrument: InstrumentView) -> Message:
    """Return "10 or above", or "50 or below" where more is better: at the line is not on its good side."""
    line = amount(instrument, instrument.line)
    if instrument.higher_is_better:
        return message("%(line)s or below", line=line)
    return message("%(line)s or above", line=line)


def which(response: Response) -> Message:
    """Return which infusions this was."""
    first, last = response.infusions[0].number, response.infusions[-1].number
    if not response.is_series:
        return message("Booster, infusion %(number)s", number=first)
    if first == last:
        return message("First series, infusion %(number)s", number=first)
    return message("First series, infusions %(first)s–%(last)s", first=first, last=last)


def dose(response: Response) -> Message | None:
    """Return the dose, of a series from the smallest to the largest; None where none is on record."""
    doses = [mark.dose_mg for mark in response.infusions if mark.dose_mg is not None]
    if not doses:
        return None
    if min(doses) == max(doses):
        return message("%(dose)s mg", dose=doses[0])
    return message("%(low)s to %(high)s mg", low=min(doses), high=max(doses))


def stopped(response: Response) -> Message | None:
    """Return that it was stopped early, or how many of the series were."""
    early = sum(mark.status == "stopped-early" for mark in response.infusions)
    if not early:
        return None
    return message("stopped early") if len(response.infusions) == 1 else message("%(n)s stopped early", n=early)


def best_after(response: Response) -> Message | None:
    """Return how long after the (last) infusion the best score was."""
    days = response.best_after
    if days is None:
        return None
    if days < 0 or (
        response.is_series and days == 0 and response.best and response.best.at < response.infusions[-1].at
    ):
        return message("in the series")
    return message("the same day") if days == 0 else message("day %(n)s", n=days)


def change(instrument: InstrumentView, response: Response) -> Message:
    """Return the change from before to best with its percent, or why there is none."""
    if response.cannot_be_told_apart:
        return message("cannot be told apart")
    if response.change is None:
        return message("cannot be said")
    if response.change == 0:
        return message("no change")
    points = amount(instrument, abs(response.change))
    if response.percent is None:
        return message("%(sign)s%(points)s", sign=_sign(response.change), points=points)
    percent = whole_percent(response.percent)
    return message("%(sign)s%(points)s (%(percent)s%%)", sign=_sign(response.change), points=points, percent=percent)


def whole_percent(percent: float) -> int:
    """Return a percentage without its sign and as a whole number, halves upwards: the same wherever it is written."""
    return floor(abs(percent) + 0.5)


def _sign(change: float) -> str:
    return "+" if change > 0 else "\N{MINUS SIGN}"


def why(response: Response) -> Message | None:
    """Return whether the change is reliable, or why there is none; None where nothing has changed."""
    if response.cannot_be_told_apart:
        return message("the answers look back over another infusion")
    if response.before is None:
        return message("no score before it") if response.is_series else message("no score since the infusion before")
    if response.best is None:
        return message("no score after it")
    if response.change is None:
        return message("other questions before than after")
    if response.change == 0:
        return None
    if not response.knows_reliable:
        return message("nobody has published what is reliable")
    return RELIABLE[response.reliable or ""]


RELIABLE = {
    "improved": message("reliably improved"),
    "worse": message("reliably worse"),
    "": message("no reliable change"),
}


def held(timeline: Timeline, instrument: InstrumentView, response: Response) -> Message:
    """Return how long it held, never more than the scores say."""
    how, days = response.held.how, response.held.days
    side = good_side(instrument)
    if how is Hold.NOT_KNOWN or days is None:
        return _not_known(instrument, response.held)
    if how is Hold.BACK:
        return _back(timeline, instrument, response.held)
    if how is Hold.NEVER:
        return _never(timeline, response, side)
    if how is Hold.STILL:
        return _still(timeline, instrument, response)
    if (response.next_after or 0) - days > timeline.expected_gap_days:
        return message(
            "%(side)s until day %(n)s, then no score before the next, day %(next)s",
            side=side,
            n=days,
            next=response.next_after,
        )
    return message("%(side)s until the next, day %(n)s", side=side, n=response.next_after)


def is_wide(timeline: Timeline, held: Held) -> bool:
    """Whether so long nothing was answered before it was back that only a stretch of days can be given."""
    return (held.days or 0) - (held.last_good or 0) > min(timeline.expected_gap_days, WIDE_DAYS)


def is_still(timeline: Timeline, instrument: InstrumentView, response: Response) -> bool:
    """Whether it can be called still on the good side: by a young complete score that no answers in part gainsay."""
    newest = newest_complete(timeline)
    if response.held.how is not Hold.STILL or newest is None or not is_current(timeline, newest):
        return False
    return not _is_gainsaid(timeline, instrument, newest)


def newest_complete(timeline: Timeline) -> ScorePoint | None:
    """Return the newest complete score, or None."""
    return next((point for point in reversed(timeline.scores) if point.state == "complete"), None)


def _is_gainsaid(timeline: Timeline, instrument: InstrumentView, newest: ScorePoint) -> bool:
    partly = [p for p in timeline.scores if p.state == "prorated" and p.value is not None and p.at > newest.at]
    return any(not is_good(instrument, point.value or 0) for point in partly)


def _never(timeline: Timeline, response: Response, side: Message) -> Message:
    newest = newest_complete(timeline)
    if response.best_after is not None and response.best_after <= 0 and len(response.infusions) > 1:
        return message("not seen %(side)s after the last of them", side=side)
    if response.next_after is not None or newest is None:
        return message("not seen %(side)s", side=side)
    last = (newest.on - response.infusions[-1].on).days
    return message("not seen %(side)s so far, last score on day %(n)s", side=side, n=last)


def _back(timeline: Timeline, instrument: InstrumentView, held: Held) -> Message:
    values = {"wrong": wrong_side(instrument), "side": good_side(instrument), "n": held.days, "last": held.last_good}
    if is_wide(timeline, held):
        return message("back to %(wrong)s some time between day %(last)s and day %(n)s", **values)
    return message("back to %(wrong)s on day %(n)s (last %(side)s on day %(last)s)", **values)


def _still(timeline: Timeline, instrument: InstrumentView, response: Response) -> Message:
    newest, side, days = newest_complete(timeline), good_side(instrument), response.held.days or 0
    if is_still(timeline, instrument, response):
        return counted("still %(side)s, %(n)s day so far", "still %(side)s, %(n)s days so far", days, side=side)
    if newest is not None and _is_gainsaid(timeline, instrument, newest):
        return message("%(side)s until day %(n)s, but not by answers given in part since", side=side, n=days)
    return message("%(side)s until day %(n)s, no score since", side=side, n=days)


def _not_known(instrument: InstrumentView, held: Held) -> Message:
    if instrument.line is None:
        return message("no line set")
    if held.why is Unknown.LINE:
        return message("not known: no line for these questions")
    if held.days is None:
        return message("not known: no score after it")
    if held.why is Unknown.VERSION:
        return message("not known: other questions from day %(n)s on", n=held.days)
    if held.last_good is None:
        return message("not known: no score for too long before day %(n)s", n=held.days)
    return message(
        "%(side)s until day %(last)s, then not known: no score until day %(n)s",
        side=good_side(instrument),
        last=held.last_good,
        n=held.days,
    )


def next_after(response: Response) -> Message | None:
    """Return how long it was to the next infusion given."""
    return None if response.next_after is None else counted("%(n)s day", "%(n)s days", response.next_after)
