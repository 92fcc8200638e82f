"""The application, read from top to bottom."""

import hashlib
import sys
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from flask_compress import Compress
from flask_login import LoginManager
from werkzeug.middleware.proxy_fix import ProxyFix

from config import ROOT, Config
from portal import cli, db
from portal.access import guard, looks
from portal.access.policy import Actor, Role
from portal.accounts import language_views as language
from portal.accounts import leaving_views as leaving
from portal.accounts import passwords
from portal.accounts import views as accounts
from portal.checkins import correct_views as corrections
from portal.checkins import entry_views as entry
from portal.checkins import plan_views as plan
from portal.checkins import views as checkins
from portal.checkins.history import views as history
from portal.clinic import queries as clinic_queries
from portal.clinic import views as clinic
from portal.follow_ups import views as follow_ups
from portal.follow_ups.many import views as many
from portal.instruments import views as instruments
from portal.instruments.own import views as scales
from portal.languages import views as languages
from portal.messaging import finding_views as finding
from portal.messaging import handling_views as handling
from portal.messaging import inbox_views as inbox
from portal.messaging import views as messaging
from portal.messaging import writing_views as writing
from portal.messaging.attachments import scanner, store
from portal.messaging.attachments import views as files
from portal.messaging.wording import insert_views as inserting
from portal.messaging.wording import views as wording
from portal.notifications import choice_views as notices
from portal.notifications import views as notifications
from portal.patients import team_views as care_team
from portal.patients import views as patients
from portal.patients.goals import views as goals
from portal.progress import views as progress
from portal.progress.baseline import views as baseline
from portal.reminders import views as check_in_links
from portal.review import service as review_service
from portal.review import views as review
from portal.review import waiting
from portal.review.booster import views as booster
from portal.safety import card_views as card
from portal.safety import views as safety
from portal.safety.chronic import views as chronic
from portal.safety.measures import views as measures
from portal.safety.on_call import views as on_call
from portal.safety.plan import kept_views as kept_plans
from portal.safety.plan import views as safety_plans
from portal.safety.ruleset import views as ruleset
from portal.treatment import course_views as courses
from portal.treatment import views as treatment
from portal.treatment.day import views as day
from portal.treatment.events import views as events
from portal.treatment.flowsheet import views as flowsheet
from portal.treatment.medication import allergy_views as allergies
from portal.treatment.medication import views as medication
from portal.treatment.monitoring import views as monitoring
from portal.treatment.orders import views as orders
from portal.treatment.preparation import views as preparation
from portal.treatment.record import views as record
from portal.treatment.rules import views as treatment_rules
from portal.treatment.screening import views as screening
from portal.treatment.tolerability import views as tolerability
from portal.web import (
    errors,
    filters,
    headers,
    health,
    kept_plan,
    navigation,
    nearest,
    opening_words,
    speaking,
    starting,
    words,
)
from portal.web.session import BrowserSessions

FEATURES = (
    *(inbox, wording, inserting),
    *(accounts, clinic, instruments, scales, patients, care_team, goals, safety, card, chronic, measures, on_call),
    *(safety_plans, kept_plans, treatment, courses, medication, allergies, events, monitoring, orders, day),
    *(flowsheet, tolerability, record, preparation, treatment_rules, screening, checkins, corrections, entry),
    *(writing, handling, finding, follow_ups, many),
    *(leaving, plan, history, messaging, files, progress, baseline, review, booster, notifications, notices),
    ruleset,
    check_in_links,
    *(language, languages),
)
REFLECTS_NOTHING = {"static", "progress.show", "progress.picture", "progress.numbers"}
"""Where nothing of a query comes back as it was written, so that compressing tells nobody what else is on the page."""
COMPRESSED = ["text/html", "text/css", "text/javascript", "application/json", "image/svg+xml", "text/csv"]


class Portal(Flask):
    """Flask, with one transaction per request: what a view returns is committed, what it raises is rolled back."""

    def dispatch_request(self) -> ResponseReturnValue:
        try:
            response: Response = self.make_response(super().dispatch_request())
            if g.get("write"):
                guard.before_commit()
                review_service.refresh(db.take_touched(), at=g.at)
                db.session.commit()
            if g.get("actor"):
                guard.after_view(response)
        except Exception:
            db.session.rollback()
            raise
        return response


def create_app(config: Config) -> Flask:
    """Build the portal.

    Raises:
        ConfigurationError: the settings would put people at risk.
    """
    app = Portal(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.from_mapping(_settings(config))
    app.session_interface = BrowserSessions()
    if config.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.trusted_proxies, x_proto=config.trusted_proxies)  # type: ignore[method-assign]

    db.db.init_app(app)
    with app.app_context():
        db.install(db.db.engine)
    heed(app, config)

    _offer_migrations(app)
    Babel(app, locale_selector=speaking.language, timezone_selector=_time_zone)
    _sign_in_with_our_sessions(app)
    guard.csrf.init_app(app)
    compress = Compress(app)

    app.before_request(guard.check)
    for feature in FEATURES:
        app.register_blueprint(feature.blueprint)
    views: dict[str, Any] = app.view_functions
    views["static"] = guard.public(views["static"])
    app.url_defaults(_name_the_version)
    app.after_request(headers.apply)
    app.after_request(_compress_with(compress))
    app.context_processor(_page_context)
    errors.register(app)
    filters.register(app)
    words.register(app)
    speaking.register(app)
    navigation.register(app)
    kept_plan.register(app)
    nearest.register(app)
    health.register(app)
    cli.register(app)
    return app


def heed(app: Flask, config: Config) -> None:
    """Let settings hold in this process, after a look whether an app may start with them.

    Raises:
        ConfigurationError: the settings would put people at risk.
    """
    Path(config.instance_path).mkdir(parents=True, exist_ok=True, mode=0o700)
    with app.app_context():
        starting.look_first(config)
    looks.keep_waiting_looks_in(config.instance_path)
    store.keep_in(config.instance_path)
    scanner.use(config.scanner)
    passwords.use(time_cost=config.argon2_time_cost, memory_kib=config.argon2_memory_kib)


def _offer_migrations(app: Flask) -> None:
    """Let `flask db` work, where Flask-Migrate is loaded; `wsgi.py` spares the web server that."""
    flask_migrate = sys.modules.get("flask_migrate")
    if flask_migrate is not None:
        flask_migrate.Migrate(app, db.db, directory=str(ROOT / "migrations"), render_as_batch=True)


def _settings(config: Config) -> dict[str, Any]:
    name = "interval" if config.is_loopback and not config.is_secure else "__Host-interval"
    return {
        "INTERVAL": config,
        "SECRET_KEY": config.secret_key,
        "SECRET_KEY_FALLBACKS": list(config.secret_key_fallbacks),
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": db.engine_options(config.database_url),
        "TRUSTED_HOSTS": config.allowed_hosts,
        "MAX_CONTENT_LENGTH": 24 * 1024 * 1024,
        # A megabyte of words in any language still gets an answer that says how many there may be, and keeps them.
        "MAX_FORM_MEMORY_SIZE": 3_500_000,
        "MAX_FORM_PARTS": 1_000,
        "PREFERRED_URL_SCHEME": "https" if config.is_secure else "http",
        "SESSION_COOKIE_NAME": name,
        "SESSION_COOKIE_SECURE": not name.startswith("interval"),
        "SEND_FILE_MAX_AGE_DEFAULT": 31_536_000,
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_TIME_LIMIT": None,
        # It demands a Referer, which our own Referrer-Policy keeps browsers from sending.
        "WTF_CSRF_SSL_STRICT": False,
        "COMPRESS_REGISTER": False,
        "COMPRESS_MIMETYPES": COMPRESSED,
        "COMPRESS_BR_LEVEL": 4,
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "portal" / "translations"),
    }


def _sign_in_with_our_sessions(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None
    manager.request_loader(lambda _: g.get("actor"))


def _reader() -> Actor | None:
    found: Actor | None = g.get("actor")
    return found


def _time_zone() -> str | None:
    reader = _reader()
    return reader.time_zone if reader else None


def _name_the_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "filename" in values:
        values.setdefault("v", _version(values["filename"]))


@cache
def _version(filename: str) -> str:
    return hashlib.sha256((ROOT / "static" / filename).read_bytes()).hexdigest()[:12]


def _compress_with(compress: Compress) -> Any:
    def maybe_compress(response: Response) -> Response:
        reflects_input = request.method != "GET" or (request.args and request.endpoint not in REFLECTS_NOTHING)
        return response if reflects_input else compress.after_request(response)

    return maybe_compress


def _page_context() -> dict[str, Any]:
    reader = _reader()
    found = _waiting(reader)
    counts = {"alerts": found.alerts, "messages": found.messages}
    return {
        "actor": reader,
        "patient": g.get("patient"),
        "clinic_name": clinic_queries.display_name(),
        "clinic_country": clinic_queries.country(),
        "clinic_hours": opening_words.opening(clinic_queries.opening(), reader.time_zone if reader else ""),
        "leave_address": clinic_queries.leave_address(),
        "navigation": navigation.entries(reader, g.get("patient"), counts),
        "now": g.get("at"),
        "alerts_waiting": found,
        "looks_waiting": looks.are_waiting(),
        "mail_goes_out": found.mail_goes_out,
    }


def _waiting(reader: Actor | None) -> waiting.Waiting:
    if reader is None or reader.role is Role.ADMINISTRATOR or reader.scope is not None:
        return waiting.Waiting()
    if reader.role is Role.PATIENT:
        return waiting.for_patient(reader.patient_id) if reader.patient_id else waiting.Waiting()
    return waiting.for_team_member(reader.user_id, at=g.at)
