"""One score, one infusion, one daily answer in words: the same in the picture, under the pointer and in the table."""

from datetime import timedelta

from portal.messages import N_
from portal.progress.reading import Change, VersionChange
from portal.progress.timeline import (
    DailyPoint,
    DailySeries,
    InfusionMark,
    InstrumentView,
    Mark,
    MarkKind,
    MedicineChange,
    ScoreMode,
    ScorePoint,
)
from portal.progress.words import Message, Points, Span, counted, message

STATUS = {
    "planned": message("planned"),
    "completed": message("done"),
    "stopped-early": message("stopped early"),
    "cancelled": message("cancelled"),
    "missed": message("missed"),
}
CHANGE: dict[Change, Message] = {"improved": message("reliably improved"), "worse": message("reliably worse")}
MARK: dict[MarkKind, Message] = {
    "medicine": message("Medicine"),
    "event": message("Event"),
    "visit": message("Visit"),
    "message": message("Message"),
    "alert": message("Alert"),
}
CHANGED: dict[MedicineChange, str] = {
    "": N_("%(what)s"),
    "started": N_("start %(what)s"),
    "changed": N_("now %(what)s"),
    "stopped": N_("stop %(what)s"),
}

NO_RESULT = message("no result")
TOO_FEW = message("too few answers for a score")
ENTERED: dict[ScoreMode, Message] = {
    "phone": message("entered by the care team, by phone"),
    "bedside": message("entered by the care team, at the bedside"),
    "clinician": message("rated by a clinician"),
}
QUALITY = {
    "too-quick": message("answered very quickly"),
    "straight-lined": message("the same answer to every question"),
}
ENTERED_BY: dict[ScoreMode, str] = {
    "phone": N_("entered by %(name)s, by phone"),
    "bedside": N_("entered by %(name)s, at the bedside"),
    "clinician": N_("rated by %(name)s"),
}
_ROUTES = {
    "intravenous": message("intravenous"),
    "intramuscular": message("intramuscular"),
    "subcutaneous": message("subcutaneous"),
    "intranasal": message("intranasal"),
    "oral": message("oral"),
}


def amount(instrument: InstrumentView, value: float | None) -> float | Points | None:
    """Return a score as it is written: a mean always with its decimals."""
    return value if value is None or not instrument.decimals else Points(value, instrument.decimals)


def recall_window(instrument: InstrumentView, point: ScorePoint) -> Span | None:
    """Return the first and the last day that the answers are about, or None where the scale does not say."""
    days = instrument.recalled.get(point.version, instrument.recall_days)
    return Span(point.on - timedelta(days=days), point.on) if days else None


def covers(instrument: InstrumentView, point: ScorePoint) -> Message | None:
    """Return "covers 6 – 20 March 2026", or None for a scale about the moment."""
    window = recall_window(instrument, point)
    return message("covers %(days)s", days=window) if window else None


def score(instrument: InstrumentView, point: ScorePoint) -> tuple[Message, ...]:
    """Return what is known of one score: the number with its band first, then what qualifies it."""
    window = covers(instrument, point)
    return (_heading(instrument, point), *qualities(point), *([window] if window else []))


def _heading(instrument: InstrumentView, point: ScorePoint) -> Message:
    name = instrument.short_title
    if point.value is None and instrument.has_levels:
        return message("%(scale)s answered, with too few answers for a result", scale=name)
    if point.value is None:
        return message("%(scale)s answered, with too few answers for a score", scale=name)
    if instrument.has_levels:
        return message("%(scale)s: %(band)s", scale=name, band=point.band)
    values = {"scale": name, "score": amount(instrument, point.value), "band": point.band}
    return (
        message("%(scale)s %(score)s, %(band)s", **values) if point.band else message("%(scale)s %(score)s", **values)
    )


def qualities(point: ScorePoint) -> tuple[Message, ...]:
    """Return what qualifies a score: how much of it was answered, what was left out by choice, who wrote it down."""
    said = []
    if point.state == "prorated":
        said.append(message("prorated (%(answered)s of %(of)s answered)", answered=point.answered, of=point.of))
    if point.state == "unscored" and point.of:
        said.append(message("%(answered)s of %(of)s answered", answered=point.answered, of=point.of))
    if point.declined:
        said.append(counted("%(n)s question left out by choice", "%(n)s questions left out by choice", point.declined))
    if point.mode != "self":
        by = message(ENTERED_BY[point.mode], name=point.entered_by) if point.entered_by else ENTERED[point.mode]
        said.append(by)
    return (*said, *(QUALITY[code] for code in point.quality if code in QUALITY))


def version(name: str) -> Message:
    """Return "version 2"."""
    return message("version %(version)s", version=name)


def version_change(change: VersionChange) -> Message:
    """Return what stands where the questions or their scoring changed."""
    return message("version %(version)s from here on", version=change.point.version)


def infusion(mark: InfusionMark) -> tuple[Message, ...]:
    """Return what is known of one infusion: which one and how it went, then dose, route and length where given."""
    heading = (
        message("Booster, infusion %(number)s: %(status)s", number=mark.number, status=STATUS[mark.status])
        if mark.kind == "booster"
        else message("First series, infusion %(number)s: %(status)s", number=mark.number, status=STATUS[mark.status])
    )
    said = [heading]
    if mark.dose_mg is not None and mark.mg_per_kg is not None:
        said.append(message("%(dose)s mg (%(by_weight)s mg/kg)", dose=mark.dose_mg, by_weight=mark.mg_per_kg))
    elif mark.dose_mg is not None:
        said.append(message("%(dose)s mg", dose=mark.dose_mg))
    if mark.route:
        said.append(_ROUTES.get(mark.route, message("%(route)s", route=mark.route)))
    if mark.minutes is not None:
        said.append(counted("%(n)s minute", "%(n)s minutes", mark.minutes))
    if mark.peak is not None:
        said.append(peak(mark.peak))
    return (*said, *mark.effects)


def peak(pressure: tuple[int, int]) -> Message:
    """Return the highest pressure of an infusion, in mmHg."""
    return message("highest blood pressure %(pressure)s", pressure="{}/{}".format(*pressure))


def label(mark: Mark) -> Message:
    """Return what stands beside another mark: what was done with a medicine, or the mark's own words."""
    if mark.about is not None:
        return mark.about
    return message(CHANGED[mark.change], what=mark.label)


def other(mark: Mark) -> tuple[Message, Message]:
    """Return what another mark is, and its day or days; one that goes on has no end."""
    said = label(mark)
    is_named = mark.label or mark.about is not None
    heading = message("%(kind)s: %(what)s", kind=MARK[mark.kind], what=said) if is_named else MARK[mark.kind]
    if mark.goes_on:
        return heading, message("since %(on)s", on=mark.on)
    return heading, message("%(days)s", days=Span(mark.on, mark.until or mark.on))


def daily(series: DailySeries, point: DailyPoint) -> tuple[Message, ...]:
    """Return one daily answer with the ends of its own scale, and where it came from if it was brought along."""
    said = [
        message(
            "%(label)s %(value)s (%(low)s to %(high)s)",
            label=series.label,
            value=point.value,
            low=series.minimum,
            high=series.maximum,
        )
    ]
    if point.source == "import":
        said.append(message("from an earlier diary"))
    return tuple(said)


def ends(series: DailySeries) -> tuple[Message, Message]:
    """Return how the top and the bottom of a daily scale are labelled."""
    top, bottom = series.maximum, series.minimum
    if series.higher_is_better is None:
        return message("%(value)s", value=top), message("%(value)s", value=bottom)
    if series.higher_is_better:
        return message("best %(value)s", value=top), message("worst %(value)s", value=bottom)
    return message("worst %(value)s", value=top), message("best %(value)s", value=bottom)
