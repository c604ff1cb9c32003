"""Records as PDFs: made by the job that makes the files of lists, kept like these, and made anew for another state.

What is kept belongs to one person: it shows what that person may see.
"""

from typing import Any

from flask import current_app, g, render_template
from flask_babel import force_locale

from runtime import paper
from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.fields import Reader
from runtime.forms import reading
from runtime.i18n import moment_text
from runtime.records import query
from runtime.records.rows import Record
from runtime.text import localized
from runtime.times import now

KIND = "pdf"


def state(user: User, form: Form, record: Record) -> dict[str, Any]:
    """What a PDF shows: of the same state no second one is made."""
    known = {"record": record.id, "revision": record.revision, "version": form.version_id}
    return {**known, "locale": user.locale, "zone": user.zone or form.zone}


def make(user: User, form: Form, record: Record) -> bytes:
    """The PDF of a record as this person may see it."""
    return paper.pdf(_html(user, form, record.id))


def _html(user: User, form: Form, record_id: int) -> str:
    """The page. Its parts know their addresses in a request alone; none of these is printed."""
    with current_app.test_request_context(), force_locale(user.locale):
        reader = g.reader = Reader(user.locale, user.zone or form.zone)
        record = query.get(user, form, record_id)
        return render_template(
            "records/paper.html",
            form_title=localized(form.title, user.locale),
            record=record,
            read=reading.reading(user, form, record, reader),
            printed=moment_text(now()),
            locale=user.locale,
        )
