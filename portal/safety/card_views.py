"""The crisis card: shown at once after an answer that speaks of danger, until the patient says that they have read it.

The guard leads a patient's own pages here while it waits.
"""

import uuid

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from portal.access import guard
from portal.access.guard import requires
from portal.access.policy import Permission
from portal.clinic import queries as clinic
from portal.safety import card, crisis, service
from portal.web import destination, told

blueprint = Blueprint("card", __name__)


@blueprint.get("/patients/<uuid:patient_id>/card")
@requires(Permission.CRISIS_CARD)
def show(patient_id: uuid.UUID) -> ResponseReturnValue:
    return render_template(
        "safety/card.html",
        waits=guard.patient().card_since is not None,
        told=told.lines(card.told(patient_id, card.IN_DANGER, guard.at())),
        crisis_country=crisis.for_country(guard.patient().country),
        clinic_phone=clinic.current().phone,
        then=destination.after_sign_in(request.args.get("next", "")),
    )


@blueprint.post("/patients/<uuid:patient_id>/card")
@requires(Permission.CRISIS_CARD)
def read(patient_id: uuid.UUID) -> ResponseReturnValue:
    service.card_read(patient_id, by=guard.actor(), at=guard.at())
    if request.accept_mimetypes.best == "application/json":
        return {"read": True}
    return redirect(destination.after_sign_in(request.form.get("then", "")), 303)
