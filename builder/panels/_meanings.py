"""What an option means, and what can be picked for it."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from builder.panels._controls import Option, Setting
from runtime.definitions.documents import Document
from runtime.fields import FIELD_TYPES, N_, Field

# By the name of the option. A schema whose option is called otherwise says `means`.
BY_NAME: Mapping[str, str] = {
    "form": "form",
    "message": "message",
    "role": "role",
    "field": "field",
    "fields": "field",
    "through": "field:reference",
    "formula": "formula",
    "initial": "formula",
    "offer": "condition",
    "when": "condition",
    "fill": "fields",
    "set": "formulas",
    "match": "formulas",
    "icon": "icon",
}
WORDS: Mapping[str, str] = {
    "pdf": "PDF",
    "document": N_("Document"),
    "spreadsheet": N_("Spreadsheet"),
    "presentation": N_("Presentation"),
    "audio": N_("Audio"),
    "video": N_("Video"),
    "archive": N_("Archive"),
    "other": N_("Other kinds"),
    "created": N_("Created"),
    "updated": N_("Changed"),
    "deleted": N_("Deleted"),
    "none": N_("Nothing"),
    "before": N_("Before"),
    "after": N_("After"),
    "skip": N_("Skip it"),
    "send": N_("Start it"),
    "fail": N_("Fail"),
    "all": N_("All"),
    "first": N_("The oldest"),
    "create": N_("Create one"),
    "refuse": N_("Refuse"),
    "empty": N_("Empty the field"),
    "take_out": N_("Take it out of the list"),
    "delete": N_("Delete both"),
    "starter": N_("Who started it"),
    "owner": N_("Its owner"),
    "service": N_("The product itself"),
    "any": N_("Any"),
    "ean_13": N_("EAN-13"),
    "code_128": N_("Code 128"),
    "qr_code": N_("QR code"),
    "count": N_("Count"),
    "sum": N_("Sum"),
    "min": N_("Smallest"),
    "max": N_("Greatest"),
    "average": N_("Average"),
    "year": N_("Every year"),
    "month": N_("Every month"),
    "day": N_("Every day"),
    "never": N_("Never"),
}


def of(name: str, schema: Mapping[str, Any]) -> str:
    """What an option means: `form`, `field:date,datetime`, `formula` …; "" for nothing special.

    After `field:` stand names of field types or of value types.
    """
    return str(schema.get("means", BY_NAME.get(name, "")))


def word(value: Any) -> str:
    """What people read for a value of an `enum`."""
    text = str(value)
    if text in FIELD_TYPES:
        return str(_(FIELD_TYPES[text].label))
    return str(_(WORDS[text])) if text in WORDS else text.replace("_", " ").capitalize()


def pickable(means: str, values: Mapping[str, Any], setting: Setting) -> dict[str, str]:
    """Key and title of everything that an option with this meaning can name."""
    kind, _colon, wanted = means.partition(":")
    if kind == "field":
        return fields(form_of(values, setting), wanted, setting)
    if kind == "role":
        return {role["key"]: setting.text(role.get("title")) or role["key"] for role in roles(setting)}
    documents = setting.context.of(kind)
    return {key: setting.text(document.get("title")) or key for key, document in documents.items()}


def fields(form: str, wanted: str, setting: Setting) -> dict[str, str]:
    """Key and title of the fields of a form, those only whose field type or value type is `wanted`."""
    kinds = set(wanted.split(",")) if wanted else set()
    found = setting.context.fields(form).items()
    return {key: setting.text(field.title) for key, field in found if not kinds or kinds & _kinds(field)}


def _kinds(field: Field) -> set[str]:
    return {field.type.name, field.type.value_type_of(field).value}


def form_of(values: Mapping[str, Any], setting: Setting) -> str:
    """The form whose fields the options beside these name: the one named, the one referred to, the own one."""
    if "form" in values:
        return str(values["form"])
    through = setting.context.fields(setting.form).get(str(values.get("through", "")))
    if through is not None:
        return str(through.options.get("form", ""))
    return setting.form


def roles(setting: Setting) -> Iterator[Document]:
    """The roles of the app."""
    yield from setting.context.documents.get(("app", setting.context.app), {}).get("roles", ())


def options(known: Mapping[str, str], chosen: list[str]) -> tuple[Option, ...]:
    """What can be picked; what is chosen though it is gone comes last and says so."""
    gone = {key: str(_("%(key)s (gone)", key=key)) for key in chosen if key and key not in known}
    return tuple(Option(key, label, key in chosen) for key, label in {**known, **gone}.items())
