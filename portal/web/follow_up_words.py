"""What the enumerated values of follow-ups are called on a page."""

from enum import Enum
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.follow_ups.many.reasons import BatchState, LeftOut, Place
from portal.follow_ups.models import State, Why

FOLLOW_UPS: dict[type[Enum], dict[Enum, Any]] = {
    State: {
        State.PLANNED: _l("Planned"),
        State.SENT: _l("Sent"),
        State.DROPPED: _l("Not sent"),
        State.CANCELLED: _l("Cancelled"),
        State.TO_DECIDE: _l("To decide"),
    },
    Why: {
        Why.NONE: "",
        Why.CHECK_IN_CAME: _l("A check-in came first"),
        Why.LEFT_CARE: _l("The patient is not in care any more"),
        Why.AUTHOR_LEFT: _l("Whoever wrote it is not on the care team any more"),
        Why.NOT_THEIRS: _l("What it is about is not on the patient’s record any more"),
    },
    BatchState: {
        BatchState.DRAFT: _l("Not started"),
        BatchState.RUNNING: _l("Going out"),
        BatchState.PAUSED: _l("Paused"),
        BatchState.STOPPED: _l("Stopped"),
        BatchState.DONE: _l("Finished"),
    },
    Place: {Place.READY: _l("Waits"), Place.SENT: _l("Sent"), Place.LEFT_OUT: _l("Left out")},
    LeftOut: {
        LeftOut.NONE: "",
        LeftOut.NOT_CHOSEN: _l("Not ticked"),
        LeftOut.MISSING_VALUE: _l("A field has no value for this patient"),
        LeftOut.NOT_IN_CARE: _l("Not in care any more"),
        LeftOut.NOT_YOURS: _l("You are not on the care team any more, so the team decides"),
        LeftOut.WORDS_CHANGED: _l("What is filled in has changed since you looked through it"),
        LeftOut.TOO_LONG: _l("Too long once it is filled in"),
    },
}
