"""What a message form asks about what it brings along: files, and for the care team the chart and a questionnaire."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from flask import current_app
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.datastructures import FileStorage

from portal.messaging.attachments.intake import Taken
from portal.messaging.attachments.kinds import MEGABYTE, MOST_BYTES, MOST_FILES, MOST_TOGETHER
from portal.messaging.attachments.queries import File
from portal.web.fields import CheckboxField, DateField, Field, SelectChoice, SelectField
from portal.web.once import OnceForm

ACCEPTED = ".pdf,.jpg,.jpeg,.png,.heic,.heif,application/pdf,image/jpeg,image/png,image/heic,image/heif"
BESIDE_FILES = ("chart", "instrument", "before")
_HINT = _l(
    "PDF, JPEG, PNG or HEIC. Up to %(most)s files of %(limit)s MB each, together up to %(together)s MB. "
    "What a picture says about where and when it was taken is removed.",
    most=MOST_FILES,
    limit=MOST_BYTES // MEGABYTE,
    together=MOST_TOGETHER // MEGABYTE,
)


@dataclass(frozen=True, slots=True)
class Offered:
    """What somebody may send besides files: questionnaires to ask for, and whether the chart."""

    questionnaires: Sequence[SelectChoice] = ()
    chart: bool = False


NOTHING = Offered()


def _draw(field: "FilesField", **attributes: Any) -> Markup:
    macros = cast(Any, current_app.jinja_env.get_template("messaging/_files.html").module)
    return cast(Markup, macros.files(field, attributes))


class FilesField(Field):
    """Files to be sent along: those chosen now in `data`, those brought before in `brought`, each with a remove box."""

    widget = staticmethod(_draw)
    accept = ACCEPTED
    most, limit, together = MOST_FILES, MOST_BYTES // MEGABYTE, MOST_TOGETHER // MEGABYTE

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.brought: Sequence[File] = ()
        self.brought_ids: Sequence[uuid.UUID] = ()
        self.removed_ids: Sequence[uuid.UUID] = ()
        self.beside: Sequence[Any] = ()

    def process(self, formdata: Any, *args: Any, **options: Any) -> None:
        """Also read which files the page had taken before, and which of them are to go."""
        super().process(formdata, *args, **options)
        if formdata is not None:
            self.removed_ids = _ids(formdata.getlist(f"{self.name}-remove"))
            known = _ids(formdata.getlist(f"{self.name}-brought"))
            self.brought_ids = [one for one in known if one not in self.removed_ids]

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = [one for one in valuelist if isinstance(one, FileStorage) and one.filename]

    @property
    def is_more_open(self) -> bool:
        """Whether the chart or a questionnaire was chosen, or something about it is wrong."""
        return any(field.data or field.errors for field in self.beside)


class EnclosingForm(OnceForm):
    """A message form that brings something along; `drawn` is the chart, once it was drawn."""

    files = FilesField(_l("Attach files"), hint=_HINT)
    chart = CheckboxField(_l("Attach the chart as it is now"))
    instrument = SelectField(_l("Ask to fill in a questionnaire"), blank=_l("None"))
    before = DateField(_l("To be filled in before"), hint=_l("It is asked once, from today until the day before."))
    drawn: Taken | None = None

    def process(self, formdata: Any = None, *args: Any, offered: Offered = NOTHING, **options: Any) -> None:
        """Read what was sent, knowing what may be sent along."""
        self.instrument.choices = offered.questionnaires
        super().process(formdata, *args, **options)
        if not offered.chart:
            del self.chart
        if not offered.questionnaires:
            del self.instrument, self.before
        self.files.beside = [self[name] for name in BESIDE_FILES if name in self]

    @property
    def has_id(self) -> bool:
        """Whether it came with its id; without one nothing that it brings can be told from another form's."""
        try:
            return bool(self.sent_as)
        except (ValueError, TypeError, AttributeError):
            return False

    def begin_anew(self) -> None:
        """Also let go of the files that went with what was sent before, and say so."""
        super().begin_anew()
        went = ", ".join(one.name for one in self.files.brought if one.is_sent)
        self.files.brought = [one for one in self.files.brought if not one.is_sent]
        if went:
            said = gettext(
                "Went with the message that was sent before: %(names)s. Attach again what is to go with this one too.",
                names=went,
            )
            self.files.errors = [*self.files.errors, said]

    @property
    def visible(self) -> Iterator[Any]:
        """The fields as the page draws them: the files last, with what belongs beside them."""
        last = (self.files.short_name, *BESIDE_FILES)
        yield from (field for field in super().visible if field.short_name not in last)
        yield self.files


def _ids(values: Sequence[str]) -> list[uuid.UUID]:
    found = []
    for value in values[: 4 * MOST_FILES]:
        try:
            found.append(uuid.UUID(value))
        except ValueError:
            continue
    return found
