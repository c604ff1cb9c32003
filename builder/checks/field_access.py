"""Rights on fields that name no role of the app, or that make no sense."""

from collections.abc import Iterator

from flask_babel import gettext as _

from builder.checks import Context
from builder.checks._places import form_key
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.fields import Field
from runtime.records.wording import said


class FieldAccess:
    """`access` names roles of the app. What nobody can change, such as a calculated value, cannot be read-only: it
    is hidden from a role or not.
    """

    name = "field_access"
    kinds = ("form",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        app = context.documents.get(("app", context.app), {})
        roles = frozenset(role["key"] for role in app.get("roles", ()))
        fields = context.fields(form_key(document)).values()
        return [problem for field in fields for problem in _of_field(field, roles)]


def _of_field(field: Field, roles: frozenset[str]) -> Iterator[Problem]:
    for role, right in field.options.get("access", {}).items():
        path = ("properties", field.key, "fw", "access", role)
        if role not in roles:
            yield Problem(path, "unknown_role", _("There is no role “%(key)s”.", key=role))
        elif right == "read" and not field.type.writable:
            sentence = _("Nobody changes “%(field)s”: it can be hidden from a role, or not.",
                         field=said(field.title))  # fmt: skip
            yield Problem(path, "not_writable", sentence)


plugin = FieldAccess()
