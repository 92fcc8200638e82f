"""Reading what a device sends: many entries at once, each through its kind's own form."""

import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from portal.treatment.flowsheet.base_forms import EntryForm
from portal.treatment.flowsheet.entries import Draft
from portal.treatment.flowsheet.forms import FORMS
from portal.treatment.flowsheet.kinds import EntryKind
from portal.treatment.flowsheet.service import MOST_AT_ONCE, Outcome

LONGEST_DEVICE = 40
LONGEST_TEXT, MOST_FIELDS, MOST_SEQUENCE = 20_000, 60, 2**31 - 1
NOT_READABLE = _l("This could not be read.")
TOO_MANY = _l("Send at most %(most)s entries at once.", most=MOST_AT_ONCE)
CLOCK_FROM_ANOTHER_AGE = _l("The clock of this device is decades off. Set it, then send this again.")
ENTRY_NOT_READABLE = _l("This entry could not be read. Record it again, then discard this one.")
MOST_SKEW = 67 * 366 * 24 * 3600
_OFFSET = re.compile(r"(Z|[+-]\d{2}:\d{2})$")


class Unreadable(Exception):
    """Nothing of what was sent can be read; its text says why."""


@dataclass(slots=True)
class Batch:
    """What a device sent: entries that can be kept as far as their forms can tell, and those that cannot."""

    drafts: list[Draft] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    forms: dict[uuid.UUID, EntryForm] = field(default_factory=dict)

    def refuse(self, outcomes: list[Outcome]) -> list[dict[str, Any]]:
        """Return everything that is refused, by the forms or by the service, in the reader's language."""
        for one in outcomes:
            if one.problems:
                form = self.forms[one.id]
                form.refuse(one.problems, form.zone)
                self.refused.append({"id": str(one.id), "problems": _problems(form)})
        return self.refused


def read_batch(sent: Any, zone: str, near: datetime, at: datetime) -> Batch:
    """Read what a device sent.

    Args:
        sent: the parsed JSON, or None where it was none.
        zone: the patient's.
        near: when the infusion happens.
        at: now.

    Raises:
        Unreadable: it is not what a device sends.
    """
    if not isinstance(sent, dict) or not isinstance(sent.get("entries"), list):
        raise Unreadable(NOT_READABLE)
    device, now = sent.get("device"), _moment(sent.get("now"))
    if not isinstance(device, str) or len(device) > LONGEST_DEVICE or "\x00" in device or now is None:
        raise Unreadable(NOT_READABLE)
    if len(sent["entries"]) > MOST_AT_ONCE:
        raise Unreadable(TOO_MANY)
    skew, batch = round((now - at).total_seconds()), Batch()
    if abs(skew) > MOST_SKEW:
        raise Unreadable(CLOCK_FROM_ANOTHER_AGE)
    for one in sent["entries"]:
        _read(one, batch, zone=zone, near=near, at=at, device=device, skew_seconds=skew)
    return batch


def _read(one: Any, batch: Batch, *, zone: str, near: datetime, at: datetime, device: str, skew_seconds: int) -> None:
    entry_id = str(one.get("id"))[:60] if isinstance(one, dict) else ""
    fields = _fields(one)
    sequence, was_queued = (one.get("sequence"), one.get("queued")) if fields is not None else (None, None)
    is_place = type(sequence) is int and 0 <= sequence <= MOST_SEQUENCE
    if fields is None or type(sequence) is not int or not is_place or type(was_queued) is not bool:
        text = str(ENTRY_NOT_READABLE)
        batch.refused.append({"id": entry_id, "problems": [{"field": "", "text": text}]})
        return
    form = FORMS[EntryKind(one["kind"])](fields, zone=zone, near=near, at=at)
    if not form.validate():
        batch.refused.append({"id": entry_id, "problems": _problems(form)})
        return
    draft = form.draft(device=device, sequence=sequence, skew_seconds=skew_seconds, was_queued=was_queued)
    if draft.id in batch.forms:
        return
    batch.forms[draft.id] = form
    batch.drafts.append(draft)


def _fields(one: Any) -> MultiDict[str, str] | None:
    """Return what was typed, as a form reads it; None where it is not what a device sends."""
    if not isinstance(one, dict) or not isinstance(one.get("fields"), dict) or one.get("kind") not in list(EntryKind):
        return None
    entry_id, occurred_at = one.get("id"), one.get("occurred_at")
    if not isinstance(entry_id, str) or not isinstance(occurred_at, str) or len(one["fields"]) > MOST_FIELDS:
        return None
    try:
        uuid.UUID(entry_id)
    except ValueError:
        return None
    for values in one["fields"].values():
        if not isinstance(values, list) or not all(isinstance(text, str) and _is_text(text) for text in values):
            return None
        if len(values) > MOST_FIELDS or sum(map(len, values)) > LONGEST_TEXT:
            return None
    found: MultiDict[str, str] = MultiDict(one["fields"])
    found["id"], found["occurred_at"] = entry_id, occurred_at
    return found


def _is_text(text: str) -> bool:
    """Return whether text can be stored: half of a character pair cannot."""
    return not any("\ud800" <= one <= "\udfff" for one in text)


def _problems(form: EntryForm) -> list[dict[str, str]]:
    whole = [{"field": "", "text": str(text)} for text in form.form_errors]
    found = whole + [{"field": one.name, "text": str(one.errors[0])} for one in form if one.errors]
    return found or [{"field": "", "text": gettext(str(ENTRY_NOT_READABLE))}]


def _moment(text: Any) -> datetime | None:
    if not isinstance(text, str) or len(text) > 40 or not _OFFSET.search(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
