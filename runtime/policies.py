"""What a page may load and by whom it may be shown: the content security policy."""

from collections.abc import Sequence

from flask import Response, g


def policy(shown_by: Sequence[str] = (), sends_to: Sequence[str] = ()) -> str:
    """The policy of a page: shown in a frame by these sites only, and sent to us or on to these."""
    ancestors, targets = " ".join(shown_by) or "'none'", " ".join(["'self'", *sends_to])
    return (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
        f"base-uri 'none'; form-action {targets}; frame-ancestors {ancestors}"
    )


def loosen(response: Response, shown_by: Sequence[str], sends_to: Sequence[str]) -> Response:
    """Let these sites show the page in a frame, and let it lead on to those after it is sent."""
    response.headers["Content-Security-Policy"] = policy(shown_by, sends_to)
    g.may_be_framed = bool(shown_by)
    return response
