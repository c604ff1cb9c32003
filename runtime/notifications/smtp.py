"""Connections to the mail server: at most ten seconds for a mail, one connection for mails that follow each other."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Timer
from urllib.parse import unquote, urlsplit

SECONDS = 10.0  # for a whole mail, however slowly the server drips
STEP_SECONDS = 5.0  # for one answer of the server
KEPT_SECONDS = 1.0  # that a connection is kept for the next mail
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


@contextmanager
def connected(url: str) -> Iterator[smtplib.SMTP]:
    """A connection that mails may be sent over, hung up after ten seconds; kept for the next mail if all went well."""
    kept = _kept.take(url)
    server = kept or _client(urlsplit(url).scheme)
    watch = Timer(SECONDS, _hang_up, [server])
    watch.daemon = True
    watch.start()
    try:
        if not kept:
            _dial(server, url)
        yield server
    except BaseException:
        server.close()
        raise
    finally:
        watch.cancel()
    _kept.keep(url, server)


def _dial(server: smtplib.SMTP, url: str) -> None:
    """Have the connection greeted, encrypted and logged in as the URL says."""
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port or PORTS[parts.scheme]
    code, answer = server.connect(host, port)
    if code != 220:
        raise smtplib.SMTPConnectError(code, answer)
    server._host = host  # type: ignore[attr-defined]  # STARTTLS checks the certificate against it
    server.ehlo_or_helo_if_needed()
    if parts.scheme == "smtp+starttls":
        server.starttls(context=ssl.create_default_context())
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))


class _Kept:
    """The connection of the last mail: a thousand reminders of nine o'clock do not greet a thousand times."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: tuple[str, smtplib.SMTP, Timer] | None = None

    def take(self, url: str) -> smtplib.SMTP | None:
        """The connection, if there is one to this server that still answers."""
        with self._lock:
            found, self._found = self._found, None
        if found is None:
            return None
        kept_for, server, end = found
        end.cancel()
        if kept_for == url and _answers(server):
            return server
        _part(server)
        return None

    def keep(self, url: str, server: smtplib.SMTP) -> None:
        """Keep a connection for a moment; quit it when another one is kept already."""
        end = Timer(KEPT_SECONDS, self._end)
        end.daemon = True
        with self._lock:
            if self._found is None:
                self._found = (url, server, end)
                end.start()
                return
        _part(server)

    def _end(self) -> None:
        with self._lock:
            found, self._found = self._found, None
        if found is not None:
            _part(found[1])


_kept = _Kept()


def _answers(server: smtplib.SMTP) -> bool:
    try:
        return server.noop()[0] == 250
    except (smtplib.SMTPException, OSError):
        return False


def _part(server: smtplib.SMTP) -> None:
    with suppress(smtplib.SMTPException, OSError):
        server.quit()
    server.close()


def _client(scheme: str) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(timeout=STEP_SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(timeout=STEP_SECONDS)


def _hang_up(server: smtplib.SMTP) -> None:
    sock = server.sock
    if sock is not None:
        sock.shutdown(socket.SHUT_RDWR)
