"""What a session may open that a link in a reminder began: its one check-in, the receipt, and the crisis card."""

from datetime import date

from flask import request

from portal.accounts import scope
from portal.accounts.scope import Scope
from portal.accounts.sessions import SignedIn
from portal.reminders import queries

CARD = frozenset({"card.show", "card.read"})
"""Help goes before everything else, and says nothing about what was answered."""
FORM = frozenset({"checkins.new", "checkins.save_draft"})
SENT, RECEIPT = "checkins.submit", "checkins.show"


def may_open(found: SignedIn) -> bool:
    """Return whether this request is within what the session is limited to; one without a limit opens everything."""
    if found.scope is None or request.endpoint in CARD:
        return True
    limited, place = scope.read(found.scope), request.view_args or {}
    if request.endpoint not in FORM | {SENT, RECEIPT}:
        return False
    sent = queries.sent_in(place["patient_id"], limited.plan_item_id, found.created_at)
    if request.endpoint == RECEIPT:
        return sent is not None and place["check_in_id"] == sent[0]
    is_it = place["plan_item_id"] == limited.plan_item_id and _is_of_its_days(limited)
    if sent is None:
        return is_it
    # Sending the same page twice leads to its receipt, as it does anywhere.
    return is_it and request.endpoint == SENT and request.form.get("submission_id") == str(sent[1])


def _is_of_its_days(limited: Scope) -> bool:
    """Return whether the check-in was due on the day that is asked for; a page without one means today."""
    try:
        return date.fromisoformat(request.values.get("on") or limited.since.isoformat()) >= limited.since
    except ValueError:
        return True
