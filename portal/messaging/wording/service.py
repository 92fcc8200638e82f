"""Changing the clinic's templates and its words of danger; every wording that was in use is kept."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from portal.access.policy import Actor
from portal.audit import service as audit
from portal.clinic.models import Clinic
from portal.db import session
from portal.messaging import danger_words
from portal.messaging.wording import fill, queries
from portal.messaging.wording.models import DangerWordsVersion, MessageTemplate, TemplateVersion
from portal.messaging.wording.queries import Words

MOST_WORDS = 300


class UnknownFields(ValueError):
    """A template asks for what there is not; `names` says what."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


class Stale(Exception):
    """Somebody else changed it since the page was drawn."""


class AddedAlready(Exception):
    """The same form was sent before, with other words; nothing was added now."""


class NoSuchTemplate(LookupError):
    """There is no such template."""


class TooMany(ValueError):
    """There are as many templates, or words, as there can be."""


class Unusable(ValueError):
    """Words that cannot be looked for: too long, or without a letter; `words` says which."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(", ".join(words))
        self.words = words


def add_template(
    language: str, *, title: str, body: str, submission_id: uuid.UUID, by: Actor, at: datetime
) -> uuid.UUID:
    """Add a template; the same form sent twice adds one. Return its id.

    Raises:
        UnknownFields: it asks for what there is not.
        AddedAlready: the same form was sent before, with other words.
        TooMany: the clinic has as many as there can be.
    """
    _refuse_unknown(title, body)
    _hold()
    known = session.scalar(select(MessageTemplate).where(MessageTemplate.submission_id == submission_id))
    if known is not None:
        first = session.get_one(TemplateVersion, (known.id, 1))
        if (known.language, first.title, first.body) != (language, title, body):
            raise AddedAlready
        return known.id
    if len(queries.list_templates()) >= queries.MOST_TEMPLATES:
        raise TooMany
    row = MessageTemplate(submission_id=submission_id, language=language, created_at=at, created_by_id=by.user_id)
    session.add(row)
    session.flush()
    _write_version(row.id, 1, title, body, by, at)
    audit.record("message-template:added", by=by, at=at, thing_id=row.id)
    return row.id


def change_template(template_id: uuid.UUID, version: int, *, title: str, body: str, by: Actor, at: datetime) -> bool:
    """Give a template another wording; return whether it is another one.

    Args:
        version: the wording that the page showed.

    Raises:
        UnknownFields: it asks for what there is not.
        NoSuchTemplate: there is none.
        Stale: it was worded anew since.
    """
    _refuse_unknown(title, body)
    _hold()
    now = queries.get_template(template_id)
    if now is None:
        raise NoSuchTemplate
    if (now.title, now.body) == (title, body):
        return False
    if now.version != version:
        raise Stale
    _write_version(template_id, version + 1, title, body, by, at)
    audit.record("message-template:changed", by=by, at=at, thing_id=template_id, version=version + 1)
    return True


def set_retired(template_id: uuid.UUID, *, retired: bool, by: Actor, at: datetime) -> bool:
    """Take a template out of use, or back into it; return whether that changed anything."""
    was = MessageTemplate.retired_at.is_(None) if retired else MessageTemplate.retired_at.is_not(None)
    taken = update(MessageTemplate).where(MessageTemplate.id == template_id, was)
    changed = session.execute(taken.values(retired_at=at if retired else None).returning(MessageTemplate.id)).first()
    if changed is None:
        return False
    audit.record(
        "message-template:retired" if retired else "message-template:restored", by=by, at=at, thing_id=template_id
    )
    return True


def change_danger_words(
    language: str, version: int, *, words: Sequence[str], reason: str, by: Actor, at: datetime
) -> Words:
    """Put another list of a language's words of danger into force; the same list again writes nothing.

    Args:
        version: the one the page showed; 0 is the list that comes with Interval.
        words: one or more, or several in a row; a "*" at the end finds what begins so.

    Raises:
        Unusable: words without a letter, or too long.
        TooMany: more than can be looked for.
        Stale: another list was laid down since that version.
    """
    kept = list(dict.fromkeys(" ".join(one.split()) for one in words if one.strip()))
    wrong = [one for one in kept if len(one) > danger_words.LONGEST or not danger_words.folded(one)]
    if wrong or not kept:
        raise Unusable(wrong)
    if len(kept) > MOST_WORDS:
        raise TooMany
    _hold()
    now = queries.get_danger_words(language)
    if now.words == tuple(kept):
        return now
    if now.version != version:
        raise Stale
    row = DangerWordsVersion(language=language, version=version + 1, words=kept, reason=reason)
    row.changed_at, row.changed_by_id = at, by.user_id
    session.add(row)
    session.flush()
    audit.record("danger-words:changed", by=by, at=at, language=language, version=row.version)
    return queries.get_danger_words(language)


def _hold() -> None:
    """Let one person at a time change the clinic's words, so that a second tap finds the first."""
    session.execute(select(Clinic.id).where(Clinic.id == 1).with_for_update())


def _refuse_unknown(*texts: str) -> None:
    names = [name for text in texts for name in fill.unknown(text)]
    if names:
        raise UnknownFields(list(dict.fromkeys(names)))


def _write_version(template_id: uuid.UUID, version: int, title: str, body: str, by: Actor, at: datetime) -> None:
    row = TemplateVersion(template_id=template_id, version=version, title=title, body=body)
    row.changed_at, row.changed_by_id = at, by.user_id
    session.add(row)
    session.flush()
