"""Gives an option of a choice another value."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _

from builder import where_used
from builder.commands import _choices, _rules
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._choices import Schema
from builder.commands._fields import KEY
from builder.commands._workspace import Target, Workspace
from runtime import documents
from runtime.fields import N_
from runtime.text import localized

VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")


class RenameChoice:
    """Exchanges the value `value` for `to`, which records will hold and formulas compare with: until the form
    was published with it, and while nothing else speaks of it.
    """

    name = "choice.rename"
    kinds = ("form",)
    merges = False
    arguments = closed("field", "value", "to", field=KEY, value=KEY, to=KEY)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        field, value = arguments["field"], arguments["value"]
        return (f"field/{field}/enum", f"field/{field}/labels/{value}")

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key = work.open(target), arguments["field"]
        old, new = arguments["value"], arguments["to"].strip()
        schema = _choices.choice_in(form, key)
        at = _choices.index_of(schema, old)
        if new != old:
            _refuse_published(work, target, key, old)
            _refuse_unfit(schema, new)
            _refuse_used(work, target, key, old)
            _exchange(schema, at, old, new)
        return Done(
            said(
                N_("The value of %(option)s is now %(value)s"),
                option=_choices.label_of(schema, new),
                value=new,
            ),
            select=f"field/{key}",
        )


def _exchange(schema: Schema, at: int, old: str, new: str) -> None:
    label = _choices.label_of(schema, old)
    schema["enum"][at] = new
    if old in schema["fw"].get("labels", {}):
        _choices.set_label(schema, old, None)
        _choices.set_label(schema, new, label)
    default, parents = schema.get("default"), schema["fw"].get("parents", {})
    if isinstance(default, list):
        schema["default"] = [_now(each, old, new) for each in default]
    elif default == old:
        schema["default"] = new
    if parents:
        schema["fw"]["parents"] = {_now(key, old, new): _now(up, old, new) for key, up in parents.items()}


def _now(value: str, old: str, new: str) -> str:
    return new if value == old else value


def _refuse_published(work: Workspace, target: Target, key: str, value: str) -> None:
    if _choices.is_published(work, target, key, value):
        refuse("to", "published", _("This option was published, so its value stays as it is."))


def _refuse_unfit(schema: Schema, value: str) -> None:
    if not VALUE.fullmatch(value):
        refuse("to", "value", _("A value has letters a-z, digits, _, - and dots, at most 40."))
    if value in (*schema["enum"], *schema["fw"].get("labels", {})):
        refuse("to", "twice", _("There is an option with the value “%(value)s” already.", value=value))


def _refuse_used(work: Workspace, target: Target, key: str, value: str) -> None:
    named = next(_naming(work, target, key, value), None)
    if named is not None:
        refuse("to", "used", _("This speaks of the option, so change that first: %(use)s.", use=named))


def _naming(work: Workspace, target: Target, key: str, value: str) -> Iterator[str]:
    """What uses the field and has this value somewhere in it, in words."""
    context = _rules.context_of(work)
    for use in where_used.of_field(context, target.key, key, lambda title: localized(title, "en")):
        part: Any = context.documents[(use.kind, use.key)]
        for step in use.path:
            part = part[step]
        if value in documents.dumps(part):
            yield use.words


plugin = RenameChoice()
