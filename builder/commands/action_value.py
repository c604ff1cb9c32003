"""Says where the value of a field comes from that an action writes or looks for."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from builder.automation_values import (
    CONSTANT,
    FORMULA,
    first_constant,
    proposal,
    quoted,
    targets,
)
from builder.checks import Context
from builder.checks._constants import constant_of
from builder.commands._automations import KEY, TEXT, opened
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._workspace import Target, Workspace
from builder.converting import judged
from builder.sights import sight
from runtime import formulas, problems
from runtime.fields import N_, FieldError, Reader
from runtime.forms import entry
from runtime.forms.conditions.sights import Source
from runtime.formulas import FormulaError
from runtime.text import localized

PARTS = ("set", "match")


class SetValue:
    """Fills `field` in `part` (`set` or `match`) from a `source`, with a `constant`, which is all that the
    field's control posts, or by a `formula`; without any of them from what fits best; with `remove` not at all.
    """

    name = "action.value"
    kinds = ("automation",)
    merges = True
    arguments = closed(
        "action",
        "part",
        "field",
        action=KEY,
        part={"enum": list(PARTS)},
        field=KEY,
        source=TEXT,
        constant={"type": "array", "items": TEXT, "maxItems": 1_000},
        formula=TEXT,
        remove={"type": "boolean"},
    )

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"action/{arguments['action']}/{arguments['part']}/{arguments['field']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        document = work.open(target)
        action, part, key = opened(document, arguments["action"]), arguments["part"], arguments["field"]
        context = Context(work.app, {(each.kind, each.key): work.read(each) for each in _all(work)})
        own = targets(context, str(action.get("form", "")), part, _plain)
        values, selected = action.setdefault(part, {}), f"action/{action['key']}"
        if arguments.get("remove"):
            values.pop(key, None)
            return Done(said(N_("Took a value out")), select=selected)
        if key not in own and key not in values:
            refuse("field", "unknown", _("Choose a field."))
        if arguments.get("source") == FORMULA:
            return Done(said(N_("Changed a value")), select=f"{selected}/{part}/{key}")
        form = str(document["trigger"].get("form", ""))
        if "constant" in arguments:
            values[key] = _constant(own.get(key), arguments["constant"], _zone(work))
        else:
            values[key] = _value(context, form, own.get(key), values.get(key), arguments)
        return Done(said(N_("Changed a value")), select=selected)


def _all(work: Workspace) -> list[Target]:
    return [*work.targets("form"), *work.targets("app")]


def _plain(title: Any) -> str:
    return localized(title, "en")


def _value(context: Context, form: str, target: Source | None, before: Any, arguments: Arguments) -> Any:
    if "formula" in arguments:
        return _formula(arguments["formula"])
    target = _there(target)
    source = arguments.get("source", "")
    if source == CONSTANT:
        known = constant_of(before)
        return first_constant(target.field) if known is None else before
    seen = sight(context, f"event:{form}", _plain)
    if not source:
        return proposal(seen, target)
    if source not in seen.sources or seen.sources[source].like != target.like:
        refuse("source", "wrong_type", _("This does not fit into “%(field)s”.", field=target.title))
    return source


def _formula(text: str) -> str:
    try:
        formulas.parse(text)
    except FormulaError as error:
        refuse("formula", "formula", formulas.sentence(error))
    return text.strip()


def _there(target: Source | None) -> Source:
    if target is None:
        refuse("field", "unknown", _("This field is no longer there."))
    return target


def _zone(work: Workspace) -> str:
    """The zone of the app, in which moments are typed."""
    return next((str(work.read(each).get("zone", "UTC")) for each in work.targets("app")), "UTC")


def _constant(target: Source | None, texts: Sequence[str], zone: str) -> Any:
    field = _there(target).field
    try:
        value = field.type.parse(entry.raw_of(field, texts or [""]), field, Reader("en", zone))
        value = None if value is None else judged(value, field)
    except FieldError as error:
        refuse("constant", error.code, problems.sentence(error.code, error.params, _there(target).title))
    return _formula(quoted(value or "")) if isinstance(value, str) or value is None else value


plugin = SetValue()
