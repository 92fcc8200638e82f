"""Opening what a message brought along, and asking no more for a questionnaire."""

import io
import uuid

from flask import Blueprint, abort, flash, redirect, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission, Relation
from portal.checkins.requests import service as requests
from portal.messaging.attachments import queries, store
from portal.messaging.attachments.kinds import FileKind

blueprint = Blueprint("files", __name__)
BASE = "/patients/<uuid:patient_id>/messages/<uuid:thread_id>"
TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.JPEG: "image/jpeg",
    FileKind.PNG: "image/png",
    FileKind.CHART: "image/svg+xml",
}


@blueprint.get(f"{BASE}/files/<uuid:attachment_id>")
@requires(Permission.THREAD_VIEW)
def show(patient_id: uuid.UUID, thread_id: uuid.UUID, attachment_id: uuid.UUID) -> ResponseReturnValue:
    is_patient = guard.patient().relation is Relation.SELF
    found = queries.get_file(patient_id, thread_id, attachment_id, is_patient=is_patient) or abort(404)
    try:
        content = store.read(found.id, found.sha256)
    except store.NotThere:
        abort(404)
    # To be saved, never opened by the browser as a page of ours; a picture of our own pages shows all the same.
    return send_file(
        io.BytesIO(content), TYPES[found.kind], as_attachment=True, download_name=found.name, etag=False, max_age=0
    )


@blueprint.post(f"{BASE}/requests/<uuid:request_id>/withdraw")
@requires(Permission.QUESTIONNAIRE_REQUEST)
def withdraw(patient_id: uuid.UUID, thread_id: uuid.UUID, request_id: uuid.UUID) -> ResponseReturnValue:
    if not queries.is_asked_in(patient_id, thread_id, request_id):
        abort(404)
    if requests.withdraw(patient_id, request_id, by=guard.actor(), at=guard.at()):
        flash(_("It is not asked for any more."), "good")
    else:
        flash(_("It was not asked for any more already. Nothing was changed."))
    return redirect(url_for("messaging.thread", patient_id=patient_id, thread_id=thread_id), 303)
