"""What machines do that people do not: they fill in what nobody sees, and are done at once."""

from flask import current_app, request
from itsdangerous import BadSignature, TimestampSigner

from runtime import times

HIDDEN = "website"
"""A field that no person sees; what fills in every field fills in this one, too."""
SECONDS = 2
"""Nobody reads a form and fills it in that fast."""


def opened(slug: str) -> str:
    """The moment at which the page was opened, signed; of a page that is drawn again the first one."""
    was = request.form.get("_opened", "")
    return was if _opened_at(slug, was) is not None else _signer(slug).sign("").decode()


def was_open(slug: str) -> bool:
    """Whether this comes from a page that was given out while the form was open."""
    return _opened_at(slug, request.form.get("_opened", "")) is not None


def caught(slug: str) -> bool:
    """Whether what was sent looks as if a machine had filled it in."""
    at = _opened_at(slug, request.form.get("_opened", ""))
    if request.form.get(HIDDEN) or at is None:
        return True
    # A later moment is ours, too: the clock was set back since.
    return 0 <= times.now().timestamp() - at < SECONDS


def _opened_at(slug: str, text: str) -> float | None:
    try:
        _empty, at = _signer(slug).unsign(text, return_timestamp=True)
    except BadSignature:
        return None
    return at.timestamp()


def _signer(slug: str) -> TimestampSigner:
    return TimestampSigner(current_app.config["SECRET_KEY"], salt=f"public form opened {slug}")
