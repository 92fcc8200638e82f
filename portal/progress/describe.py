"""One score, one infusion, one daily answer in words: the same in the picture, under the pointer and in the table."""

from datetime import timedelta

from portal.progress.reading import Change
from portal.progress.timeline import DailyPoint, DailySeries, InfusionMark, InstrumentView, MarkKind, ScorePoint
from portal.progress.words import Message, Span, counted, message

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


def recall_window(instrument: InstrumentView, point: ScorePoint) -> Span | None:
    """Return the first and the last day that the answers are about, or None where the scale does not say."""
    if not instrument.recall_days:
        return None
    return Span(point.on - timedelta(days=instrument.recall_days), point.on)


def covers(instrument: InstrumentView, point: ScorePoint) -> Message | None:
    """Return "covers 6 – 20 March 2026", or None for a scale about the moment."""
    window = recall_window(instrument, point)
    return message("covers %(days)s", days=window) if window else None


def score(instrument: InstrumentView, point: ScorePoint) -> tuple[Message, ...]:
    """Return what is known of one score: the number with its band first, then what qualifies it."""
    if point.value is None:
        return (message("%(scale)s answered, with too few answers for a score", scale=instrument.short_title),)
    values = {"scale": instrument.short_title, "score": point.value, "band": point.band}
    said = [
        message("%(scale)s %(score)s, %(band)s", **values) if point.band else message("%(scale)s %(score)s", **values)
    ]
    if point.state == "prorated":
        said.append(message("prorated: worked out from part of the answers"))
    window = covers(instrument, point)
    return (*said, window) if window else tuple(said)


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
        said.append(message("%(route)s", route=mark.route))
    if mark.minutes is not None:
        said.append(counted("%(n)s minute", "%(n)s minutes", mark.minutes))
    return tuple(said)


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
