"""Making a mail from rendered words: plain text, the same as HTML, and headers that say nothing about anybody."""

import re
import uuid
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import urlsplit

from portal.text import clean_line


def split(letter: str) -> tuple[str, str]:
    """Return the subject and the body of a rendered letter, whose first line is the subject."""
    subject, _, body = letter.strip().partition("\n")
    return subject.strip(), body.strip()


def paragraphs(body: str) -> list[str]:
    """Return the paragraphs of a body, which empty lines divide, each as one line."""
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", body.strip()) if part.strip()]


def sender(configured: str, clinic_name: str) -> str:
    """Return who a mail is from: the configured name and address; without a name in it, the clinic's display name.

    Raises:
        ValueError: what is configured is no address.
    """
    return str(Address(display_name=sender_name(configured, clinic_name), addr_spec=sender_address(configured)))


def sender_name(configured: str, clinic_name: str) -> str:
    """Return the name a message is from, in one line: the configured one, else the clinic's display name."""
    return parseaddr(configured)[0] or clean_line(clinic_name)


def sender_address(configured: str) -> str:
    """Return the address mail is from.

    Raises:
        ValueError: what is configured is no address.
    """
    address = parseaddr(configured)[1]
    if "@" not in address:
        raise ValueError("MAIL_FROM must be an address, or a name and an address: Interval <no-reply@example.org>")
    return address


def compose(
    *, message_id: uuid.UUID, base_url: str, sent_by: str, to: str, letter: str, page: str, at: datetime, stop: str = ""
) -> EmailMessage:
    """Return the mail.

    Args:
        message_id: the outbox row's; the same row always gives the same Message-ID, so that a mail which is sent
            twice after a crash is shown once.
        base_url: the portal's own address, whose host the Message-ID is under.
        sent_by: who it is from.
        to: one address.
        letter: subject line, empty line, plain text.
        page: the body as HTML.
        at: when it is written, aware UTC.
        stop: a link that switches off mail of this kind, by one click of the mail program (RFC 8058); "" for none.

    Raises:
        ValueError: a header would hold a line break or the address is no address.
    """
    subject, body = split(letter)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sent_by
    mail["To"] = Address(addr_spec=to)
    mail["Subject"] = subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{message_id}@{urlsplit(base_url).hostname}>"
    mail["Auto-Submitted"] = "auto-generated"
    if stop:
        mail["List-Unsubscribe"] = f"<{stop}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(body + "\n")
    mail.add_alternative(page, subtype="html")
    return mail
