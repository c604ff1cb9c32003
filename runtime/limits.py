"""How much one request may bring, and how often somebody may try."""

import hashlib
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, BinaryIO
from urllib.parse import parse_qsl

from flask import Flask, current_app, request
from flask_limiter import Limiter, RateLimitExceeded
from flask_limiter.util import get_remote_address
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.formparser import FormDataParser
from werkzeug.middleware.proxy_fix import ProxyFix

from runtime import endpoints
from runtime.db import db
from runtime.sizes import MEGABYTE

MAX_BODY = 16 * MEGABYTE
MAX_BODY_WITH_FILES = 256 * MEGABYTE
MAX_BODY_OF_GUESTS = 64 * MEGABYTE
MAX_TEXT_OF_MULTIPART = 4 * MEGABYTE
MAX_KEYS = 20_000  # 500 fields, and of 20 sub-tables a page of rows each with 20 columns

SIGN_IN_TRIES = "20 per 15 minutes"  # of one account, from wherever
SIGN_IN_TRIES_OF_ADDRESS = "300 per 15 minutes"
PUBLIC_POSTS = "60 per 10 minutes"  # records of one public form, from one address
PUBLIC_WORKED = "600 per 10 minutes"  # beyond them, where the browser worked for each
PUBLIC_FILES = "100 per 10 minutes"  # files of guests, from one address
PUBLIC_KILOBYTES = (
    "2000000 per day"  # of files of guests of one form, from one address: a fifth of what may wait there
)
PUBLIC_DRAFTS = "30 per 10 minutes"  # of guests, from one address
PUBLIC_MAILS = "5 per 10 minutes"  # with the link to a draft, from one address
PUBLIC_MAILS_TO = "5 per day"  # to one box
PUBLIC_MAILS_OF_FORM = "500 per day"
PUBLIC_PAPERS = "10 per 10 minutes"  # PDFs of what was sent, from one address
API_PAPERS = "60 per 10 minutes"  # PDFs of one person's programs
PUBLIC_LOOKS = "1200 per 10 minutes"  # of pages drawn again while somebody fills one in
PUBLIC_TRIES = "100 per 15 minutes"  # of the password of a public form

NETWORK = 64  # bits of an IPv6 address that a provider gives away; the others are up to whoever got them


def sender() -> str:
    """Where a request comes from: an IPv4 address, or the network of an IPv6 address, all of which one person has."""
    text = get_remote_address()
    try:
        address = ip_address(text)
    except ValueError:  # a socket that is no address
        return text
    if isinstance(address, IPv4Address):
        return text
    return str(address.ipv4_mapped or IPv6Address(int(address) >> NETWORK << NETWORK))


limiter = Limiter(sender, strategy="fixed-window")


class FormParser(FormDataParser):
    """Werkzeug's parser with the limits that it applies to multipart bodies only, and strict about UTF-8."""

    def _parse_urlencoded(
        self, stream: Any, mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> tuple[BinaryIO, MultiDict[str, str], MultiDict[str, Any]]:
        body = stream.read()
        if body.count(b"&") >= MAX_KEYS:
            raise RequestEntityTooLarge
        try:
            items = parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict")
        except UnicodeDecodeError as error:
            raise BadRequest from error
        return stream, self.cls(items), self.cls()


def init_app(app: Flask) -> None:
    """Set the limits of bodies and connect the counter of tries."""
    app.config.setdefault("SIGN_IN_TRIES", SIGN_IN_TRIES)
    app.config.setdefault("PUBLIC_POSTS", PUBLIC_POSTS)
    app.config.setdefault("PUBLIC_FILES", PUBLIC_FILES)
    app.config.setdefault("PUBLIC_KILOBYTES", PUBLIC_KILOBYTES)
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_TEXT_OF_MULTIPART,
        MAX_FORM_PARTS=MAX_KEYS,
        RATELIMIT_STORAGE_URI=app.config["REDIS_URL"] or "memory://",
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_HEADERS_ENABLED=False,
    )
    if app.config["REDIS_URL"]:
        app.config["RATELIMIT_STORAGE_OPTIONS"] = {"socket_connect_timeout": 0.3, "socket_timeout": 1}
    believe(app, app.config["SETTINGS"].proxies)
    app.before_request(_refuse_packed_bodies)
    app.before_request(_let_files_in)
    app.before_request(_read_form)
    limiter.init_app(app)


def believe(app: Flask, proxies: int) -> None:
    """Take the address of whoever asks from as many proxies as stand in front of us; what he writes himself counts for
    nothing. Nothing else is believed: how people reach us is a setting.
    """
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=0)  # type: ignore[method-assign]


def _refuse_packed_bodies() -> None:
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType


def _let_files_in() -> None:
    # Much only of people whom we know: others would fill the disk before they are asked who they are. And nothing of
    # forms without files, which are read into memory.
    packed = request.mimetype == "application/x-www-form-urlencoded"
    if not endpoints.marked("takes_files") or packed:
        return
    if current_user.is_authenticated or endpoints.marked("open_to_all"):
        known = current_user.is_authenticated
        request.max_content_length = MAX_BODY_WITH_FILES if known else MAX_BODY_OF_GUESTS
        db.session.commit()  # who it is was read; no transaction may be open while a large body comes


def _read_form() -> None:
    # The counter of tries would take a form that cannot be read for a counter that cannot be reached.
    if not endpoints.is_api():
        request.form.keys()


def account_key() -> str:
    """Tries are counted by the account that is named, whether it exists or not."""
    return "account:" + request.form.get("email", "").strip().lower()[:320]


def sign_in_tries() -> str:
    """How many tries an account has; a setting, because tests need another number."""
    tries: str = current_app.config["SIGN_IN_TRIES"]
    return tries


def public_posts() -> str:
    """How much one address may send of one public form."""
    posts: str = current_app.config["PUBLIC_POSTS"]
    return posts


def allows(limit: str | Callable[[], str], key: str, cost: int = 1) -> bool:
    """Whether this may be done once more by whom or what the key names; it is counted by its cost."""
    try:
        with limiter.limit(limit, key_func=lambda: key, cost=cost):
            return True
    except RateLimitExceeded:
        return False


def takes_another_file(form_id: int, size: int) -> bool:
    """Whether one more file of a guest is taken from this address, of so many bytes: nobody alone fills the room of a
    form by ever new visits.
    """
    if not allows(public_files, f"public file:{sender()}"):
        return False
    return allows(public_kilobytes, f"public bytes of:{form_id}:{sender()}", size // 1000 + 1)


def takes_another_draft() -> bool:
    """Whether one more draft of a guest is kept from this address."""
    return allows(PUBLIC_DRAFTS, f"public draft:{sender()}")


def sends_another_mail(form_id: int, address: str) -> bool:
    """Whether one more link is mailed: so that nobody has our mails fill the box of somebody else, by whichever of its
    names (`li+1@example.com` is the box of `li@example.com`).
    """
    name, _at, domain = address.lower().rpartition("@")
    own = f"{name.partition('+')[0] or name}@{domain}"
    box = hashlib.sha256(own.encode("utf-8", "replace")).hexdigest()
    asked = (
        (PUBLIC_MAILS, f"public mail from:{sender()}"),
        (PUBLIC_MAILS_TO, f"public mail to:{box}"),
        (PUBLIC_MAILS_OF_FORM, f"public mail of:{form_id}"),
    )
    return all(allows(limit, key) for limit, key in asked)


def public_files() -> str:
    """How many files of guests one address may send."""
    files: str = current_app.config["PUBLIC_FILES"]
    return files


def public_kilobytes() -> str:
    """How much of files of guests one address may send to one form."""
    kilobytes: str = current_app.config["PUBLIC_KILOBYTES"]
    return kilobytes


def public_key() -> str:
    """What is sent is counted by where it comes from and by what form it is."""
    return f"public:{request.path}:{sender()}"
