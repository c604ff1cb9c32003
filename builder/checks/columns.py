"""What is wrong with the columns of a sub-table: the same as with the fields of a form."""

from collections.abc import Iterator
from dataclasses import replace

from flask_babel import gettext as _

from builder.checks import CHECKS, Context
from builder.checks._context import form_of_rows
from builder.checks._places import form_key
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.fields import Field, ValueType
from runtime.fields.sub_table import can_be_column
from runtime.records.tables import OF_ROWS
from runtime.records.wording import said


class Columns:
    """Each sub-table is judged as a form of its own, by every check of forms. Beside that, no column is a sub-table or
    a serial number, none has a key that the table of rows needs, and none deletes rows of other records.
    """

    name = "columns"
    kinds = ("form",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        fields = context.fields(form_key(document)).values()
        tables = [field for field in fields if field.type.value_type is ValueType.ROWS and field.columns]
        return [
            replace(problem, path=("properties", field.key, "items", *problem.path))
            for field in tables
            for problem in (*_own(field), *_as_a_form(field, document, context))
        ]


def _own(field: Field) -> Iterator[Problem]:
    for key, column in field.columns.items():
        path = ("properties", key)
        if not can_be_column(column.type):
            sentence = _("“%(column)s” cannot be a column: its type has no place in a row.",
                         column=said(column.title))  # fmt: skip
            yield Problem((*path, "fw", "type"), "not_in_rows", sentence)
        if key in OF_ROWS:
            sentence = _("The key “%(key)s” is used by the product itself. Choose another one.", key=key)
            yield Problem(path, "reserved_key", sentence)


def _as_a_form(field: Field, document: Document, context: Context) -> Iterator[Problem]:
    own = form_of_rows(document, field.key)
    earlier = (old for old in context.history if "items" in old["properties"].get(field.key, {}))
    history = tuple(form_of_rows(old, field.key) for old in earlier)
    known = context.with_rows(form_key(own), own, history)
    for name, check in CHECKS.items():
        if "form" in check.kinds and name != Columns.name:
            yield from check.check(own, known)


plugin = Columns()
