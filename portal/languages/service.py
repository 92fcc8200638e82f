"""Signing a translated text, and taking a signature back."""

import uuid
from datetime import datetime

from sqlalchemy import select

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.clinic.models import Clinic
from portal.db import session
from portal.languages import texts
from portal.languages.models import ReviewedText


class Reworded(Exception):
    """The text has other words than those that were read; nothing was written."""


def sign(
    text: str, language: str, *, fingerprint: str, knows_by: str, submission_id: uuid.UUID, by: Actor, at: datetime
) -> None:
    """Record that somebody read a text in another language and answers for it.

    Args:
        text: the key of one of `texts.TEXTS`.
        language: by code.
        fingerprint: of the words that were on the page they read.
        knows_by: how they know the language, in their words.
        submission_id: minted when the form was drawn; the same one twice is one signature.
        by: the reviewer.
        at: now, aware UTC.

    Raises:
        Reworded: the words are others by now.
    """
    _hold()
    if session.scalar(select(ReviewedText.id).where(ReviewedText.submission_id == submission_id)):
        return
    if fingerprint != texts.fingerprint(text, language):
        raise Reworded
    row = ReviewedText(text=text, language=language, fingerprint=fingerprint, knows_by=knows_by)
    row.submission_id, row.reviewed_at, row.reviewed_by_id = submission_id, at, by.user_id
    session.add(row)
    session.flush()
    audit.record("text:reviewed", by=by, at=at, thing_id=row.id, text=text, language=language)


def withdraw(text: str, language: str, *, by: Actor, at: datetime) -> bool:
    """Take every standing signature under a text back, so that it awaits review again; return whether there was one."""
    _hold()
    stands = ReviewedText.withdrawn_at.is_(None), ReviewedText.text == text, ReviewedText.language == language
    rows = session.scalars(select(ReviewedText).where(*stands)).all()
    for row in rows:
        row.withdrawn_at, row.withdrawn_by_id = at, by.user_id
        audit.record("text:review-withdrawn", by=by, at=at, thing_id=row.id, text=text, language=language)
    session.flush()
    return bool(rows)


def _hold() -> None:
    """Let one person sign at a time."""
    session.execute(select(Clinic.id).where(Clinic.id == 1).with_for_update())
