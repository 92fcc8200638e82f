"""What a link in a reminder opens: its one check-in, the screen that this calls for, receipts, the crisis card."""

import uuid
from datetime import date, datetime

from flask import request

from portal.accounts import scope
from portal.accounts.scope import Scope
from portal.accounts.sessions import SignedIn
from portal.clinic import queries as clinic
from portal.reminders import queries
from portal.safety import queries as safety
from portal.safety.help import Help

CARD = frozenset({"card.show", "card.read"})
"""Help goes before everything else, and says nothing about what was answered."""
FORM = frozenset({"checkins.new", "checkins.save_draft"})
SENT, RECEIPT = "checkins.submit", "checkins.show"


def may_open(found: SignedIn) -> bool:
    """Return whether this request is within what the session is limited to; one without a limit opens everything.

    One that a link opened ends with the links, where the clinic turns them off.
    """
    if found.scope is None or request.endpoint in CARD:
        return True
    if not clinic.current().check_in_links:
        return False
    limited, place = scope.read(found.scope), request.view_args or {}
    if request.endpoint not in FORM | {SENT, RECEIPT}:
        return False
    lines = _lines(place["patient_id"], limited, found.created_at)
    if request.endpoint == RECEIPT:
        return any(sent is not None and place["check_in_id"] == sent[0] for sent in lines.values())
    if place["plan_item_id"] not in lines or not _is_of_its_days(limited):
        return False
    sent = lines[place["plan_item_id"]]
    # Sending the same page twice leads to its receipt, as it does anywhere.
    return sent is None or (request.endpoint == SENT and request.form.get("submission_id") == str(sent[1]))


def _lines(
    patient_id: uuid.UUID, limited: Scope, since: datetime
) -> dict[uuid.UUID, tuple[uuid.UUID, uuid.UUID] | None]:
    """Return what may be answered, each with what was sent for it: the link's own, and the screen it called for."""
    own = queries.sent_in(patient_id, limited.plan_item_id, since)
    if own is None or safety.help_after(patient_id, own[1]) is not Help.CRISIS:
        return {limited.plan_item_id: own}
    screens = queries.asked_at_once(patient_id, limited.since)
    return {limited.plan_item_id: own} | {one: queries.sent_in(patient_id, one, since) for one in screens}


def _is_of_its_days(limited: Scope) -> bool:
    """Return whether the check-in was due on the day that is asked for; a page without one means today."""
    try:
        return date.fromisoformat(request.values.get("on") or limited.since.isoformat()) >= limited.since
    except ValueError:
        return True
