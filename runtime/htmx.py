"""The one place that speaks htmx: what kind of request this is, and the headers of the answer.

htmx 4 sends `HX-Target: div#out` and the trigger in `HX-Source`; header values must be ASCII.
"""

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, make_response, redirect, render_template
from flask import request as _request
from htmx_flask.requests import HtmxAwareRequest

from runtime.limits import FormParser


class Request(HtmxAwareRequest):  # type: ignore[misc]  # the library has no types
    """Flask's request with `request.htmx`, and with our limits on form bodies."""

    form_data_parser_class = FormParser


def is_htmx() -> bool:
    """Whether htmx asks, and so wants the answer in a part of the page."""
    return bool(_request.htmx)  # type: ignore[attr-defined]


def asks_for(part: str) -> bool:
    """Whether htmx asks for what goes into the place with this id."""
    return is_htmx() and _request.headers.get("HX-Target", "").endswith(f"#{part}")


def page_or_partial(page: str, partial: str, status: int = 200, **context: Any) -> Response:
    """The whole page for a browser, the partial for htmx; both from the same context."""
    response = make_response(render_template(partial if is_htmx() else page, **context), status)
    response.vary.add("HX-Request")
    return response


def go_to(location: str) -> Response:
    """Send the browser to another page after a form was accepted; htmx follows by its own header."""
    if not is_htmx():
        return make_response(redirect(location, code=303))
    response = make_response("", 200)
    response.headers["HX-Redirect"] = ascii_header(location)
    return response


def trigger(response: Response, events: Mapping[str, Any]) -> Response:
    """Make the browser fire events (name → detail) once it has the answer."""
    response.headers["HX-Trigger"] = json.dumps(events, ensure_ascii=True)
    return response


def replace_url(response: Response, url: str) -> Response:
    """Show another address for the page without loading it."""
    response.headers["HX-Replace-Url"] = ascii_header(url)
    return response


def retarget(response: Response, target: str, swap: str) -> Response:
    """Put the answer elsewhere than it was asked for: where this selector leads, swapped in this way."""
    response.headers["HX-Retarget"] = target
    response.headers["HX-Reswap"] = swap
    return response


def reswap(response: Response, swap: str) -> Response:
    """Swap the answer in another way than it was asked for; `none` leaves the page as it is."""
    response.headers["HX-Reswap"] = swap
    return response


def ascii_header(url: str) -> str:
    """An address fit for a header: whatever is not ASCII is percent-encoded."""
    return "".join(c if c.isascii() and c.isprintable() else _percent(c) for c in url)


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))
