"""Everything that was ever written in one patient's threads, thread by thread, packed into a file to take along."""

import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import orjson
from sqlalchemy import select

from portal.accounts.models import User
from portal.checkins.models import CheckIn
from portal.db import session
from portal.instruments import catalogue, own_words
from portal.messaging import handling, notes
from portal.messaging.attachments import queries as attachments
from portal.messaging.attachments import store
from portal.messaging.attachments.queries import File, Stored
from portal.messaging.models import Message, MessageRead, Thread
from portal.messaging.retraction import NO_SUBJECT
from portal.patients import queries as patients
from portal.treatment import queries as treatment


@dataclass(frozen=True, slots=True)
class Whole:
    """One thread with all that belongs to it; `files` are what its messages brought along, by their names here."""

    values: dict[str, Any]
    files: Mapping[str, Stored]


def pack(
    file: BinaryIO,
    patient_id: uuid.UUID,
    *,
    for_team: bool,
    language: str,
    follow_ups: Sequence[Mapping[str, Any]],
    draw: Callable[..., Iterable[str]],
    gone: str,
) -> int:
    """Write a ZIP thread by thread, so that a long history needs no more memory than its longest thread.

    Args:
        file: where to.
        patient_id: whose threads.
        for_team: as for `threads`.
        language: whose titles it has.
        follow_ups: what was planned to be written, and became a thread or did not; for the team only.
        draw: draws the page to read from `threads` and `follow_ups`, piece by piece.
        gone: what a file says that is not there any more.

    Returns:
        How many threads there are.
    """
    files: dict[str, Stored] = {}
    count = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("messages.json", "w") as entry:
            for count, whole in enumerate(threads(patient_id, for_team=for_team, language=language), start=1):
                entry.write(b"," if count > 1 else b"[")
                entry.write(orjson.dumps(whole.values, option=orjson.OPT_INDENT_2))
                files |= whole.files
            entry.write(b"]" if count else b"[]")
        again = (whole.values for whole in threads(patient_id, for_team=for_team, language=language))
        with archive.open("messages.html", "w") as entry:
            for piece in draw(threads=again, follow_ups=follow_ups):
                entry.write(piece.encode())
        if follow_ups:
            archive.writestr("follow-ups.json", orjson.dumps(follow_ups, option=orjson.OPT_INDENT_2))
        for name, stored in files.items():
            archive.writestr(name, _content(stored, gone))
    return count


def threads(patient_id: uuid.UUID, *, for_team: bool, language: str) -> Iterator[Whole]:
    """Yield a patient's threads in order of time, one in memory at a time.

    Args:
        patient_id: whose.
        for_team: with the notes and contacts of the care team and the words of everything withdrawn; else as the
            patient may see it, with what they withdrew themselves.
        language: whose titles the questionnaires have.
    """
    ids = session.scalars(select(Thread.id).where(Thread.patient_id == patient_id).order_by(Thread.started_at)).all()
    for number, thread_id in enumerate(ids, start=1):
        yield _whole(session.get_one(Thread, thread_id), number, for_team=for_team, language=language)


def _content(stored: Stored, gone: str) -> bytes:
    try:
        return store.read(stored.id, stored.sha256)
    except store.NotThere:
        return gone.encode()


def _whole(thread: Thread, number: int, *, for_team: bool, language: str) -> Whole:
    rows = session.execute(
        select(Message, User.name, User.role)
        .join(User, User.id == Message.author_id)
        .where(Message.thread_id == thread.id)
        .order_by(Message.sent_at, Message.id)
    ).all()
    ids = [row.Message.id for row in rows if _may_see(row.Message, for_team=for_team)]
    stored = attachments.list_stored(thread.patient_id, ids)
    named = [
        (message_id, f"files/{number}-{place}-{one.name}", one) for place, (message_id, one) in enumerate(stored, 1)
    ]
    reads, brought = _reads(thread.id), attachments.list_for(ids)
    values: dict[str, Any] = {
        "subject": _subject(thread, [row.Message for row in rows], for_team=for_team),
        "started_at": thread.started_at,
        **_about(thread),
        "messages": [
            {
                "id": row.Message.id,
                "author": row.name,
                "role": row.role.value,
                "sent_at": row.Message.sent_at,
                "withdrawn_at": row.Message.retracted_at,
                **_words(row.Message, is_seen=row.Message.id in ids, for_team=for_team),
                "read": reads.get(row.Message.id, []),
                "files": [name for message_id, name, _one in named if message_id == row.Message.id],
                "asked": [_asked(one, language) for one in brought.get(row.Message.id, ()) if one.instrument],
            }
            for row in rows
        ],
    }
    if for_team:
        values |= _of_team(thread)
    return Whole(values, {name: one for _message_id, name, one in named})


def _about(thread: Thread) -> dict[str, Any]:
    """Return which infusion or check-in a thread is about, as somebody without the portal can tell."""
    values: dict[str, Any] = {"about_infusion": None, "about_check_in": None}
    if thread.about_infusion_id and (infusion := treatment.get_infusion(thread.patient_id, thread.about_infusion_id)):
        values["about_infusion"] = {"number": infusion.number, "at": infusion.happens_at}
    if thread.about_check_in_id:
        values["about_check_in"] = {"for": session.get_one(CheckIn, thread.about_check_in_id).for_on}
    return values


def _words(message: Message, *, is_seen: bool, for_team: bool) -> dict[str, Any]:
    """Return the words of a message; `subject` is that of the thread where it was withdrawn with them."""
    words = {"subject": message.subject, "body": message.body} if is_seen else {"subject": None, "body": None}
    return words | ({"words_of_danger": message.suggests_danger} if for_team else {})


def _asked(one: File, language: str) -> dict[str, Any]:
    """Return what a message asked to be filled in, by its neutral title, and what came of it."""
    request, about = one.request, own_words.worded(catalogue.current().get(one.instrument or ""), language)
    came = {"withdrawn_at": request.withdrawn_at, "filled_in_for": request.answered_on} if request else {}
    return {"questionnaire": about.neutral_title, "before": one.before_on, **came}


def _may_see(message: Message, *, for_team: bool) -> bool:
    return for_team or message.retracted_at is None or message.is_from_patient


def _subject(thread: Thread, messages: Sequence[Message], *, for_team: bool) -> str:
    kept = [one.subject for one in messages if one.subject is not None and _may_see(one, for_team=for_team)]
    return kept[0] if kept and thread.subject == NO_SUBJECT else thread.subject


def _reads(thread_id: uuid.UUID) -> dict[uuid.UUID, list[dict[str, Any]]]:
    rows = session.execute(
        select(MessageRead.message_id, User.name, MessageRead.read_at)
        .join(Message, Message.id == MessageRead.message_id)
        .join(User, User.id == MessageRead.user_id)
        .where(Message.thread_id == thread_id)
        .order_by(MessageRead.read_at)
    )
    found: dict[uuid.UUID, list[dict[str, Any]]] = {}
    for message_id, name, read_at in rows:
        found.setdefault(message_id, []).append({"by": name, "at": read_at})
    return found


def _of_team(thread: Thread) -> dict[str, Any]:
    names = [*patients.list_names([thread.assigned_to_id]).values()] if thread.assigned_to_id else []
    return {
        "owed_since": thread.owed_since,
        "danger_words_at": thread.danger_at,
        "is_urgent": thread.is_urgent,
        "assigned_to": names[0] if names else None,
        "notes": [
            {"by": note.author, "wordings": [{"at": one.written_at, "body": one.body} for one in note.wordings]}
            for note in notes.list_notes(thread.patient_id, thread.id)
        ],
        "ended_without_reply": [
            {"how": one.how, "way": one.way, "words": one.words, "at": one.at, "by": one.by}
            for one in handling.list_closings(thread.patient_id, thread.id)
        ],
    }
