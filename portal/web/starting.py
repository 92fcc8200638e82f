"""What is looked at before the portal starts: it refuses to where that would put people at risk."""

from config import Config, ConfigurationError
from portal import clock, db
from portal.clinic import queries as clinic
from portal.instruments import catalogue
from portal.instruments.loader import DefinitionError
from portal.instruments.own import files as own_instruments
from portal.safety import crisis
from portal.safety.crisis_file import CrisisFileError
from portal.web import places


def look_first(config: Config) -> None:
    """Refuse to start where that would put people at risk; then let go of the database, whichever way it ends."""
    try:
        _keep_the_demo_private(config)
        _read_the_clinic_s_instruments(config)
        _read_the_clinic_s_crisis_lines(config)
    finally:
        db.session.remove()
        db.db.engine.dispose()


def _keep_the_demo_private(config: Config) -> None:
    """Refuse to show a demo clinic, whose passwords are printed, to anybody but this machine."""
    if not config.is_loopback and clinic.is_demo():
        raise ConfigurationError(
            "this database holds the demo clinic, whose accounts share one known password. "
            "It is shown on a loopback address only. Set DATABASE_URL to a database of your own."
        )


def _read_the_clinic_s_instruments(config: Config) -> None:
    """Refuse to start with a definition that is wrong, or that would change what was approved."""
    try:
        own_instruments.use(config.instruments_path)
        catalogue.refuse_wrong_ones()
    except DefinitionError as error:
        raise ConfigurationError(f"a definition of the clinic's own cannot be used: {error}") from error


def _read_the_clinic_s_crisis_lines(config: Config) -> None:
    """Refuse to start with numbers that nobody checked, or that are none."""
    try:
        known, today = places.country_codes(), clock.now().date()
        crisis.use(crisis.read_own(config.crisis_path, known=known, today=today))
    except CrisisFileError as error:
        raise ConfigurationError(f"the clinic's crisis lines cannot be used: {error}") from error
