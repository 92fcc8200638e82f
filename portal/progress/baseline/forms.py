"""The form by which a clinician chooses what to compare with."""

import uuid
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.progress.baseline.values import Seen
from portal.treatment.forms import TreatmentForm
from portal.web.fields import HiddenField, RadioField, SelectChoice, StringField, ValidationError


class ScoreField(RadioField):
    """A choice of scores that are known once the form says which scale it is about."""

    def parse(self, text: str) -> str:
        return text

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data not in {choice.value for choice in self.choices}:
            raise ValidationError(_("This score was changed meanwhile. Choose again."))


class BaselineForm(TreatmentForm):
    """Which score, and why; the hidden fields say what the page showed."""

    instrument = HiddenField(default="")
    scale = HiddenField(default="")
    course = HiddenField(default="")
    standing = HiddenField(default="")
    check_in = ScoreField(_l("Which score to compare with"), missing=_l("Choose a score"))
    reason = StringField(
        _l("Why this one"),
        hint=_l("The care team reads it with every comparison."),
        missing=_l("Say why. The care team reads it with every comparison."),
        longest=500,
    )

    def offer(self, choices: Sequence[tuple[uuid.UUID, str, str, str]]) -> None:
        """Offer scores, each as (check-in, words, group, hint)."""
        self.check_in.choices = [
            SelectChoice(str(one), said, {"hint": hint}, optgroup=group) for one, said, group, hint in choices
        ]

    @property
    def groups(self) -> list[tuple[str, list[Any]]]:
        """The scores as the page draws them: the name of each group, and its options in order."""
        return [(str(name), list(found)) for name, found in groupby(self.check_in.options, attrgetter("group"))]

    @property
    def picked(self) -> uuid.UUID:
        """The check-in that was picked; ask for it once the form is valid."""
        return uuid.UUID(self.check_in.data)

    @property
    def seen(self) -> Seen:
        """What the page showed as standing."""
        return Seen(_id(self.course.data), _id(self.standing.data))

    def show(self, seen: Seen) -> None:
        """Start from what stands now."""
        self.course.data, self.standing.data = str(seen.course_id or ""), str(seen.standing_id or "")

    def start_again(self, seen: Seen) -> None:
        """Say that something changed meanwhile; what was typed stays, and sending it again means it."""
        self.show(seen)
        self.form_errors.append(
            _(
                "Somebody changed this while you had it open. What stands now is shown above; what you entered was not "
                "saved. Check it, then save again if yours is right."
            )
        )


def _id(text: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except (ValueError, TypeError, AttributeError):
        return None
