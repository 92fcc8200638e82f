"""`flask safety rules`: see the safety rules in force, check a file with others, put it into force."""

import sys
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import with_appcontext

from portal import clock, db
from portal.access.policy import Actor, Role
from portal.accounts import queries as accounts
from portal.safety import thresholds
from portal.safety.rules import RuleSet
from portal.safety.ruleset import queries, rule_file, service, words
from portal.safety.ruleset.problems import Refused, Stale
from portal.safety.ruleset.rule_file import BadFile, RuleFile

REFUSED, NOT_UNDERSTOOD = 1, 2
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

group = click.Group("safety", help="The safety rules: see them, check a file with others, put it into force.")
rules = click.Group("rules", help="Which answers a person must hear of, and how soon.")
group.add_command(rules)


@rules.command("show")
@click.option("--toml", "as_file", is_flag=True, help="Print them as a file to change, check and load.")
@click.option("--markdown", "as_table", is_flag=True, help="Print them as a table in Markdown.")
@with_appcontext
def show(as_file: bool, as_table: bool) -> None:
    """Print the rules in force: what each hears, how soon it is answered, and its thresholds."""
    db.begin(write=False)
    now = queries.get()
    if as_file or as_table:
        click.echo(rule_file.write(now) if as_file else words.as_markdown(words.tell(now)), nl=False)
        return
    click.echo(f"Version {now.version}" + ("" if now.version else ": Interval’s defaults, which nobody confirmed yet"))
    for one in words.tell(now):
        click.echo(f"\n{one.code}  {one.title}\n  {one.hears.msgid % one.hears.values}")
        if one.soon:
            click.echo(f"  {one.soon.msgid % one.soon.values}")
        for threshold in one.thresholds:
            click.echo(f"  {_told(threshold, now.value(threshold.name))}")


@rules.command("check")
@click.argument("file", type=FILE)
@with_appcontext
def check(file: Path) -> None:
    """Say whether the rule file FILE can be loaded, and what it would change.

    Ends with 0 where it can. Else it prints every line that is wrong, and ends with 1.
    """
    found = _read(file)
    db.begin(write=False)
    now = queries.get()
    click.echo(f"{file.name} can be loaded.")
    _warn_of_age(found, now)
    _tell_changes(found, now)


@rules.command("load")
@click.argument("file", type=FILE)
@click.option("--by", "email", required=True, help="The e-mail address of the medical director whose decision it is.")
@click.option("--reason", required=True, help="Why, in quotes. It is kept with the version.")
@with_appcontext
def load(file: Path, email: str, reason: str) -> None:
    """Put the rule file FILE into force as a new version. What it leaves out stays as it is.

    Ends with 1, and changes nothing, where the file is wrong or was drawn up from a version that is not in force.

    \b
    Example: flask safety rules show --toml > rules.toml
             (change rules.toml)
             flask safety rules load rules.toml --by bea@clinic.example --reason "agreed on 3 March"
    """
    found = _read(file)
    db.begin(write=True)
    now, by = queries.get(), _director(email)
    base = now.version if found.version is None else found.version
    _tell_changes(found, now)
    try:
        kept = service.change(_whole(found, now), base, reason, by, clock.now())
    except Stale:
        _stop(
            REFUSED,
            f"The file was drawn up from version {base}, but version {now.version} is in force. Check it again.",
        )
    except Refused as refused:
        _stop(REFUSED, "\n".join(f"{one.name}: {one.msgid % dict(one.values)}" for one in refused.problems))
    db.session.commit()
    click.echo(f"Version {kept.version} is in force." if kept.version != now.version else "Nothing was changed.")


def _read(file: Path) -> RuleFile:
    try:
        return rule_file.read(file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        _stop(REFUSED, f"{file.name}: this file is not a text in UTF-8")
    except BadFile as error:
        told = (f"{file.name}:{one.line or 1}: {one.msgid % dict(one.values)}" for one in error.problems)
        _stop(REFUSED, "\n".join(told))


def _whole(found: RuleFile, now: RuleSet) -> dict[str, float]:
    return {one.name: found.values.get(one.name, now.value(one.name)) for one in thresholds.ALL}


def _tell_changes(found: RuleFile, now: RuleSet) -> None:
    values = _whole(found, now)
    for name in service.differing(now, values):
        click.echo(f"{name}: {now.value(name):g} becomes {values[name]:g}")
    if not service.differing(now, values):
        click.echo("It changes no threshold.")


def _warn_of_age(found: RuleFile, now: RuleSet) -> None:
    if found.version not in (None, now.version):
        click.echo(f"It was drawn up from version {found.version}, but version {now.version} is in force.", err=True)


def _told(one: thresholds.Threshold, value: float) -> str:
    may = "always" if one.is_fixed else f"from {one.least:g} to {one.most:g}, by default {one.default:g}"
    return f"{one.name} = {value:g} {one.unit} ({may}; {one.source})"


def _director(email: str) -> Actor:
    user = accounts.find_user(email)
    if user is None or user not in accounts.list_active_providers() or not user.is_medical_director:
        _stop(NOT_UNDERSTOOD, f"{email} is not an active medical director of this clinic.")
    return Actor(user.id, Role.PROVIDER, user.name, is_medical_director=True)


def _stop(code: int, why: str) -> NoReturn:
    click.echo(why, err=True)
    sys.exit(code)
