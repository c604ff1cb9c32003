"""Automations that set each other off for ever."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from flask_babel import gettext as _

from builder.checks import Context, _dependencies
from runtime.definitions import dependencies
from runtime.definitions.dependencies import RingError
from runtime.definitions.documents import Document
from runtime.errors import Problem

_KINDS = {
    "create_record": ("created",),
    "update_records": ("updated",),
    "upsert_record": ("created", "updated"),
    "delete_records": ("deleted",),
}


class Write(NamedTuple):
    """What an action does to a form: the kind of change and the fields it touches."""

    form: str
    kind: str
    fields: frozenset[str]


class Loops:
    """No automation may, over any number of others, write what starts it again. Conditions are not weighed:
    a ring that a condition stops today runs for ever after the next edit.
    """

    name = "loops"
    kinds = ("automation",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        automations = {**context.of("automation"), str(document["key"]): document}
        graph = {key: frozenset(_started_by(each, automations, context)) for key, each in automations.items()}
        try:
            dependencies.order(graph, [document["key"]])
        except RingError as error:
            ring = " → ".join(error.ring)
            if document["key"] in error.ring:
                sentence = _("These automations start each other without end: %(ring)s.", ring=ring)
                return [Problem(("actions",), "loop", sentence)]
        return []


def _started_by(document: Document, automations: Mapping[str, Document], context: Context) -> Iterator[str]:
    """The automations that this one's writes start."""
    writes = list(_writes(document, context))
    for key, other in automations.items():
        if any(_starts(write, other["trigger"]) for write in writes):
            yield key


def _writes(document: Document, context: Context) -> Iterator[Write]:
    for action in document["actions"]:
        if action["type"] == "assign" and action.get("triggers", True):
            form = str(document["trigger"].get("form"))
            yield Write(form, "updated", _touched(form, frozenset((str(action["field"]),)), context))
        if action.get("triggers", True) and "form" in action:
            fields = _touched(str(action["form"]), frozenset(action.get("set", ())), context)
            for kind in _KINDS.get(action["type"], ()):
                yield Write(action["form"], kind, fields)


def _touched(form: str, written: frozenset[str], context: Context) -> frozenset[str]:
    """The written fields and all that follow from them by fills, formulas and rules."""
    document, fields = context.documents.get(("form", form)), context.fields(form)
    if document is None:
        return written
    try:
        sources = _dependencies.sources(document, fields)
    except _dependencies.UNREADABLE:
        return written
    touched = set(written)
    for _round in fields:
        following = {key for key, names in sources.items() if names & touched} - touched
        if not following:
            break
        touched |= following
    return frozenset(touched)


def _starts(write: Write, trigger: Document) -> bool:
    if trigger["type"] != "record_saved" or trigger["form"] != write.form:
        return False
    if write.kind not in trigger.get("on", ("created", "updated")):
        return False
    return write.kind != "updated" or "fields" not in trigger or bool(write.fields & set(trigger["fields"]))


plugin = Loops()
