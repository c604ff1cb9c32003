"""A real SMTP server for tests, which keeps what it gets and can be told to refuse."""

import asyncio
import socket
from collections.abc import Awaitable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


class _OnSocket(Controller):
    """Listens on a socket that is there already, so that its port cannot be taken by others."""

    def __init__(self, handler: Any, listening: socket.socket) -> None:
        host, port = listening.getsockname()
        super().__init__(handler, hostname=host, port=port, enable_SMTPUTF8=True)
        self._listening = listening

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listening)


class MailSink:
    """Listens on loopback. `mails` were accepted; `answers` are given once each instead of accepting."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.answers: list[str] = []
        self.clients: list[tuple[str, int]] = []  # from where each mail came
        self.port = 0
        self.start()
        self.url = f"smtp://127.0.0.1:{self.port}?from=Formwright%20%3Cno-reply@example.com%3E"

    def start(self) -> None:
        """Listen (again, on the same port); OSError when somebody else took it meanwhile."""
        listening = socket.create_server(("127.0.0.1", self.port))
        # Else each greeting, sent in pieces, takes 40 ms: asyncio does so itself for sockets that it makes.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = listening.getsockname()[1]
        self._controller = _OnSocket(self, listening)
        self._controller.start()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Called by aiosmtpd with a whole mail."""
        if self.answers:
            return self.answers.pop(0)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.clients.append(session.peer)
        self.recipients += envelope.rcpt_tos
        return "250 OK"

    def stop(self) -> None:
        """Stop listening: connections are refused."""
        self._controller.stop()
