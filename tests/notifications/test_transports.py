"""Handing a mail to an SMTP server that answers in every way one can."""

import contextlib
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from portal.notifications import mail
from portal.notifications.transports import Console, NotSentError, Smtp, from_url
from tests.cast import NOW
from tests.notifications.outbox import Inbox, mail_server, smtp


def letter(to: str = "ada@interval.example") -> EmailMessage:
    return mail.compose(
        message_id=uuid.UUID(int=7),
        base_url="https://portal.example",
        sent_by="Interval <no-reply@portal.example>",
        to=to,
        letter="A subject\n\nA body.",
        page="<p>A body.</p>",
        at=NOW,
    )


def test_a_mail_that_is_accepted_arrives_once_for_one_person() -> None:
    inbox = Inbox()
    with mail_server(inbox) as port:
        smtp(port).send(letter())
    (received,) = inbox.mails
    assert (received["Subject"], received["Message-ID"]) == ("A subject", f"<{uuid.UUID(int=7)}@portal.example>")
    assert inbox.envelopes[0].rcpt_tos == ["ada@interval.example"]
    assert inbox.envelopes[0].mail_from == "no-reply@portal.example"


@pytest.mark.parametrize(
    ("rcpt", "data", "code", "final"),
    [
        (["450 later"], [], "smtp-450", False),
        (["550 nobody"], [], "smtp-550", True),
        ([], ["451 later"], "smtp-451", False),
        ([], ["554 no"], "smtp-554", True),
        ([], ["drop"], "unreachable", False),
    ],
)
def test_a_refusal_says_whether_trying_again_can_help(rcpt: list[str], data: list[str], code: str, final: bool) -> None:
    inbox = Inbox(rcpt=rcpt, data=data)
    with mail_server(inbox) as port, pytest.raises(NotSentError) as caught:
        smtp(port).send(letter())
    assert (caught.value.code, caught.value.final) == (code, final)
    assert inbox.mails == []


def test_no_server_is_unreachable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(NotSentError, match="unreachable"):
        smtp(port).send(letter())


@contextlib.contextmanager
def odd_server(*lines: bytes, after_data: bool = False) -> Iterator[int]:
    """A server that says some lines and then nothing more, for as long as the test lasts."""
    listening = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listening.accept()
            with connection:
                for line in lines:
                    connection.sendall(line)
                    connection.recv(65536)
                done.wait(10)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        done.set()
        listening.close()
        thread.join()


@pytest.mark.parametrize("lines", [(), (b"220 hi\r\n",)])
def test_a_server_that_hangs_is_left_after_the_time_limit(lines: tuple[bytes, ...]) -> None:
    started = time.monotonic()
    with odd_server(*lines) as port, pytest.raises(NotSentError) as caught:
        smtp(port, timeout=0.3).send(letter())
    assert time.monotonic() - started < 5
    assert not caught.value.final


def test_a_mail_the_server_took_is_sent_even_where_the_goodbye_hangs() -> None:
    lines = (b"220 hi\r\n", b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", b"250 taken\r\n")
    with odd_server(*lines) as port:
        smtp(port, timeout=0.5).send(letter())


def test_without_safe_connection_nothing_is_sent_where_one_was_asked_for() -> None:
    inbox = Inbox()
    with mail_server(inbox) as port, pytest.raises(NotSentError, match="no-tls"):
        Smtp("smtp+starttls", "127.0.0.1", port, "", "", "localhost", timeout=2).send(letter())
    with mail_server(inbox) as port, pytest.raises(NotSentError) as caught:
        Smtp("smtps", "127.0.0.1", port, "", "", "localhost", timeout=1).send(letter())
    assert not caught.value.final
    with mail_server(inbox) as port, pytest.raises(NotSentError, match="sign-in-refused"):
        Smtp("smtp", "127.0.0.1", port, "user", "wrong", "localhost", timeout=2).send(letter())
    assert inbox.mails == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("smtp", "mail.example", 25, "", "")),
        ("smtp://127.0.0.1:2525", ("smtp", "127.0.0.1", 2525, "", "")),
        ("smtp+starttls://u:p%40ss@mail.example", ("smtp+starttls", "mail.example", 587, "u", "p@ss")),
        ("smtps://u%3A:p@[::1]", ("smtps", "::1", 465, "u:", "p")),
    ],
)
def test_the_address_of_the_mail_server_is_read(url: str, expected: tuple[object, ...]) -> None:
    found = from_url(url, name="portal.example")
    assert isinstance(found, Smtp)
    assert (found.scheme, found.host, found.port, found.user, found.password) == expected


@pytest.mark.parametrize("url", ["", "mail.example", "http://mail.example", "smtp:", "smtp://u:p@mail.example"])
def test_an_address_that_will_not_do_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="MAIL_URL"):
        from_url(url, name="portal.example")


def test_the_demo_prints_its_mail() -> None:
    said: list[str] = []
    found = from_url("console:", name="localhost", write=said.append)
    assert isinstance(found, Console)
    found.send(letter())
    assert "To: ada@interval.example" in said[0]
    assert "A body." in said[0]
