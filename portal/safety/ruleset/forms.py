"""The forms of the medical director's page of safety rules: every threshold, and a file with them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from portal.safety import thresholds
from portal.safety.rules import RuleSet
from portal.safety.ruleset import rule_file
from portal.safety.ruleset.problems import Problem
from portal.safety.ruleset.rule_file import BadFile
from portal.safety.thresholds import Threshold
from portal.web import fields as web
from portal.web.fields import DecimalField, FileField, Form, HiddenField, IntegerField, TextAreaField


class ReasonField(TextAreaField):
    """A reason, which the service asks for."""

    marks_optional = False


class WholeField(IntegerField):
    """A threshold of whole numbers; the service says where one is missing."""

    marks_optional = False


class HalvesField(DecimalField):
    """A threshold that goes in steps of a half."""

    marks_optional = False


def name_of(threshold: str) -> str:
    """Return what a threshold is called in the form: "R3_hours"."""
    return threshold.replace(".", "_")


class _VersionForm(Form):
    version = HiddenField(default="0")

    @property
    def base_version(self) -> int:
        """The version the page was drawn from."""
        text = self.version.data or ""
        return int(text) if re.fullmatch(r"[0-9]{1,8}", text) else 0

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Say at the fields why the service refused what was sent."""
        for one in problems:
            text, name = gettext(one.msgid, **one.values), name_of(one.name)
            if name in self:
                self[name].errors = [*self[name].errors, text]
            else:
                self.form_errors.append(f"{one.name}: {text}")


class RulesForm(_VersionForm):
    """Every threshold that can be changed; the fields are added below."""

    reason = ReasonField(_l("Why this version"), rows=2, longest=1000)

    @property
    def error_summary(self) -> list[web.Problem]:
        """The problems, each with the threshold it is about, that of the reason last."""
        cells = {field.id: field.label.text for field in self if isinstance(field, WholeField | HalvesField)}
        found = [
            one._replace(text=f"{cells[one.target]}. {one.text}") if one.target in cells else one
            for one in super().error_summary
        ]
        return sorted(found, key=lambda one: one.target == self.reason.id)

    @property
    def values(self) -> dict[str, float]:
        """The thresholds as they were typed, with the fixed ones; one left blank is missing."""
        typed = {one.name: one.default if one.is_fixed else self[name_of(one.name)].data for one in thresholds.ALL}
        return {name: float(value) for name, value in typed.items() if value is not None}

    def take_over(self, drawn: RuleSet, now: RuleSet) -> None:
        """Show what another director laid down since the page was opened, wherever nothing else was typed here."""
        for one in thresholds.ALL:
            field = self[name_of(one.name)] if not one.is_fixed else None
            if field is not None and field.data is not None and float(field.data) == drawn.value(one.name):
                field.raw_data, field.data = None, _plain(now.value(one.name))


class RuleFileForm(_VersionForm):
    """The thresholds as a file in TOML, or its text."""

    file = FileField(_l("A file"), accept=".toml", hint=_l("Its text is shown below and can be changed there."))
    toml = TextAreaField(_l("Or its text"), rows=16, longest=rule_file.LARGEST)
    reason = ReasonField(_l("Why this version"), rows=2, longest=1000)

    def read(self) -> str:
        """Return the text of the file, else what was typed, and show it in the box; "" where it cannot be read."""
        sent = self.file.data.stream.read(rule_file.LARGEST + 1) if self.file.data else b""
        if len(sent) > rule_file.LARGEST:
            self.file.errors = [gettext("This file is too large for a rule file.")]
            return ""
        try:
            text = sent.decode("utf-8-sig").replace("\r\n", "\n") if sent else self.toml.data or ""
        except UnicodeDecodeError:
            self.file.errors = [gettext("This file is not a text in UTF-8.")]
            return ""
        if not text.strip():
            self.toml.errors = [gettext("Choose a file, or paste its text.")]
            return ""
        self.toml.data, self.toml.raw_data = text, [text]
        return text

    def refuse_file(self, error: BadFile) -> None:
        """Say at the text which lines are wrong, and why."""
        self.toml.errors = [_at_line(one.line, gettext(one.msgid, **one.values)) for one in error.problems]

    @property
    def error_summary(self) -> list[web.Problem]:
        """The problems, every wrong line among them."""
        lines = [web.Problem(self.toml.id, said) for said in self.toml.errors[1:]]
        found: list[web.Problem] = super().error_summary
        place = next((number for number, one in enumerate(found, 1) if one.target == self.toml.id), len(found))
        return found[:place] + lines + found[place:]


def _at_line(line: int | None, why: str) -> str:
    return gettext("Line %(line)s: %(reason)s", line=line, reason=why) if line else why


def typed_of(rule_set: RuleSet) -> Mapping[str, Any]:
    """Return the thresholds in force as the values of the form's fields."""
    return {name_of(one.name): _plain(rule_set.value(one.name)) for one in thresholds.ALL if not one.is_fixed}


def _plain(value: float) -> float:
    return int(value) if value.is_integer() else value


def _field(one: Threshold) -> Any:
    kind = WholeField if one.step == 1 else HalvesField
    return kind(_l("%(rule)s, %(what)s", rule=one.rule, what=_l(one.label)))


for _one in thresholds.ALL:
    if not _one.is_fixed:
        setattr(RulesForm, name_of(_one.name), _field(_one))
