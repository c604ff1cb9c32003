"""Addresses of static files."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import request

from runtime import config


def asset(name: str) -> str:
    """The address of a static file. It changes with the file, so that browsers may keep what they got for good."""
    return f"{request.script_root}/static/{name}?v={_digest(name)}"


@cache
def _digest(name: str) -> str:
    return sha256(Path(config.ROOT, "static", name).read_bytes()).hexdigest()[:12]
