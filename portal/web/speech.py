"""How the charts speak: their messages in the reader's language, dates and numbers."""

from datetime import date
from typing import Any

from babel.dates import format_date, format_interval
from babel.numbers import format_decimal
from flask_babel import gettext, ngettext

from portal.progress.words import Message, Span, Words
from portal.web import filters


def words() -> Words:
    """Return the voice for whoever reads this request."""
    return Words(say=say, day=filters.day, short_day=filters.day_short, month=_month, number=_number)


def say(message: Message) -> str:
    """Return a message in the reader's language."""
    values = {name: _write(value) for name, value in message.values.items()}
    if message.plural is None:
        return str(gettext(message.msgid, **values))
    return str(ngettext(message.msgid, message.plural, int(str(message.values["n"])), **values))


def _write(value: object) -> Any:
    if isinstance(value, Message):
        return say(value)
    if isinstance(value, Span):
        return format_interval(value.start, value.end, "yMMMd", locale=filters.locale())
    if isinstance(value, date):
        return filters.day(value)
    return _number(value) if isinstance(value, int | float) else value


def _month(on: date) -> str:
    return str(format_date(on, "LLL", locale=filters.locale()))


def _number(value: float) -> str:
    return str(format_decimal(value, "#,##0.##", locale=filters.locale()))
