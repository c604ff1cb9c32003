"""Where the page of a record was come to from: the list in exactly that state, which its address carries along."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for

from runtime.definitions.documents import Form

STATE = ("view", "kind", "by", "date", "q", "filter", "sort", "cols", "upto")


@dataclass(frozen=True)
class Spot:
    """The page of a record, and the state of the list before it."""

    form: Form
    record_id: int
    state: tuple[tuple[str, str], ...]

    def to(self, endpoint: str = "forms.show_record", **more: Any) -> str:
        """The address of a page of this record, which leads back to the same list."""
        own: dict[str, Any] = {"app": self.form.app, "form": self.form.key, "record_id": self.record_id}
        return url_for(endpoint, **own, **{**dict(self.state), **more})

    @property
    def list(self) -> str:
        """The address of the list."""
        path = url_for("forms.list_records", app=self.form.app, form=self.form.key)
        return f"{path}?{urlencode(self.state)}" if self.state else path


def spot(form: Form, record_id: int) -> Spot:
    """The page of a record as this request names it."""
    state = tuple((name, request.args[name]) for name in STATE if name in request.args)
    return Spot(form, record_id, state)
