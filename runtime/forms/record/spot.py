"""Where the page of a record was come to from: the list in exactly that state, which its address carries along."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import request, url_for

from runtime.definitions.documents import Form
from runtime.forms.lists import places
from runtime.links import own_path

STATE = (*places.LOOK, "q", "day", "span", "lane", "upto")
PAGE = "forms.show_record"
PLAIN = "!$'()*,/:;?@"  # left as they are in addresses, as Flask does


@dataclass(frozen=True)
class Spot:
    """The page of a record, and the state of the list before it."""

    form: Form
    record_id: int
    state: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str], ...] = ()
    """Which pages of rows its sub-tables show, `at.lines` and 2."""

    def to(self, endpoint: str = PAGE, **more: Any) -> str:
        """The address of a page of this record, which leads back to the same list."""
        asked = {**dict(self.state), **more}
        if endpoint == PAGE:
            asked = {**({} if "at" in more else dict(self.rows)), **asked}
            return f"{self.path}?{urlencode(asked, safe=PLAIN)}" if asked else self.path
        return self._built(endpoint, **asked)

    def of(self, endpoint: str) -> str:
        """The address of something of this record from which no way leads back to a list."""
        return self._built(endpoint)

    @cached_property
    def path(self) -> str:
        """The address of the page without anything; made once, for a page has many links to itself."""
        return self._built(PAGE)

    def _built(self, endpoint: str, **asked: Any) -> str:
        own: dict[str, Any] = {"app": self.form.app, "form": self.form.key, "record_id": self.record_id}
        return url_for(endpoint, **own, **asked)

    @property
    def list(self) -> str:
        """The address of the list."""
        path = url_for("forms.list_records", app=self.form.app, form=self.form.key)
        return f"{path}?{urlencode(self.state)}" if self.state else path


def spot(form: Form, record_id: int) -> Spot:
    """The page of a record as this request names it; while a part of it is filled, as the way back names it."""
    told: Mapping[str, str] = request.args
    if back := own_path(request.form.get("_back") or request.args.get("back"), ""):
        page = urlsplit(back)
        if page.path == Spot(form, record_id, ()).path:
            told = dict(parse_qsl(page.query))
    state, rows = ([(name, told[name]) for name in names if name in told] for names in (STATE, _turned(form)))
    return Spot(form, record_id, tuple(state), tuple(rows))


def _turned(form: Form) -> list[str]:
    return [f"at.{key}" for key in form.rows]
