"""Who knows of an answer, and when it is read, in words for the patient; never that somebody is watching."""

from babel.lists import format_list
from flask_babel import gettext as _

from portal.safety.card import Told
from portal.safety.on_call.reading import Reading
from portal.web import filters


def lines(told: Told) -> list[str]:
    """Return what a patient reads, a paragraph each."""
    when = told.when
    if when.reading is Reading.ON_CALL and not told.mail_goes_out:
        said = _("Somebody of the clinic is on call. Messages to them are not going out just now: call instead.")
        return [*_who(told), str(said)]
    read = str(_(when.msgid, day=filters.weekday(when.at), time=filters.clock_time(when.at)))
    if when.at is not None:
        read = " ".join((read, str(_("It can take a while until somebody answers you."))))
    return [*_who(told), read]


def _who(told: Told) -> list[str]:
    if not told.names:
        return []
    names = format_list(told.names, locale=filters.locale())
    if told.mail_goes_out:
        return [str(_("We are telling your care team: %(names)s.", names=names))]
    said = _(
        "Your care team is %(names)s. Messages to them are not going out just now: they see this when they look.",
        names=names,
    )
    return [str(said)]
