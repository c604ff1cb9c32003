"""A view as it looks now, with the records of the published form."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from builder.studio import Studio
from runtime import access
from runtime.definitions import lookup
from runtime.forms.filling import reader_for, titles_of
from runtime.forms.lists import asked as asking
from runtime.forms.lists.kinds import KINDS
from runtime.forms.lists.looks import Look, of_document
from runtime.forms.lists.places import Asked, Places
from runtime.forms.lists.views import Kept

ROWS = 8


def preview(studio: Studio) -> Mapping[str, Any]:
    """What its template draws for this person; nothing while the form is not published, or he may not read it.

    Fields that are not published yet are left out, as the list itself does.
    """
    form = lookup.form_if_any(studio.app, str(studio.document.get("form")))
    if form is None or not access.can(studio.user, "read", form):
        return {}
    reader, hidden = reader_for(studio.user, form), access.fields(studio.user, form).hidden
    usual, look = Look(columns=form.list_columns), of_document(studio.document)
    state = Places(form, Asked(replace(look, columns=look.columns or usual.columns), usual)).state
    asked = asking.read(form, state, Kept(form.list_columns, "", ()), hidden)
    kind = KINDS[asked.look.kind]
    return {
        "form": form,
        "kind": kind,
        "list": kind.draw(studio.user, form, replace(asked, upto=ROWS), reader),
        "told": asked.told,
        "address": Places(form, asked).to(),
        **titles_of(form),
    }
