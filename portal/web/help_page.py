"""The page a proxy shows while nothing of the portal answers: `flask help-page` writes it."""

import click
from flask import current_app
from flask.cli import with_appcontext

from config import Config
from portal.safety import crisis
from portal.web.alone import render_alone


def draw() -> str:
    """Return the page, whole in itself, with the numbers of the configured country."""
    config: Config = current_app.config["INTERVAL"]
    with current_app.test_request_context():
        return render_alone("errors/offline.html", country=crisis.for_country(config.clinic_country)) + "\n"


@click.command("help-page")
@with_appcontext
def command() -> None:
    """Print the page your proxy is to show for 502, 503 and 504, with the numbers of CLINIC_COUNTRY.

    It needs nothing else, so that people read whom to call even while the portal is stopped. Write it anew after every
    upgrade, and after a change of CLINIC_COUNTRY or INTERVAL_CRISIS.

    \b
    Example: flask help-page > /srv/interval/help.html
    """
    click.echo(draw(), nl=False)
