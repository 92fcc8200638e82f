"""Looking for words in one's own threads, and taking all of one patient's threads along as a file."""

import tempfile
import uuid
import zipfile
from typing import Any, BinaryIO

import orjson
from flask import Blueprint, current_app, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portal import db
from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission, Relation
from portal.audit import service as audit
from portal.messaging import export, search
from portal.messaging.attachments import store
from portal.messaging.attachments.queries import Stored
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
    for_team = guard.patient().relation is not Relation.SELF
    file: Any = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response closes it
    count = _write(file, patient_id, for_team=for_team)
    with db.short_write():
        audit.record("messages:exported", by=guard.actor(), at=guard.at(), patient_id=patient_id, threads=count)
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


def _write(file: BinaryIO, patient_id: uuid.UUID, *, for_team: bool) -> int:
    """Write the export thread by thread, so that a long history needs no more memory than its longest thread."""
    files: dict[str, Stored] = {}
    count = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("messages.json", "w") as entry:
            for count, whole in enumerate(export.threads(patient_id, for_team=for_team), start=1):
                entry.write(b"," if count > 1 else b"[")
                entry.write(orjson.dumps(whole.values, option=orjson.OPT_INDENT_2))
                files |= whole.files
            entry.write(b"]" if count else b"[]")
        page = current_app.jinja_env.get_template("messaging/export.html")
        threads = (whole.values for whole in export.threads(patient_id, for_team=for_team))
        with archive.open("messages.html", "w") as entry:
            for piece in page.generate(threads=threads, name=guard.patient().name, now=guard.at()):
                entry.write(piece.encode())
        for name, stored in files.items():
            archive.writestr(name, _content(stored))
    return count


def _content(stored: Stored) -> bytes:
    try:
        return store.read(stored.id, stored.sha256)
    except store.NotThere:
        return str(gettext("This file is not there any more.")).encode()
