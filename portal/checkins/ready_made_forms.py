"""The form that makes a plan of a ready-made one: which one, and each of its lines to keep, leave out or change."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from portal.checkins import ready_made
from portal.checkins.plan_forms import LineForm
from portal.checkins.plan_queries import PlanAsItIs
from portal.checkins.ready_made import AT_ENROLMENT, Phase
from portal.checkins.refusals import PlanProblem
from portal.checkins.rhythm import LineDraft, PlanLine
from portal.instruments import catalogue
from portal.instruments.definition import Definition
from portal.patients.models import Condition
from portal.web.fields import CheckboxesField, Form, HiddenField, Problem, RadioField, SelectChoice
from portal.web.words import words

FROM_THE_START = "start"
PHASES: dict[str, tuple[Phase, ...]] = {FROM_THE_START: AT_ENROLMENT} | {one.value: (one,) for one in Phase}
NAMES: dict[str, tuple[Any, Any]] = {
    FROM_THE_START: (
        _l("Baseline and first series"),
        _l("For a new patient. What hangs on infusions waits for them by itself."),
    ),
    Phase.BASELINE: (_l("Baseline only"), _l("Every scale once, and the daily check-in.")),
    Phase.INDUCTION: (_l("First series"), _l("Scales every week, and around each infusion.")),
    Phase.MAINTENANCE: (_l("Boosters"), _l("Scales every two to four weeks, and around each infusion.")),
    Phase.AFTER_STOPPING: (_l("After the last infusion"), _l("Twice a week, and scales every two to four weeks.")),
}

PHASE_NAMES = {
    Phase.BASELINE: _l("before the first infusion"),
    Phase.INDUCTION: _l("first series"),
    Phase.MAINTENANCE: _l("boosters"),
    Phase.AFTER_STOPPING: _l("after the last infusion"),
}
SERVES = {
    FROM_THE_START: {FROM_THE_START, Phase.BASELINE.value},
    Phase.INDUCTION.value: {FROM_THE_START, Phase.INDUCTION.value},
    Phase.MAINTENANCE.value: {Phase.MAINTENANCE.value},
    Phase.AFTER_STOPPING.value: {Phase.AFTER_STOPPING.value},
}
"""For what the treatment speaks for, the plans that serve it."""


def option_of(phase: Phase) -> str:
    """Return the choice that a phase speaks for: a new patient begins with what lasts through the first series."""
    return FROM_THE_START if phase is Phase.BASELINE else phase.value


def _phases() -> list[SelectChoice]:
    return [SelectChoice(one, NAMES[one][0], render_kw={"hint": NAMES[one][1]}) for one in PHASES]


def _conditions() -> list[SelectChoice]:
    return [SelectChoice(one.value, words(one)) for one in Condition]


class ChoiceForm(Form):
    """Which ready-made plan."""

    stamp = HiddenField()
    phase = RadioField(_l("Where care is"), choices=_phases, missing=_l("Choose where care is"))
    conditions = CheckboxesField(_l("Treated for"), choices=_conditions)


@dataclass(frozen=True, slots=True)
class Part:
    """One line on offer: its form, what it asks, the line that asks it now, and the ready-made one, if any."""

    form: LineForm
    definition: Definition
    now: PlanLine | None
    ready: LineDraft | None

    @property
    def is_taken(self) -> bool:
        return bool(self.form.is_asked.data)


class ReadyMadeForm:
    """A ready-made plan with all of its lines; `is_whole` says that it could be saved as it stands."""

    def __init__(self, choice: ChoiceForm, parts: Sequence[Part], *, is_whole: bool = False) -> None:
        self.choice, self.parts, self.is_whole = choice, list(parts), is_whole
        self.problems: list[str] = []

    @property
    def title(self) -> str:
        """What was chosen: the phase, then the conditions."""
        phase, known = self.choice.phase.data, {one.value: one for one in Condition}
        conditions = [words(known[one]) for one in self.choice.conditions.data or () if one in known]
        return ", ".join([str(NAMES[phase][0]) if phase in NAMES else _("none yet"), *conditions])

    @property
    def error_summary(self) -> list[Problem]:
        """The problems, each with the line it is about."""
        found = [Problem(None, text) for text in self.problems] + list(self.choice.error_summary)
        for part in self.parts:
            title = part.definition.short_title
            found += [Problem(one.target, f"{title}: {one.text}") for one in part.form.error_summary]
        return found

    def validate(self) -> bool:
        """Check every line that is to be asked."""
        chosen = self.choice.validate()
        valid = [part.form.validate() for part in self.parts if part.is_taken]
        if chosen and not valid:
            self.problems.append(_("Tick at least one line. To ask nothing, stop the lines on the plan’s page."))
        self.is_whole = chosen and bool(valid) and all(valid)
        return self.is_whole

    def refuse(self, problems: Iterable[PlanProblem]) -> None:
        """Say of each line what cannot be."""
        for problem in problems:
            part = next((one for one in self.parts if one.definition.id == problem.instrument), None)
            if part is None:
                self.problems.append(_(problem.message, **problem.values))
            else:
                part.form.refuse(problem)

    def drafts(self) -> list[LineDraft]:
        """Return the lines that are to be asked; only of a form that is valid."""
        return [part.form.draft() for part in self.parts if part.is_taken]


def begin(
    choice: ChoiceForm, plan: PlanAsItIs, askable: Collection[str], treated_for: Iterable[Condition]
) -> ReadyMadeForm:
    """Return the form for what was chosen: the ready-made lines, then what else is asked now.

    What somebody added to the plan by hand stays ticked; what belongs to another phase, or to a condition that the
    patient is treated for and that was not chosen, does not.
    """
    ready = _ready(choice, askable)
    conditions = {*(choice.conditions.data or ()), *(one.value for one in treated_for)}
    known = ready_made.instruments(conditions, askable)
    rest = [line.draft for line in plan.lines if line.instrument not in ready]
    wanted = [(line, True) for line in ready.values()] + [(line, line.instrument not in known) for line in rest]
    parts = [_part(None, place, line, plan, ready, is_asked) for place, (line, is_asked) in enumerate(wanted)]
    return ReadyMadeForm(choice, parts, is_whole=bool(ready))


def read(sent: MultiDict[str, str], plan: PlanAsItIs, askable: Collection[str]) -> ReadyMadeForm:
    """Return the form as it was sent."""
    choice = ChoiceForm(sent)
    ready = _ready(choice, askable)
    known = ready | {line.instrument: line.draft for line in plan.lines}
    wanted = dict.fromkeys(one for one in sent.getlist("line") if one in {*askable, *known})
    lines = [known.get(one, LineDraft(one, ())) for one in wanted]
    return ReadyMadeForm(choice, [_part(sent, place, line, plan, ready) for place, line in enumerate(lines)])


def choose(phase: str, conditions: Collection[Condition], plan: PlanAsItIs) -> ChoiceForm:
    """Return the choice as it is first drawn."""
    data = {"phase": phase, "conditions": [one.value for one in conditions], "stamp": plan.stamp}
    return ChoiceForm(formdata=None, data=data)


def left_out(choice: ChoiceForm, askable: Collection[str]) -> list[list[Definition]]:
    """Return what belongs to the plan that was chosen and has no wording here; any of each list would do."""
    phases = PHASES.get(choice.phase.data or "", AT_ENROLMENT)
    missing = ready_made.left_out(choice.conditions.data or [], *phases, askable=askable)
    found = [[catalogue.current().get(one) for one in alternatives] for alternatives in missing]
    return [some for some in found if not any(one.has_wording for one in some)]


def _ready(choice: ChoiceForm, askable: Collection[str]) -> dict[str, LineDraft]:
    phases = PHASES.get(choice.phase.data or "", AT_ENROLMENT)
    lines = ready_made.lines(choice.conditions.data or [], *phases, askable=askable)
    return {line.instrument: line for line in lines}


def _part(
    sent: Any, place: int, line: LineDraft, plan: PlanAsItIs, ready: Mapping[str, LineDraft], is_asked: bool = True
) -> Part:
    definition = catalogue.current().get(line.instrument)
    only = [SelectChoice(definition.id, definition.title)]
    form = LineForm(sent, instruments=only, line=line, prefix=f"l{place}", is_asked=is_asked)
    return Part(form, definition, plan.asked.get(line.instrument), ready.get(line.instrument))
