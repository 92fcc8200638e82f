"""The care team's inbox."""

import uuid

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.clinic import queries as clinic
from portal.messaging import inbox
from portal.messaging.inbox import Show

blueprint = Blueprint("inbox", __name__)


@blueprint.get("/messages")
@requires(Permission.THREAD_LIST)
def show() -> ResponseReturnValue:
    settings, user_id = clinic.current(), guard.actor().user_id
    overdue_since = settings.owed_too_long(guard.at())
    wanted = request.args.get("show", "")
    chosen = Show(wanted) if wanted in set(Show) else Show.UNANSWERED
    where = {name: request.args.get(name, type=uuid.UUID) for name in ("after", "before")}
    counts = inbox.count(user_id, overdue_since)
    is_start = chosen is Show.UNANSWERED and not any(where.values())
    return render_template(
        "messaging/inbox.html",
        page=inbox.list_threads(user_id, chosen, overdue_since, **where),
        pressing=inbox.list_pressing(user_id) if is_start and counts[Show.URGENT] else (),
        show=chosen,
        counts=counts,
        most=inbox.COUNTED,
        overdue_since=overdue_since,
        target=settings.reply_within_hours,
    )
