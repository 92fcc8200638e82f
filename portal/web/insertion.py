"""Putting a template of the clinic behind what was typed in a box."""

import uuid

from flask import flash, request
from flask_babel import gettext as _

from portal.access import guard
from portal.messaging.wording import queries as wording
from portal.messaging.wording.fill import fill
from portal.text import clean


def with_template() -> str:
    """Return the words that were sent with the chosen template behind them, filled in; say what is missing."""
    body, template = clean(request.form.get("body", "")), _chosen()
    if template is None:
        flash(_("Choose a template first."), "attention")
        return body
    patient_id = guard.patient().id
    filled = fill(template.body, wording.list_values([patient_id], at=guard.at())[patient_id])
    if filled.missing:
        names = ", ".join(f"{{{name}}}" for name in filled.missing)
        said = _("There is nothing to fill in for %(names)s. Write it yourself before you send.", names=names)
        flash(said, "attention")
    return f"{body}\n\n{filled.text}" if body else filled.text


def _chosen() -> wording.Template | None:
    chosen = request.form.get("template", type=uuid.UUID)
    found = wording.get_template(chosen) if chosen else None
    return found if found and not found.retired_at else None
