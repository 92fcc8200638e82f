"""Bringing in a diary that was kept elsewhere: choose the file, say what its columns mean, look, bring it in."""

import io
import uuid
from collections.abc import Mapping

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import RequestEntityTooLarge

from portal import db
from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission, Thing, permits
from portal.checkins.history import build, forms, map_form, queries, service, uploads
from portal.checkins.history.comparison import compare
from portal.checkins.history.forms import LIMITS, AgainForm, ColumnsForm, FileForm
from portal.checkins.history.look import look
from portal.checkins.history.mapping import Daylio
from portal.checkins.history.mapping import Mapping as Plain
from portal.checkins.history.problems import AmbiguousDates, HistoryError
from portal.checkins.history.queries import Upload
from portal.checkins.history.read import NO_ROWS, Reading, check, read
from portal.patients import queries as patients
from portal.web import filters
from portal.web.alone import render_alone
from portal.web.kept import forget_kept, kept_fields

blueprint = Blueprint("history", __name__)
blueprint.add_app_template_filter(forms.letters, "letters")
blueprint.add_app_template_filter(forms.range_in_file, "range_in_file")
MEGABYTE = 1024 * 1024
PIECE = 64 * 1024
# A browser that is cut off in the middle of sending shows its own error and not our page.
MOST_SWALLOWED = 128 * MEGABYTE


@blueprint.get("/patients/<uuid:patient_id>/history")
@requires(Permission.HISTORY_VIEW)
def start(patient_id: uuid.UUID) -> ResponseReturnValue:
    return _start_page(patient_id, FileForm(formdata=None))


@blueprint.post("/patients/<uuid:patient_id>/history")
@requires(Permission.HISTORY_IMPORT)
def send(patient_id: uuid.UUID) -> ResponseReturnValue:
    db.begin(write=False)
    form = FileForm()
    if not form.validate():
        return _start_page(patient_id, form), 422
    sent = form.file.data
    content = sent.stream.read()
    try:
        seen = look(content)
        if not seen.rows:
            raise HistoryError(NO_ROWS)
    except HistoryError as error:
        form.refuse(error)
        return _start_page(patient_id, form), 422
    packed = uploads.pack(content)
    db.begin(write=True)
    upload_id = uploads.keep(patient_id, packed, seen, file_name=sent.filename or "", by=guard.actor(), at=guard.at())
    return redirect(url_for(".columns", patient_id=patient_id, upload_id=upload_id), 303)


@blueprint.get("/patients/<uuid:patient_id>/history/<uuid:upload_id>")
@requires(Permission.HISTORY_IMPORT)
def columns(patient_id: uuid.UUID, upload_id: uuid.UUID) -> ResponseReturnValue:
    upload = _upload(patient_id, upload_id)
    return _columns_page(upload, _form(upload, kept_fields() or _known(patient_id, upload))) if upload else _gone()


@blueprint.post("/patients/<uuid:patient_id>/history/<uuid:upload_id>")
@requires(Permission.HISTORY_IMPORT)
def describe(patient_id: uuid.UUID, upload_id: uuid.UUID) -> ResponseReturnValue:
    db.begin(write=False)
    upload = _upload(patient_id, upload_id)
    if upload is None:
        return _gone()
    form = _form(upload, request.form.to_dict())
    fields = form.typed | {name: upload.fields[name] for name in ("encoding", "separator") if name in upload.fields}
    try:
        check(io.BytesIO(queries.read_upload(upload.id)), _mapping(upload, fields))
    except HistoryError as error:
        form = _form(upload, request.form.to_dict(), ask_order=isinstance(error, AmbiguousDates))
        form.explain(error)
        return _columns_page(upload, form), 422
    db.begin(write=True)
    uploads.describe(upload.id, fields)
    forget_kept()
    return redirect(url_for(".preview", patient_id=patient_id, upload_id=upload_id), 303)


@blueprint.post("/patients/<uuid:patient_id>/history/<uuid:upload_id>/again")
@requires(Permission.HISTORY_IMPORT)
def look_again(patient_id: uuid.UUID, upload_id: uuid.UUID) -> ResponseReturnValue:
    db.begin(write=False)
    upload = _upload(patient_id, upload_id)
    if upload is None:
        return _gone()
    form = AgainForm()
    fields = {name: form[name].data for name in ("encoding", "separator") if form[name].data}
    try:
        mark = build.SEPARATORS.get(fields.get("separator", ""))
        seen = look(queries.read_upload(upload.id), encoding=fields.get("encoding"), delimiter=mark)
    except HistoryError as error:
        form.encoding.errors = [forms.say(error)]
        return _columns_page(upload, _form(upload, _known(patient_id, upload)), again=form), 422
    db.begin(write=True)
    uploads.describe(upload.id, fields, seen)
    return redirect(url_for(".columns", patient_id=patient_id, upload_id=upload_id), 303)


@blueprint.get("/patients/<uuid:patient_id>/history/<uuid:upload_id>/check")
@requires(Permission.HISTORY_IMPORT)
def preview(patient_id: uuid.UUID, upload_id: uuid.UUID) -> ResponseReturnValue:
    upload = _upload(patient_id, upload_id)
    if upload is None:
        return _gone()
    try:
        reading = _read(upload)
    except HistoryError as error:
        form = _form(upload, _known(patient_id, upload))
        form.explain(error)
        return _columns_page(upload, form), 422
    entries = sorted(reading.entries, key=lambda entry: entry.occurred_at)
    return render_template(
        "history/preview.html",
        upload=upload,
        reading=reading,
        change=compare(patient_id, reading),
        ends=entries[:1] + entries[1:][-1:],
    )


@blueprint.post("/patients/<uuid:patient_id>/history/<uuid:upload_id>/check")
@requires(Permission.HISTORY_IMPORT)
def bring_in(patient_id: uuid.UUID, upload_id: uuid.UUID) -> ResponseReturnValue:
    db.begin(write=False)
    upload = _upload(patient_id, upload_id)
    if upload is None:
        # A second tap, or the Back button after it was brought in.
        return _shown(patient_id, upload_id) if queries.get_import(patient_id, upload_id) else _gone()
    try:
        reading, mapping = _read(upload), build.raw(_mapping(upload, upload.fields))
    except HistoryError:
        return redirect(url_for(".columns", patient_id=patient_id, upload_id=upload_id), 303)
    file = service.File(upload.look.kind, upload.file_name, mapping)
    db.begin(write=True)
    outcome = service.import_reading(patient_id, reading, file, by=guard.actor(), at=guard.at(), import_id=upload.id)
    uploads.discard(upload.id)
    if outcome.import_id is None and queries.get_import(patient_id, upload.id) is None:
        flash(_("Nothing changed: everything in this file that can be read was here already."))
        return redirect(url_for(".start", patient_id=patient_id), 303)
    return _shown(patient_id, upload.id)


@blueprint.post("/patients/<uuid:patient_id>/history/<uuid:upload_id>/cancel")
@requires(Permission.HISTORY_IMPORT)
def cancel(patient_id: uuid.UUID, upload_id: uuid.UUID) -> ResponseReturnValue:
    upload = _upload(patient_id, upload_id)
    if upload is not None:
        uploads.discard(upload.id)
        flash(_("The file is deleted. Nothing of it was brought in."))
    return redirect(url_for(".start", patient_id=patient_id), 303)


@blueprint.get("/patients/<uuid:patient_id>/history/files/<uuid:import_id>")
@requires(Permission.HISTORY_VIEW)
def show(patient_id: uuid.UUID, import_id: uuid.UUID) -> ResponseReturnValue:
    done = queries.get_import(patient_id, import_id) or abort(404)
    return render_template(
        "history/show.html",
        done=done,
        scales=[] if done.undone_at else queries.scales_of(done),
        names=patients.list_names({one for one in (done.imported_by_id, done.undone_by_id) if one}),
        may_import=_may_import(),
    )


@blueprint.get("/patients/<uuid:patient_id>/history/files/<uuid:import_id>/undo")
@requires(Permission.HISTORY_IMPORT)
def undo(patient_id: uuid.UUID, import_id: uuid.UUID) -> ResponseReturnValue:
    done = queries.get_import(patient_id, import_id) or abort(404)
    if done.undone_at:
        return _shown(patient_id, import_id)
    return render_template("history/undo.html", done=done, entries=queries.count_kept(import_id))


@blueprint.post("/patients/<uuid:patient_id>/history/files/<uuid:import_id>/undo")
@requires(Permission.HISTORY_IMPORT)
def take_back(patient_id: uuid.UUID, import_id: uuid.UUID) -> ResponseReturnValue:
    if queries.get_import(patient_id, import_id) is None:
        abort(404)
    taken = service.undo(patient_id, import_id, by=guard.actor(), at=guard.at())
    if taken is not None:
        said = ngettext("Taken back: one entry.", "Taken back: %(count)s entries.", taken, count=filters.number(taken))
        flash(said, "good")
    return redirect(url_for(".start", patient_id=patient_id), 303)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    _swallow()
    size = -(-(request.content_length or 0) // MEGABYTE)
    page = render_alone("history/too_large.html", size=size, limit=LIMITS.megabytes, back=request.path)
    return Response(page, 413, mimetype="text/html")


def _start_page(patient_id: uuid.UUID, form: FileForm) -> str:
    begun = queries.find_upload(patient_id, user_id=guard.actor().user_id, at=guard.at()) if _may_import() else None
    return render_template(
        "history/start.html",
        form=form,
        begun=begun,
        may_import=_may_import(),
        limit=LIMITS.megabytes,
        scales=queries.measure_scales(patient_id),
        imports=queries.list_imports(patient_id),
    )


def _columns_page(upload: Upload, form: ColumnsForm, again: AgainForm | None = None) -> str:
    chosen = again or AgainForm(formdata=None, data=upload.fields)
    return render_template("history/columns.html", upload=upload, form=form, again=chosen)


def _form(upload: Upload, given: Mapping[str, str], *, ask_order: bool = False) -> ColumnsForm:
    patient = guard.patient()
    asks = ask_order or upload.look.dates_are_ambiguous or bool(given.get("date_format"))
    return forms.columns_form(upload, given, country=patient.country, zone=patient.time_zone, ask_order=asks)


def _known(patient_id: uuid.UUID, upload: Upload) -> dict[str, str]:
    """Return what the person said about the columns before, else what can be suggested."""
    if "time_zone" in upload.fields:
        return upload.fields
    earlier = [done.mapping for done in queries.list_imports(patient_id) if done.undone_at is None]
    return forms.suggest(upload, earlier, zone=guard.patient().time_zone)


def _upload(patient_id: uuid.UUID, upload_id: uuid.UUID) -> Upload | None:
    return queries.get_upload(patient_id, upload_id, user_id=guard.actor().user_id, at=guard.at())


def _mapping(upload: Upload, fields: Mapping[str, str]) -> Plain | Daylio:
    return map_form.parse(upload.look.kind, fields, upload.scale_columns, upload.look.unknown_moods)


def _read(upload: Upload) -> Reading:
    source = io.BytesIO(queries.read_upload(upload.id))
    return read(source, _mapping(upload, upload.fields), now=guard.at(), zone=guard.patient().time_zone)


def _gone() -> ResponseReturnValue:
    flash(_("That file is no longer here. Please choose it again."), "attention")
    return redirect(url_for(".start", patient_id=guard.patient().id), 303)


def _shown(patient_id: uuid.UUID, import_id: uuid.UUID) -> ResponseReturnValue:
    return redirect(url_for(".show", patient_id=patient_id, import_id=import_id), 303)


def _may_import() -> bool:
    patient = guard.patient()
    return permits(guard.actor(), Permission.HISTORY_IMPORT, Thing(patient.relation, patient.status))


def _swallow() -> None:
    left = min(request.content_length or 0, MOST_SWALLOWED)
    while left > 0 and (piece := request.environ["wsgi.input"].read(min(left, PIECE))):
        left -= len(piece)
