"""A record that went away while somebody was changing it: what was typed is shown, and may begin a new record."""

import secrets
from typing import NamedTuple

from flask import Response, make_response, render_template, request

from runtime import access
from runtime.definitions.documents import Form
from runtime.fields import Raw
from runtime.forms import filling
from runtime.forms.pages import Filling
from runtime.text import localized


class Typed(NamedTuple):
    """One answer that was sent: the field's title, the answer in words, and what its controls posted."""

    key: str
    title: str
    text: str
    posted: list[tuple[str, str]]


def page(form: Form) -> Response:
    """The answer to a change that came too late. Who may not see the record reads the same."""
    sent = filling.posted(form)
    html = render_template(
        "records/gone.html",
        form=form,
        typed=[_typed(sent, key) for key in form.fields if key in sent.entry.raw],
        may_create=access.can(sent.user, "create", form),
        once=secrets.token_urlsafe(16),
        **filling.titles_of(form),
    )
    return make_response(html, 404)


def _typed(sent: Filling, key: str) -> Typed:
    one, raw = sent.form.fields[key], sent.entry.raw[key]
    text = _as_typed(raw)
    if key in sent.entry.values:
        text = one.type.display(sent.entry.values[key], one, sent.reader, sent.names)
    title = localized(one.title, sent.reader.locale)
    texts = [raw] if isinstance(raw, str) else raw
    if key in sent.form.rows:  # of a stored row that was not on the page nothing is known any more
        texts = ["", *(row.handle for row in sent.entry.rows[key] if row.id is None or row.entry.raw)]
    inside = ((name, each) for name, each in request.form.items(multi=True) if name.startswith(f"{key}."))
    return Typed(key, title, text, [*((key, each) for each in texts), *inside])


def _as_typed(raw: Raw) -> str:
    return raw if isinstance(raw, str) else ", ".join(raw)
