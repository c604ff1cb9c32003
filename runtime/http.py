"""The only door for requests that we make to others: https alone, to hosts that the operator named, never to addresses
of a private network, and never for longer than a few seconds.
"""

import ipaddress
import socket
import ssl
from collections.abc import Collection, Mapping
from http.client import HTTPConnection, HTTPException
from threading import Timer
from urllib.parse import SplitResult, urlsplit

from runtime.errors import PermanentError, TemporaryError

TIMEOUT = 10.0  # seconds for all of a request, however slowly the other side goes on
PORT = 443
TRY_AGAIN = (408, 425, 429)


class NoAnswerError(TemporaryError):
    """The other side does not answer at all."""


def host_of(url: str) -> str:
    """Host, and port unless it is the usual one, as the operator names them; "" for an address that is not ours to ask:
    of another scheme, or with a name and password in it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or PORT
    except ValueError:
        return ""
    if (
        parts.scheme != "https"
        or not parts.hostname
        or "@" in parts.netloc
        or not url.isprintable()
        or " " in url
    ):
        return ""
    return parts.hostname if port == PORT else f"{parts.hostname}:{port}"


def post(url: str, body: bytes, headers: Mapping[str, str], allowed: Collection[str]) -> int:
    """Send the body and return the status, which is 200 to 299. Redirects are not followed, the answer is not read.

    PermanentError for a host that is not allowed, a private address, or an answer that will not change;
    TemporaryError for one that may; NoAnswerError for none.
    """
    if host_of(url) not in allowed:
        raise PermanentError(f"the operator does not allow requests to {host_of(url) or 'this address'}")
    status = _ask(urlsplit(url), body, headers)
    if status in TRY_AGAIN or status >= 500:
        raise TemporaryError(f"the other side answered {status}")
    if not 200 <= status < 300:
        raise PermanentError(f"the other side answered {status}")
    return status


def _ask(parts: SplitResult, body: bytes, headers: Mapping[str, str]) -> int:
    host, port = str(parts.hostname), parts.port or PORT
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        opened = socket.create_connection((address_of(host, port), port), timeout=TIMEOUT)
    except (OSError, UnicodeError) as error:
        raise NoAnswerError(f"no connection: {error}") from error
    secured = _secured(opened, host)
    # Each read has its own time limit: who drips a byte a second would hold us for ever without this one.
    watch = Timer(TIMEOUT, _cut, [secured])
    watch.start()
    try:
        if isinstance(secured, ssl.SSLSocket):
            secured.do_handshake()
        connection = HTTPConnection(host, port, timeout=TIMEOUT)
        connection.sock = secured
        connection.request("POST", path, body, dict(headers))
        return connection.getresponse().status
    except (OSError, HTTPException, ValueError) as error:
        raise NoAnswerError(f"no answer: {type(error).__name__}") from error
    finally:
        watch.cancel()
        secured.close()


def _cut(opened: socket.socket) -> None:
    try:
        opened.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _secured(opened: socket.socket, host: str) -> socket.socket:
    """The socket with TLS on it, which the caller begins."""
    context = ssl.create_default_context()
    return context.wrap_socket(opened, server_hostname=host, do_handshake_on_connect=False)


def address_of(host: str, port: int) -> str:
    """The address to connect to: looked up once, so that it cannot become another one after it was judged.
    PermanentError when any that the name has is not public.
    """
    found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(map(is_public, found)):
        raise PermanentError("the address belongs to a private network")
    return found[0]


def is_public(text: str) -> bool:
    """Whether an IP address is one of the public internet."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not address.is_multicast
