"""What a list is asked for, and the addresses that lead to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from runtime.definitions.documents import Form
from runtime.forms.lists.looks import FIELDS, PARTS, Look
from runtime.records import query

PER_PAGE = 50
MOST_ROWS = query.MAX_ROWS
_NAMES = {"search": "q", "columns": "cols", **FIELDS}  # in an address
LOOK = ("view", *(_NAMES.get(part, part) for part in PARTS))
"""What an address says of the look."""


@dataclass(frozen=True)
class Asked:
    """What is asked for. Addresses tell what of it differs from what is `usual`.
    `told` says what of the address makes no sense and was left out.
    """

    look: Look
    usual: Look
    search: str = ""
    after: str = ""
    upto: int = PER_PAGE
    panel: str = ""
    view: str = ""
    lane: str = ""
    """The column of a board of which more is asked for."""
    lanes: str = ""
    """The other columns of which more is shown, as `lengths` reads it."""
    card: int = 0
    """The record of which the page asks where it shall go."""
    day: str = ""
    span: str = ""
    """Of a calendar: a day that it shows, as `2026-11-21`, and how much around it; empty for today and the usual."""
    told: tuple[str, ...] = ()


class Places:
    """The addresses of a list, each as it is asked for now but for what is changed."""

    def __init__(self, form: Form, asked: Asked) -> None:
        self.asked = asked
        self.path = url_for("forms.list_records", app=form.app, form=form.key)
        self._usual: dict[str, Any] = {**asked.usual.parts(), "upto": PER_PAGE, "card": 0}
        self.state: dict[str, str] = {}
        """What stands in the query of the address of what is asked for now."""
        self._put(self.state, {"view": asked.view, "search": asked.search, **asked.look.parts()})
        own: dict[str, Any] = {
            "upto": asked.upto,
            "after": asked.after,
            "panel": asked.panel,
            "lane": asked.lane,
        }
        own["lanes"] = asked.lanes
        self._put(self.state, {**own, "card": asked.card, "day": asked.day, "span": asked.span})

    def to(self, **changes: Any) -> str:
        """The address with these parts of the look, or of what else is asked for, changed."""
        state = dict(self.state)
        self._put(state, changes)
        return f"{self.path}?{urlencode(state)}" if state else self.path

    def on(self, after: str, **changes: Any) -> str:
        """The address of what comes after a cursor. It names its kind: that of the view may change meanwhile."""
        state = dict(self.state)
        self._put(state, changes)
        return f"{self.path}?{urlencode({**state, 'kind': self.asked.look.kind, 'after': after})}"

    def _put(self, state: dict[str, str], parts: Mapping[str, Any]) -> None:
        """Write these parts into the query of an address; what is usual is left out."""
        for part, value in parts.items():
            name = _NAMES.get(part, part)
            if value == self._usual.get(part, ""):
                state.pop(name, None)
            else:
                state[name] = ",".join(value) if isinstance(value, tuple) else str(value)
