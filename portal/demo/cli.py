"""`flask demo`: the synthetic clinic."""

import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from portal import clock
from portal.clinic import queries as clinic
from portal.demo import seed as demo
from portal.demo.people import STORIES

PASSWORD = "harbour-at-dusk"  # noqa: S105 - of a demo that is shown on this machine only
WHO = (
    ("ada@interval.example", "patient, a year of care with lengthening intervals"),
    ("dot@interval.example", "patient of another provider"),
    ("marcus@interval.example", "patient whose visit is today"),
    ("ruth@interval.example", "patient whom somebody should call now"),
    ("tomas@interval.example", "patient who reads the portal in Spanish"),
    ("bea@interval.example", "provider and medical director"),
    ("cal@interval.example", "provider"),
    ("nia@interval.example", "nurse, with visits today and tomorrow"),
    ("eve@interval.example", "administrator"),
)

group = click.Group("demo", help="The synthetic demo clinic. Everybody in it is invented.")


@group.command("seed")
@with_appcontext
def seed() -> None:
    """Write the demo clinic into an empty database: nine patients, a year of care, dates relative to today.

    The password is DEMO_PASSWORD, or a fixed one that `flask demo people` prints. A database that holds the demo is
    shown on a loopback address only.
    """
    config = current_app.config["INTERVAL"]
    if not config.is_loopback:
        sys.exit("A demo clinic is shown on a loopback address only; unset HOST and BASE_URL to make one.")
    with click.progressbar(length=len(STORIES) + 1, label="Writing the demo clinic") as bar:
        try:
            demo.seed(password=config.demo_password or PASSWORD, now=clock.now(), step=lambda name: bar.update(1))
        except demo.NotEmpty:
            sys.exit("This database has accounts already. A demo clinic is written into an empty database only.")


@group.command("people")
@with_appcontext
def people() -> None:
    """Print who can sign in to the demo clinic."""
    if not clinic.is_demo():
        sys.exit("This database does not hold the demo clinic.")
    config = current_app.config["INTERVAL"]
    for address, who in WHO:
        click.echo(f"  {address:24}{who}")
    click.echo(f"  password: {config.demo_password or PASSWORD}")
