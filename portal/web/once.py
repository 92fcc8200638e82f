"""A form that counts once, however often it is sent: it carries an id minted when it was drawn."""

import uuid
from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from portal.web.fields import Form, HiddenField

_OLD_PAGE = _l("This page is out of date. Check what it says, then send it again.")


class OnceForm(Form):
    """A form with a submission id; without a readable one it is shown again with a fresh one."""

    submission_id = HiddenField(default=lambda: str(uuid.uuid4()))

    @property
    def sent_as(self) -> uuid.UUID:
        """The submission id; ask for it once the form is valid."""
        return uuid.UUID(self.submission_id.data)

    def begin_anew(self) -> None:
        """Let the form, when it is sent again, count as another one."""
        self.submission_id.data = self.submission_id.default()

    def validate(self, extra_validators: Any = None) -> bool:
        """Also turn away a form without its id, because a second tap would count twice."""
        is_valid: bool = super().validate(extra_validators)
        try:
            self.sent_as  # noqa: B018 - reading it is the check
        except (ValueError, TypeError, AttributeError):
            self.begin_anew()
            self.form_errors.append(_OLD_PAGE)
            return False
        return is_valid


def go_on(place: str) -> ResponseReturnValue:
    """Lead to the next page once a form was taken; a script that sent it is told where, and leads there itself."""
    if request.accept_mimetypes.best == "application/json":
        return {"place": place}
    return redirect(place, 303)
