"""The only door for requests that we make to others: https alone, to hosts that the operator named, never to addresses
of a private network, and never for longer than a few seconds.
"""

import ipaddress
import socket
import ssl
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from threading import Timer
from time import monotonic
from urllib.parse import SplitResult, quote, urlsplit

from runtime.errors import PermanentError, TemporaryError

TIMEOUT = 10.0  # seconds for all of a request, however slowly the other side goes on
PORT = 443
MOST_ADDRESSES = 3
IN_PATH = "/%:@!$&'()*+,;=~"
UNICAST = ipaddress.IPv6Network("2000::/3")
TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")  # IPv4 addresses, in networks that have IPv6 alone
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
    host, port, end = str(parts.hostname), parts.port or PORT, monotonic() + TIMEOUT
    try:
        with _connected(host, port, end) as opened, _secured(opened, host) as secured, _watched(secured, end):
            secured.do_handshake()
            connection = HTTPConnection(host, port)
            connection.default_port = PORT  # else the header Host would name it
            connection.sock = secured
            connection.request("POST", _path(parts), body, dict(headers))
            return connection.getresponse().status
    except ssl.SSLCertVerificationError as error:
        raise NoAnswerError(f"its certificate is not valid: {error.verify_message}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise NoAnswerError(f"no answer: {_why(error)}") from error


def _path(parts: SplitResult) -> str:
    """What is asked for, in the characters that may stand there; what is written with % already stays."""
    path = quote(parts.path or "/", safe=IN_PATH)
    return f"{path}?{quote(parts.query, safe=IN_PATH + '?')}" if parts.query else path


def _why(error: Exception) -> str:
    """In our words or the system's: what the other side wrote is in none of them."""
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def _connected(host: str, port: int, end: float) -> socket.socket:
    """A connection to the first of the host's addresses that takes one, of those that there is time for."""
    found = addresses_of(host, port)[:MOST_ADDRESSES]
    last: OSError = TimeoutError()
    for left, address in zip(range(len(found), 0, -1), found, strict=True):
        seconds = (end - monotonic()) / left
        if seconds <= 0:
            break
        try:
            return socket.create_connection((address, port), timeout=seconds)
        except OSError as error:
            last = error
    raise last


@contextmanager
def _watched(opened: socket.socket, end: float) -> Iterator[None]:
    """Cut the connection when the time is over: each read has its own limit, and who drips a byte a second would hold
    us for ever.
    """
    opened.settimeout(TIMEOUT)
    watch = Timer(max(0.0, end - monotonic()), _cut, [opened])
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _cut(opened: socket.socket) -> None:
    # Beneath TLS, whose own `shutdown` lets whoever is sending go on in plain text for a moment.
    with suppress(OSError):
        socket.socket.shutdown(opened, socket.SHUT_RDWR)


def _secured(opened: socket.socket, host: str) -> ssl.SSLSocket:
    """The socket with TLS on it, which the caller begins."""
    context = ssl.create_default_context()
    return context.wrap_socket(opened, server_hostname=host, do_handshake_on_connect=False)


def addresses_of(host: str, port: int) -> list[str]:
    """The addresses to connect to: looked up once, so that they cannot become others after they were judged.
    PermanentError when any that the name has is not public.
    """
    found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(map(is_public, found)):
        raise PermanentError("the address belongs to a private network")
    return found


def is_public(text: str) -> bool:
    """Whether an IP address is one of the public internet."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in TRANSLATED:
            inner = ipaddress.IPv4Address(address.packed[-4:])
        if inner is not None:
            return is_public(str(inner))
        if address not in UNICAST:  # what Python calls global is more
            return False
    return address.is_global and not address.is_multicast
