"""Moving a record on a board or in a calendar: one save of the fields that place it, through the one write path."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.errors import Conflict, FormwrightError, Invalid, NotFound
from runtime.fields import Reader
from runtime.forms.lists.kinds import KINDS
from runtime.forms.lists.looks import Look
from runtime.forms.names import Titles, titles_for
from runtime.records import query, store
from runtime.records.rows import Record
from runtime.text import localized


def move(user: User, form: Form, look: Look, sent: Mapping[str, str], reader: Reader) -> str:
    """Save what puts the record where it was dropped; what to tell then. `move` names the record, the revision that
    was seen and the place: `12.3.is:open`; `field` says by which fields that page places records. Raises what a save
    raises, and Conflict where a rule keeps the field.
    """
    record_id, revision, to = _read(sent)
    record = query.get(user, form, record_id)
    values = KINDS[look.kind].moved(form, look, record, to, reader)
    if ",".join(look.axes) != sent.get("field"):  # the page was made when the look was another
        raise NotFound(_("This page is out of date. Load it again."))
    actor = store.Actor(user=user, origin="page")
    saved = store.save(actor, form, values, record_id=record_id, revision=revision)
    for key, value in values.items():
        if saved.values.get(key) != value:
            raise Conflict(stays(form, key, reader), code="kept")
    names = titles_for(user, form, [form.fields[key] for key in values], [values])
    told = [said(form, record, key, value, reader, names) for key, value in values.items()]
    return " ".join([*told, *(each.message for each in saved.warnings)])


def stays(form: Form, key: str, reader: Reader) -> str:
    """That a rule decides on a field, and not the person."""
    title = localized(form.fields[key].title, reader.locale)
    return str(_("A rule keeps %(field)s of this record as it is.", field=title))


def said(form: Form, record: Record, key: str, value: Any, reader: Reader, names: Titles) -> str:
    """What a field of a record is now."""
    one = form.fields[key]
    text = one.type.display(value, one, reader, names) or _("No answer")
    title = localized(one.title, reader.locale)
    return str(
        _("%(title)s: %(field)s is now %(value)s.", title=query.title(form, record), field=title, value=text)
    )


def reason(error: FormwrightError) -> str:
    """Why a record was not moved."""
    return " ".join([_("Nothing was moved."), words(error)])


def words(error: FormwrightError) -> str:
    """What a save was refused for."""
    problems = error.problems if isinstance(error, Invalid) else ()
    return " ".join(each.message for each in problems) or error.message


def _read(sent: Mapping[str, Any]) -> tuple[int, int, str]:
    record, _dot, rest = sent.get("move", "").partition(".")
    revision, _dot, to = rest.partition(".")
    numbers = (record, revision)
    if not all(each.isascii() and each.isdecimal() and len(each) < 11 for each in numbers):
        raise NotFound(_("There is no such record."))
    return int(record), int(revision), to or sent.get("to", "")
