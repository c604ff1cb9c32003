"""Records as PDFs: made by the job that makes the files of lists, kept like these, and made anew when they would show
something else.

What is kept belongs to one person and shows what that person might see. Rights on it depend on much: on fields, on
columns of rows, on every record that it points to. So it is told apart by all that it shows, and not by its revision.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from hashlib import sha256
from typing import Any

from flask import current_app, g, has_request_context, render_template
from flask_babel import force_locale

from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.fields import Reader
from runtime.forms import reading
from runtime.i18n import moment_text
from runtime.records import query
from runtime.text import localized
from runtime.times import now

KIND = "pdf"
_NOW = "\ue000"  # where the page says when it was printed


def state(user: User, form: Form, record_id: int) -> dict[str, Any]:
    """What a PDF of a record would show this person now: of the same state no second one is made. NotFound for a
    record that the person may not read.
    """
    return _state(record_id, _page(user, form, record_id))


def page(user: User, form: Form, record_id: int) -> tuple[str, dict[str, Any]]:
    """The HTML of a record as this person may see it now, and the state that it shows."""
    html = _page(user, form, record_id)
    with _as_a_request(user, form):
        return html.replace(_NOW, moment_text(now())), _state(record_id, html)


def _state(record_id: int, html: str) -> dict[str, Any]:
    return {"record": record_id, "digest": sha256(html.encode()).hexdigest()}


def _page(user: User, form: Form, record_id: int) -> str:
    with _as_a_request(user, form) as reader:
        record = query.get(user, form, record_id)
        return render_template(
            "records/paper.html",
            form_title=localized(form.title, user.locale),
            record=record,
            read=reading.reading(user, form, record, reader),
            printed=_NOW,
            locale=user.locale,
        )


@contextmanager
def _as_a_request(user: User, form: Form) -> Iterator[Reader]:
    """The parts of a page know their addresses in a request alone; none of these is printed."""
    reader = Reader(user.locale, user.zone or form.zone)
    with (
        nullcontext() if has_request_context() else current_app.test_request_context(),
        force_locale(user.locale),
    ):
        g.setdefault("reader", reader)
        yield reader
