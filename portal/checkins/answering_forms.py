"""What every page with questions does with answers it cannot take: hear them, and offer help."""

from collections.abc import Callable
from typing import Any

from flask.typing import ResponseReturnValue

from portal.access import guard
from portal.access.policy import Relation
from portal.checkins import plan, service
from portal.checkins.forms import AnswerForm
from portal.checkins.models import CheckIn, Mode
from portal.clinic import queries as clinic
from portal.safety import card, crisis
from portal.safety.help import Help, possible
from portal.web import told


def take(
    form: AnswerForm,
    send: Callable[[], ResponseReturnValue],
    page: Callable[[Help | None], str],
    *,
    already: str,
    corrects: CheckIn | None = None,
) -> ResponseReturnValue:
    """Send a form and return what `send` returns; where it cannot be taken, its page with the reason at each field.

    Args:
        form: what was filled in.
        send: takes what the form holds, and may refuse it as the service does.
        page: draws the form again, with the help its answers call for.
        already: what to say where the same page was sent before with other answers.
        corrects: what it corrects.
    """
    status = 422
    if form.validate():
        try:
            return send()
        except service.InvalidCheckIn as refusal:
            form.explain(refusal)
        except service.AlreadySent:
            status = 409
            form.send_anew()
            form.form_errors.append(already)
    return page(hear(form, corrects)), status


def hear(form: AnswerForm, corrects: CheckIn | None = None) -> Help | None:
    """What is said of danger on a page that cannot be taken is heard all the same."""
    on = form.read_on or plan.local_day(guard.at(), guard.patient().time_zone)
    asked = [item.code for item in form.asked]
    if not form.names_submission:
        form.send_anew()
    mode = Mode.SELF if guard.patient().relation is Relation.SELF else Mode.PHONE
    filled = service.Filled(guard.patient(), form.definition, asked, form.sheet(), on, None, corrects, mode)
    return service.hear(filled, at=guard.at())


def card_waits(offered: Help | None) -> bool:
    """Return whether what was just heard is such that the crisis card is to be read before going on."""
    return offered is Help.CRISIS and card.waits_since(guard.patient().id) is not None


def told_lines(found: str) -> list[str]:
    """Return what a patient reads of who knows what they answered, by the rule it met or the help it calls for."""
    return told.lines(card.told(guard.patient().id, found, guard.at()))


def help_values(offered: Help | None, instrument: str) -> dict[str, Any]:
    """Return what a page needs to offer help: which, which may yet be called for, and whom to call in the country."""
    country = crisis.for_country(guard.patient().country)
    offers = {"offered": offered, "may_offer": possible(instrument)}
    return {**offers, "crisis_country": country, "clinic_phone": clinic.current().phone}
