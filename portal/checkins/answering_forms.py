"""What every page with questions does with answers it cannot take: hear them, and offer help."""

from typing import Any

from portal.access import guard
from portal.checkins import plan, service
from portal.checkins.forms import AnswerForm
from portal.checkins.models import CheckIn
from portal.clinic import queries as clinic
from portal.safety import crisis
from portal.safety.help import Help, possible


def hear(form: AnswerForm, corrects: CheckIn | None = None) -> Help | None:
    """What is said of danger on a page that cannot be taken is heard all the same."""
    on = form.read_on or plan.local_day(guard.at(), guard.patient().time_zone)
    asked = [item.code for item in form.asked]
    if not form.names_submission:
        form.send_anew()
    return service.hear(
        service.Filled(guard.patient(), form.definition, asked, form.sheet(), on, None, corrects), at=guard.at()
    )


def help_values(offered: Help | None, instrument: str) -> dict[str, Any]:
    """Return what a page needs to offer help: which, which may yet be called for, and whom to call in the country."""
    country = crisis.for_country(guard.patient().country)
    offers = {"offered": offered, "may_offer": possible(instrument)}
    return {**offers, "crisis_country": country, "clinic_phone": clinic.current().phone}
