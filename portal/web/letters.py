"""Writing the mail for a row of the outbox: the template in the reader's language, with a link where it needs one."""

import uuid
from datetime import datetime
from email.message import EmailMessage
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from flask import current_app
from flask_babel import force_locale

from config import Config
from portal import db
from portal.accounts import tokens
from portal.accounts.models import AccountToken, TokenPurpose, User
from portal.clinic import queries as clinic
from portal.notifications import mail
from portal.notifications.models import Kind
from portal.notifications.queue import Claim

OPENED_BY = {
    Kind.INVITATION: (TokenPurpose.INVITATION, "accounts.accept"),
    Kind.PASSWORD_RESET: (TokenPurpose.PASSWORD_RESET, "accounts.reset"),
}


def token_of(held: Claim) -> AccountToken | None:
    """Return the link a mail carries; None where its kind carries none."""
    return db.session.get(AccountToken, uuid.UUID(held.values["token_id"])) if Kind(held.kind) in OPENED_BY else None


def write(held: Claim, user: User, *, at: datetime) -> EmailMessage:
    """Return the mail for a row and its recipient, ready to be handed over."""
    config: Config = current_app.config["INTERVAL"]
    token = token_of(held)
    link = _link(Kind(held.kind), token, config) if token else f"{config.base_url}/"
    with force_locale(user.language):
        until = _said(token.expires_at, user) if token else ""
        words = {"link": link, "until": until, "is_urgent": held.is_urgent}
        letter = current_app.jinja_env.get_template(f"emails/{held.kind}.txt").render(words)
        subject, body = mail.split(letter)
        page = current_app.jinja_env.get_template("emails/letter.html").render(
            subject=subject, paragraphs=mail.paragraphs(body), link=link, language=user.language
        )
    return mail.compose(
        message_id=held.id,
        base_url=config.base_url,
        sent_by=mail.sender(config.mail_from, clinic.display_name()),
        to=held.values.get("to", user.email),
        letter=letter,
        page=page,
        at=at,
    )


def _link(kind: Kind, token: AccountToken, config: Config) -> str:
    purpose, endpoint = OPENED_BY[kind]
    words = tokens.seal(token.id, purpose, keys=[config.secret_key, *config.secret_key_fallbacks])
    base = urlsplit(config.base_url)
    return current_app.url_map.bind(base.netloc, url_scheme=base.scheme).build(
        endpoint, {"token": words}, force_external=True
    )


def _said(moment: datetime, user: User) -> str:
    """Return a moment in the recipient's language and time zone."""
    local, locale = moment.astimezone(ZoneInfo(user.time_zone)), Locale.parse(user.language)
    return f"{format_date(local, 'long', locale=locale)}, {format_time(local, 'short', locale=locale)}"
