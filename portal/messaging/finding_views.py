"""Looking for words in one's own threads, and taking all of one patient's threads along as a file."""

import tempfile
import uuid
from functools import partial
from typing import Any

from flask import Blueprint, current_app, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal import db
from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission, Relation
from portal.audit import service as audit
from portal.follow_ups import export as follow_ups
from portal.messaging import export, search
from portal.messaging.handling_forms import SearchForm

blueprint = Blueprint("finding", __name__)
IN_MEMORY = 8 * 1024 * 1024


@blueprint.route("/messages/search", methods=["GET", "POST"])
@requires(Permission.THREAD_LIST)
def among_mine() -> ResponseReturnValue:
    form, status = _asked()
    found = search.of_team_member(guard.actor().user_id, form.text.data, after=_after()) if _is_ready(status) else None
    return render_template("messaging/search.html", form=form, found=found), status


@blueprint.route("/patients/<uuid:patient_id>/messages/search", methods=["GET", "POST"])
@requires(Permission.THREAD_VIEW)
def of_patient(patient_id: uuid.UUID) -> ResponseReturnValue:
    form, status = _asked()
    found = search.of_patient(patient_id, form.text.data, after=_after()) if _is_ready(status) else None
    return render_template("messaging/search_of_patient.html", form=form, found=found), status


@blueprint.get("/patients/<uuid:patient_id>/messages/export")
@requires(Permission.THREAD_VIEW)
def take_along(patient_id: uuid.UUID) -> ResponseReturnValue:
    patient, actor = guard.patient(), guard.actor()
    for_team = patient.relation is not Relation.SELF
    file: Any = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response closes it
    page = current_app.jinja_env.get_template("messaging/export.html")
    count = export.pack(
        file,
        patient_id,
        for_team=for_team,
        language=actor.language,
        follow_ups=follow_ups.list_all(patient_id) if for_team else (),
        draw=partial(page.generate, name=patient.name, now=guard.at(), zone=patient.time_zone, for_team=for_team),
        gone=_("This file is not there any more."),
    )
    with db.short_write():
        audit.record("messages:exported", by=actor, at=guard.at(), patient_id=patient_id, threads=count)
    file.seek(0)
    return send_file(file, mimetype="application/zip", as_attachment=True, download_name="messages.zip", max_age=0)


def _asked() -> tuple[SearchForm, int]:
    """Return the form and the status of the page; looking writes nothing, so it is done in a reading transaction."""
    db.begin(write=False)
    form = SearchForm()
    return form, 422 if request.method == "POST" and not form.validate() else 200


def _is_ready(status: int) -> bool:
    return request.method == "POST" and status == 200


def _after() -> uuid.UUID | None:
    return request.form.get("after", type=uuid.UUID)
