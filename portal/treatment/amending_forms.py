"""The forms by which small records of the treatment are corrected and withdrawn, and trying to keep what was typed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from portal.access import guard
from portal.treatment.forms import TreatmentForm
from portal.treatment.problems import Refused, Stale
from portal.treatment.revisions import Revision
from portal.web.fields import HiddenField, StringField
from portal.web.filters import day
from portal.web.kept import forget_kept

REFUSED, CONFLICT = 422, 409


class AmendForm(TreatmentForm):
    """What every correction carries: the revision it starts from, and why it is made."""

    revision = HiddenField(default="0")
    reason = StringField(
        _l("Why you are correcting it"),
        hint=_l("The version before stays on record with it."),
        missing=_l("Say why you are correcting it."),
        longest=500,
    )

    @property
    def base_revision(self) -> int:
        """The revision the page was drawn from."""
        text = self.revision.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


class WithdrawForm(AmendForm):
    """Why something that was recorded is withdrawn."""

    reason = StringField(
        _l("Why you are withdrawing it"),
        hint=_l("It leaves the list. What it said stays on record with your reason."),
        missing=_l("Say why you are withdrawing it."),
        longest=500,
    )


def attempt(form: TreatmentForm, keep: Callable[[], object], zone: str, *, revision: int = 0) -> int:
    """Try to keep what was typed; return 0, or the status under which the page is shown again with its problems.

    Args:
        form: what was sent.
        keep: the one call of a service; it raises where it refuses.
        zone: the patient's time zone.
        revision: how often the row has been changed by now; sending the form again then starts from that.
    """
    if not form.validate():
        return REFUSED
    try:
        keep()
    except Refused as refused:
        form.refuse(refused.problems, zone)
        return REFUSED
    except Stale:
        form["revision"].data = str(revision)
        form.form_errors.append(
            gettext(
                "Somebody changed this while you had it open. What you typed is still here and was not saved. "
                "Look at the versions below, then save again if yours is right."
            )
        )
        return CONFLICT
    return 0


def answer(
    form: TreatmentForm, keep: Callable[[], object], *, back: str, revision: int = 0, **page: Any
) -> ResponseReturnValue:
    """Answer a request about one small form: its page, or the way back once what was sent is kept.

    Args:
        form: with what was typed, from `kept.typed`.
        keep: the one call of a service.
        back: where to go once it is kept, and where "Cancel" leads.
        revision: as `attempt`.
        page: what the page says; see `templates/amending/page.html`.
    """
    status = 200
    if request.method not in guard.SAFE_METHODS:
        status = attempt(form, keep, guard.patient().time_zone, revision=revision)
        if not status:
            forget_kept()
            flash(gettext("Saved."), "good")
            return redirect(back, 303)
    return render_template("amending/page.html", form=form, back=back, **page), status


def versions(kept: Sequence[Revision], said: Callable[[Mapping[str, Any]], list[tuple[str, str]]]) -> list[Any]:
    """Return how a row stood before each change, each with what it said as (label, text)."""
    return [(one, said(one.values)) for one in kept]


def day_of(value: str | None) -> str:
    """Return a day that was kept as plain text as the reader writes it; "" where there is none."""
    return day(date.fromisoformat(value)) if value else ""
