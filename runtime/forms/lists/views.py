"""What a person keeps of a list: his own row and nobody else's."""

from sqlalchemy import bindparam, select

from runtime import access
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.forms.lists import columns
from runtime.forms.lists.looks import Look
from runtime.forms.lists.models import ListView

# Built once: every list asks it.
_own = select(ListView.look).where(
    ListView.user_id == bindparam("user"), ListView.form_id == bindparam("form")
)


def usual(user: User, form: Form) -> Look:
    """What the list shows this person when nothing is asked for."""
    kept = db.session.scalar(_own, {"user": user.id, "form": form.definition_id})
    hidden = access.fields(user, form).hidden
    own = tuple(key for key in (kept or {}).get("columns", ()) if columns.may_show(form, key, hidden))
    return Look(columns=own or form.list_columns)


def keep_columns(user: User, form: Form, wanted: tuple[str, ...]) -> None:
    """Remember the columns that this person wants to see; none mean those of the form again."""
    row = db.session.scalar(
        select(ListView).where(
            ListView.user_id == user.id, ListView.form_id == form.definition_id, ListView.title == ""
        )
    )
    if row is None:
        row = ListView(user_id=user.id, form_id=form.definition_id, look={})
        db.session.add(row)
    row.look = {**row.look, "columns": list(wanted)}
