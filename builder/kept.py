"""What the browser shows already is not sent again: an answer only names the fields that stay as they are.

A field that is not selected carries the digest of its own HTML, so do the palette and the properties, and with a
request come the digests of all that is on the page. Whatever would be sent with one of these is there, byte for
byte, however it came there; only the hidden inputs that every request of the page fills anew may differ.
"""

import re
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from flask import current_app, request
from markupsafe import Markup

from builder.canvas import DRAWN, Cell
from builder.studio import Studio
from runtime.htmx import is_htmx

HEADER = "FW-Drawn"
DIGITS = 8  # of a digest: 500 fields fit into a header
_FILLED_ANEW = re.compile(r'(name="(?:csrf_token|rev)" value=)"[^"]*"')


class Part(NamedTuple):
    """A field that is not selected: its digest, its HTML, and what stands for it where it is held already."""

    digest: str
    html: Markup
    name: Markup


class Sending:
    """Fields as they are sent to one browser: whole, or only named when they stand there."""

    def __init__(self, studio: Studio) -> None:
        self._held, self._locale = studio.held, studio.locale

    def __call__(self, one: Cell) -> Markup:
        """The HTML of a field that is not selected."""
        part = _part(one, self._locale)
        return part.name if part.digest in self._held else part.html

    def part(self, name: str, html: Markup) -> Markup:
        """A part of the page beside the fields, in an element of this id."""
        digest = _digest(_FILLED_ANEW.sub(r"\1", html))
        macros = _macros()
        drawn: Markup = macros.kept(name) if digest in self._held else macros.part(name, digest, html)
        return drawn


def held() -> frozenset[str]:
    """The digests of what stands on the page that asks."""
    told = request.headers.get(HEADER, "") if is_htmx() else ""
    return frozenset(told[at : at + DIGITS] for at in range(0, len(told), DIGITS))


@lru_cache(DRAWN)
def _part(one: Cell, locale: str) -> Part:
    macros = _macros()
    digest = _digest(macros.cell(one, ""))
    return Part(digest, macros.cell(one, digest), macros.kept(f"cell-{one.key}"))


def _macros() -> Any:
    return current_app.jinja_env.get_template("builder/form/_cell.html").module


def _digest(html: str) -> str:
    return blake2b(html.encode(), digest_size=DIGITS // 2).hexdigest()
