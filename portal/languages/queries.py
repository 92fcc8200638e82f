"""Which texts were signed as they are worded now, and which wait for somebody."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import User
from portal.db import session
from portal.languages import texts
from portal.languages.models import ReviewedText
from portal.languages.texts import Text


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed a text, when and by what knowledge; `is_current` where not a word has changed since."""

    name: str
    knows_by: str
    at: datetime
    is_current: bool
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A text in a language; without a current signature it awaits clinical review."""

    text: Text
    language: str
    signatures: tuple[Signature, ...]

    @property
    def current(self) -> Signature | None:
        return next((one for one in self.signatures if one.is_current), None)


def list_standing(language: str) -> list[Standing]:
    """Return every text in a language with its signatures, the latest first."""
    rows = session.execute(
        select(ReviewedText, User.name)
        .join(User, User.id == ReviewedText.reviewed_by_id)
        .where(ReviewedText.language == language)
        .order_by(ReviewedText.reviewed_at.desc(), ReviewedText.id)
    ).all()
    found: dict[str, list[Signature]] = {key: [] for key in texts.TEXTS}
    for row, name in rows:
        if row.text in found:
            is_current = row.withdrawn_at is None and row.fingerprint == texts.fingerprint(row.text, language)
            found[row.text].append(Signature(name, row.knows_by, row.reviewed_at, is_current, row.withdrawn_at))
    return [Standing(texts.TEXTS[key], language, tuple(signed)) for key, signed in found.items()]


def list_awaiting(language: str) -> list[Text]:
    """Return the texts nobody has signed as they are worded now; none in English, which they were written in."""
    if language not in texts.languages():
        return []
    return [one.text for one in list_standing(language) if one.current is None]
