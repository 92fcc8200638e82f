"""The questions of an instrument as a form."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, ClassVar

import orjson
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from portal.access.policy import PatientStatus
from portal.checkins import plan
from portal.checkins.asking import quick_none
from portal.checkins.models import CheckIn, CheckInDraft
from portal.checkins.plan import DayProblem, PlanLine
from portal.checkins.quality import read_times
from portal.checkins.question_forms import (
    CHOOSE,
    ENTER,
    ENTER_TOTAL,
    PREFIX,
    may_decline,
    missing_text,
    question_field,
    question_fields,
)
from portal.checkins.service import InvalidCheckIn, Sheet, refusal_of
from portal.clinic import queries as clinic
from portal.instruments import catalogue, own_words
from portal.instruments.definition import Definition, Item
from portal.instruments.loader import UnknownInstrument
from portal.instruments.scoring import MESSAGES, Number, ProblemKind
from portal.patients.queries import PatientRef
from portal.web import filters
from portal.web.fields import DECLINED, Field, Form, HiddenField, Problem, TextAreaField

__all__ = ["AnswerForm", "answer_form", "begin", "begin_correction", "question_field"]

DAILY = "daily"
TAILS = ("-exact", "-declined")


class AnswerForm(Form):
    """What every page with questions sends: who it is by is never among it, and no total."""

    definition: ClassVar[Definition]
    asked: ClassVar[tuple[Item, ...]]
    submission_id = HiddenField()
    started_at = HiddenField()
    on = HiddenField()
    version = HiddenField()
    offered_at = HiddenField()
    submitted_at = HiddenField()
    answered_ms = HiddenField()
    sitting = HiddenField()

    def __init__(self, formdata: MultiDict[str, str]) -> None:
        super().__init__(formdata=formdata)
        self._sent = list(formdata)

    @property
    def questions(self) -> list[Field]:
        """The fields of the items, in printed order."""
        return [field for field in self if field.name.startswith(PREFIX)]

    @property
    def read_on(self) -> date | None:
        """The day it is for, None where it names none."""
        return read_day(self.on.data)

    @property
    def day(self) -> date:
        """The day it is for; read it only from a form that is sendable."""
        return self.read_on or date.min

    @property
    def quick_none(self) -> str | None:
        """The answer that stands for "no" to the whole list, None where the list is answered one by one."""
        return quick_none(self.definition)

    @property
    def error_summary(self) -> list[Problem]:
        """The problems, each with the question it is about: away from it, the error alone would not say which."""
        whole = [Problem(None, text) for text in self.form_errors]
        return whole + [Problem(field.id, _about(field)) for field in self if field.errors]

    @property
    def is_sendable(self) -> bool:
        """Whether it says which submission and which day it belongs to."""
        return self.names_submission and self.read_on is not None

    @property
    def names_submission(self) -> bool:
        """Whether it says which submission it belongs to."""
        return _is_uuid(self.submission_id.data)

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        for problem in self._page_problems():
            self.form_errors.append(problem)
        if valid and not self.form_errors:
            return True
        refusal = refusal_of(self.definition, self._answers(), [item.code for item in self.asked])
        if refusal is not None:
            self.explain(refusal)
        return False

    def milliseconds_since(self, at: datetime) -> int:
        """Return how long before `at` the page was begun, on this day or another; 0 where that is not known."""
        started = _moment(self.started_at.data)
        return max(0, (at - started) // timedelta(milliseconds=1)) if started else 0

    def sheet(self) -> Sheet:
        """Return what was filled in; fields that cannot be read are left out."""
        note = self.note.data if "note" in self else ""
        return Sheet(
            uuid.UUID(self.submission_id.data),
            self._answers(),
            note or "",
            _moment(self.started_at.data),
            _moment(self.offered_at.data),
            _moment(self.submitted_at.data),
            read_times(self.answered_ms.data, [item.code for item in self.asked]),
        )

    def send_anew(self) -> None:
        """Give the form another submission id, so that it can be sent as something of its own."""
        self.submission_id.data = str(uuid.uuid4())

    def explain(self, refusal: InvalidCheckIn) -> None:
        """Say at each question what the service found wrong with its answer, where nothing is said there yet."""
        if refusal.day is not None:
            self.form_errors.append(say_day(refusal.day))
        for problem in refusal.problems:
            self._refuse(problem.item, _(problem.message, **problem.values))
        for code in refusal.missing:
            item = self.definition.item(code)
            self._refuse(code, str(missing_text(item, may_decline=may_decline(self.definition))))

    def _answers(self) -> dict[str, Number | None]:
        answers: dict[str, Number | None] = {}
        for field in self.questions:
            if field.declined:
                answers[field.name.removeprefix(PREFIX)] = None
            elif field.data is not None:
                answers[field.name.removeprefix(PREFIX)] = _number(field.data)
        return answers

    def _refuse(self, code: str, text: str) -> None:
        if PREFIX + code not in self:
            self.form_errors.append(text)
        elif not self[PREFIX + code].errors:
            self[PREFIX + code].errors = [text]

    def _page_problems(self) -> Iterable[str]:
        if not self.names_submission:
            self.send_anew()
            yield _("Something went missing on the way. Your answers are still here: please send them again.")
        if self.read_on is None and not self.on.errors:
            yield _("It is not clear which day this is for. Please open it again from the page “Today”.")
        if self.version.data and self.version.data != str(self.definition.version):
            sent, self.version.data = self.version.data[:20], str(self.definition.version)
            yield _(
                "There is no version “%(sent)s” of these questions. Please check your answers and send again.",
                sent=sent,
            )
        for name in self._sent:
            code = _code(name)
            if name.startswith(PREFIX) and PREFIX + code not in self:
                yield _(MESSAGES[ProblemKind.UNKNOWN_ITEM], item=code)


class NotedAnswerForm(AnswerForm):
    """The daily check-in ends with room for words."""

    note = TextAreaField(_l("Anything else?"), rows=3, longest=4000)


def answer_form(definition: Definition, asked: Iterable[str]) -> type[AnswerForm]:
    """Return the form for these items of an instrument."""
    return _answer_form(definition, tuple(asked))


@cache
def _answer_form(definition: Definition, asked: tuple[str, ...]) -> type[AnswerForm]:
    items = definition.asked(asked)
    base = NotedAnswerForm if definition.id == DAILY else AnswerForm
    about = {"definition": definition, "asked": items}
    return type("Answers", (base,), {**about, **question_fields(definition, items)})


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
    typed["answered_ms"] = orjson.dumps(draft.answered_ms).decode() if draft else ""
    typed["on"], typed["version"] = on.isoformat(), str(definition.version)
    return answer_form(definition, asked)(typed)


def begin_correction(
    definition: Definition, check_in: CheckIn, *, at: datetime, kept: MultiDict[str, str] | None = None
) -> AnswerForm:
    """Return the form with the answers of a check-in in it, to be sent as a correction."""
    typed = kept if kept is not None else typed_answers(check_in.answers, check_in.note)
    if kept is None:
        typed["submission_id"], typed["started_at"] = str(uuid.uuid4()), at.isoformat()
    typed["on"], typed["version"] = check_in.for_on.isoformat(), str(check_in.version)
    return answer_form(definition, check_in.asked)(typed)


def typed_answers(answers: Mapping[str, float | None], note: str) -> MultiDict[str, str]:
    """Return stored answers as a browser would send them."""
    typed = {PREFIX + code: DECLINED if value is None else f"{value:.12g}" for code, value in answers.items()}
    return MultiDict({**typed, "note": note})


def read_definition(instrument: str, version: str | None, *, language: str | None = None) -> Definition:
    """Return an instrument in the version that a page says it shows; the latest where it says none that exists."""
    known = catalogue.current()
    try:
        found = known.get(instrument, int(version)) if version else known.get(instrument, language=language)
    except (ValueError, UnknownInstrument):
        found = known.get(instrument, language=language)
    return own_words.worded(found, language or found.language)


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
    is_askable = line.instrument in {one.id for one in catalogue.current().askable()}
    is_asked = patient.status is PatientStatus.ACTIVE and line.is_asked_on(today) and is_askable
    return "" if is_asked or was_typed else str(_("Your care team does not ask this any more."))


def _about(field: Field) -> str:
    is_open = str(field.errors[0]) in {str(CHOOSE), str(ENTER), str(ENTER_TOTAL)}
    said = _("not answered yet") if is_open else field.errors[0]
    return f"{field.label.text} – {said}"


def _code(name: str) -> str:
    for tail in TAILS:
        name = name.removesuffix(tail)
    return name.removeprefix(PREFIX)


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
