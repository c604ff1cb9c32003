"""A real SMTP server for tests, which keeps what it gets and can be told to refuse."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.support.postgres import free_port


class MailSink:
    """Listens on loopback. `mails` were accepted; `answers` are given once each instead of accepting."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.answers: list[str] = []
        self.port = free_port()
        self.url = f"smtp://127.0.0.1:{self.port}?from=Formwright%20%3Cno-reply@example.com%3E"
        self.start()

    def start(self) -> None:
        """Listen (again)."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, enable_SMTPUTF8=True)
        self._controller.start()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Called by aiosmtpd with a whole mail."""
        if self.answers:
            return self.answers.pop(0)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients += envelope.rcpt_tos
        return "250 OK"

    def stop(self) -> None:
        """Stop listening: connections are refused."""
        self._controller.stop()
