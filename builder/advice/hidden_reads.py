"""Rules that tell a role something of a field that is hidden from it."""

from collections.abc import Mapping
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
from runtime.text import localized


class HiddenReads:
    """A rule goes by the true value of a hidden field, so what it shows or locks lets people guess the value."""

    name = "hidden_reads"
    kinds = ("form",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        fields = context.fields(form_key(document))
        return [
            Problem(("fw", "rules", index, "when"), "hidden_read", _sentence(field))
            for index, rule in in_force(document.get("fw", {}))
            for field in _read_by(rule["when"], fields)
            if "hidden" in field.options.get("access", {}).values()
        ]


def _read_by(when: Any, fields: Mapping[str, Field]) -> list[Field]:
    try:
        reads = conditions.compile(when).reads
    except ConditionError:
        return []
    return [fields[path] for path in sorted(reads) if path in fields]


def _sentence(field: Field) -> str:
    title = localized(field.title, "en")
    return str(
        _(
            "This rule reads “%(field)s”, which some roles do not see: what it does lets them guess.",
            field=title,
        )
    )


plugin = HiddenReads()
