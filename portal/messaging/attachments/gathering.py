"""Taking in the files of one form: looked at before anything is written, and kept until its message is sent."""

import hashlib
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from portal.access.policy import Actor, Role
from portal.messaging import owed
from portal.messaging.attachments import problems, queries, service
from portal.messaging.attachments.intake import Taken, take_in
from portal.messaging.attachments.kinds import MEGABYTE, MOST_BYTES, MOST_FILES, MOST_TOGETHER, FileKind, name_of
from portal.messaging.attachments.problems import CannotTake
from portal.messaging.attachments.queries import File
from portal.messaging.parcel import Parcel


@dataclass(frozen=True, slots=True)
class Bringing:
    """Who brings something along with which form, for which patient, and when."""

    patient_id: uuid.UUID
    sent_as: uuid.UUID
    by: Actor
    at: datetime

    def list_brought(self, ids: Collection[uuid.UUID]) -> list[File]:
        """Return what of these the form may still send."""
        return queries.list_brought(self.patient_id, ids, by_id=self.by.user_id, sent_as=self.sent_as)


def look_at(
    bringing: Bringing, chosen: Sequence[tuple[bytes, str]], before: Sequence[File]
) -> tuple[list[Taken], list[CannotTake]]:
    """Return what of the files that were chosen now can be taken, and why the others cannot; nothing is written.

    Args:
        bringing: who brings them.
        chosen: their contents and names.
        before: what the form has brought already.
    """
    taken, refused = list[Taken](), list[CannotTake]()
    try:
        _check_together(bringing, [len(content) for content, _name in chosen], before)
    except CannotTake as error:
        return [], [error]
    for content, name in chosen:
        try:
            taken.append(take_in(content, name, whose=bringing.by.user_id))
        except CannotTake as error:
            refused.append(error)
    return taken, refused


def keep(
    bringing: Bringing, taken: Sequence[Taken], before: Collection[uuid.UUID], removed: Collection[uuid.UUID]
) -> tuple[list[File], list[CannotTake]]:
    """Keep what was taken, take back what is to go; return all that the form now brings, and what went wrong.

    Args:
        bringing: who brings it.
        taken: what was chosen now.
        before: what the page says was brought before and stays.
        removed: what of it is to go.
    """
    patient_id, by, at = bringing.patient_id, bringing.by, bringing.at
    owed.lock(patient_id)
    ids = [service.id_of(bringing.sent_as, one.came_as, by=by) for one in taken]
    service.hold({*before, *removed, *ids})
    service.discard(patient_id, removed, by=by, at=at)
    kept, refused = [one.id for one in bringing.list_brought(before)], list[CannotTake]()
    for one, attachment_id in zip(taken, ids, strict=True):
        try:
            service.keep(patient_id, one, attachment_id, position=len(kept), by=by, at=at)
            kept.append(attachment_id)
        except OSError:
            refused.append(CannotTake(problems.NO_ROOM, name=one.name))
    files = bringing.list_brought(kept)
    if not {one.id for one in files}.issuperset(before):
        refused.append(CannotTake(problems.GONE))
    return files, refused


def chart(drawn: bytes, on: date) -> Taken:
    """Return a chart as it is kept, called after the day it was drawn on."""
    name = name_of(f"chart {on.isoformat()}", FileKind.CHART)
    return Taken(FileKind.CHART, name, drawn, hashlib.sha256(drawn).hexdigest())


def enclose(bringing: Bringing, files: Sequence[File], drawn: Taken | None, asked: tuple[str, date] | None) -> Parcel:
    """Return what a message brings along: its files, then the chart, then the questionnaire that it asks for."""
    patient_id, by, at = bringing.patient_id, bringing.by, bringing.at
    ids = [one.id for one in files]
    if drawn is not None:
        chart_id = service.id_of(bringing.sent_as, FileKind.CHART, by=by)
        service.keep(patient_id, drawn, chart_id, position=len(ids), by=by, at=at)
        ids.append(chart_id)
    if asked is not None:
        instrument, before_on = asked
        asked_id = service.id_of(bringing.sent_as, f"{instrument}:{before_on}", by=by)
        service.enclose_questionnaire(patient_id, instrument, before_on, asked_id, by=by, at=at)
        ids.append(asked_id)
    return Parcel(tuple(dict.fromkeys(ids)))


def _check_together(bringing: Bringing, sizes: Sequence[int], before: Sequence[File]) -> None:
    count, size = len(sizes) + len(before), sum(sizes)
    if count > MOST_FILES:
        raise CannotTake(problems.TOO_MANY, count=count, limit=MOST_FILES)
    together = size + sum(one.size for one in before)
    if together > MOST_TOGETHER and all(one <= MOST_BYTES for one in sizes):
        limit = MOST_TOGETHER // MEGABYTE
        raise CannotTake(problems.TOGETHER_TOO_LARGE, size=-(-together // MEGABYTE), limit=limit)
    most = queries.QUOTA_BYTES * (1 if bringing.by.role is Role.PATIENT else queries.TEAM_BRINGS_MORE)
    if size and queries.count_bytes(bringing.by.user_id, bringing.at) + size > most:
        raise CannotTake(problems.QUOTA)
