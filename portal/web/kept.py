"""Offering again what somebody was typing when their session ended.

The guard keeps the form, signing in leads back to its page, and the page fills itself from here.
"""

from flask import flash, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from portal.access import guard
from portal.accounts import keeping


def kept_fields() -> MultiDict[str, str] | None:
    """Return what was kept for this page and this person, and say so on the page; None where nothing was."""
    fields = keeping.find(guard.actor().user_id, path=guard.page(), at=guard.at())
    if fields is None:
        return None
    flash(_("We kept what you typed. Nothing is saved yet: please check it and send it."), "attention")
    return MultiDict(fields)


def typed() -> MultiDict[str, str] | None:
    """Return what fills a form: what is sent now, else what was kept; None where its own values do.

    For a view that draws and receives one form: `XForm(typed(), name=stored.name)`.
    """
    return kept_fields() if request.method in guard.SAFE_METHODS else request.form


def forget_kept() -> None:
    """Drop what was kept for this page, because it was sent."""
    keeping.forget(guard.actor().user_id, path=guard.page())
