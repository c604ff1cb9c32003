"""What the browser shows already is not sent again: an answer only names the fields that stay as they are.

A field that is not selected carries the digest of what it is drawn from, the palette and the properties that of their
own HTML, and with a request come the digests of all that is on the page. Whatever would be sent with one of these is
there, byte for byte, however it came there; only the hidden inputs that every request fills anew may differ.
"""

import re
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from flask import current_app, request
from markupsafe import Markup

from builder.canvas import DRAWN, Cell
from builder.studio import Studio
from runtime.assets import asset
from runtime.htmx import is_htmx
from runtime.shell import SPRITE

HEADER = "FW-Drawn"
DIGITS = 8  # of a digest: 500 fields fit into a header
_FILLED_ANEW = re.compile(r'(name="(?:csrf_token|rev)" value=)"[^"]*"')


class Sending:
    """Fields as they are sent to one browser: whole, or only named when they stand there."""

    def __init__(self, studio: Studio) -> None:
        self._held, self._locale = studio.held, studio.locale

    def __call__(self, one: Cell) -> Markup:
        """The HTML of a field that is not selected; one that stands there is not even drawn."""
        digest = _name(one, self._locale)
        if digest not in self._held:
            return _html(one, digest)
        standing: Markup = _macros().kept(f"cell-{one.key}")
        return standing

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
def _name(one: Cell, locale: str) -> str:
    """The digest of all that a field's HTML is drawn from, the same in every process of one release."""
    return _digest(f"{_release()} {locale} {one!r}")


@lru_cache(DRAWN)
def _html(one: Cell, digest: str) -> Markup:
    drawn: Markup = _macros().cell(one, digest)
    return drawn


@lru_cache(1)
def _release() -> str:
    """A digest of all templates: after an upgrade a browser that still shows the old page gets the new one."""
    loader = current_app.jinja_env.loader
    assert loader is not None
    sources = (loader.get_source(current_app.jinja_env, name)[0] for name in loader.list_templates())
    return _digest("".join(sources) + asset(SPRITE))


def _macros() -> Any:
    return current_app.jinja_env.get_template("builder/form/_cell.html").module


def _digest(html: str) -> str:
    return blake2b(html.encode(), digest_size=DIGITS // 2).hexdigest()
