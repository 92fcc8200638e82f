"""Element 8: how the last infusion went, its vital signs, how it ended; what was strong or long in the course. Pure.

Long is more than the four hours within which side effects are over for most (general knowledge [K]).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.progress.words import Message, counted, message
from portal.review.booster.elements import parts
from portal.review.booster.sheet import Element, Line, Tone
from portal.treatment.tolerability.values import Effect, Tolerated

LONG_MINUTES = 240
SEVERE = 3
MOST_EFFECTS = 4
STRENGTHS = {1: message("mild"), 2: message("moderate"), 3: message("severe")}


@dataclass(frozen=True, slots=True)
class Reading:
    """The last vital signs taken, `after` so many minutes from the start; None where one was not taken."""

    systolic: int | None
    diastolic: int | None
    pulse: int | None
    spo2: int | None
    after: int


@dataclass(frozen=True, slots=True)
class Last:
    """The last infusion given.

    Args:
        on: its day at the patient's.
        flagged: how many readings were past a soft limit.
        reading: the last one, None where none was taken from the start on.
        left: "complete", "against-advice", or "" where nobody recorded the check before leaving.
        left_because: why it ended against advice.
        has_flowsheet: whether anything was recorded at the bedside.
    """

    on: date
    tolerated: Tolerated
    flagged: int = 0
    reading: Reading | None = None
    left: str = ""
    left_because: str = ""
    has_flowsheet: bool = False


def tolerance(last: Last | None, course: Sequence[Tolerated], names: Mapping[str, str]) -> Element:
    """Return how infusions were tolerated.

    Args:
        last: the last one given; None where there was none.
        course: all that were given in its course, in order of time.
        names: what each side effect is called, by its code.
    """
    return parts.element(8, _lines(last, course, names))


def _lines(last: Last | None, course: Sequence[Tolerated], names: Mapping[str, str]) -> Iterator[Line]:
    if last is None:
        yield parts.plain(message("No infusion has been given."))
        return
    yield _pressure(last)
    yield from _stops(last.tolerated)
    if last.reading is not None:
        yield parts.plain(_reading(last.reading))
    yield _effects(last, names)
    yield from _left(last)
    yield from _over(course, names)


def _pressure(last: Last) -> Line:
    pressure, number = last.tolerated.pressure, last.tolerated.treated.number
    heading = message("Infusion %(number)s, %(on)s", number=number, on=parts.on(last.on))
    if pressure.before is None and pressure.peak is None:
        return parts.missing(message("%(infusion)s: no blood pressure is on record.", infusion=heading))
    said = [message("%(infusion)s: blood pressure %(what)s", infusion=heading, what=_before(pressure.before))]
    if pressure.peak is not None:
        said.append(_peak(pressure.peak, pressure.rise, pressure.peak_after))
    else:
        said.append(message("none taken from the start on"))
    if last.flagged:
        said.append(counted("%(n)s flagged reading", "%(n)s flagged readings", last.flagged))
    tone = Tone.DANGER if last.tolerated.stops else Tone.ATTENTION if last.flagged else Tone.PLAIN
    return Line(parts.row(said), tone)


def _before(before: tuple[int, int] | None) -> Message:
    return message("not taken before") if before is None else message("%(pressure)s before", pressure=_of(before))


def _peak(peak: tuple[int, int], rise: int | None, after: int | None) -> Message:
    said = message("peak %(pressure)s after %(minutes)s min", pressure=_of(peak), minutes=after or 0)
    if rise is None:
        return said
    return message("%(peak)s (systolic %(rise)s)", peak=said, rise=f"{rise:+d}")


def _of(pressure: tuple[int, int]) -> str:
    return f"{pressure[0]}/{pressure[1]}" if pressure[1] else str(pressure[0])


def _stops(tolerated: Tolerated) -> Iterator[Line]:
    said: list[Message] = []
    if tolerated.stops:
        said.append(counted("%(n)s hard stop", "%(n)s hard stops", tolerated.stops))
        went_on = counted("going on authorised %(n)s time", "going on authorised %(n)s times", tolerated.went_on)
        said.append(went_on if tolerated.went_on else message("no authorisation to go on is on record"))
    if tolerated.emergencies:
        said.append(counted("%(n)s emergency recorded", "%(n)s emergencies recorded", tolerated.emergencies))
    if said:
        yield parts.danger(parts.row(said))


def _reading(last: Reading) -> Message:
    said = [message("Last taken %(minutes)s min after the start", minutes=last.after)]
    if last.systolic is not None and last.diastolic is not None:
        said.append(message("%(pressure)s mmHg", pressure=_of((last.systolic, last.diastolic))))
    if last.pulse is not None:
        said.append(message("pulse %(pulse)s", pulse=last.pulse))
    if last.spo2 is not None:
        said.append(message("SpO2 %(spo2)s %%", spo2=last.spo2))
    return parts.row(said)


def _effects(last: Last, names: Mapping[str, str]) -> Line:
    effects = last.tolerated.effects
    if effects:
        shown = parts.listed([_effect(one, names) for one in effects], MOST_EFFECTS)
        said = message("Side effects: %(effects)s", effects=shown)
        return parts.attention(said) if any(map(_matters, effects)) else parts.plain(said)
    if not last.tolerated.is_known:
        return parts.missing(message("Side effects: nobody wrote down how it was."))
    if last.tolerated.has_answers:
        return parts.plain(message("Side effects: none noted, and none told of afterwards."))
    return parts.missing(message("Side effects: none noted at the bedside; not answered afterwards."))


def _effect(one: Effect, names: Mapping[str, str]) -> Message:
    details = [STRENGTHS[one.strength]] if one.strength else []
    if one.minutes is not None:
        details.append(message("%(minutes)s min", minutes=one.minutes))
    if one.still_after is not None:
        details.append(message("still there at %(hours)s h", hours=round(one.still_after / 60)))
    elif one.is_open:
        details.append(message("no end noted"))
    called = _called(one.code, one.name, names)
    return message("%(effect)s (%(details)s)", effect=called, details=parts.listed(details, 3)) if details else called


def _matters(one: Effect) -> bool:
    lasted = max(one.minutes or 0, one.still_after or 0)
    return (one.strength or 0) >= SEVERE or lasted > LONG_MINUTES


def _left(last: Last) -> Iterator[Line]:
    if last.left == "complete":
        yield parts.plain(message("Left with every check before leaving complete."))
    elif last.left:
        yield parts.attention(message("Left against advice:"), parts.shortened(last.left_because))
    elif last.has_flowsheet:
        yield parts.missing(message("No check before leaving is on record."))


def _over(course: Sequence[Tolerated], names: Mapping[str, str]) -> Iterator[Line]:
    """Say what was strong or long with any infusion of the course, where there was more than one."""
    if len(course) < 2:
        return
    known = [one for one in course if one.is_known]
    strong = Counter((effect.code, effect.name) for one in known for effect in one.effects if _matters(effect))
    unknown = sum(not one.is_known for one in course)
    if strong:
        shown = [
            message("%(effect)s %(had)s of %(of)s", effect=_called(code, name, names), had=had, of=len(known))
            for (code, name), had in strong.most_common()
        ]
        said = message(
            "Severe or longer than 4 hours in this course: %(effects)s", effects=parts.listed(shown, MOST_EFFECTS)
        )
        yield parts.attention(said)
    if unknown:
        yield parts.missing(
            counted(
                "Of %(n)s infusion of this course nobody wrote down how it was.",
                "Of %(n)s infusions of this course nobody wrote down how they were.",
                unknown,
            )
        )


def _called(code: str, name: str, names: Mapping[str, str]) -> Message:
    return parts.name(name or names.get(code, code))
