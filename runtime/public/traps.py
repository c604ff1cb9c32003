"""What machines do that people do not: they fill in what nobody sees, and are done at once."""

from flask import current_app, request
from itsdangerous import BadSignature, TimestampSigner

from runtime import times

HIDDEN = "website"
"""A field that no person sees; what fills in every field fills in this one, too."""
SECONDS = 2
"""Nobody reads a form and fills it in that fast."""


def opened() -> str:
    """The moment at which the page was opened, signed; of a page that is drawn again the first one."""
    was = request.form.get("_opened", "")
    return was if _opened_at(was) is not None else _signer().sign("").decode()


def caught() -> bool:
    """Whether what was sent looks as if a machine had filled it in."""
    at = _opened_at(request.form.get("_opened", ""))
    return bool(request.form.get(HIDDEN)) or at is None or times.now().timestamp() - at < SECONDS


def _opened_at(text: str) -> float | None:
    try:
        _empty, at = _signer().unsign(text, return_timestamp=True)
    except BadSignature:
        return None
    return at.timestamp()


def _signer() -> TimestampSigner:
    return TimestampSigner(current_app.config["SECRET_KEY"], salt="public form opened")
