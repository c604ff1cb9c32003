"""Loads what an address names, for whoever may do there what he wants to do."""

from flask_babel import gettext as _

from runtime import access
from runtime.accounts.sessions import signed_in_user
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.errors import Forbidden, NotFound
from runtime.records import query
from runtime.records.rows import Record


def form_for(app: str, form: str, action: str) -> Form:
    """The form; NotFound when the person may not know of it, Forbidden when only this action is refused."""
    user, found = signed_in_user(), lookup.form(app, form)
    if access.can(user, action, found):
        return found
    if any(access.can(user, other, found) for other in ("read", "create")):
        raise Forbidden(_("You may not do this here."))
    raise NotFound(_("There is no such form."))


def record_for(app: str, form: str, record_id: int, action: str) -> tuple[Form, Record]:
    """A record that the person may read; Forbidden when the action on it is refused."""
    user, found = signed_in_user(), lookup.form(app, form)
    record = query.get(user, found, record_id)
    if action != "read" and not access.can(user, action, (found, record)):
        raise Forbidden(_("You may not do this with this record."))
    return found, record
