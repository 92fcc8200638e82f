"""Handing one mail over: to an SMTP server, or to the terminal in a demo."""

import contextlib
import smtplib
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 20.0
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
UNREACHABLE, TIMED_OUT, NO_SECRECY, NO_SIGN_IN = "unreachable", "timed-out", "no-tls", "sign-in-refused"
SERVER_TROUBLE = frozenset({UNREACHABLE, TIMED_OUT, NO_SECRECY, NO_SIGN_IN})


class NotSentError(Exception):
    """A mail was not handed over: a short code without names or addresses, and whether trying again can help."""

    def __init__(self, code: str, *, final: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.final = final


class Transport(Protocol):
    """Takes a message of its own channel or raises `NotSentError`."""

    def send(self, message: Any, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Console:
    """Prints the mail, so that a demo needs no mail server."""

    write: Callable[[str], object]

    def send(self, mail: EmailMessage) -> None:
        text = mail.get_body(("plain",))
        assert text is not None
        rule = "-" * 72
        self.write(f"{rule}\nTo: {mail['To']}\nSubject: {mail['Subject']}\n\n{text.get_content().rstrip()}\n{rule}")


@dataclass(frozen=True, slots=True)
class Smtp:
    """Speaks SMTP: plain, over TLS from the start (`smtps`), or after STARTTLS (`smtp+starttls`)."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    name: str
    timeout: float = TIMEOUT_SECONDS
    tls: ssl.SSLContext | None = None

    def send(self, mail: EmailMessage) -> None:
        with _explained(), contextlib.closing(self._connect()) as server:
            if self.scheme == "smtp+starttls":
                server.starttls(context=self.tls or ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
            server.send_message(mail)
            # The mail is the server's by now: a failed goodbye must not send it again.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.quit()

    def _connect(self) -> smtplib.SMTP:
        if self.scheme == "smtps":
            tls = self.tls or ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, self.name, timeout=self.timeout, context=tls)
        return smtplib.SMTP(self.host, self.port, self.name, timeout=self.timeout)


def send_within(transport: Transport, message: Any, *, seconds: float) -> None:
    """Hand a message over, and give up on a server that keeps the line open and never comes to an end.

    What is given up on may still arrive; it carries the same Message-ID as the next attempt.

    Raises:
        NotSentError: it was not taken, or not in this time.
    """
    ended: list[Exception | None] = []

    def send() -> None:
        try:
            transport.send(message)
            ended.append(None)
        except Exception as error:
            ended.append(error)

    line = threading.Thread(target=send, daemon=True)
    line.start()
    line.join(seconds)
    if not ended:
        raise NotSentError(TIMED_OUT)
    if ended[0] is not None:
        raise ended[0]


def from_url(url: str, *, name: str, write: Callable[[str], object] = print) -> Transport:
    """Return the transport a mail address names.

    Args:
        url: `console:`, `smtp://user:password@host:port`, `smtps://…` or `smtp+starttls://…`.
        name: what we call ourselves when we greet an SMTP server.
        write: where `console:` prints.

    Raises:
        ValueError: the address says something else, or would send a password in the clear to another machine.
    """
    parts = urlsplit(url)
    if parts.scheme == "console":
        return Console(write)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("MAIL_URL must be console:, smtp://host, smtps://host or smtp+starttls://host")
    if parts.scheme == "smtp" and parts.password and parts.hostname not in LOOPBACK:
        raise ValueError("MAIL_URL would send a password in the clear: use smtps:// or smtp+starttls://")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Smtp(parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme], user, password, name)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Turn whatever SMTP can answer into a code and whether another attempt can help."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as refused:
        ((code, _),) = refused.recipients.values()
        raise NotSentError(f"smtp-{code}", final=code >= 500) from None
    except smtplib.SMTPDataError as refused:
        raise NotSentError(f"smtp-{refused.smtp_code}", final=refused.smtp_code >= 500) from None
    except smtplib.SMTPAuthenticationError:
        raise NotSentError(NO_SIGN_IN) from None
    except smtplib.SMTPResponseException as refused:
        raise NotSentError(f"smtp-{refused.smtp_code}") from None
    except smtplib.SMTPNotSupportedError as missing:
        raise _not_supported(missing) from None
    except ssl.SSLError:
        raise NotSentError(NO_SECRECY) from None
    except TimeoutError:
        raise NotSentError(TIMED_OUT) from None
    except (smtplib.SMTPException, OSError):
        raise NotSentError(UNREACHABLE) from None


def _not_supported(missing: smtplib.SMTPNotSupportedError) -> NotSentError:
    text = str(missing)
    if "STARTTLS" in text:
        return NotSentError(NO_SECRECY)
    return NotSentError(NO_SIGN_IN) if "AUTH" in text else NotSentError("address-not-supported", final=True)
