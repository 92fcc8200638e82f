"""The forms of a review: the decision, and taking one back."""

import uuid
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l

from portal.review.booster.meanwhile import Opened
from portal.review.booster.models import ReviewDecision
from portal.review.booster.service import Decided, day_problem, latest_day
from portal.treatment.forms import TreatmentForm, choices
from portal.web.fields import DateField, HiddenField, RadioField, StringField, TextAreaField


class DecisionForm(TreatmentForm):
    """A decision with its reason and the day of the next review; the hidden fields say which sheet was read."""

    as_of = HiddenField(default="")
    lines = HiddenField(default="")
    last = HiddenField(default="")
    decision = RadioField(
        _l("What you decide"), choices=choices(ReviewDecision), inline=True, missing=_l("Choose a decision")
    )
    reason = TextAreaField(
        _l("Reason"),
        hint=_l("What on this sheet, or beyond it, you decided by."),
        rows=3,
        longest=4000,
        missing=_l("Say why you decided so."),
    )
    next_review_on = DateField(_l("Next review"), missing=_l("Enter the day of the next review"))

    def show(self, opened: Opened) -> None:
        """Let the form carry which sheet is shown with it."""
        self.as_of.data, self.last.data = opened.as_of.isoformat(), str(opened.last or "")
        self.lines.data = " ".join(opened.lines)

    @property
    def opened(self) -> Opened | None:
        """The sheet that was read, as the page says; None where it says nothing that can be read."""
        try:
            as_of = datetime.fromisoformat(self.as_of.data or "")
            last = uuid.UUID(self.last.data) if self.last.data else None
        except ValueError:
            return None
        return Opened(as_of, tuple((self.lines.data or "").split()), last) if as_of.tzinfo else None

    def is_day_right(self, today: date, zone: str) -> bool:
        """Say what is wrong with the day of the next review together with whatever else is."""
        wrong = day_problem(self.next_review_on.data, today) if self.next_review_on.data else None
        self.refuse([wrong] if wrong else [], zone)
        return wrong is None

    def decided(self) -> Decided:
        """Return what was decided; call it once the form is valid."""
        return Decided(ReviewDecision(self.decision.data), self.reason.data, self.next_review_on.data)


class WithdrawForm(TreatmentForm):
    """Taking back a review that was signed in error."""

    reason = StringField(
        _l("Why you withdraw it"),
        hint=_l("The review stays in the record with this reason."),
        longest=500,
        missing=_l("Say why you withdraw it."),
    )


def days_offered(today: date) -> dict[str, str]:
    """Return the days between which a browser offers to choose; what is typed is judged by the service."""
    return {"min": (today + timedelta(days=1)).isoformat(), "max": latest_day(today).isoformat()}
