"""The care team's inbox."""

import uuid

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.clinic import queries as clinic
from portal.messaging import inbox, inbox_news
from portal.messaging.inbox import COUNTED, Show

blueprint = Blueprint("inbox", __name__)


@blueprint.get("/messages")
@requires(Permission.THREAD_LIST)
def show() -> ResponseReturnValue:
    settings, user_id = clinic.current(), guard.actor().user_id
    overdue_since = settings.owed_too_long(guard.at())
    wanted = request.args.get("show", "")
    chosen = Show(wanted) if wanted in set(Show) else Show.UNANSWERED
    where = {name: request.args.get(name, type=uuid.UUID) for name in ("after", "before")}
    standing = inbox_news.get_standing(user_id, overdue_since)
    is_start = chosen is Show.UNANSWERED and not any(where.values())
    return render_template(
        "messaging/inbox.html",
        page=inbox.list_threads(user_id, chosen, overdue_since, **where),
        pressing=inbox.list_pressing(user_id) if is_start and standing.counts[Show.URGENT] else (),
        show=chosen,
        standing=standing,
        counts=standing.counts,
        most=COUNTED,
        overdue_since=overdue_since,
        target=settings.reply_within_hours,
    )


@blueprint.get("/messages/news")
@requires(Permission.THREAD_LIST, quiet=True)
def news() -> ResponseReturnValue:
    found = inbox_news.get_standing(guard.actor().user_id, clinic.current().owed_too_long(guard.at()))
    counts = {show.value: str(count) if count < COUNTED else "99+" for show, count in found.counts.items()}
    answer = jsonify(counts=counts, unread=found.unread, danger=found.danger, state=found.state)
    answer.set_etag(found.state, weak=True)
    return answer.make_conditional(request)
