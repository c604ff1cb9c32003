"""Addresses: which ones may be followed after a form is sent, and how ours look from outside."""

from urllib.parse import unquote, urlsplit

from flask import current_app


def own_path(target: str | None, default: str = "/") -> str:
    """`target` when it is a path of this server, else `default`: nobody is sent to another site."""
    if not target or not _plain(target) or not _plain(unquote(target)):
        return default
    return target


def _plain(target: str) -> bool:
    # Browsers read "\" as "/" and drop tabs and line ends, so "/\evil" and "/\t/evil" would leave us.
    if not target.startswith("/") or target.startswith("//") or "\\" in target:
        return False
    if any(ord(character) < 33 or ord(character) == 127 for character in target):
        return False
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc


def absolute(path: str) -> str:
    """The full address of a path, from the configured public address and never from the Host header."""
    public_url: str = current_app.config["SETTINGS"].public_url
    return public_url + path
