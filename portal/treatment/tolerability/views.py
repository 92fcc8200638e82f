"""How a patient tolerated each infusion, and each side effect over all of them."""

import uuid
from collections.abc import Sequence
from itertools import groupby

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.access.guard import requires
from portal.access.policy import Permission
from portal.checkins import queries as checkins
from portal.instruments import catalogue
from portal.treatment import queries as treatment
from portal.treatment.models import InfusionStatus
from portal.treatment.queries import InfusionRow
from portal.treatment.tolerability import queries
from portal.treatment.tolerability.across import over
from portal.treatment.tolerability.infusion import ALTERED, SIDE_EFFECTS, belonging, summarise
from portal.treatment.tolerability.values import Answered, Tolerated, Treated

blueprint = Blueprint("tolerability", __name__)


@blueprint.get("/patients/<uuid:patient_id>/tolerability")
@requires(Permission.TREATMENT_RECORD)
def show(patient_id: uuid.UUID) -> ResponseReturnValue:
    given = [one for one in treatment.list_infusions(patient_id) if one.was_given]
    found = _tolerated(patient_id, given)
    rows = dict(zip((one.id for one in given), given, strict=True))
    courses = {one.id: one for one in treatment.list_courses(patient_id)}
    groups = groupby(reversed(found), key=lambda one: rows[one.treated.id].course_id)
    return render_template(
        "tolerability/show.html",
        groups=[(courses[course_id], list(own)) for course_id, own in groups],
        rows=rows,
        across=over(found),
        unknown=sum(not one.is_known for one in found),
        effects={item.code: item.text for item in catalogue.current().get(SIDE_EFFECTS).items},
    )


def _tolerated(patient_id: uuid.UUID, given: Sequence[InfusionRow]) -> list[Tolerated]:
    """Return how each of some infusions was tolerated; they come in order of time."""
    treated = [_treated(one) for one in given]
    told = checkins.list_told(patient_id, (SIDE_EFFECTS, ALTERED))
    answers = belonging(treated, [Answered(one.instrument, one.at, one.answers) for one in told])
    noted = queries.list_noted(patient_id)
    return [summarise(one, noted.get(one.id, []), answers[one.id]) for one in treated]


def _treated(one: InfusionRow) -> Treated:
    stopped = one.status is InfusionStatus.STOPPED_EARLY
    return Treated(one.id, one.number, one.happens_at, one.dose_mg, one.dose_mg_per_kg, one.minutes, stopped)
