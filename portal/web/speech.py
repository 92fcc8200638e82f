"""How the charts speak: their messages in the reader's language, dates and numbers."""

from datetime import date
from functools import lru_cache
from typing import Any

from babel.dates import format_date, format_interval, format_skeleton
from babel.numbers import format_decimal
from babel.support import NullTranslations
from flask_babel import get_translations

from portal.instruments import own_words
from portal.progress.words import Message, Points, Span, Words
from portal.web import filters


def words() -> Words:
    """Return the voice for whoever reads this request."""
    locale, translations = str(filters.locale()), get_translations()
    return Words(
        say=lambda message: _say(message, locale, translations),
        day=lambda on: _day(on, locale),
        short_day=lambda on: _short_day(on, locale),
        month=lambda on: _month(on, locale),
        number=lambda value: _number(value, locale),
    )


def say(message: Message) -> str:
    """Return a message in the reader's language."""
    return _say(message, str(filters.locale()), get_translations())


# The reader's language is asked for once: a chart of ten years says thousands of messages.
def _say(message: Message, locale: str, translations: NullTranslations) -> str:
    values = {name: _write(value, locale, translations) for name, value in message.values.items()}
    if message.plural is None:
        return _filled(translations.gettext(message.msgid), values)
    count = int(str(message.values["n"]))
    return _filled(translations.ngettext(message.msgid, message.plural, count), values)


def _filled(words: str, values: dict[str, Any]) -> str:
    return words % values if values else words


def _write(value: object, locale: str, translations: NullTranslations) -> Any:
    if isinstance(value, Message):
        return _say(value, locale, translations)
    if isinstance(value, Span):
        return _span(value, locale)
    if isinstance(value, Points):
        return _points(value, locale)
    if isinstance(value, date):
        return _day(value, locale)
    if isinstance(value, str):
        return own_words.title(value, locale.partition("_")[0])
    return _number(value, locale) if isinstance(value, int | float) else value


# A chart of ten years says thousands of dates and numbers, most of them many times; Babel works each out anew.
@lru_cache(maxsize=10_000)
def _day(on: date, locale: str) -> str:
    return str(format_date(on, "long", locale=locale))


@lru_cache(maxsize=10_000)
def _short_day(on: date, locale: str) -> str:
    return str(format_skeleton("MMMd", on, locale=locale))


@lru_cache(maxsize=100)
def _month(on: date, locale: str) -> str:
    return str(format_date(on, "LLL", locale=locale))


@lru_cache(maxsize=10_000)
def _span(days: Span, locale: str) -> str:
    return str(format_interval(days.start, days.end, "yMMMd", locale=locale))


@lru_cache(maxsize=10_000)
def _points(points: Points, locale: str) -> str:
    return str(format_decimal(points.value, "#,##0." + "0" * points.decimals, locale=locale))


@lru_cache(maxsize=10_000)
def _number(value: float, locale: str) -> str:
    return str(format_decimal(value, "#,##0.##", locale=locale))
