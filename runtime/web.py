"""What every request passes through: write mode, language, headers, limits, error pages."""

from flask import Flask, request

from runtime import db as database


def init_app(app: Flask) -> None:
    """Connect the hooks of every request."""
    app.before_request(_set_write_mode)


def _set_write_mode() -> None:
    database._writing.set(request.method not in ("GET", "HEAD", "OPTIONS"))
