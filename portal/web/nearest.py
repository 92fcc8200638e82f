"""Whose numbers a page shows to somebody who may need help: their own country's, else the one the clinic is in."""

from flask import Flask, current_app, g, request
from sqlalchemy.exc import SQLAlchemyError

from config import Config
from portal import db
from portal.access import guard
from portal.access.policy import Role
from portal.clinic import queries as clinic
from portal.patients import queries as patients
from portal.safety import crisis
from portal.safety.crisis import Country

# Outside an application with a database the session raises a RuntimeError.
_OUT_OF_REACH = (SQLAlchemyError, db.Busy, RuntimeError)


def configured() -> str:
    """Return the clinic's country without asking the database: as set at start, else as last seen, else ""."""
    config: Config | None = current_app.config.get("INTERVAL")
    return (config.clinic_country if config else "") or clinic.known_country()


def help_country() -> Country:
    """Return what is known for whoever reads this page; asks nobody, so that it stands when the database does not."""
    return crisis.for_country(g.get("own_country") or configured())


def look_up_reader() -> None:
    """Find out whose page went wrong before the guard came to it, where the database can say so."""
    if "own_country" in g or "at" not in g or not request.cookies:
        return
    try:
        db.begin(write=False)
        reader = guard.visitor()
        own = patients.get_own(reader.user_id) if reader and reader.role is Role.PATIENT else None
        g.own_country = own.country if own else ""
    except _OUT_OF_REACH:
        g.own_country = ""


def register(app: Flask) -> None:
    """Let every page ask, also one that is drawn alone."""
    app.jinja_env.globals["help_country"] = help_country
