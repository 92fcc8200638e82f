"""The form that puts somebody on call."""

from collections.abc import Callable
from datetime import datetime

from flask_babel import lazy_gettext as _l

from portal.safety.on_call import queries, shifts
from portal.safety.on_call.cover import Span
from portal.safety.on_call.shifts import MOST_WEEKS, Refused, Typed
from portal.treatment.forms import TreatmentForm
from portal.treatment.problems import Problem
from portal.web.fields import DateField, IntegerField, SelectChoice, SelectField, TimeField


def _who() -> list[SelectChoice]:
    return [SelectChoice(str(user_id), name) for user_id, name in queries.list_who_can_be_called()]


class ShiftForm(TreatmentForm):
    user_id = SelectField(_l("Who"), choices=_who, missing=_l("Choose who is on call"))
    starts_on = DateField(_l("From: day"), missing=_l("Enter the day on which the shift starts"))
    starts = TimeField(_l("From: time"), missing=_l("Enter the time at which the shift starts"))
    ends_on = DateField(_l("To: day"), missing=_l("Enter the day on which the shift ends"))
    ends = TimeField(_l("To: time"), missing=_l("Enter the time at which the shift ends"))
    weeks = IntegerField(
        _l("For how many weeks in a row"),
        hint=_l("1 is once. With more, the same shift is added week after week."),
        unit=_l("weeks"),
        lowest=1,
        highest=MOST_WEEKS,
        default=1,
        missing=_l("Enter a whole number, like 1"),
    )

    def spans(self, zone: str, *, at: datetime) -> list[Span]:
        """Return what was typed as spans of time; call it once the form is valid. Raises Refused."""
        typed = Typed(self.starts_on.data, self.starts.data, self.ends_on.data, self.ends.data, self.weeks.data)
        return shifts.spans(typed, zone, at=at)

    def put_on(self, put: Callable[[], object], zone: str) -> bool:
        """Try to keep what was typed; show at its fields why it cannot be."""
        try:
            put()
        except Refused as refused:
            self.begin_anew()
            self.refuse([Problem(*one) for one in refused.problems], zone)
            return False
        return True
