"""Gives a field another key."""

import re
from collections.abc import Sequence

from flask_babel import gettext as _

from builder.checks.keys import RESERVED
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._columns import taken_columns
from builder.commands._fields import KEY, field_in, taken_keys, title_of
from builder.commands._renaming import is_published, rename_field
from builder.commands._renaming_columns import rename_column
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_
from runtime.records.tables import OF_ROWS


class RenameField:
    """Exchanges the key of a field in all documents of the app, until the form was published with it: then
    records hold values under the key. A column (`lines.price`) gets another key beside its sub-table.
    """

    name = "field.rename"
    kinds = ("form",)
    merges = False
    arguments = closed("field", "key", field=KEY, key=KEY)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"field/{arguments['field']}", f"field/{arguments['key']}")

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, old, key = work.read(target), arguments["field"], arguments["key"]
        field_in(form, old)
        title, (table, dot, name) = title_of(form, old), old.rpartition(".")
        if key != name:
            if is_published(work, target, old):
                refuse("key", "published", _("This field was published, so its key stays as it is."))
            if table:
                _refuse_unfit(key, taken_columns(work, target, table), RESERVED | frozenset(OF_ROWS))
                rename_column(work, target, old, key)
            else:
                _refuse_unfit(key, taken_keys(work, target), RESERVED)
                rename_field(work, target, old, key)
        words = said(N_("The key of %(field)s is now %(key)s"), field=title, key=key)
        return Done(words, select=f"field/{table}{dot}{key}")


def _refuse_unfit(key: str, taken: set[str], reserved: frozenset[str]) -> None:
    if not re.fullmatch("[a-z][a-z0-9_]{0,39}", key):
        refuse("key", "key", _("A key begins with a letter a-z, then letters, digits and _, at most 40."))
    if key in reserved:
        sentence = _("The key “%(key)s” is used by the product itself. Choose another one.", key=key)
        refuse("key", "reserved_key", sentence)
    if key in taken:
        refuse("key", "key_twice", _("There is a field with the key “%(key)s” already.", key=key))


plugin = RenameField()
