"""E-mail over SMTP: plain text and HTML, our own Message-ID."""

import smtplib
from collections.abc import Mapping
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html import escape
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from runtime.accounts.models import User
from runtime.errors import PermanentError, TemporaryError
from runtime.jobs import AwayError
from runtime.notifications import smtp
from runtime.notifications.channels import Letter
from runtime.notifications.markdown import html, plain
from runtime.times import now


class Email:
    """Sends through the server of `SMTP_URL`; `?from=` in it names the sender."""

    name = "email"
    label = _l("E-mail")
    icon = "mail"
    instant = False
    repeatable = True  # a second copy carries the same Message-ID
    settings: Mapping[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}

    def hindrance(self, user: User) -> str:
        """Why this person gets no mail."""
        if not _smtp_url():
            return "no mail server is set up"
        return "" if user.email else "no e-mail address"

    def address(self, user: User) -> str:
        """The person's e-mail address."""
        return user.email

    def send(self, letter: Letter, session: Session) -> None:
        """Hand the mail over; TemporaryError for 4xx, PermanentError for 5xx, AwayError without answer."""
        message = compose(letter, sender_of(_smtp_url()))
        try:
            with smtp.connected(_smtp_url()) as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused(*next(iter(error.recipients.values()))) from error
        except (smtplib.SMTPConnectError, smtplib.SMTPAuthenticationError) as error:
            raise AwayError(f"the mail server refuses us: {_words(error.smtp_error)}") from error
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPNotSupportedError, UnicodeError) as error:
            raise PermanentError(str(error)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise AwayError(f"the mail server does not answer: {error}") from error


def _smtp_url() -> str:
    url: str = current_app.config["SETTINGS"].smtp_url
    return url


def _refused(code: int, answer: bytes | str) -> TemporaryError | PermanentError:
    text = f"{code} {_words(answer)}"
    return PermanentError(text) if 500 <= code < 600 else TemporaryError(text)


def _words(answer: bytes | str) -> str:
    words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(words.split())[:500]


def sender_of(url: str) -> str:
    """The From address: `from` of the URL's query, else its user name, else `formwright@` our own host."""
    parts = urlsplit(url)
    chosen = parse_qs(parts.query).get("from", [""])[0]
    if chosen:
        return chosen
    user = unquote(parts.username or "")
    return user if "@" in user else f"formwright@{mail_domain()}"


def mail_domain() -> str:
    """The right-hand side of our own addresses and Message-IDs."""
    return urlsplit(current_app.config["SETTINGS"].public_url).hostname or "localhost"


def compose(letter: Letter, sender: str) -> EmailMessage:
    """The mail; PermanentError for an address that is none, so that no header can be smuggled in."""
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = _address(*parseaddr(sender))
        message["To"] = _address(letter.name, letter.address)
        message["Subject"] = _line(letter.subject)
        message["Date"] = format_datetime(now())
        message["Message-ID"] = letter.message_id
    except (ValueError, MessageError, IndexError) as error:
        raise PermanentError(f"not a mail address: {letter.address!r}") from error
    message["Auto-Submitted"] = "auto-generated"  # holiday notes are not sent in answer
    message["Content-Language"] = letter.locale
    message.set_content(plain(letter.body))
    message.add_alternative(page(letter), subtype="html")
    return message


def _address(name: str, address: str) -> Address:
    return Address(display_name=_line(name), addr_spec=address)


def _line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def page(letter: Letter, scheme: str = "light dark") -> str:
    """The HTML of the mail. It has no colours of its own, so that it is dark where its reader's mail program is;
    `scheme` is `light` or `dark` to show how that looks.
    """
    return (
        f'<!doctype html><html lang="{escape(letter.locale)}"><head><meta charset="utf-8">'
        f'<meta name="color-scheme" content="{escape(scheme)}">'
        f'<meta name="viewport" content="width=device-width">'
        f"<title>{escape(_line(letter.subject))}</title></head>"
        f'<body style="font-family: sans-serif; line-height: 1.5">{html(letter.body)}</body></html>'
    )


plugin = Email()
