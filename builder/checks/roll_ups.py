"""Roll-ups over what is not there, or of another kind, and uses that they are not fit for."""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from builder.checks import Context, _places
from builder.checks._dependencies import UNREADABLE, sources
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.fields import POINTERS, Field, ValueType

NUMBERS = ("sum", "average")
ORDERED = frozenset((ValueType.NUMBER, ValueType.DATE, ValueType.DATETIME, ValueType.TIME))

Found = Iterator[Problem]


class RollUps:
    """A roll-up needs a form of the app with a reference to its own form, and a stored field there that its function
    can take and whose kind is that of its result. It changes without its record being saved: so it cannot be unique,
    and no automation can wait for it, nor for a formula over it.
    """

    name = "roll_ups"
    kinds = ("form", "automation")

    def check(self, document: Document, context: Context) -> list[Problem]:
        if "$id" not in document:
            return list(_waited_for(document, context))
        form = _places.form_key(document)
        found = [
            problem
            for key, field in context.fields(form).items()
            if field.type.name == "roll_up"
            for problem in _of_field(("properties", key, "fw"), form, field, context)
        ]
        return [*found, *_unique(document, form, context)]


def _of_field(path: tuple[str, ...], form: str, field: Field, context: Context) -> Found:
    counted = str(field.options["form"])
    if not context.has("form", counted):
        sentence = _("There is no form “%(key)s” in this app.", key=counted)
        yield Problem((*path, "form"), "unknown_form", sentence)
        return
    there = context.fields(counted)
    pointer = there.get(field.options["reference"])
    if pointer is None or pointer.type.name != "reference" or pointer.options.get("form") != form:
        sentence = _("“%(key)s” is not a reference to this form.", key=field.options["reference"])
        yield Problem((*path, "reference"), "not_a_reference", sentence)
    yield from _source(path, field, there, context)


def _source(path: tuple[str, ...], field: Field, there: Any, context: Context) -> Found:
    function, key = field.options["function"], field.options.get("field")
    if key is None:
        if function != "count":
            yield Problem((*path, "field"), "field_missing", _("Choose the field that it takes."))
        return
    if key not in there:
        sentence = _("There is no field “%(key)s” here.", key=key)
        yield Problem((*path, "field"), "unknown_field", sentence, {"key": key})
        return
    source = there[key]
    kind = source.type.value_type_of(source)
    if not source.type.stored:
        sentence = _("“%(key)s” is not stored, so it cannot be compared.", key=key)
        yield Problem((*path, "field"), "not_stored", sentence)
    elif function != "count" and not _takes(function, source, kind):
        sentence = _("“%(key)s” holds nothing that this function could take.", key=key)
        yield Problem((*path, "field"), "wrong_type", sentence)
    elif (kind if function in ("min", "max") else ValueType.NUMBER) is not field.type.value_type_of(field):
        yield Problem((*path, "result"), "wrong_type", _("The result must be of the kind of the field."))


def _takes(function: str, source: Field, kind: ValueType) -> bool:
    fitting = {ValueType.NUMBER} if function in NUMBERS else ORDERED
    return kind in fitting and source.type.name not in POINTERS


def _unique(document: Document, form: str, context: Context) -> Found:
    changing = _changing(document, form, context)
    for index, keys in enumerate(document.get("fw", {}).get("unique", ())):
        for key in sorted(changing & set(keys)):
            sentence = _("“%(key)s” changes when other records are written, so it cannot be unique.", key=key)
            yield Problem(("fw", "unique", index), "roll_up_unique", sentence)


def _waited_for(document: Document, context: Context) -> Found:
    trigger = document["trigger"]
    own = context.documents.get(("form", trigger.get("form")))
    changing = _changing(own, str(trigger["form"]), context) if own else set()
    for name, keys in (("field", [trigger.get("field")]), ("fields", trigger.get("fields", ()))):
        for key in sorted(changing.intersection(keys)):
            sentence = _(
                "“%(key)s” changes without its record being saved, so no automation can wait for it. "
                "Start it when the records are saved that count for it.",
                key=key,
            )
            yield Problem(("trigger", name), "roll_up_waited_for", sentence)


def _changing(document: Document, form: str, context: Context) -> set[str]:
    """The roll-ups of a form, and the formulas that follow from them."""
    fields = context.fields(form)
    found = {key for key, field in fields.items() if field.type.name == "roll_up"}
    if not found:
        return found
    try:
        graph = sources(document, fields)
    except UNREADABLE:
        return found
    formulas = {key for key, field in fields.items() if field.type.name == "formula"}
    while following := {key for key in formulas - found if graph.get(key, frozenset()) & found}:
        found |= following
    return found


plugin = RollUps()
