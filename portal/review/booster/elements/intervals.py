"""Element 5: how long each infusion held, what that comes to, and how much there is to say it from. Pure.

It describes; it foretells nothing.
"""

from collections.abc import Iterator, Sequence

from portal.progress import pattern
from portal.progress.response import Hold, Response, responses
from portal.progress.telling import good_side, is_still, is_wide, wrong_side
from portal.progress.timeline import InstrumentView, Timeline
from portal.progress.words import Message, counted, message
from portal.review.booster.elements import parts
from portal.review.booster.elements.scores import speaks
from portal.review.booster.sheet import Element, Line

MOST = 4


def intervals(timeline: Timeline) -> Element:
    """Return the days that each infusion held, the pattern in words, and a note on how much that rests on."""
    return parts.element(5, _lines(timeline))


def _lines(timeline: Timeline) -> Iterator[Line]:
    instrument = speaks(timeline)
    if instrument is None:
        yield parts.missing(message("There is no score to say from how long an infusion held."))
        return
    found = responses(timeline)
    if not found:
        yield parts.plain(message("No infusion has been given, so there is no interval yet."))
        return
    if instrument.line is not None:
        yield parts.plain(_held(timeline, instrument, found))
        yield _sufficiency(found, instrument)
    yield from (parts.plain(said) for said in pattern.say(found, instrument))


def _held(timeline: Timeline, instrument: InstrumentView, found: Sequence[Response]) -> Message:
    """Say how long the last ones held, the newest first."""
    shown = [
        message("%(which)s: %(held)s", which=_which(one), held=_how(timeline, instrument, one))
        for one in reversed(found[-MOST:])
    ]
    whose = (
        message("the clinic’s line, rules version %(version)s", version=instrument.line_version)
        if instrument.line_version
        else message("Interval’s default line")
    )
    values = {"side": wrong_side(instrument), "whose": whose, "held": parts.row(shown)}
    return message("Until back at %(side)s (%(whose)s): %(held)s", **values)


def _which(one: Response) -> Message:
    if one.is_series:
        return message("series")
    return message("infusion %(number)s", number=one.infusions[0].number)


def _how(timeline: Timeline, instrument: InstrumentView, one: Response) -> Message:
    held = one.held
    days = counted("%(n)s day", "%(n)s days", held.days or 0)
    if held.how is Hold.BACK and is_wide(timeline, held):
        return message("between %(low)s and %(days)s", low=held.last_good, days=days)
    if held.how is Hold.BACK:
        return days
    if is_still(timeline, instrument, one):
        return message("not back in %(days)s so far", days=days)
    if held.how is Hold.UNTIL_NEXT and (one.next_after or 0) - (held.days or 0) <= timeline.expected_gap_days:
        return message("not back in %(days)s, then the next", days=days)
    if held.how in (Hold.STILL, Hold.UNTIL_NEXT):
        return message("not back in %(days)s, then not known", days=days)
    if held.how is Hold.NEVER:
        return message("never seen %(side)s", side=good_side(instrument))
    return message("not known")


def _sufficiency(found: Sequence[Response], instrument: InstrumentView) -> Line:
    hows = [one.held.how for one in found]
    censored = hows.count(Hold.STILL) + hows.count(Hold.UNTIL_NEXT)
    said = [
        counted("What this rests on: %(n)s interval", "What this rests on: %(n)s intervals", len(found)),
        message("%(ended)s seen to end", ended=hows.count(Hold.BACK)),
        message("%(censored)s not seen to end", censored=censored),
        message("%(unknown)s not known", unknown=hows.count(Hold.NOT_KNOWN)),
    ]
    never = hows.count(Hold.NEVER)
    if never:
        said.append(message("%(never)s never seen %(side)s", never=never, side=good_side(instrument)))
    mixed = sum(one.cannot_be_told_apart for one in found)
    if mixed:
        said.append(message("in %(mixed)s the score covers another infusion", mixed=mixed))
    enough = len(found) - hows.count(Hold.NOT_KNOWN) >= pattern.NEEDS
    return parts.plain(parts.row(said)) if enough else parts.missing(parts.row(said))
