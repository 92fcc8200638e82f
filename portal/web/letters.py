"""Writing what a row of the outbox sends, in the reader's language: a mail, a text message or a push message."""

import uuid
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from flask import current_app
from flask_babel import force_locale

from config import Config
from portal import db
from portal.accounts import tokens
from portal.accounts.models import AccountToken, TokenPurpose, User
from portal.clinic import queries as clinic
from portal.notifications import mail, stopping, ways
from portal.notifications.models import Channel, ContactWay, Kind
from portal.notifications.over_http import Push, Text
from portal.notifications.queue import Claim
from portal.notifications.topics import is_fixed, topic_of
from portal.patients import queries as patients
from portal.patients import regional
from portal.reminders import links
from portal.web import filters

OPENED_BY = {
    Kind.INVITATION: (TokenPurpose.INVITATION, "accounts.accept"),
    Kind.PASSWORD_RESET: (TokenPurpose.PASSWORD_RESET, "accounts.reset"),
    Kind.CHECK_IN_DUE: (TokenPurpose.CHECK_IN, "check_in_link.show"),
}


def token_of(held: Claim) -> AccountToken | None:
    """Return the link a mail carries; None where its kind carries none."""
    carries_one = Kind(held.kind) in OPENED_BY and "token_id" in held.values
    return db.session.get(AccountToken, uuid.UUID(held.values["token_id"])) if carries_one else None


def write(held: Claim, user: User, *, at: datetime) -> EmailMessage | Text | Push:
    """Return what goes out for a row and its recipient, ready to be handed over on the row's channel."""
    if held.way_id is None:
        return _mail(held, user, at)
    way = db.session.get_one(ContactWay, held.way_id)
    return (_text if held.channel is Channel.SMS else _push)(held, user, way)


def _text(held: Claim, user: User, way: ContactWay) -> Text:
    """Return a text message: who it is from, what a mail's subject would say, and the bare address of the portal."""
    config: Config = current_app.config["INTERVAL"]
    if held.kind == Kind.PHONE_CODE:
        assert way.code_at is not None
        code = ways.code(way.id, way.code_at, keys=[config.secret_key])
        said = _rendered("sms/phone-code.txt", user, code=code).strip()
    else:
        said = f"{_subject(held, user)} {config.base_url}/"
    return Text(way.address, f"{mail.sender_name(config.mail_from, clinic.display_name())}: {said}", str(held.id))


def _push(held: Claim, user: User, way: ContactWay) -> Push:
    """Return a push message; where it leads is for the browser's worker to know, which opens the portal itself."""
    said = {"title": _subject(held, user), "body": _rendered("push/said.txt", user).strip(), "tag": str(held.id)}
    return Push(way.address, way.keys["p256dh"], way.keys["auth"], said, str(held.id), held.is_urgent)


def _subject(held: Claim, user: User) -> str:
    words = {"link": "", "until": "", "is_urgent": held.is_urgent}
    return mail.split(_rendered(f"emails/{held.kind}.txt", user, **words))[0]


def _rendered(template: str, user: User, **words: Any) -> str:
    with force_locale(user.language):
        return current_app.jinja_env.get_template(template).render(words)


def _mail(held: Claim, user: User, at: datetime) -> EmailMessage:
    config: Config = current_app.config["INTERVAL"]
    token = token_of(held)
    if token and token.purpose is TokenPurpose.CHECK_IN and not links.is_open(token, user, at=at):
        token = None
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
        stop=_stop(held, user, config),
    )


def _stop(held: Claim, user: User, config: Config) -> str:
    """Return the link that switches off mail of this kind; "" for what nobody can switch off."""
    if is_fixed(topic_of(held.kind), urgent=held.is_urgent):
        return ""
    words = stopping.seal(held.id, to=user.email, keys=[config.secret_key, *config.secret_key_fallbacks])
    return _address(config, "notices.stop", words)


def _link(kind: Kind, token: AccountToken, config: Config) -> str:
    purpose, endpoint = OPENED_BY[kind]
    words = tokens.seal(token.id, purpose, keys=[config.secret_key, *config.secret_key_fallbacks])
    return _address(config, endpoint, words)


def _address(config: Config, endpoint: str, words: str) -> str:
    base = urlsplit(config.base_url)
    return current_app.url_map.bind(base.netloc, url_scheme=base.scheme).build(
        endpoint, {"token": words}, force_external=True
    )


def _said(moment: datetime, user: User) -> str:
    """Return a moment in the recipient's language, time zone and country's way."""
    own = patients.get_own(user.id)
    locale = regional.locale(user.language, own.country if own else "")
    local = moment.astimezone(ZoneInfo(user.time_zone))
    time = filters.undotted(format_time(local, "short", locale=locale))
    return f"{format_date(local, 'long', locale=locale)}, {time}"
