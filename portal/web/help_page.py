"""The page a proxy shows while nothing of the portal answers: `flask help-page` writes it."""

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import force_locale

from config import Config
from portal.safety import crisis
from portal.web import speaking
from portal.web.alone import render_alone


def draw(language: str = speaking.ENGLISH) -> str:
    """Return the page in a language, whole in itself, with the numbers of the configured country."""
    config: Config = current_app.config["INTERVAL"]
    with current_app.test_request_context(), force_locale(language):
        return render_alone("errors/offline.html", country=crisis.for_country(config.clinic_country)) + "\n"


@click.command("help-page")
@click.option("--language", default=speaking.ENGLISH, show_default=True, help='Of the page, by its code, like "es".')
@with_appcontext
def command(language: str) -> None:
    """Print the page your proxy is to show for 502, 503 and 504, with the numbers of CLINIC_COUNTRY.

    It needs nothing else, so that people read whom to call even while the portal is stopped. Write it anew after every
    upgrade, and after a change of CLINIC_COUNTRY or INTERVAL_CRISIS.

    \b
    Example: flask help-page --language es > /srv/interval/help.html
    """
    if language not in speaking.known():
        raise click.UsageError(f"There is no page in {language!r}; it speaks {', '.join(sorted(speaking.known()))}.")
    click.echo(draw(language), nl=False)
