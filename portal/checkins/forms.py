"""The questions of an instrument as a form."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from portal.access.policy import PatientStatus
from portal.checkins import plan
from portal.checkins.models import CheckIn, CheckInDraft
from portal.checkins.plan import DayProblem, PlanLine
from portal.checkins.service import InvalidCheckIn, Sheet
from portal.clinic import queries as clinic
from portal.instruments import catalogue
from portal.instruments.definition import Definition, Item, ItemKind
from portal.instruments.scoring import MESSAGES, Number, ProblemKind
from portal.patients.queries import PatientRef
from portal.web import filters
from portal.web.fields import (
    DECLINED,
    Field,
    Form,
    HiddenField,
    HoursField,
    Problem,
    RadioField,
    SelectChoice,
    StripField,
    TextAreaField,
)

DAILY = "daily"
PREFIX = "item_"
EXACT = "-exact"
SHORT_LABEL, FEW_OPTIONS = 10, 3


class AnswerForm(Form):
    """What every page with questions sends: who it is by is never among it."""

    submission_id = HiddenField()
    started_at = HiddenField()
    on = HiddenField()

    def __init__(self, formdata: MultiDict[str, str]) -> None:
        super().__init__(formdata=formdata)
        self._sent = list(formdata)

    @property
    def questions(self) -> list[Field]:
        """The fields of the items, in printed order."""
        return [field for field in self if field.name.startswith(PREFIX)]

    @property
    def day(self) -> date:
        """The day it is for; read it only from a form that is valid or was drawn by `begin`."""
        return date.fromisoformat(self.on.data)

    @property
    def error_summary(self) -> list[Problem]:
        """The problems, each with the question it is about: away from it, the error alone would not say which."""
        whole = [Problem(None, text) for text in self.form_errors]
        return whole + [Problem(field.id, _about(field)) for field in self if field.errors]

    @property
    def is_sendable(self) -> bool:
        """Whether it says which submission and which day it belongs to."""
        return _is_uuid(self.submission_id.data) and read_day(self.on.data) is not None

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        for problem in self._page_problems():
            self.form_errors.append(problem)
        return valid and not self.form_errors

    def sheet(self) -> Sheet:
        """Return what was filled in; fields that cannot be read are left out."""
        answers: dict[str, Number | None] = {}
        for field in self.questions:
            if field.declined:
                answers[field.name.removeprefix(PREFIX)] = None
            elif field.data is not None:
                answers[field.name.removeprefix(PREFIX)] = _number(field.data)
        note = self.note.data if "note" in self else ""
        return Sheet(uuid.UUID(self.submission_id.data), answers, note or "", _moment(self.started_at.data))

    def send_anew(self) -> None:
        """Give the form another submission id, so that it can be sent as something of its own."""
        self.submission_id.data = str(uuid.uuid4())

    def explain(self, refusal: InvalidCheckIn) -> None:
        """Say at each question what the service found wrong with its answer."""
        if refusal.day is not None:
            self.form_errors.append(say_day(refusal.day))
        for problem in refusal.problems:
            self._refuse(problem.item, _(problem.message, **problem.values))
        for code in refusal.missing:
            self._refuse(code, str(self[PREFIX + code].missing))

    def _refuse(self, code: str, text: str) -> None:
        if PREFIX + code in self:
            self[PREFIX + code].errors = [text]
        else:
            self.form_errors.append(text)

    def _page_problems(self) -> Iterable[str]:
        if not _is_uuid(self.submission_id.data):
            self.send_anew()
            yield _("Something went missing on the way. Your answers are still here: please send them again.")
        if read_day(self.on.data) is None:
            yield _("It is not clear which day this is for. Please open it again from the page “Today”.")
        for name in self._sent:
            code = name.removeprefix(PREFIX).removesuffix(EXACT)
            if name.startswith(PREFIX) and PREFIX + code not in self:
                yield _(MESSAGES[ProblemKind.UNKNOWN_ITEM], item=code)


class NotedAnswerForm(AnswerForm):
    """The daily check-in ends with room for words."""

    note = TextAreaField(_l("Anything else?"), rows=3, longest=4000)


def answer_form(definition: Definition, asked: Iterable[str]) -> type[AnswerForm]:
    """Return the form for these items of an instrument."""
    return _answer_form(definition.id, definition.version, tuple(asked))


@cache
def _answer_form(instrument: str, version: int, asked: tuple[str, ...]) -> type[AnswerForm]:
    definition = catalogue.current().get(instrument, version)
    fields = {PREFIX + item.code: question_field(item) for item in definition.asked(asked)}
    base = NotedAnswerForm if definition.id == DAILY else AnswerForm
    return type("Answers", (base,), fields)


def begin(
    definition: Definition,
    asked: Iterable[str],
    *,
    on: date,
    at: datetime,
    draft: CheckInDraft | None = None,
    kept: MultiDict[str, str] | None = None,
) -> AnswerForm:
    """Return the form as it is first drawn: with what a session that ended kept, else with the draft, else blank."""
    if kept is not None:
        return answer_form(definition, asked)(kept)
    typed = typed_answers(draft.answers, draft.note) if draft else MultiDict()
    typed["submission_id"] = str(draft.submission_id if draft else uuid.uuid4())
    typed["started_at"] = (draft.started_at if draft else at).isoformat()
    typed["on"] = on.isoformat()
    return answer_form(definition, asked)(typed)


def begin_correction(
    definition: Definition, check_in: CheckIn, *, at: datetime, kept: MultiDict[str, str] | None = None
) -> AnswerForm:
    """Return the form with the answers of a check-in in it, to be sent as a correction."""
    typed = kept if kept is not None else typed_answers(check_in.answers, check_in.note)
    if kept is None:
        typed["submission_id"], typed["started_at"] = str(uuid.uuid4()), at.isoformat()
    typed["on"] = check_in.for_on.isoformat()
    return answer_form(definition, check_in.asked)(typed)


def typed_answers(answers: Mapping[str, float | None], note: str) -> MultiDict[str, str]:
    """Return stored answers as a browser would send them."""
    typed = {PREFIX + code: DECLINED if value is None else f"{value:g}" for code, value in answers.items()}
    return MultiDict({**typed, "note": note})


def read_day(text: str | None) -> date | None:
    """Return the day a page or an address names, None where it is no day."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def say_day(problem: DayProblem) -> str:
    """Return why a check-in cannot be for a day, in the reader's words."""
    values = {name: filters.day(value) if isinstance(value, date) else value for name, value in problem.values.items()}
    return str(_(problem.message, **values))


def why_not(line: PlanLine, on: date | None, patient: PatientRef, today: date, *, was_typed: bool = False) -> str:
    """Return why there is no page for a day of this line of a plan, "" where there is one.

    What somebody typed before it was asked no more still has its page: it may say what has to be heard.
    """
    if on is None:
        return str(_("This is not a day. Please choose one from the list."))
    enrolled_on = plan.local_day(patient.enrolled_at, patient.time_zone)
    problem = plan.day_problem(on, today, past_days=clinic.current().past_days, enrolled_on=enrolled_on)
    if problem is not None:
        return say_day(problem)
    is_asked = patient.status is PatientStatus.ACTIVE and line.is_asked_on(today)
    return "" if is_asked or was_typed else str(_("Your care team does not ask this any more."))


def question_field(item: Item) -> Field:
    """Return the field with which somebody answers one question; also for showing a questionnaire before it is used."""
    missing = _l("Choose an answer, or “Prefer not to answer”.") if item.is_required else None
    options: dict[str, Any] = {"may_decline": True, "hint": item.hint, "missing": missing}
    if item.kind is ItemKind.SCALE:
        bounds = {"lowest": int(item.minimum), "highest": int(item.maximum)}
        return StripField(item.text, low=item.low_label, high=item.high_label, **bounds, **options)
    if item.kind is ItemKind.HOURS:
        return HoursField(item.text, **options)
    choices = [SelectChoice(str(option.value), option.label) for option in item.options]
    inline = len(choices) <= FEW_OPTIONS and all(len(option.label) <= SHORT_LABEL for option in item.options)
    return RadioField(item.text, choices=choices, inline=inline, **options)


def _about(field: Field) -> str:
    error = field.errors[0]
    said = _("not answered yet") if field.missing is not None and str(error) == str(field.missing) else error
    return f"{field.label.text} – {said}"


def _number(data: Any) -> Number:
    return int(data) if isinstance(data, str) else data


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _is_uuid(text: str | None) -> bool:
    try:
        return bool(uuid.UUID(text or ""))
    except ValueError:
        return False
