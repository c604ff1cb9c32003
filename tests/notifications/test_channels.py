"""E-mail as it stands in the mailbox, and what cannot be smuggled into it."""

import gc
import socket
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask

from runtime.db import db
from runtime.errors import PermanentError, TemporaryError
from runtime.jobs import AwayError
from runtime.notifications import smtp
from runtime.notifications.channels import CHANNELS, Letter
from runtime.notifications.channels.email import compose, sender_of
from tests.support.mail import MailSink

LETTER = Letter(
    delivery_id=1,
    user_id=1,
    name="李雷",
    address="li@example.com",
    subject="12月10日 跟进客户：华信",
    body="**华信** is due.\n\n[Open](https://example.com/apps/1/)",
    link="/apps/1/",
    locale="zh",
    message_id="<one@example.com>",
)


def send(letter: Letter = LETTER) -> None:
    CHANNELS["email"].send(letter, db.session())


def part(mail: EmailMessage, kind: str) -> str:
    found: Any = mail.get_body((kind,))
    return str(found.get_content())


def test_a_mail_has_text_and_html_in_utf8_and_our_message_id(mail_sink: MailSink) -> None:
    send()
    (mail,) = mail_sink.mails
    assert mail["Subject"] == LETTER.subject
    assert mail["Message-ID"] == "<one@example.com>"
    assert mail["From"] == "Formwright <no-reply@example.com>"
    assert mail["To"] == "李雷 <li@example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "multipart/alternative"
    assert "华信 is due." in part(mail, "plain")
    assert "**" not in part(mail, "plain")
    assert "<strong>华信</strong>" in part(mail, "html")
    assert mail_sink.recipients == ["li@example.com"]


@pytest.mark.parametrize(
    "values",
    [
        {"subject": "Hello\r\nBcc: all@example.com"},
        {"name": "Li\nBcc: all@example.com"},
        {"subject": "a\x00b\x0bc"},
    ],
)
def test_a_text_cannot_add_a_header(mail_sink: MailSink, values: dict[str, str]) -> None:
    send(replace(LETTER, **values))  # type: ignore[arg-type]
    (mail,) = mail_sink.mails
    assert mail["Bcc"] is None
    assert mail_sink.recipients == ["li@example.com"]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "li",
        "a@example.com, b@example.com",
        "a@example.com\nBcc: b@example.com",
        "<a@example.com>",
        "a b@c.com",
    ],
)
def test_an_address_that_is_none_is_refused(mail_sink: MailSink, address: str) -> None:
    with pytest.raises(PermanentError):
        send(replace(LETTER, address=address))
    assert mail_sink.mails == []


def test_html_of_a_message_is_harmless(app: Flask) -> None:
    mail = compose(replace(LETTER, body="<script>x</script> [x](javascript:alert(1))"), "a@example.com")
    assert "<script" not in part(mail, "html")
    assert 'href="javascript' not in part(mail, "html")


def test_an_answer_of_4xx_is_temporary_and_5xx_permanent(mail_sink: MailSink) -> None:
    mail_sink.answers = ["451 try later", "550 no such user"]
    with pytest.raises(TemporaryError, match="451 try later"):
        send()
    with pytest.raises(PermanentError, match="550 no such user"):
        send()
    send()
    assert len(mail_sink.mails) == 1


def test_a_server_that_is_away_is_told_apart(mail_sink: MailSink) -> None:
    mail_sink.stop()
    with pytest.raises(AwayError):
        send()
    mail_sink.start()
    send()
    assert len(mail_sink.mails) == 1


def test_a_server_that_never_answers_is_hung_up_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(smtp, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], smtp_url=url)
        with pytest.raises(AwayError):
            send()


def test_mails_that_follow_each_other_share_a_connection(mail_sink: MailSink) -> None:
    send()
    send()
    assert len(mail_sink.mails) == 2
    assert len(set(mail_sink.clients)) == 1


def test_a_server_that_was_started_anew_gets_the_next_mail(mail_sink: MailSink) -> None:
    send()
    mail_sink.stop()
    mail_sink.start()
    send()
    assert len(mail_sink.mails) == 2


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("smtp://host?from=A%20%3Ca%40b.com%3E", "A <a@b.com>"),
        ("smtps://me%40b.com:secret@host", "me@b.com"),
        ("smtp://user@host", "formwright@localhost"),
    ],
)
def test_the_sender_comes_from_the_setting(app: Flask, url: str, sender: str) -> None:
    assert sender_of(url) == sender


@pytest.mark.parametrize("name", list(CHANNELS))
def test_every_channel_keeps_the_contract(name: str) -> None:
    channel = CHANNELS[name]
    assert channel.name == name
    assert str(channel.label)
    assert channel.settings["type"] == "object"


def test_the_mail_server_of_the_tests_leaves_nothing_behind_when_its_port_was_taken(
    mail_sink: MailSink,
) -> None:
    mail_sink.stop()
    with socket.create_server(("127.0.0.1", mail_sink.port)), pytest.raises(OSError, match="in use"):
        mail_sink.start()
    gc.collect()  # an event loop that nobody closed would be a warning, and so an error
    mail_sink.start()
    send()
    assert len(mail_sink.mails) == 1
