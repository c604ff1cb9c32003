"""What a field type demands of its own options: keywords it knows, a fit default, a safe pattern."""

from collections.abc import Iterator

from flask_babel import gettext as _
from jsonschema import Draft202012Validator

from builder.checks import Context
from runtime import problems
from runtime.definitions.documents import Document, parse_field
from runtime.errors import Problem
from runtime.fields import Field, FieldError
from runtime.records.wording import said

ALWAYS = frozenset(("type", "title", "description", "default", "format"))


class FieldOptions:
    """The JSON Schema keywords beside `fw` must be ones the field type knows and agree with it; the default
    must be an acceptable value; a pattern must run on RE2, which no pattern can slow down.
    """

    name = "field_options"
    kinds = ("form",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        return [
            problem
            for key, schema in document["properties"].items()
            for problem in _of_field(key, parse_field(key, schema))
        ]


def _of_field(key: str, field: Field) -> Iterator[Problem]:
    place = ("properties", key)
    unknown = [name for name in field.schema if name not in ALWAYS and name not in field.type.keywords]
    for name in unknown:
        sentence = _("A field of type “%(type)s” has no “%(name)s”.", type=field.type.name, name=name)
        yield Problem((*place, name), "unknown_keyword", sentence)
    if unknown:
        return
    try:
        field.type.check_options(field)
    except FieldError as error:
        name = str(error.params.get("option", ""))
        yield Problem((*place, "fw", name) if name else (*place, "fw"), error.code, _sentence(error, field))
        return
    yield from _disagreeing(place, field)
    yield from _unfit_default(place, field)


def _sentence(error: FieldError, field: Field) -> str:
    return problems.sentence(error.code, error.params, said(field.title))


def _disagreeing(place: tuple[str, ...], field: Field) -> Iterator[Problem]:
    standard = field.type.value_schema(field)
    for name in ("type", "format"):
        if name in field.schema and name in standard and field.schema[name] != standard[name]:
            sentence = _(
                "A field of type “%(type)s” needs %(value)s here.", type=field.type.name, value=standard[name]
            )
            yield Problem((*place, name), "disagrees", sentence)


def _unfit_default(place: tuple[str, ...], field: Field) -> Iterator[Problem]:
    if field.default is None:
        return
    try:
        value = field.type.normalise(field.default, field)
        fits = value == field.default and Draft202012Validator(field.type.value_schema(field)).is_valid(value)
        if fits:
            field.type.check(value, field)
    except FieldError:
        fits = False
    if not fits or not field.type.writable:
        yield Problem(
            (*place, "default"), "bad_default", _("The default is not a value that this field accepts.")
        )


plugin = FieldOptions()
