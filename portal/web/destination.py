"""Where signing in leads: to a page of ours, whatever the address asked for."""

import re
from urllib.parse import unquote, urlsplit

from flask import abort, current_app, request, url_for
from werkzeug.exceptions import HTTPException

LONGEST = 2000
_BREAKS_LINES = re.compile(r"[\r\n]")
_NOT_PLAIN = re.compile(r"[\x00-\x20\x7f-\xff\\]")


def after_sign_in(wanted: str) -> str:
    """Return `wanted` where it is the path of a page of ours that can be opened; else the start page."""
    if _BREAKS_LINES.search(wanted):
        abort(400)
    is_path = wanted.startswith("/") and not wanted.startswith("//") and len(wanted) <= LONGEST
    if not is_path or _NOT_PLAIN.search(wanted) or not _can_be_opened(urlsplit(wanted).path):
        return url_for("accounts.home")
    return wanted


def _can_be_opened(path: str) -> bool:
    try:
        current_app.create_url_adapter(request).match(unquote(path), method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return False
    return True
