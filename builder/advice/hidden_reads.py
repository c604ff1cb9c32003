"""Rules that tell a role something of a field that is hidden from it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _

from builder.checks import Context
from builder.checks._places import form_key
from runtime import conditions
from runtime.conditions import ConditionError
from runtime.definitions.documents import Document
from runtime.definitions.rules import in_force
from runtime.errors import Problem
from runtime.fields import Field
from runtime.records.wording import said


class HiddenReads:
    """A rule goes by the true value of a hidden field, so what it shows or locks lets people guess the value."""

    name = "hidden_reads"
    kinds = ("form",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        fields = context.fields(form_key(document))
        found = list(_found(document, fields))
        for key, table in fields.items():
            if table.columns:
                of_record = {f"record.{name}": field for name, field in fields.items()}
                inner = _found(table.schema["items"], {**table.columns, **of_record})
                found += (replace(each, path=("properties", key, "items", *each.path)) for each in inner)
        return found


def _found(part: Document, fields: Mapping[str, Field]) -> Iterator[Problem]:
    """In the rules of a form, or of the rows of a sub-table."""
    for index, rule in in_force(part.get("fw", {})):
        for field in _read_by(rule["when"], fields):
            if "hidden" in field.options.get("access", {}).values():
                yield Problem(("fw", "rules", index, "when"), "hidden_read", _sentence(field))


def _read_by(when: Any, fields: Mapping[str, Field]) -> list[Field]:
    try:
        reads = conditions.compile(when).reads
    except ConditionError:
        return []
    return [fields[path] for path in sorted(reads) if path in fields]


def _sentence(field: Field) -> str:
    title = said(field.title)
    return str(
        _(
            "This rule reads “%(field)s”, which some roles do not see: what it does lets them guess.",
            field=title,
        )
    )


plugin = HiddenReads()
