"""A field's key and what is stored under it never change, over all versions."""

from collections.abc import Iterator

from flask_babel import gettext as _
from sqlalchemy.dialects import postgresql

from builder.checks import Context
from runtime.definitions.documents import Document, parse_field
from runtime.errors import Problem
from runtime.fields import FIELD_TYPES

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


class KeyReuse:
    """A key that was ever published keeps its field type, the size of its column and the form it refers to,
    also when the field was removed and comes back: the column and its old values are still there.
    """

    name = "key_reuse"
    kinds = ("form",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        return list(_changed(document, context))


def _changed(document: Document, context: Context) -> Iterator[Problem]:
    earlier = {key: schema for old in context.history for key, schema in old["properties"].items()}
    for key, schema in document["properties"].items():
        if key in earlier and _stored_as(key, schema) != _stored_as(key, earlier[key]):
            sentence = _(
                "“%(key)s” was published as “%(old)s” and cannot become something else. "
                "Add a field with a new key instead.",
                key=key,
                old=earlier[key]["fw"]["type"],
            )
            yield Problem(("properties", key, "fw"), "key_reused", sentence)


def _stored_as(key: str, schema: Document) -> tuple[str, ...]:
    """What must stay: the type, the column on PostgreSQL (it tells the decimals), the form referred to."""
    if schema["fw"]["type"] not in FIELD_TYPES:
        return (schema["fw"]["type"],)
    field = parse_field(key, schema)
    column = field.type.column(field)
    sql = "" if column is None else column.compile(dialect=_DIALECT)
    target = field.options.get("form", "") if field.type.name in ("reference", "references") else ""
    return (field.type.name, sql, str(target))


plugin = KeyReuse()
