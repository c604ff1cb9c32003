"""Fields that nobody may fill in, and nothing fills."""

from typing import Any

from flask_babel import gettext as _

from builder.checks import Context
from builder.checks._places import form_key
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.records.wording import said

WRITING = {"create", "update"}


class NobodyFills:
    """Every role that writes records of the form may only read the field, or does not see it: it stays empty unless an
    administrator fills it in. What a rule, a reference, an automation or its own start fills is left alone.
    """

    name = "nobody_fills"
    kinds = ("form",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        form, fields = form_key(document), context.fields(form_key(document))
        closed = [key for key, field in fields.items() if field.type.writable and "access" in field.options]
        if not closed:
            return []
        writers, filled = _writers(context, form), _filled(document, context, form)
        return [
            Problem(("properties", key, "fw", "access"), "nobody_fills", _sentence(fields[key].title))
            for key in closed
            if writers and writers <= set(fields[key].options["access"]) and key not in filled
        ]


def _writers(context: Context, form: str) -> set[str]:
    """The roles that may add or change records."""
    app = context.documents.get(("app", context.app), {})
    return {
        role["key"]
        for role in app.get("roles", ())
        for grant in role.get("grants", ())
        if grant["form"] == form and WRITING & set(grant["actions"])
    }


def _filled(document: Document, context: Context, form: str) -> set[str]:
    """The fields that something else than a person fills."""
    found: set[str] = set()
    for rule in document.get("fw", {}).get("rules", ()):
        found |= rule["then"].get("set", {}).keys()
    for key, schema in document["properties"].items():
        found |= schema["fw"].get("fill", {}).keys()
        if "initial" in schema["fw"] or "default" in schema:
            found.add(key)
    for automation in context.of("automation").values():
        for action in automation["actions"]:
            found |= action.get("set", {}).keys() if action.get("form") == form else set()
    return found


def _sentence(title: Any) -> str:
    return str(_("Nobody but administrators may fill in “%(field)s”.", field=said(title)))


plugin = NobodyFills()
